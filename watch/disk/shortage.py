"""Finds out whether an error came of too few descriptors or too little memory (row 88).

Such an error is no fault of what was asked for: it is said as what it is, and tried again.
"""

import errno
import os
import socket
import sqlite3
from collections.abc import Iterator

_SHORT = (errno.EMFILE, errno.ENFILE, errno.ENOMEM)

_AT_ONCE = 3
"""Descriptors that looking up a name, or opening a database, takes at once."""


def shortage(error: BaseException) -> OSError | None:
    """The lack that `error` came of, None where it is about something else.

    It has the `errno` EMFILE, ENFILE or ENOMEM. A thread that cannot be started counts as memory.
    """
    for cause in causes(error):
        match cause:
            case MemoryError():
                return _lack(errno.ENOMEM)
            case socket.gaierror(errno=socket.EAI_MEMORY):
                return _lack(errno.ENOMEM)
            case socket.gaierror() | sqlite3.OperationalError():
                # These say that a name is unknown, or that a file cannot be opened.
                if (lack := _of_descriptors()) is not None:
                    return lack
            case OSError() if cause.errno in _SHORT:
                return _lack(cause.errno or 0)
            case RuntimeError() if str(cause) == "can't start new thread":
                return _lack(errno.ENOMEM)
            case _:
                continue
    return None


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


def _of_descriptors() -> OSError | None:
    """Whether fewer are free at this moment than such a call takes."""
    opened = list[int]()
    try:
        for _ in range(_AT_ONCE):
            opened.append(os.open(os.devnull, os.O_RDONLY))
    except OSError as error:
        return shortage(error)
    finally:
        for descriptor in opened:
            os.close(descriptor)
    return None


def _lack(number: int) -> OSError:
    return OSError(number, os.strerror(number))
