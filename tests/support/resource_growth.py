"""What something costs the process that does it."""

import asyncio
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")


@contextmanager
def peak_growth(grown: list[float]) -> Generator[None]:
    """Put in the MiB by which this process was larger at its largest than at first (Linux)."""
    if _CLEAR.exists():
        _CLEAR.write_text("5")  # the peak so far is forgotten
    before = _peak()
    yield
    grown.append(_peak() - before)


def _peak() -> float:
    lines = _STATUS.read_text().splitlines() if _STATUS.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


@asynccontextmanager
async def longest_stall(stalls: list[float]) -> AsyncGenerator[None]:
    """Put in the seconds for which the event loop stood still at most.

    They are of our processor time: what other programs take of the machine is no fault of ours.
    """

    async def tick() -> None:
        while True:
            before = time.process_time()
            await asyncio.sleep(0.002)
            longest[0] = max(longest[0], time.process_time() - before)

    longest = [0.0]
    ticking = asyncio.create_task(tick())
    await asyncio.sleep(0.01)
    try:
        yield
    finally:
        await asyncio.sleep(0.01)
        ticking.cancel()
        stalls.append(longest[0])
