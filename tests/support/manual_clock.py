"""Time that a test moves by hand."""

import asyncio
from collections.abc import Callable, Generator, Sized
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

QUIET = 6
"""So many rounds of the loop with nothing to run mean that nothing can run before time goes on.

One would do but for sockets and other threads, which are given the others.
"""


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
        with self._asleep(seconds) as rung:
            await rung.wait()

    async def wait(self, event: asyncio.Event, seconds: float) -> None:
        """Return when `event` is set, or when the clock was moved that far."""
        with self._asleep(seconds) as rung:
            waits = [asyncio.ensure_future(rung.wait()), asyncio.ensure_future(event.wait())]
            try:
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for wait in waits:
                    wait.cancel()

    @contextmanager
    def _asleep(self, seconds: float) -> Generator[asyncio.Event]:
        """What is rung so many seconds from now, if it is still waited for then."""
        sleeper = (self.ticks + max(seconds, 0.0), asyncio.Event())
        self._sleepers.append(sleeper)
        try:
            yield sleeper[1]
        finally:
            self._sleepers.remove(sleeper)

    async def advance(self, seconds: float) -> None:
        """Move on, letting whatever comes due on the way happen in its order."""
        until = self.ticks + seconds
        await self.settle()
        while (due := min((at for at, _ in self._sleepers), default=until + 1)) <= until:
            self._to(max(due, self.ticks))
            for at, rung in list(self._sleepers):
                if at <= self.ticks:
                    rung.set()
            await self.settle()
        self._to(until)
        await self.settle()

    async def settle(self) -> None:
        """Let everything run that can run now, also what a thread's answer sets going."""
        ready: Sized = vars(asyncio.get_running_loop())["_ready"]
        quiet = 0
        while quiet < QUIET:
            busy = any(busy() for busy in self.threads)
            await asyncio.sleep(0.0002 if busy else 0)
            quiet = 0 if busy or ready else quiet + 1

    def _to(self, ticks: float) -> None:
        self.wall += timedelta(seconds=ticks - self.ticks)
        self.ticks = ticks
