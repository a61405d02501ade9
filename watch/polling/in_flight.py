"""How many questions of an account are under way at a time: as many as its pace needs.

At an even pace that is the rate times the time that answers take. The limit follows it, one more a
second at most, up to the account's cap. A throttle, or answers that take twice as long as they
used to, halve it: whoever asks more of a gateway that is behind makes it worse.
"""

import asyncio
import contextlib
from collections import deque
from math import ceil
from typing import Self

FIRST = 4
"""The limit at the beginning, and the least that it grows back to."""

SPARE = 1.25
"""So many times more than the pace needs: answers do not come in step."""

EVERY = 1.0
"""Seconds between two changes by one."""

RECENT = 64
"""Answers by which the limit goes."""

ENOUGH = 8
"""Answers without which nothing is concluded from how long they took."""

DOUBLED = 2.0
"""Answers that take so many times as long as they used to are a sign of a gateway behind."""

NOTICED = 0.1
"""Seconds below which nobody minds how long answers take."""

_FOLLOWED = 0.125
"""The share of a slow change of the usual time that is followed at each look."""


class InFlight:
    """The room for an account's questions: entered for each of them, `limit` at a time."""

    def __init__(self, rate: float, most: int) -> None:
        self.limit = min(FIRST, most)
        self._rate = rate
        self._most = most
        self._count = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._seconds: deque[float] = deque(maxlen=RECENT)
        self._usual: float | None = None
        self._changed_at = 0.0
        self._halved_at = 0.0

    async def __aenter__(self) -> Self:
        """Wait for room, in the order of coming."""
        if self._count >= self.limit or self._waiting:
            await self._wait()
        self._count += 1
        return self

    async def __aexit__(self, *_: object) -> None:
        """Make room."""
        self._count -= 1
        self._let_in()

    def answered(self, began: float, now: float, *, throttled: bool) -> None:
        """Note an answer to a question that was sent at `began` (monotonic seconds).

        One that was sent before the limit was halved says nothing about the time since.
        """
        if began < self._halved_at:
            return
        if throttled:
            self._halve(now)
            return
        self._seconds.append(now - began)
        if now - self._changed_at >= EVERY:
            self._look(now)

    def _look(self, now: float) -> None:
        self._changed_at = now
        if len(self._seconds) < ENOUGH:
            self._grow_to(FIRST)
            return
        from statistics import median  # with fractions and decimals: not before the first question

        usual = median(self._seconds)
        if self._usual is not None and usual > max(DOUBLED * self._usual, NOTICED):
            self._usual = usual
            self._halve(now)
            return
        before = usual if self._usual is None else self._usual
        self._usual = min(usual, before + _FOLLOWED * (usual - before))
        self._grow_to(max(FIRST, ceil(SPARE * self._rate * _p90(self._seconds))))

    def _grow_to(self, wanted: int) -> None:
        """Go one nearer to what is wanted."""
        wanted = min(wanted, self._most)
        self.limit += (wanted > self.limit) - (wanted < self.limit)
        self._let_in()

    def _halve(self, now: float) -> None:
        self.limit = max(1, self.limit // 2)
        self._halved_at = self._changed_at = now
        self._seconds.clear()

    async def _wait(self) -> None:
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._count -= 1
                self._let_in()
            else:
                with contextlib.suppress(ValueError):  # it may have been passed over
                    self._waiting.remove(turn)
            raise
        self._count -= 1  # it was kept free for whoever waited

    def _let_in(self) -> None:
        while self._waiting and self._count < self.limit:
            turn = self._waiting.popleft()
            if not turn.done():
                self._count += 1
                turn.set_result(None)


def _p90(seconds: deque[float]) -> float:
    from statistics import quantiles

    return quantiles(seconds, n=10)[-1]
