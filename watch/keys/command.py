"""Runs the command that prints an account's key, within bounds and with nothing left of it.

It has a session of its own: a prompt must not write into the dashboard's terminal, and whatever the
program starts ends with it. Only what makes itself a further session, as agents do, lives on.
"""

import contextlib
import os
import selectors
import signal
import subprocess
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from threading import Lock
from time import monotonic

from rushes.providers.language import _
from rushes.providers.registry import known
from rushes.watch.disk.ownership import TrustedOwners, check_ownership
from rushes.watch.disk.tomlfile import BadFile
from rushes.watch.keys.known_keys import without_keys
from rushes.watch.keys.program import NoKey, command_name, program_of

SECONDS = 10.0
"""Seconds that a command may take."""

OUTPUT_LIMIT = 64 << 10
"""Bytes of its output that are kept at most; a program that prints more is ended."""

_OF_OURS = ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID")
"""Variables by which a program would speak to the service manager in our place."""

_LOOK = 0.05
"""Seconds between looks at whether the program has ended while another holds its output open."""

_ENDING = 1.0
"""Seconds in which the kernel ends a killed program; one that waits for a broken disk may not."""


def key_printed_by(
    command: Sequence[str], environ: Mapping[str, str], seconds: float = SECONDS
) -> str:
    """The first line that a command prints; blocks for up to `seconds`.

    The program gets no variable that holds a key. Raises NoKey, in words that hold nothing of the
    output, also where somebody else than we and root could have written the program.
    """
    name = f"command {command_name(command)}"
    program = program_of(command, environ)
    if program is None:
        raise NoKey(_("{name} was not found").format(name=name))
    try:
        check_ownership(program, TrustedOwners.of(environ))
        output, code = _run(command, program, variables_without_keys(environ), seconds)
    except BadFile as error:
        raise NoKey(_("{name} is not run: {error}").format(name=name, error=error)) from None
    except subprocess.TimeoutExpired:
        raise NoKey(
            _("{name} took longer than {seconds:g} s").format(name=name, seconds=seconds)
        ) from None
    except (OSError, ValueError):
        raise NoKey(_("{name} could not be started").format(name=name)) from None
    if len(output) > OUTPUT_LIMIT:
        raise NoKey(
            _("{name} printed more than {output_limit} KiB").format(
                name=name, output_limit=OUTPUT_LIMIT >> 10
            )
        )
    if code != 0:
        raise NoKey(_("{name} failed with exit code {code}").format(name=name, code=code))
    first = output.partition(b"\n")[0].decode("utf-8", "replace").strip()
    if not first:
        raise NoKey(_("{name} printed nothing").format(name=name))
    return first


def variables_without_keys(
    environ: Mapping[str, str], names: Collection[str] = ()
) -> dict[str, str]:
    """The variables without keys: those known by value, those that providers' keys are in.

    Those of these `names` are left out, too, and what a service manager says to this process alone.
    """
    names = {*names, *_OF_OURS, *(provider.env for provider in known().values())}
    return {name: text for name, text in without_keys(environ).items() if name not in names}


def _run(
    command: Sequence[str], program: Path, environ: Mapping[str, str], seconds: float
) -> tuple[bytes, int]:
    """The output, up to a byte over the limit, and the exit code; nothing of it runs on.

    Raises subprocess.TimeoutExpired, OSError and ValueError.
    """
    until = monotonic() + seconds
    process = programs.start(command, program, environ)
    try:
        output = _read(process, until)
        if len(output) > OUTPUT_LIMIT:
            return output, 0
        return output, process.wait(max(0.0, until - monotonic()))
    finally:
        programs.end(process)


def _read(process: "subprocess.Popen[bytes]", until: float) -> bytes:
    """What the program prints until it ends or closes its output, a byte over the limit at most.

    What it started may hold its output open for longer; that is not waited for.
    """
    assert process.stdout is not None  # noqa: S101 - it was asked for
    pipe, output = process.stdout.fileno(), b""
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while len(output) <= OUTPUT_LIMIT:
            left = until - monotonic()
            if left <= 0:
                raise subprocess.TimeoutExpired(process.args, left)
            has_ended = process.poll() is not None
            if selector.select(min(left, _LOOK)):
                piece = os.read(pipe, OUTPUT_LIMIT + 1 - len(output))
                if not piece:
                    break
                output += piece
            elif has_ended:
                break
    return output


class Programs:
    """The programs that run, each with a thread that waits for it: our end is to be theirs."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[bytes]] = set()
        self._over = False
        self._turn = Lock()

    def start(
        self,
        command: Sequence[str],
        program: Path,
        environ: Mapping[str, str],
        stderr: int = subprocess.DEVNULL,
    ) -> "subprocess.Popen[bytes]":
        """Start a program in a session of its own; raises OSError, ValueError, or NoKey at the end.

        One that is just being started is among those that `end_all` ends.
        """
        with self._turn:
            if self._over:
                raise NoKey(f"command {command_name(command)} is not run any more")
            process = subprocess.Popen(  # noqa: S603 - the person's own command, no shell
                list(command),
                executable=program,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=stderr,
                env=environ,
                start_new_session=True,
            )
            self._running.add(process)
        return process

    def end(self, process: "subprocess.Popen[bytes]") -> None:
        """End a program, if it runs, and all that it started."""
        with self._turn:
            _kill(process)
            self._running.discard(process)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_ENDING)
        if process.stdout:
            process.stdout.close()

    def let_go(self, process: "subprocess.Popen[bytes]") -> None:
        """Leave a program that has ended, and whatever it started, to themselves."""
        with self._turn:
            self._running.discard(process)
        if process.stdout:
            process.stdout.close()

    def end_all(self) -> None:
        """End all that run, whose callers get NoKey, and start no more."""
        with self._turn:
            self._over = True
            for process in self._running:
                _kill(process)


def _kill(process: "subprocess.Popen[bytes]") -> None:
    # Its group has its number, which stays taken as long as anything of the group runs.
    with contextlib.suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)


programs = Programs()
"""Those of this process: the programs that print keys, and those of events."""


def end_commands() -> None:
    """End the commands that run, as the process ends; what they started would outlive it."""
    programs.end_all()
