"""Time that a test moves by hand."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class ManualClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.wall = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
        self.ticks = 1000.0
        self.slept = 0.0
        self.threads: list[Callable[[], bool]] = []
        """Each tells whether threads are under way that the test has to wait for."""
        self._sleepers: list[tuple[float, asyncio.Event]] = []

    def now(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.ticks

    def boottime(self) -> float:
        return self.ticks + self.slept

    def suspend(self, seconds: float) -> None:
        """Let the machine sleep: only wall and boot clock go on."""
        self.slept += seconds
        self.wall += timedelta(seconds=seconds)

    async def sleep(self, seconds: float) -> None:
        await self.wait(asyncio.Event(), seconds)

    async def wait(self, event: asyncio.Event, seconds: float) -> None:
        """Return when `event` is set, or when the clock was moved that far."""
        rung = asyncio.Event()
        sleeper = (self.ticks + max(seconds, 0.0), rung)
        self._sleepers.append(sleeper)
        waits = [asyncio.ensure_future(rung.wait()), asyncio.ensure_future(event.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._sleepers.remove(sleeper)
            for wait in waits:
                wait.cancel()

    async def advance(self, seconds: float) -> None:
        """Move on, letting whatever comes due on the way happen in its order."""
        until = self.ticks + seconds
        await self.settle()
        while due := sorted(at for at, _ in self._sleepers if at <= until):
            self._to(max(due[0], self.ticks))
            for at, rung in list(self._sleepers):
                if at <= self.ticks:
                    rung.set()
            await self.settle()
        self._to(until)
        await self.settle()

    async def settle(self) -> None:
        """Let everything run that can run now, also what a thread's answer sets going."""
        while await self._had_to_wait_for_threads():
            await asyncio.sleep(0.0002)

    async def _had_to_wait_for_threads(self) -> bool:
        waited = False
        for _ in range(40):
            waited |= any(busy() for busy in self.threads)
            await asyncio.sleep(0)
        return waited

    def _to(self, ticks: float) -> None:
        self.wall += timedelta(seconds=ticks - self.ticks)
        self.ticks = ticks
