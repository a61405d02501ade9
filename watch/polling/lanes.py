"""Which of the turns that are granted is taken up next, so that no task in trouble holds others up.

Requests are never cancelled (reliability.md M16): a lane that waits for a slow answer is lost until
it comes. So tasks whose last question failed or was slow hold at most half of the lanes together,
and with those that were never asked all but a quarter, while there are tasks that answer well.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from enum import Enum

from rushes.watch.polling.turns import Turn
from rushes.watch.task import Ref

SLOW = 2.0
"""Seconds from which on an answer is a slow one."""


class Repute(Enum):
    """What a task's last question was like."""

    SOUND = "sound"
    UNTRIED = "untried"
    TROUBLED = "troubled"


class Lanes:
    """Hands out turns to at most `count` lanes, the longest waiting first of those allowed."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._sound: set[Ref] = set()
        self._troubled: set[Ref] = set()
        self._turns: dict[Repute, deque[tuple[int, Turn]]] = {kind: deque() for kind in Repute}
        self._taken: dict[Repute, int] = dict.fromkeys(Repute, 0)
        self._number = 0

    def repute(self, ref: Ref) -> Repute:
        """What the last question about the task was like."""
        if ref in self._sound:
            return Repute.SOUND
        return Repute.TROUBLED if ref in self._troubled else Repute.UNTRIED

    def note(self, ref: Ref, *, well: bool, seconds: float) -> None:
        """Take note of an answer that took so long; `well` where it told something."""
        self.forget(ref)
        (self._sound if well and seconds <= SLOW else self._troubled).add(ref)

    def forget(self, ref: Ref) -> None:
        """The task is asked about no more."""
        self._sound.discard(ref)
        self._troubled.discard(ref)

    def wants(self, kind: Repute) -> bool:
        """Whether more turns of that kind should be leased."""
        return len(self._turns[kind]) < self.count

    def put(self, turn: Turn, kind: Repute) -> None:
        """Have a turn be taken up in time."""
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
        kind: Repute,
    ) -> None:
        try:
            await use(turn)
        finally:
            self.free(kind)
        self.start(group, use)

    def take(self) -> tuple[Turn, Repute] | None:
        """The next turn, None for none; it occupies a lane, by its kind, until `free`."""
        if sum(self._taken.values()) >= self.count:
            return None
        ready = [kind for kind in Repute if self._turns[kind] and self._may_take(kind)]
        if not ready:
            return None
        kind = min(ready, key=lambda kind: self._turns[kind][0][0])
        self._taken[kind] += 1
        return self._turns[kind].popleft()[1], kind

    def free(self, kind: Repute) -> None:
        """A lane is free again."""
        self._taken[kind] -= 1

    def _may_take(self, kind: Repute) -> bool:
        if kind is Repute.SOUND or not self._sound:
            return True
        unproven = self._taken[Repute.UNTRIED] + self._taken[Repute.TROUBLED]
        if unproven >= max(1, self.count - max(1, self.count // 4)):
            return False
        return kind is Repute.UNTRIED or self._taken[kind] < max(1, self.count // 2)
