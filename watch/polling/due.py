"""The tasks that are due, in one queue for each outcome of their last question (`lanes.py`)."""

from collections import deque
from collections.abc import Callable

from rushes.watch.clock import Clock
from rushes.watch.polling.lanes import Health
from rushes.watch.polling.timetable import Timetable
from rushes.watch.task import Ref


class DueTasks:
    """A timetable, and for each `Health` a queue of the tasks that came due.

    A task is busy from when it comes due until it was asked about: it is not queued twice.
    """

    def __init__(self, clock: Clock, health: Callable[[Ref], Health]) -> None:
        self.busy: set[Ref] = set()
        self._clock = clock
        self._health = health
        self._timetable = Timetable()
        self._queues: dict[Health, deque[Ref]] = {kind: deque() for kind in Health}
        self._taken_out: set[Ref] = set()

    def __len__(self) -> int:
        return len(self._timetable) + len(self.busy)

    def __contains__(self, ref: object) -> bool:
        return ref in self._timetable

    @property
    def waiting(self) -> bool:
        """Whether tasks came due that were not taken yet."""
        return any(self._queues.values())

    def put(self, ref: Ref, delay: float) -> None:
        """Have `ref` come due in so many seconds, whatever was planned before."""
        self._timetable.put(ref, self._clock.monotonic() + delay)

    def discard(self, ref: Ref) -> None:
        """Take `ref` off the timetable."""
        self._timetable.discard(ref)

    def queue(self, ref: Ref) -> None:
        """Have `ref` be due now."""
        self.busy.add(ref)
        self._queues[self._health(ref)].append(ref)

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

    def take(self, kind: Health, count: int) -> list[Ref]:
        """Remove and return the first of a queue, `count` at most."""
        queue = self._queues[kind]
        first = [queue.popleft() for _ in range(min(count, len(queue)))]
        return [ref for ref in first if not self.was_taken_out(ref)]

    def look(self) -> float | None:
        """Queue what has come due; seconds until the next task does, None where there is none."""
        now = self._clock.monotonic()
        for ref in self._timetable.take(now):
            self.queue(ref)
        next_at = self._timetable.next_at()
        return None if next_at is None else next_at - now
