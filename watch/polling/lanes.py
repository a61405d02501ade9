"""Which of the turns that are granted is taken up next, so that no task in trouble holds others up.

Requests are never cancelled (reliability.md M16): a lane that waits for a slow answer is lost until
it comes. So tasks whose last question failed or was slow hold at most half of the lanes together,
and with those that were never asked all but a quarter, while there are tasks that answer well.
"""

from collections import deque
from enum import Enum

from rushes.watch.polling.broadcast import Broadcast
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
    """Hands out turns, the one first that has waited longest of those that may be taken up."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._sound: set[Ref] = set()
        self._troubled: set[Ref] = set()
        self._turns: dict[Repute, deque[tuple[int, Turn]]] = {kind: deque() for kind in Repute}
        self._taken: dict[Repute, int] = dict.fromkeys(Repute, 0)
        self._number = 0
        self._changed = Broadcast()

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
        self._changed.set()

    async def room(self, kind: Repute) -> None:
        """Return once turns of that kind are wanted."""
        while len(self._turns[kind]) >= self.count:
            await self._changed.wait()

    def put(self, turn: Turn, kind: Repute) -> None:
        """Have a turn be taken up in time."""
        self._number += 1
        self._turns[kind].append((self._number, turn))
        self._changed.set()

    async def take(self) -> tuple[Turn, Repute]:
        """The next turn; the lane is taken by its kind until `free`."""
        while True:
            ready = [kind for kind in Repute if self._turns[kind] and self._may_take(kind)]
            if ready:
                kind = min(ready, key=lambda kind: self._turns[kind][0][0])
                self._taken[kind] += 1
                self._changed.set()
                return self._turns[kind].popleft()[1], kind
            await self._changed.wait()

    def free(self, kind: Repute) -> None:
        """A lane is free again."""
        self._taken[kind] -= 1
        self._changed.set()

    def _may_take(self, kind: Repute) -> bool:
        if kind is Repute.SOUND or not self._sound:
            return True
        unproven = self._taken[Repute.UNTRIED] + self._taken[Repute.TROUBLED]
        if unproven >= max(1, self.count - max(1, self.count // 4)):
            return False
        return kind is Repute.UNTRIED or self._taken[kind] < max(1, self.count // 2)
