"""The tasks that are due: who has waited longest since it was asked about is first.

There is one queue for each outcome of a task's last question (`lanes.py`). With more tasks than can
be asked about in an interval each is asked about once before any is asked about twice (row 89 in
docs/reliability.md): those that began to wait within one interval are a round, and a task that is
asked about comes into a later one. Within a round the task goes first that its provider will forget
soonest, then the youngest.
"""

import heapq
from collections.abc import Callable, Iterable
from itertools import count
from math import floor, inf, isfinite

from rushes.watch.clock import Clock
from rushes.watch.polling.lanes import Health
from rushes.watch.polling.timetable import Timetable
from rushes.watch.task import Ref, Task

BY_HAND = -inf
"""The place of what a person asks for: the first."""

NEVER_ASKED = -1e12
"""The place of what nobody asked about yet: before all that was asked about."""

Urgency = tuple[float, float]
"""What is less goes first within a round."""

_Entry = tuple[float, Urgency, float, int, Ref]
"""A round, and the order within it; then the place, and which came first."""


def urgency(task: Task | None) -> Urgency:
    """What is forgotten soonest goes first, then the youngest."""
    if task is None:
        return inf, inf
    until = task.record_expires_at
    said = task.snapshot.created_at if task.snapshot else None
    born = said or task.entry.added
    return until.timestamp() if until else inf, -born.timestamp()


class DueTasks:
    """A timetable, and for each `Health` a queue of the tasks that came due.

    A task is busy from when it comes due until it was asked about: it is not queued twice. Its
    place is when it began to wait, in monotonic seconds, or one of the two that are before all.
    `interval` is the least seconds between two polls of a task.
    """

    def __init__(
        self,
        clock: Clock,
        health: Callable[[Ref], Health],
        urgency: Callable[[Ref], Urgency],
        interval: float,
    ) -> None:
        self.busy: set[Ref] = set()
        self._clock = clock
        self._health = health
        self._urgency = urgency
        self._interval = interval
        self._timetable = Timetable()
        self._places: dict[Ref, float] = {}
        self._queues: dict[Health, list[_Entry]] = {kind: [] for kind in Health}
        self._numbers = count()
        self._taken_out: set[Ref] = set()

    def __len__(self) -> int:
        return len(self._timetable) + len(self.busy)

    def __contains__(self, ref: object) -> bool:
        return ref in self._timetable

    @property
    def waiting(self) -> bool:
        """Whether tasks came due that were not taken yet."""
        return any(self._queues.values())

    def put(self, ref: Ref, delay: float, place: float | None = None) -> None:
        """Have `ref` come due in so many seconds, whatever was planned before.

        Without a place it keeps the one that it has; a task that has none waits from then on.
        """
        at = self._clock.monotonic() + delay
        self._places[ref] = self._places.get(ref, at) if place is None else place
        self._timetable.put(ref, at)

    def discard(self, ref: Ref) -> None:
        """Take `ref` off the timetable."""
        self._places.pop(ref, None)
        self._timetable.discard(ref)

    def queue(self, ref: Ref) -> None:
        """Have `ref` be due now."""
        self.busy.add(ref)
        place = self.place(ref)
        round_ = floor(place / self._interval) if isfinite(place) else place
        entry = (round_, self._urgency(ref), place, next(self._numbers), ref)
        heapq.heappush(self._queues[self._health(ref)], entry)

    def place(self, ref: Ref) -> float:
        """When `ref` began to wait; inf for a task that was taken off."""
        return self._places.get(ref, inf)

    def waited(self, refs: Iterable[Ref]) -> dict[Ref, float]:
        """The seconds for which each of `refs` that has a place has waited."""
        now = self._clock.monotonic()
        return {ref: now - self._places[ref] for ref in refs if ref in self._places}

    def take_out(self, ref: Ref) -> None:
        """Have `ref` be passed over where it is due, since it is asked about out of its turn."""
        self._timetable.discard(ref)
        if ref in self.busy:
            self._taken_out.add(ref)

    def was_taken_out(self, ref: Ref) -> bool:
        """Whether `ref` was taken out; true once for each time."""
        was = ref in self._taken_out
        self._taken_out.discard(ref)
        return was

    def first(self, kind: Health) -> float:
        """The place of the first in a queue; inf for an empty one."""
        queue = self._queues[kind]
        return queue[0][2] if queue else inf

    def take(self, kind: Health, count: int) -> list[Ref]:
        """Remove and return the first of a queue, `count` at most."""
        queue = self._queues[kind]
        first = [heapq.heappop(queue)[-1] for _ in range(min(count, len(queue)))]
        return [ref for ref in first if not self.was_taken_out(ref)]

    def look(self) -> float | None:
        """Queue what has come due; seconds until the next task does, None where there is none."""
        now = self._clock.monotonic()
        for ref in self._timetable.take(now):
            self.queue(ref)
        next_at = self._timetable.next_at()
        return None if next_at is None else next_at - now
