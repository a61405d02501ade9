"""Runs the command of an event, within bounds: a minute, a process at a time, some lines kept."""

import contextlib
import os
import selectors
import signal
import subprocess
from collections.abc import Mapping, Sequence
from time import monotonic

from rushes.watch.disk.ownership import TrustedOwners, check_ownership
from rushes.watch.disk.tomlfile import BadFile
from rushes.watch.events.ran import Ran
from rushes.watch.keys.command import programs
from rushes.watch.keys.program import NoKey, program_of
from rushes.watch.queued_events import CommandEnd

SECONDS = 60.0
"""Seconds that a command may take."""

GRACE = 5.0
"""Seconds for which it may tidy up once it is told to end."""

KEPT = 4096
"""Bytes that are kept of the end of what it prints, however much that is."""

LINES = 5
"""Lines of these that are told of."""

_PIECE = 64 << 10
_LOOK = 0.05
"""Seconds between looks at whether the program has ended while another holds its output open."""


def run_command(
    command: Sequence[str],
    environ: Mapping[str, str],
    seconds: float = SECONDS,
    grace: float = GRACE,
) -> Ran:
    """Run a command in a session of its own, and wait for it; blocks for `seconds` and `grace`.

    `environ` are its variables, all of them. What it started and left behind runs on, unless it
    took too long.
    """
    program = program_of(command, environ)
    if program is None:
        return Ran(CommandEnd.NOT_FOUND)
    try:
        check_ownership(program, TrustedOwners.of(environ))
        process = programs.start(command, program, environ, stderr=subprocess.STDOUT)
    except BadFile as error:
        return Ran(CommandEnd.UNTRUSTED, said=str(error))
    except (OSError, ValueError, NoKey) as error:
        return Ran(CommandEnd.NOT_STARTED, said=str(error))
    output = _Output(process)
    if output.drain(monotonic() + seconds):
        programs.let_go(process)
        code = process.returncode if process.returncode >= 0 else 128 - process.returncode
        return Ran(CommandEnd.FAILED if code else CommandEnd.DONE, code, output.last_lines())
    try:
        os.killpg(process.pid, signal.SIGTERM)
        output.drain(monotonic() + grace)
    except OSError:
        pass  # it ended at this moment
    programs.end(process)
    return Ran(CommandEnd.TIMED_OUT, said=output.last_lines())


class _Output:
    """What a program prints, of which the end is kept."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process
        self._kept = b""

    def drain(self, until: float) -> bool:
        """Read until the program has ended, or that moment has come; whether it has ended.

        What it started may hold its output open for longer: that is not waited for.
        """
        assert self._process.stdout is not None  # noqa: S101 - it was asked for
        pipe = self._process.stdout.fileno()
        with selectors.DefaultSelector() as selector:
            selector.register(pipe, selectors.EVENT_READ)
            while (left := until - monotonic()) > 0:
                has_ended = self._process.poll() is not None
                if selector.get_map() and selector.select(min(left, _LOOK)):
                    if not self._take(os.read(pipe, _PIECE)):
                        selector.unregister(pipe)
                elif has_ended:
                    return True
                elif not selector.get_map():
                    self._wait(min(left, _LOOK))
        return self._process.poll() is not None

    def last_lines(self) -> str:
        """The last lines of it, as text."""
        lines = self._kept.decode("utf-8", "replace").splitlines()
        return "\n".join([line for line in lines if line.strip()][-LINES:])

    def _take(self, piece: bytes) -> bool:
        self._kept = (self._kept + piece)[-KEPT:]
        return bool(piece)

    def _wait(self, seconds: float) -> None:
        """Wait for a program that has closed its output."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
