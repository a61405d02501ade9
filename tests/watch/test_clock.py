"""The machine's clock, as far as it can go wrong."""

import asyncio

import pytest
from waiting import PATIENCE

from rushes.watch.clock import SystemClock


@pytest.mark.parametrize("turns", range(4))
async def test_a_wait_that_is_cancelled_as_its_event_comes_does_not_go_on(turns: int) -> None:
    event = asyncio.Event()
    ended = False

    async def worker() -> None:
        nonlocal ended
        try:
            while True:
                await SystemClock().wait(event, 2 * PATIENCE)
                event.clear()
        finally:
            ended = True

    task = asyncio.create_task(worker())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    event.set()
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait({task}, timeout=PATIENCE)
    held = not ended
    task.cancel()
    assert not held


async def test_a_wait_ends_with_its_time() -> None:
    await asyncio.wait_for(SystemClock().wait(asyncio.Event(), 0.01), PATIENCE)
