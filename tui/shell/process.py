"""The process around a command: streams that may be closed, private memory, the exit code."""

import gc
import os
import resource
import signal
import sys
import threading
from collections.abc import Sequence
from io import TextIOWrapper

from rushes.tui.shell.cli import main
from rushes.watch.disk.descriptors import raise_limit

TYPE_CHECKING = False  # `typing` is not loaded for a version or a help: see `tui/entry.py`
if TYPE_CHECKING:
    from typing import BinaryIO, NoReturn, TextIO

_PR_SET_DUMPABLE = 4
"""From Linux' prctl.h."""


def run(argv: Sequence[str]) -> "NoReturn":
    """Run one command, and end the process with its exit code."""
    stdin, stdout, stderr = _streams()
    # Files that are made without a mode of their own are private too (interface.md, "Files").
    os.umask(0o077)
    _keep_memory_private()
    raise_limit()
    threading.excepthook = _log_thread
    sys.unraisablehook = _log_ignored
    try:
        code = main(argv, os.environ, stdin, stdout, stderr)
    except KeyboardInterrupt:
        code = 128 + signal.SIGINT
    except BrokenPipeError:
        # The reader of our output, such as `head`, has closed the pipe.
        code = 128 + signal.SIGPIPE
    _leave(code, stdout, stderr)


def _keep_memory_private() -> None:
    """Forbid core files and reading by other processes of this user: keys are in memory (S6)."""
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, most))
    if sys.platform == "linux":
        import ctypes

        # The limit does not hold for a crash reporter that the kernel pipes core files to.
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def _log_thread(died: threading.ExceptHookArgs) -> None:
    """Log the exception that ended a thread, instead of writing it over the dashboard."""
    import logging

    name = died.thread.name if died.thread else "a thread"
    logging.getLogger(__name__).error("%s ended", name, exc_info=died.exc_value)


def _log_ignored(ignored: "sys.UnraisableHookArgs") -> None:
    """Log an exception that nobody can catch, as in a destructor, instead of writing it there."""
    import logging

    logging.getLogger(__name__).error("an error was ignored", exc_info=ignored.exc_value)


_STANDARD = (os.O_RDWR, os.O_RDONLY, os.O_RDWR)
"""Modes in which the null device replaces closed streams. stdout is opened for reading, so that
writing to it fails: lost output has to be an error. Lost messages on stderr do not."""


def _streams() -> "tuple[BinaryIO | None, TextIOWrapper, TextIOWrapper]":
    """The three streams; the null device for a closed one, so that no file gets its number."""
    for descriptor, mode in enumerate(_STANDARD):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, mode)  # gets the lowest free number, which is this one
    return _bytes(sys.stdin), _text(sys.stdout, 1), _text(sys.stderr, 2)


# Typeshed says TextIO; it is None for what was closed, else made by the interpreter.


def _bytes(stream: "TextIO | None") -> "BinaryIO | None":
    return stream and stream.buffer


def _text(stream: "TextIO | None", descriptor: int) -> TextIOWrapper:
    if stream is not None:
        return stream  # pyright: ignore[reportReturnType]
    return open(descriptor, "w", encoding="utf-8", closefd=False)


def _leave(code: int, *streams: TextIOWrapper) -> "NoReturn":
    for stream in streams:
        try:
            stream.flush()
        except OSError:
            # The interpreter would try again at its end, and complain.
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    # A thread of obstore's that comes back while the interpreter ends would abort the process.
    if _threads_hang() or "obstore" in sys.modules:
        os._exit(code)
    # The interpreter's end looks for garbage among all there is, which the process' end frees.
    gc.freeze()
    sys.exit(code)


def _threads_hang() -> bool:
    # A command that has no threads need not load what would wait for them.
    if "rushes.tui.shell.running" not in sys.modules and threading.active_count() == 1:
        return False
    from rushes.tui.shell.running import join_threads

    return not join_threads()
