"""What becomes of the commands of events at the end of a process."""

from enum import Enum


class AtEnd(Enum):
    """What is done at the end of a process with the commands that were not begun."""

    LEAVE = "leave"
    """They are left to the next one; only the one that runs is waited for."""

    FINISH = "finish"
    """Those of what happened here are run first."""
