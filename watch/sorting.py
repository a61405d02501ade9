"""The orders that a list of tasks can be in."""

from collections.abc import Iterable
from datetime import datetime
from enum import Enum
from operator import itemgetter
from typing import TypeVar

from rushes.providers.model import Status
from rushes.watch.task import Task

T = TypeVar("T")


class SortKey(Enum):
    """What a list is ordered by."""

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
    """What the task is ordered by; None (nothing known) comes last in either direction."""
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
    """The things by their values of `key`, those without a value (None) last.

    Equal ones stay as they came in the key's usual direction; in the other one they are turned
    round with the rest, so that turning round tasks that were added together does something.
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
