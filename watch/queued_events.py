"""Events as a store keeps them until their commands have ended (`watch/events/`)."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum

from rushes.providers.frozen import frozen
from rushes.watch.event_kinds import EventKind


@frozen(kw_only=True)
class Happening:
    """Something that happened to `subject`: a task, by its ref, or an account, by its name.

    Kind, subject, `n` (an output's number, 0 for none) and `mark` identify it: whoever else tells
    of the same does not queue it again. `again`: a person had it done once more, so it is news
    although it is known. `values` are what its command can speak of.
    """

    kind: EventKind
    at: datetime
    subject: str
    n: int = 0
    mark: str = ""
    again: bool = False
    values: Mapping[str, str]


@frozen
class QueuedEvent:
    """A happening whose command was not begun so far, and its number in the store."""

    number: int
    happening: Happening


class CommandEnd(Enum):
    """How it ended with the command of an event."""

    DONE = "done"
    FAILED = "failed"
    """It has an exit code other than 0."""

    TIMED_OUT = "timed_out"
    NOT_FOUND = "not_found"
    UNTRUSTED = "untrusted"
    """Somebody else than we and root could have written the program: it was not run."""

    NOT_STARTED = "not_started"
    DASH = "dash"
    """A value that begins with a dash would have stood alone as an argument: it was not run."""

    NO_COMMAND = "no_command"
    """`[on]` has none for it any more."""

    CUT_OFF = "cut_off"
    """Its process ended meanwhile; nobody knows how far it came, so it is not begun again."""


@frozen
class CutOff:
    """A command that was cut off: of which event, of what, and since when that is known (UTC)."""

    kind: EventKind
    subject: str
    n: int
    at: datetime
