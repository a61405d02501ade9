"""The clocks, behind one Protocol, so that tests can set the time and need not sleep."""

import contextlib
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import asyncio


class Clock(Protocol):
    """Wall time for showing, monotonic time for intervals (reliability.md R6)."""

    def now(self) -> datetime:
        """The wall clock, aware UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds of a clock that never jumps; only differences have a meaning."""
        ...

    def boottime(self) -> float:
        """Seconds that never jump and, on systems that can tell, go on while the machine sleeps."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return when that many monotonic seconds have passed."""
        ...

    async def wait(self, event: "asyncio.Event", seconds: float) -> None:
        """Return when `event` is set, or after that many monotonic seconds."""
        ...


_BOOT_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
# On macOS it is CLOCK_MONOTONIC that counts sleep, and time.monotonic() that does not.


class SystemClock:
    """The machine's own clocks."""

    def now(self) -> datetime:
        """The wall clock, aware UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that never jump."""
        return time.monotonic()

    def boottime(self) -> float:
        """Seconds since the machine started, asleep or not."""
        return time.clock_gettime(_BOOT_CLOCK)

    async def sleep(self, seconds: float) -> None:
        """Return after that many seconds."""
        import asyncio  # who waits has loaded it; who only tells the time need not

        await asyncio.sleep(seconds)

    async def wait(self, event: "asyncio.Event", seconds: float) -> None:
        """Return when `event` is set, or after that many seconds."""
        import asyncio

        # Not wait_for: under 3.11 it swallows a cancellation that meets the event.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await event.wait()
