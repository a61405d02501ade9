"""The sort orders of a list of tasks."""

from collections.abc import Iterable
from datetime import datetime
from enum import Enum
from operator import itemgetter
from typing import TypeVar

from rushes.providers.model import Status
from rushes.watch.task import Task

T = TypeVar("T")


class SortKey(Enum):
    """The value that a list is sorted by."""

    ADDED = "added"
    NAME = "name"
    VIA = "via"
    STATUS = "status"
    RUN = "run"
    EXPIRES = "expires"

    @property
    def usually_descending(self) -> bool:
        """Whether people expect the greatest value first."""
        return self is SortKey.ADDED


_LIFE = (
    Status.RUNNING,
    Status.FINALIZING,
    Status.QUEUED,
    Status.UNKNOWN,
    Status.SUCCEEDED,
    Status.FAILED,
    Status.CANCELED,
    Status.GONE,
)
_RANK = {status: rank for rank, status in enumerate(_LIFE)}

SortValue = float | str | None


def sort_value(key: SortKey, task: Task, now: datetime) -> SortValue:
    """A task's value for a key; None, where nothing is known, comes last in either direction."""
    match key:
        case SortKey.ADDED:
            return task.entry.added.timestamp()
        case SortKey.NAME:
            return task.name.casefold()
        case SortKey.VIA:
            return task.ref.provider
        case SortKey.STATUS:
            return None if task.status is None else float(_RANK[task.status])
        case SortKey.RUN:
            if task.started_at is None:
                return None
            return ((task.finished_at or now) - task.started_at[0]).total_seconds()
        case SortKey.EXPIRES:
            loss = task.next_loss(now)
            at = loss.deadline if loss else None
            return None if at is None else task.our_time(at).timestamp()


def arranged(valued: Iterable[tuple[SortValue, T]], key: SortKey, *, descending: bool) -> list[T]:
    """Items sorted by their values of `key`, those without a value (None) last.

    Items with equal values keep their order in the key's usual direction and are reversed in the
    other, so that reversing the list has an effect on tasks that were added together.
    """
    known: list[tuple[float | str, T]] = []
    unknown: list[T] = []
    for value, thing in valued:
        if value is None:
            unknown.append(thing)
        else:
            known.append((value, thing))
    known.sort(key=itemgetter(0), reverse=key.usually_descending)
    if descending is not key.usually_descending:
        known.reverse()
        unknown.reverse()
    return [thing for _, thing in known] + unknown
