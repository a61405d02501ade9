"""Starts an account's questions evenly (row 10 in docs/reliability.md).

After an outage, a night, a start or a key press all tasks may be due at once. Whatever is due,
questions start evenly, a period apart (`max_rate` of them a second), in all processes together.
"""

import asyncio
from collections.abc import Awaitable, Callable
from math import inf

from rushes.watch.clock import Clock

BEHIND = 0.05
"""Seconds that starts may be behind their plan and still catch up, a little closer together."""

CLOSEST = 0.8
"""The share of the period that lies between two starts at least while they catch up."""

StartAt = Callable[[float, float], Awaitable[float]]
"""Takes the next start for a period, behind by so many seconds at most (`watch/start_times.py`)."""


class EvenStarts:
    """Lets questions start one after another, a period apart.

    `waited_for` is whether the last question that started had to wait for it: then it is the rate
    that holds up what is due.
    """

    def __init__(self, rate: float, clock: Clock, start_at: StartAt) -> None:
        self.waited_for = False
        self._period = 1 / rate
        self._clock = clock
        self._start_at = start_at
        self._gate = asyncio.Lock()
        self._last = -inf

    async def next(self) -> None:
        """Return at the moment at which a question is to be sent."""
        waited = self._gate.locked()
        async with self._gate:
            at = await self._start_at(self._period, BEHIND if waited else 0.0)
            at = max(at, self._last + CLOSEST * self._period)
            left = at - self._clock.monotonic()
            if left > 0:
                await self._clock.sleep(left)
            self.waited_for = waited
            self._last = self._clock.monotonic()
