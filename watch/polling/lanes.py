"""Lanes: the polls of one account that are under way at the same time, and who gets the next one.

Requests are never cancelled (M16 in docs/reliability.md), so a lane that waits for a slow answer is
occupied until it comes. So that such tasks do not hold up the others, tasks whose last question
failed or was slow occupy at most half of the lanes, and together with tasks that were never asked
at most three quarters, as long as there are tasks that answer well.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from enum import Enum

from rushes.watch.polling.turns import Turn
from rushes.watch.task import Ref

SLOW = 2.0
"""An answer that takes longer than this many seconds is a slow one."""


class Health(Enum):
    """How a task's last question went."""

    GOOD = "good"
    UNKNOWN = "unknown"
    POOR = "poor"


class Lanes:
    """Hands out turns to at most `count` lanes, the longest waiting first of those allowed."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._good: set[Ref] = set()
        self._poor: set[Ref] = set()
        self._turns: dict[Health, deque[tuple[int, Turn]]] = {kind: deque() for kind in Health}
        self._taken: dict[Health, int] = dict.fromkeys(Health, 0)
        self._number = 0

    def health(self, ref: Ref) -> Health:
        """How the last question about the task went."""
        if ref in self._good:
            return Health.GOOD
        return Health.POOR if ref in self._poor else Health.UNKNOWN

    def note(self, ref: Ref, *, well: bool, seconds: float) -> None:
        """Note an answer that took so long; `well` is whether it told the task's status."""
        self.forget(ref)
        (self._good if well and seconds <= SLOW else self._poor).add(ref)

    def forget(self, ref: Ref) -> None:
        """Forget how the last question about the task went."""
        self._good.discard(ref)
        self._poor.discard(ref)

    def wants(self, kind: Health) -> bool:
        """Whether more turns of that kind should be leased."""
        return len(self._turns[kind]) < self.count

    def put(self, turn: Turn, kind: Health) -> None:
        """Queue a turn."""
        self._number += 1
        self._turns[kind].append((self._number, turn))

    def start(self, group: asyncio.TaskGroup, use: Callable[[Turn], Awaitable[None]]) -> None:
        """Start a lane for each turn that may be taken up: a task of `group`, which uses it."""
        while (taken := self.take()) is not None:
            group.create_task(self._lane(group, use, *taken))

    async def _lane(
        self,
        group: asyncio.TaskGroup,
        use: Callable[[Turn], Awaitable[None]],
        turn: Turn,
        kind: Health,
    ) -> None:
        try:
            await use(turn)
        finally:
            self.free(kind)
        self.start(group, use)

    def take(self) -> tuple[Turn, Health] | None:
        """The next turn, None for none; it occupies a lane, by its kind, until `free`."""
        if sum(self._taken.values()) >= self.count:
            return None
        ready = [kind for kind in Health if self._turns[kind] and self._may_take(kind)]
        if not ready:
            return None
        kind = min(ready, key=lambda kind: self._turns[kind][0][0])
        self._taken[kind] += 1
        return self._turns[kind].popleft()[1], kind

    def free(self, kind: Health) -> None:
        """A lane is free again."""
        self._taken[kind] -= 1

    def _may_take(self, kind: Health) -> bool:
        if kind is Health.GOOD or not self._good:
            return True
        unproven = self._taken[Health.UNKNOWN] + self._taken[Health.POOR]
        if unproven >= max(1, self.count - max(1, self.count // 4)):
            return False
        return kind is Health.UNKNOWN or self._taken[kind] < max(1, self.count // 2)
