"""Lanes: the polls of one account that are under way at the same time, and who gets the next one.

Requests are never cancelled (M16 in docs/reliability.md), so a lane that waits for a slow answer is
occupied until it comes. So that such tasks do not hold up the others, tasks whose last question
failed or was slow occupy at most half of the lanes, and together with tasks that were never asked
at most three quarters, as long as there are tasks that answer well. New tasks may have every lane
while they answer well themselves: where there are more of them than can be asked about, a quarter
for the others would ask those twice before all were asked about once (row 89).
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from enum import Enum

from rushes.watch.polling.turns import Turn
from rushes.watch.task import Ref

SLOW = 2.0
"""An answer that takes longer than this many seconds is a slow one."""

OVERTAKEN = 2
"""A new task does not answer while so many turns for each lane are begun: it may not answer."""

BATCH = 10
"""Turns per lane that are leased together at most: a turn is to be used within seconds."""

AT_HAND = 1.0
"""Seconds for which turns are leased in advance, as far as can be told from those before."""


class Health(Enum):
    """How a task's last question went."""

    GOOD = "good"
    UNKNOWN = "unknown"
    POOR = "poor"


class Lanes:
    """Hands out turns to at most `count` lanes, the longest waiting first of those allowed.

    `batch` is how many turns to lease together.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self.batch = count
        self._good: set[Ref] = set()
        self._poor: set[Ref] = set()
        self._turns: dict[Health, deque[tuple[float, Turn]]] = {kind: deque() for kind in Health}
        self._taken: dict[Health, int] = dict.fromkeys(Health, 0)
        self._begun = 0
        self._new: dict[Ref, int] = {}
        self._new_answered: deque[bool] = deque(maxlen=count)

    def resize(self, count: int) -> None:
        """Have so many lanes; those that are taken stay so."""
        if count != self.count:
            self.count = count
            self._new_answered = deque(self._new_answered, maxlen=count)
            self.batch = min(max(self.batch, count), BATCH * count)

    def health(self, ref: Ref) -> Health:
        """How the last question about the task went."""
        if ref in self._good:
            return Health.GOOD
        return Health.POOR if ref in self._poor else Health.UNKNOWN

    def note(self, ref: Ref, *, well: bool, seconds: float) -> None:
        """Note an answer that took so long; `well` is whether it told the task's status."""
        good = well and seconds <= SLOW
        self._new_answered.append(good and self.health(ref) is Health.UNKNOWN)
        self.forget(ref)
        (self._good if good else self._poor).add(ref)

    def forget(self, ref: Ref) -> None:
        """Forget how the last question about the task went."""
        self._good.discard(ref)
        self._poor.discard(ref)

    def wants(self, kind: Health, place: float) -> bool:
        """Whether more turns of that kind should be leased, the first of them with that place.

        Not where enough turns are at hand that may have every lane and come before it.
        """
        if len(self._turns[kind]) >= self.count:
            return False
        return not any(
            len(turns) >= self.count and turns[0][0] < place and self._may_have_all(other)
            for other, turns in self._turns.items()
        )

    def put(self, turn: Turn, kind: Health, place: float) -> None:
        """Queue a turn; `place` is when its task began to wait."""
        self._turns[kind].append((place, turn))

    def used(self, waited: float) -> None:
        """Note that a turn waited so many seconds for its lane: fewer or more are then leased.

        What is leased nobody else can ask about, and other processes may have more lanes.
        """
        if waited > AT_HAND:
            self.batch = max(self.count, self.batch // 2)
        elif waited < AT_HAND / 2:
            self.batch = min(BATCH * self.count, self.batch + 1)

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
            self.free(turn, kind)
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
        turn = self._turns[kind].popleft()[1]
        self._begun += 1
        if kind is Health.UNKNOWN:
            self._new[turn.ref] = self._begun
        return turn, kind

    def free(self, turn: Turn, kind: Health) -> None:
        """The lane of a turn is free again."""
        self._new.pop(turn.ref, None)
        self._taken[kind] -= 1

    def _may_take(self, kind: Health) -> bool:
        if self._may_have_all(kind):
            return True
        unproven = self._taken[Health.UNKNOWN] + self._taken[Health.POOR]
        if unproven >= max(1, self.count - max(1, self.count // 4)):
            return False
        return kind is Health.UNKNOWN or self._taken[kind] < max(1, self.count // 2)

    def _may_have_all(self, kind: Health) -> bool:
        if kind is Health.GOOD or not self._good:
            return True
        return kind is Health.UNKNOWN and self._new_answer_well()

    def _new_answer_well(self) -> bool:
        """Whether most of the last answers were good ones about new tasks, and none is missing."""
        longest = self._begun - min(self._new.values(), default=self._begun)
        return 2 * sum(self._new_answered) > self.count and longest <= OVERTAKEN * self.count
