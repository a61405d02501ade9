"""Tells those who show posters which of them are finished: each pulls from a pile of its own."""

import asyncio
from weakref import WeakSet

from rushes.watch.task import Ref


class FinishedPosters:
    """One reader's pile: the tasks of which a poster was made, or could not be."""

    def __init__(self) -> None:
        self._refs: set[Ref] = set()
        self._filled = asyncio.Event()

    async def next(self) -> frozenset[Ref]:
        """All since the last call, as soon as there is one."""
        await self._filled.wait()
        self._filled.clear()
        refs, self._refs = frozenset(self._refs), set()
        return refs

    def add(self, ref: Ref) -> None:
        """Note that a poster of a task is finished."""
        self._refs.add(ref)
        self._filled.set()


class PosterReaders:
    """All the piles there are; one is kept as long as somebody else holds it."""

    def __init__(self) -> None:
        self._piles: WeakSet[FinishedPosters] = WeakSet()

    def new(self) -> FinishedPosters:
        """One more pile."""
        pile = FinishedPosters()
        self._piles.add(pile)
        return pile

    def finished(self, ref: Ref) -> None:
        """Let every reader know that a poster of a task is finished."""
        for pile in self._piles:
            pile.add(ref)
