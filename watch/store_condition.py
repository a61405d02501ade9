"""How a store is: what a person has to know of it, and whether changes are being saved."""

from datetime import datetime
from enum import Enum

from rushes.providers.frozen import frozen


class StoreReason(Enum):
    """What a person has to know of a store."""

    DAMAGED = "damaged"
    """The file was damaged: it is kept under the name in `detail`, and a new one was begun."""

    FOREIGN = "foreign"
    """The file is not built as Rushes builds it: else as DAMAGED."""

    MOVED = "moved"
    """The file was moved or deleted by others: everything is saved anew."""

    NEWER = "newer"
    """It is of a newer Rushes, whose version is in `detail`: it is read, and not written."""

    UNWRITABLE = "unwritable"
    """The file or its folder may not be written: it is read only."""

    IN_USE = "in use"
    """Its folder has no locks and another program uses the file: it is read only."""

    WEAK_FILE_SYSTEM = "weak file system"
    """The folder lacks what is in `lacks`."""

    EXPOSED = "exposed"
    """Others than its owner may be able to change it; `detail` says so."""

    NOT_SAVED = "not saved"
    """Changes cannot be saved at the moment; `detail` is the error."""

    NOT_SAVED_IN_PART = "not saved in part"
    """An internal error keeps the tasks in `detail` from being saved."""

    NO_ANSWER = "no answer"
    """The disk did not answer as the store was closed: the last changes are not saved."""

    AWAY = "away"
    """The team's store is away `since` then: only what was leased is asked; `count` tasks wait."""

    CLOCK_BEHIND = "clock behind"
    """This machine's clock is behind the one of the team's store by what is in `detail`."""

    CLOCK_AHEAD = "clock ahead"
    """It is ahead of it; else as CLOCK_BEHIND."""

    ALONE = "alone"
    """It has been away for so long that this machine asks alone; else as AWAY."""

    AS_IT_WAS = "as it was"
    """It is away: what is told is as it was when it was there last; `detail` is why."""

    ASKS_NOTHING = "asks nothing"
    """This machine is set to look on, and to leave it to others to ask."""

    LOOKS_ON = "looks on"
    """The team's store lets this machine read, and not write: it asks nothing."""


class Lack(Enum):
    """What a file system does not have."""

    FLOCK = "flock"
    POSIX_LOCKS = "POSIX locks"
    SHARED_MEMORY = "shared memory"


@frozen
class StoreNotice:
    """A reason, and the name of the file (or the folder, for its file system) that it is about.

    `since` is when it began and `count` how many tasks it holds up, where that is known.
    """

    reason: StoreReason
    where: str
    detail: str = ""
    lacks: frozenset[Lack] = frozenset()
    since: datetime | None = None
    count: int = 0


@frozen(kw_only=True)
class StoreCondition:
    """How a store is at the moment.

    `unsaved` says why changes are not being saved; None where they are. `begun_anew` counts how
    often the store lost what it had: whoever sees it grow has to save everything again.
    """

    notices: tuple[StoreNotice, ...] = ()
    unsaved: StoreNotice | None = None
    read_only: bool = False
    begun_anew: int = 0
