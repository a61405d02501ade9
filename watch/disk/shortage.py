"""Finds out whether an error came of too few file descriptors or too little memory (row 88).

Such an error is no fault of what was asked for: it is said as what it is, and tried again.
"""

import errno
import os
from collections.abc import Iterator

_SHORT = (errno.EMFILE, errno.ENFILE, errno.ENOMEM)

_AT_ONCE = 3
"""Descriptors that looking up a name, or opening a database, takes at once."""


def shortage(error: BaseException) -> OSError | None:
    """The EMFILE, ENFILE or ENOMEM that `error` came of, None where it is about something else."""
    for cause in causes(error):
        if isinstance(cause, MemoryError):
            return OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))
        if isinstance(cause, OSError) and cause.errno in _SHORT:
            return cause
        if _is_of_names(cause) and (lack := present_shortage()) is not None:
            return lack  # the resolver says that the name is unknown
    return None


def present_shortage() -> OSError | None:
    """The EMFILE, ENFILE or ENOMEM that opening a few files meets at this moment, None for none."""
    opened = list[int]()
    try:
        for _ in range(_AT_ONCE):
            opened.append(os.open(os.devnull, os.O_RDONLY))
    except OSError as error:
        return error if error.errno in _SHORT else None
    finally:
        for descriptor in opened:
            os.close(descriptor)
    return None


def _is_of_names(error: BaseException) -> bool:
    if not isinstance(error, OSError):
        return False
    import socket  # not before there is an error

    return isinstance(error, socket.gaierror)


def causes(error: BaseException) -> Iterator[BaseException]:
    """Yield the error and all of its causes, the direct ones first."""
    waiting: list[BaseException] = [error]
    for _ in range(64):
        if not waiting:
            return
        current = waiting.pop(0)
        yield current
        if isinstance(current, BaseExceptionGroup):
            waiting.extend(current.exceptions)  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
        waiting.extend(e for e in (current.__cause__, current.__context__) if e is not None)
