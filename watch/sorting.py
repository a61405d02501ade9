"""The sort orders of a list of tasks."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from enum import Enum
from types import MappingProxyType
from typing import TypeVar, cast

from rushes.providers.frozen import frozen
from rushes.providers.model import Status
from rushes.watch.task import Task

T = TypeVar("T")


class SortKey(Enum):
    """The value that a list is sorted by."""

    ADDED = "added"
    NAME = "task"
    VIA = "via"
    STATUS = "status"
    RUN = "run"
    EXPIRES = "expires"
    FILES = "files"
    SIZE = "size"
    RATING = "rating"
    MODEL = "model"
    PROMPT = "prompt"
    ERROR = "error"
    TAGS = "tags"
    CREATED = "created"
    FINISHED = "finished"
    ID = "id"
    REF = "ref"

    @property
    def usually_descending(self) -> bool:
        """Whether people expect the greatest value first."""
        return self in (SortKey.ADDED, SortKey.RATING)


@frozen
class SortOrder:
    """What a list is sorted by, and whether the greatest value comes first."""

    key: SortKey
    descending: bool = False


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
    if (text := _TEXTS.get(key)) is not None:
        return text(task).casefold() or None
    match key:
        case SortKey.ADDED:
            return task.entry.added.timestamp()
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
        case SortKey.FILES:
            return float(len(task.snapshot.outputs)) if task.snapshot else None
        case SortKey.SIZE:
            return float(task.saved_bytes) or None
        case SortKey.RATING:
            return None if task.rating is None else float(task.rating)
        case SortKey.CREATED:
            created = task.snapshot.created_at if task.snapshot else None
            return None if created is None else task.our_time(created).timestamp()
        case _:
            return None if task.finished_at is None else task.finished_at.timestamp()


_TEXTS: Mapping[SortKey, Callable[[Task], str]] = MappingProxyType(
    {
        SortKey.NAME: lambda task: task.name,
        SortKey.VIA: lambda task: task.ref.provider,
        SortKey.MODEL: lambda task: task.model or "",
        SortKey.PROMPT: lambda task: task.prompt or "",
        SortKey.ERROR: lambda task: task.error or "",
        SortKey.TAGS: lambda task: ",".join(task.entry.tags),
        SortKey.ID: lambda task: task.ref.id,
        SortKey.REF: lambda task: str(task.ref),
    }
)
"""The keys that are texts."""


def arranged(
    things: Iterable[T], value: Callable[[T], SortValue], key: SortKey, *, descending: bool
) -> list[T]:
    """Things sorted by their values of `key`, those without a value (None) last.

    Things with equal values keep their order in the key's usual direction and are reversed in the
    other, so that reversing the list has an effect on tasks that were added together.
    """
    known: list[T] = []
    unknown: list[T] = []
    for thing in things:
        (unknown if value(thing) is None else known).append(thing)
    # None of them has None for a value, which could not be compared.
    known.sort(key=cast("Callable[[T], float]", value), reverse=key.usually_descending)
    if descending is not key.usually_descending:
        known.reverse()
        unknown.reverse()
    return known + unknown
