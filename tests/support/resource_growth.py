"""What something costs the process that does it."""

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import h11
import pytest

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
    """Put in the seconds for which the event loop was busy at most before it gave way.

    They are of its own thread's processor time: what other programs, and the server that a test
    runs beside it, take of the machine is no fault of it.
    """

    async def tick() -> None:
        while True:
            before = time.thread_time()
            await asyncio.sleep(0.002)
            longest[0] = max(longest[0], time.thread_time() - before)

    longest = [0.0]
    ticking = asyncio.create_task(tick())
    await asyncio.sleep(0.01)
    try:
        yield
    finally:
        await asyncio.sleep(0.01)
        ticking.cancel()
        stalls.append(longest[0])


@asynccontextmanager
async def longest_run(runs: list[int]) -> AsyncGenerator[None]:
    """Put in how many parts of answers the event loop worked through at most before it gave way.

    A part is what the HTTP library takes an answer apart into: a head, an interim answer, a chunk.
    """
    loop, now, longest = threading.get_ident(), 0, 0
    next_part = h11.Connection.next_event

    def counted(connection: h11.Connection) -> object:
        nonlocal now, longest
        if threading.get_ident() == loop:
            now += 1
            longest = max(longest, now)
        return next_part(connection)

    async def give_way() -> None:
        nonlocal now
        while True:
            await asyncio.sleep(0)
            now = 0

    giving_way = asyncio.create_task(give_way())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(h11.Connection, "next_event", counted)
        try:
            yield
        finally:
            giving_way.cancel()
            runs.append(longest)
