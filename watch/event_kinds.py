"""The kinds of things that happen, by the one set of names that people and scripts rely on."""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType

from rushes.providers.language import Words
from rushes.providers.model import Status


class EventKind(Enum):
    """What happened. Those of NAMED are names of docs/interface.md; the others stay inside."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"
    GONE = "gone"
    SAVED = "saved"
    RESCUED = "rescued"
    """Beside SAVED, where `auto = "rescue"` fetched it."""

    DOWNLOAD_FAILED = "download_failed"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    PROBLEM = "problem"
    """All of an account's tasks are held up."""

    IDLE = "idle"

    TRANSITION = "transition"
    """A step that is no end: an end has its own kind, and its transition with it."""

    RECOVERED = "recovered"
    """An account answers again."""

    SHORTFALL = "shortfall"
    DISK_FULL = "disk_full"
    RESUMED = "resumed"
    COMMAND_FAILED = "command_failed"
    """What `[on]` has for an event did not run to a good end."""


NAMED: Mapping[EventKind, str] = Words(
    {
        EventKind.SUCCEEDED: "a task succeeded",
        EventKind.FAILED: "a task failed",
        EventKind.CANCELED: "a task was canceled",
        EventKind.GONE: "its provider does not know a task any more",
        EventKind.SAVED: "a file is whole on disk",
        EventKind.RESCUED: 'the same, where auto = "rescue" fetched it',
        EventKind.DOWNLOAD_FAILED: "a file could not be had",
        EventKind.EXPIRING: "an unsaved file goes within ten minutes",
        EventKind.EXPIRED: "a file went unsaved",
        EventKind.PROBLEM: "an account cannot be asked",
        EventKind.IDLE: "the last open task is over",
    }
)
"""The events that have a name outside, and when they happen."""

ENDS: Mapping[Status, EventKind] = MappingProxyType(
    {status: EventKind(status.value) for status in Status if status.terminal}
)
"""The event that each end of a task is."""
