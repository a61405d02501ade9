"""The pace of one account: when a question may be sent, and how often tasks are really asked about.

Every question waits for room, as only so many are under way at a time (`in_flight.py`), and then
for its moment (`even_starts.py`), in which all processes of the machine share.
"""

from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from itertools import pairwise
from math import inf

from rushes.watch.asked_every import AskedEvery, Pacing
from rushes.watch.clock import Clock
from rushes.watch.config.accounts import Account
from rushes.watch.polling.even_starts import EvenStarts
from rushes.watch.polling.in_flight import InFlight
from rushes.watch.polling.intervals import Intervals
from rushes.watch.polling.turns import Sharing

RECENT = 32
"""Questions by which it is told whether tasks wait beyond their interval, and for how long."""

ENOUGH = 8
"""Questions without which nothing is told of that."""

NOTICED = 0.1
"""The share of the interval, at least AT_LEAST seconds, below which a wait is not worth a word."""

AT_LEAST = 1.0

TELL_EVERY = 5.0
"""Seconds between two statements to other processes of how often tasks are asked about."""


class Pace:
    """Lets one account's questions be sent."""

    def __init__(
        self, account: Account, intervals: Intervals, clock: Clock, sharing: Sharing
    ) -> None:
        self._account = account
        self._intervals = intervals
        self._sharing = sharing
        self._starts = EvenStarts(account.max_rate, clock, sharing.next_start)
        self._in_flight = InFlight(account.max_rate, account.max_concurrency)
        self._waits: deque[float] = deque(maxlen=RECENT)
        self._heard_at: deque[float] = deque(maxlen=RECENT)
        self._clock = clock
        self._since = clock.monotonic()
        self._told_at = 0.0

    @property
    def limit(self) -> int:
        """How many questions may be under way at a time at the moment."""
        return self._in_flight.limit

    @asynccontextmanager
    async def room(self) -> AsyncGenerator[None]:
        """The right to have one question under way, here and among all processes."""
        async with self._in_flight, self._sharing.slot(self.limit):
            yield

    async def start(self) -> None:
        """Return at the moment at which a question is to be sent; to be called in a `room`."""
        await self._starts.next()

    def answered(self, began: float, now: float, *, throttled: bool) -> None:
        """Note an answer to a question that was sent at `began`; the limit goes by it."""
        self._in_flight.answered(began, now, throttled=throttled)
        self.heard()
        if now - self._told_at >= TELL_EVERY:
            self._told_at = now
            self._sharing.tell(self.asked_every())

    def waited(self, place: float) -> None:
        """Note that a task is asked about that waited from `place` on, -inf for one by hand."""
        if place > -inf:
            self._waits.append(max(self._clock.monotonic() - max(place, self._since), 0.0))

    def heard(self) -> None:
        """Note that another process heard of a task."""
        self._heard_at.append(self._clock.monotonic())

    def asked_every(self) -> AskedEvery:
        """The true interval of the account's tasks, and what it is due to.

        Where tasks wait although what is due is what the rate allows, it is told by how often
        something was heard of one of them.
        """
        from statistics import median  # with fractions and decimals: not before the first question

        rate, mean = self._account.max_rate, self._intervals.mean
        planned = mean * self._intervals.stretch
        stretched = planned > mean
        wait = median(self._waits) if self._waits else 0.0
        if wait > max(AT_LEAST, NOTICED * planned) and len(self._heard_at) >= ENOUGH:
            true = mean * self._intervals.needed * self._between()
            if true > (1 + NOTICED) * planned and not self._starts.waited_for:
                return AskedEvery(true, Pacing.CONCURRENCY, self.limit)
            stretched = stretched or true > planned
            planned = max(planned, true)
        if stretched:
            return AskedEvery(planned, Pacing.RATE, rate)
        learned = planned > (1 + NOTICED) * self._intervals.shortest
        return AskedEvery(planned, Pacing.LEARNED if learned else Pacing.INTERVAL, rate)

    def _between(self) -> float:
        """The seconds from one task that was heard of to the next, without the longest break."""
        gaps = [b - a for a, b in pairwise(self._heard_at)]
        return (sum(gaps) - max(gaps)) / (len(gaps) - 1)
