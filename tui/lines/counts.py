"""Counts and the next loss of the whole list, updated from the changed tasks alone."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from rushes.providers.frozen import frozen
from rushes.providers.model import Status
from rushes.watch.deadlines import Deadlines
from rushes.watch.task import Ref, Task


@frozen
class Loss:
    """The output that expires next: its task, and the time that is left."""

    ref: Ref
    left: timedelta


class Counts:
    """Counts by status and the next loss."""

    def __init__(self) -> None:
        self._statuses: dict[Ref, Status | None] = {}
        self._ends: dict[Ref, tuple[datetime, ...]] = {}
        self._losses = Deadlines[Ref]()
        self._now: datetime | None = None
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
        is_back = self._now is not None and now < self._now
        self._now = now
        for ref in [*self._ends] if is_back else self._losses.take(now):
            self._await(ref)
        soonest = self._losses.first()
        return Loss(soonest[1], soonest[0] - now) if soonest else None

    def awaits(self, ref: Ref) -> bool:
        """Whether an end of what the task has unsaved is still to come, as of the last look."""
        return ref in self._losses

    def _await(self, ref: Ref) -> None:
        """Wait for the next end of the task's outputs; for the first before any time was told."""
        ends = self._ends.get(ref, ())
        ahead = ends if self._now is None else [at for at in ends if at > self._now]
        self._losses.put(ref, min(ahead, default=None))

    def _count(self, ref: Ref, task: Task | None) -> None:
        if ref in self._statuses:
            self.counts[self._statuses.pop(ref)] -= 1
        ends = () if task is None else task.ends_of_unsaved
        if ends != self._ends.get(ref, ()):
            self._ends[ref] = ends
            if not ends:
                del self._ends[ref]
            self._await(ref)
        if task is None:
            return
        self._statuses[ref] = task.status
        self.counts[task.status] += 1
