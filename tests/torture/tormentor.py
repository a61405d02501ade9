"""Runs command lines in forks of a warm process, with one of their calls made to fail.

Run as a script it is that process: it reads one trial a line from stdin and answers each with one
line. `Tormentor` starts it and asks it.
"""

import gc
import importlib
import json
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any

from calls import Strike
from seam import Seam, engage

DEADLINE = 120.0
"""Seconds after which a command is taken to hang; those tried here end within some."""

_LASTS = 8.0
"""Seconds after which a command is told to end that waits for a lasting failure to pass."""

HUNG = -1000
"""The exit code of a command that had to be killed."""

_NEEDED = (
    "anyio._backends._asyncio",
    "ctypes",
    "encodings.idna",
    "httpcore._async.http_proxy",
    "httpcore._sync.http_proxy",
    "rushes.tui.command.add",
    "rushes.tui.command.edit",
    "rushes.tui.command.get",
    "rushes.tui.command.ls",
    "rushes.tui.command.wait",
    "rushes.tui.shell.process",
)
"""What the commands load sooner or later."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One command line in the home that `environ` names; files in `folder` say what it wrote."""

    argv: tuple[str, ...]
    environ: dict[str, str]
    folder: str
    strike: Strike | None = None
    strace: tuple[str, ...] = ()
    """Its options; with them it follows the command instead of the seam."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended and what it wrote. `calls` are the seam's lines, parted by tabs."""

    code: int
    out: str
    err: str
    calls: tuple[str, ...]

    @property
    def hung(self) -> bool:
        """Whether it had to be killed."""
        return self.code == HUNG


class Tormentor:
    """A process that runs one trial at a time."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )

    def __enter__(self) -> "Tormentor":
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._process.communicate()

    def run(self, trial: Trial) -> Outcome:
        """How the trial went."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(json.dumps(asdict(trial)).encode() + b"\n")
        stdin.flush()
        code = json.loads(stdout.readline())
        folder = Path(trial.folder)
        out, err, calls = (
            (folder / name).read_text(errors="replace") for name in ("out", "err", "calls")
        )
        return Outcome(code, out, err, tuple(calls.splitlines()))


def _main() -> None:
    _warm_up()
    for line in sys.stdin.buffer:
        asked: dict[str, Any] = json.loads(line)
        strike = Strike(**asked["strike"]) if asked["strike"] else None
        trial = Trial(
            tuple(asked["argv"]), asked["environ"], asked["folder"], strike, asked["strace"]
        )
        child = _forked(trial)
        with _followed(child, trial):
            code = _ended(child, lasts=strike is not None and strike.lasting)
        os.write(1, json.dumps(code).encode() + b"\n")


def _warm_up() -> None:
    """Load what a fork of this process need not load again."""
    from rushes.providers.registry import find
    from rushes.watch.network.trust import trust

    for name in _NEEDED:
        importlib.import_module(name)
    find("hiapi")
    trust()
    # A page that nobody writes to need not be copied for each fork.
    gc.collect()
    gc.freeze()


@contextmanager
def _followed(child: int, trial: Trial) -> Generator[None]:
    """Have strace follow a child that has stopped itself to wait for it."""
    if not trial.strace:
        yield
        return
    os.waitpid(child, os.WUNTRACED)
    command = ["strace", "-f", "-o", f"{trial.folder}/calls", *trial.strace, "-p", str(child)]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as tracer:
        assert tracer.stderr is not None
        said = tracer.stderr.readline()
        assert b"attached" in said, said
        os.kill(child, signal.SIGCONT)
        yield
        tracer.communicate()


def _forked(trial: Trial) -> int:
    child = os.fork()
    if child:
        return child
    try:
        _become(trial)
    finally:
        os._exit(99)  # it must never go on as its parent


def _become(trial: Trial) -> None:
    """Be that command, to its end."""
    from rushes.tui.shell.process import run

    os.setsid()
    folder = Path(trial.folder)
    calls = os.open(folder / "calls", os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
    for number, name in enumerate(("/dev/null", folder / "out", folder / "err")):
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC if number else os.O_RDONLY
        opened = os.open(name, flags, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    os.environ.clear()
    os.environ.update(trial.environ)
    if trial.strace:
        os.close(calls)
        os.kill(os.getpid(), signal.SIGSTOP)
    else:
        engage(Seam(trial.strike, partial(note, os.write, calls)))
    code = 98
    try:
        run(trial.argv)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException as error:  # noqa: BLE001  the interpreter would print it
        sys.excepthook(type(error), error, error.__traceback__)
        sys.stderr.flush()
        code = 97
    _wait_for_threads()
    os._exit(code)


def note(write: Callable[[int, bytes], int], calls: int, line: str) -> None:
    """Write a line of the seam's down, by the call as it was before."""
    write(calls, f"{line}\n".encode())


def _wait_for_threads() -> None:
    """As the interpreter does at its end."""
    for thread in threading.enumerate():
        if thread is not threading.main_thread() and not thread.daemon:
            thread.join()


def _ended(child: int, *, lasts: bool) -> int:
    """The exit code of a child; that of what hung where it did not end in time."""
    watched = os.pidfd_open(child)
    try:
        ended = bool(select.select([watched], [], [], _LASTS)[0]) if lasts else False
        if not ended and lasts:
            os.kill(child, signal.SIGTERM)
        if not (ended or select.select([watched], [], [], DEADLINE)[0]):
            os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return HUNG
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    finally:
        os.close(watched)


if __name__ == "__main__":
    _main()
