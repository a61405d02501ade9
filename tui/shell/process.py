"""This process: its streams, its signals, and leaving it, whatever state they are in."""

import os
import resource
import signal
import sys
import threading
from collections.abc import Sequence
from io import TextIOWrapper
from typing import BinaryIO, NoReturn, TextIO, cast

from rushes.tui.shell.cli import main

_PR_SET_DUMPABLE = 4
"""From Linux' prctl.h."""


def run(argv: Sequence[str]) -> NoReturn:
    """Run one command, and end the process with its exit code."""
    stdin, stdout, stderr = _streams()
    # Whatever file is made on the way is nobody else's business (interface.md, "Files").
    os.umask(0o077)
    _keep_memory_private()
    threading.excepthook = _log_thread
    try:
        code = main(argv, os.environ, stdin, stdout, stderr)
    except KeyboardInterrupt:
        code = 128 + signal.SIGINT
    except BrokenPipeError:
        # Whoever read us has read enough.
        code = 128 + signal.SIGPIPE
    _leave(code, stdout, stderr)


def _keep_memory_private() -> None:
    """Leave no core file, and let no other process of this user look: keys are in here (S6)."""
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, most))
    if sys.platform == "linux":
        import ctypes

        # The limit alone is no word to a crash reporter that core files are piped to.
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def _log_thread(died: threading.ExceptHookArgs) -> None:
    """What a thread dies of goes into the log, not over the screen."""
    import logging

    name = died.thread.name if died.thread else "a thread"
    logging.getLogger(__name__).error("%s ended", name, exc_info=died.exc_value)


_STANDARD = (os.O_RDWR, os.O_RDONLY, os.O_RDWR)
"""How the null device takes a closed stream's place. Whatever is written to a closed stdout is a
loss, and an error as it would be without us; what is said on a closed stderr is not."""


def _streams() -> tuple[BinaryIO | None, TextIOWrapper, TextIOWrapper]:
    """The three streams; the null device for a closed one, so that no file gets its number."""
    for descriptor, mode in enumerate(_STANDARD):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, mode)  # gets the lowest free number, which is this one
    # Typeshed says TextIO; it is None for what was closed, else made by the interpreter.
    stdin = cast("TextIO | None", sys.stdin)
    return stdin and stdin.buffer, _text(sys.stdout, 1), _text(sys.stderr, 2)


def _text(stream: TextIO | None, descriptor: int) -> TextIOWrapper:
    if stream is not None:
        return cast("TextIOWrapper", stream)
    return open(descriptor, "w", encoding="utf-8", closefd=False)


def _leave(code: int, *streams: TextIOWrapper) -> NoReturn:
    for stream in streams:
        try:
            stream.flush()
        except OSError:
            # The interpreter would try again at its end, and complain.
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    if _threads_hang():
        os._exit(code)
    sys.exit(code)


def _threads_hang() -> bool:
    # A command that runs no loop has no threads, and need not load what would look for them.
    if "rushes.tui.shell.running" not in sys.modules:
        return False
    from rushes.tui.shell.running import join_threads

    return not join_threads()
