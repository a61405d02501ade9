"""What posters are wished for, and which of them comes first: of the last ones to be asked for."""

import asyncio
from collections.abc import Iterable
from heapq import nlargest

from rushes.watch.posters.source import Source

MOST = 512
"""Posters that are wished for at a time; those that were asked for longest ago are forgotten."""

Turn = tuple[int, int]
"""The greater one comes first."""


class Wishes:
    """Posters in the order in which they are to be made.

    Those that are asked for in one go, as a screen is drawn, come in the order in which they were
    asked for; before them comes what is asked for later.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._turns: dict[Source, Turn] = {}
        self._go = 0
        self._count = 0
        self._going = False

    def __contains__(self, source: Source) -> bool:
        return source in self._turns

    def add(self, source: Source) -> list[Source]:
        """Wish for one, or once more; returns what is forgotten for that."""
        if not self._going:
            self._going = True
            self._go += 1
            asyncio.get_running_loop().call_soon(self._gone)
        self._count += 1
        self._turns[source] = (self._go, -self._count)
        over = len(self._turns) - self._most
        old = [min(self._turns, key=self._turns.__getitem__)] if over > 0 else []
        for each in old:
            del self._turns[each]
        return old

    def first(self, among: Iterable[Source], count: int) -> list[Source]:
        """Those of these that come first, at most so many."""
        return nlargest(count, among, key=self._turns.__getitem__)

    def remove(self, sources: Iterable[Source]) -> None:
        """Wish for these no longer."""
        for source in sources:
            self._turns.pop(source, None)

    def _gone(self) -> None:
        self._going = False
