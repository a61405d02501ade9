"""Counts and the next loss of the whole list, updated from the changed tasks alone."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from rushes.providers.model import Status
from rushes.watch.task import Ref, Task


@dataclass(frozen=True, slots=True)
class Loss:
    """The output that expires next: its task, and the time that is left."""

    ref: Ref
    left: timedelta


class Counts:
    """Counts by status and the next loss."""

    def __init__(self) -> None:
        self._statuses: dict[Ref, Status | None] = {}
        self._losses: dict[Ref, tuple[datetime, ...]] = {}
        self.counts: Counter[Status | None] = Counter()

    def take(self, tasks: Mapping[Ref, Task], changed: Iterable[Ref], layout: bool) -> None:
        """Count the changed tasks anew; `layout`: tasks were added or removed as well."""
        touched = set(changed)
        if layout:
            touched |= tasks.keys() ^ self._statuses.keys()
        for ref in touched:
            self._count(ref, tasks.get(ref))

    def next_loss(self, now: datetime) -> Loss | None:
        """The soonest expiry of anything that is not on disk."""
        soonest: tuple[datetime, Ref] | None = None
        for ref, times in self._losses.items():
            for at in times:
                if at > now and (soonest is None or at < soonest[0]):
                    soonest = at, ref
        return Loss(soonest[1], soonest[0] - now) if soonest else None

    def _count(self, ref: Ref, task: Task | None) -> None:
        if ref in self._statuses:
            self.counts[self._statuses.pop(ref)] -= 1
            self._losses.pop(ref, None)
        if task is None:
            return
        self._statuses[ref] = task.status
        self.counts[task.status] += 1
        times = tuple(
            task.our_time(at)
            for asset in task.assets(_EPOCH)
            for at in (asset.expires_at, asset.renewable_until)
            if at is not None and not asset.saved
        )
        if times:
            self._losses[ref] = times


_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
"""A time before every expiry, so that all outputs are listed as not expired."""
