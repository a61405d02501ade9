"""Counts and the next loss of the whole list, updated from the changed tasks alone."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from rushes.providers.frozen import frozen
from rushes.providers.model import Status
from rushes.watch.deadlines import Deadlines
from rushes.watch.task import Ref, Task


@frozen
class Loss:
    """The output that expires next: its task, and the time that is left."""

    ref: Ref
    left: timedelta


_BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)


class Counts:
    """Counts by status and the next loss."""

    def __init__(self) -> None:
        self._statuses: dict[Ref, Status | None] = {}
        self._ends: dict[Ref, tuple[datetime, ...]] = {}
        self._endless: set[Ref] = set()
        self._troubled: set[Ref] = set()
        self._open: set[Ref] = set()
        self._unsaved: set[Ref] = set()
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

    @property
    def unsaved(self) -> int:
        """How many tasks have an output that is not on disk and not lost, as of the last look."""
        return len(self._unsaved)

    @property
    def in_trouble(self) -> int:
        """How many open tasks could not be asked about as they should."""
        return len(self._troubled)

    def open_at(self, account: str) -> int:
        """How many open tasks an account has."""
        return sum(ref.provider == account for ref in self._open)

    def awaits(self, ref: Ref) -> bool:
        """Whether an end of what the task has unsaved is still to come, as of the last look."""
        return ref in self._losses

    def _await(self, ref: Ref) -> None:
        """Wait for the next end of the task's outputs; for the first before any time was told."""
        ends = self._ends.get(ref, ())
        ahead = ends if self._now is None else [at for at in ends if at > self._now]
        self._losses.put(ref, min(ahead, default=None))
        _note(self._unsaved, ref, ref in self._losses or ref in self._endless)

    def _count(self, ref: Ref, task: Task | None) -> None:
        if ref in self._statuses:
            self.counts[self._statuses.pop(ref)] -= 1
        ends, endless = ((), False) if task is None else _unsaved(task)
        _note(self._endless, ref, endless)
        if ends != self._ends.get(ref, ()):
            self._ends[ref] = ends
            if not ends:
                del self._ends[ref]
        self._await(ref)
        _note(self._open, ref, task is not None and not task.over)
        _note(self._troubled, ref, task is not None and bool(task.trouble) and not task.over)
        if task is None:
            return
        self._statuses[ref] = task.status
        self.counts[task.status] += 1


def _note(refs: set[Ref], ref: Ref, holds: bool) -> None:
    (refs.add if holds else refs.discard)(ref)


def _unsaved(task: Task) -> tuple[tuple[datetime, ...], bool]:
    """The ends of what can be lost, past or not, and whether any of it has no known end.

    Ends are by our clock (UTC), of links and of files.
    """
    ends: list[datetime] = []
    endless = False
    for asset in task.assets(_BEFORE_ALL):
        if asset.settled:
            continue
        known = [at for at in (asset.expires_at, asset.renewable_until) if at is not None]
        ends += map(task.our_time, known)
        endless = endless or not (known or asset.lost)
    return tuple(ends), endless
