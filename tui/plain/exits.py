"""What the exit code says (interface.md, "Commands")."""

from collections.abc import Iterable
from enum import IntEnum


class Exit(IntEnum):
    """An exit code by its meaning; a signal's is 128 plus its number."""

    FINE = 0
    TASK_FAILED = 1
    USAGE = 2
    CONFIGURATION = 3
    KEY = 4
    DOWNLOAD = 5
    UNREACHABLE = 6
    GONE = 7
    INTERNAL = 70
    TIMED_OUT = 124


_WEIGHT = (Exit.KEY, Exit.UNREACHABLE, Exit.GONE, Exit.DOWNLOAD, Exit.TASK_FAILED)


def first_that_applies(exits: Iterable[Exit]) -> Exit:
    """The one code for several that apply: 4, 6, 7, 5, 1, else 0."""
    applying = set(exits)
    return next((exit_ for exit_ in _WEIGHT if exit_ in applying), Exit.FINE)
