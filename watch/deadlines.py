"""Moments that something waits for, each with its key, in a heap: the next one costs no walk."""

import heapq
from collections.abc import Container, Hashable
from datetime import datetime
from itertools import count
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)

_SLACK = 64
"""Entries out of date that are kept in any case: a small heap is not worth making anew."""


class Deadlines(Generic[K]):
    """The keys that wait for a moment, each for one; whoever looks says what time it is.

    A moment that was changed stays in the heap until it is met there, or until the heap holds more
    of such entries than of others.
    """

    def __init__(self) -> None:
        self._moments: dict[K, datetime] = {}
        self._heap: list[tuple[datetime, int, K]] = []
        self._numbers = count()

    def __len__(self) -> int:
        return len(self._moments)

    def __contains__(self, key: object) -> bool:
        """Whether `key` waits for a moment."""
        return key in self._moments

    @property
    def entries(self) -> int:
        """How many entries the heap holds, those out of date counted."""
        return len(self._heap)

    def put(self, key: K, at: datetime | None) -> None:
        """Have `key` wait for `at`, and for nothing else; None for nothing at all."""
        if self._moments.get(key) == at:
            return
        if at is None:
            del self._moments[key]
            return
        self._moments[key] = at
        heapq.heappush(self._heap, (at, next(self._numbers), key))
        if len(self._heap) > 2 * len(self._moments) + _SLACK:
            self._heap = [(when, next(self._numbers), one) for one, when in self._moments.items()]
            heapq.heapify(self._heap)

    def keep(self, keys: Container[K]) -> None:
        """Forget every key that is not one of these."""
        for key in [key for key in self._moments if key not in keys]:
            del self._moments[key]

    def take(self, now: datetime) -> list[K]:
        """Remove and return the keys whose moment has come, the earliest first."""
        due: list[K] = []
        while (first := self.first()) is not None and first[0] <= now:
            due.append(first[1])
            del self._moments[first[1]]
        return due

    def first(self) -> tuple[datetime, K] | None:
        """The next moment and its key; None where nothing waits."""
        heap = self._heap
        while heap and self._moments.get(heap[0][2]) != heap[0][0]:
            heapq.heappop(heap)
        return (heap[0][0], heap[0][2]) if heap else None
