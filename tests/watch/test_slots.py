"""The slots that all processes share (`tests/watch/test_bursts.py` has them at work)."""

import asyncio
from pathlib import Path

from manual_clock import ManualClock

from rushes.watch.history.machine_slots import LOOK_EVERY, Slots


async def test_who_waits_gets_the_next_slot_before_who_has_just_had_it(
    tmp_path: Path, clock: ManualClock
) -> None:
    greedy, waiting = (Slots(tmp_path, "hiapi", clock) for _ in range(2))
    order: list[str] = []

    async def hold(slots: Slots, name: str) -> None:
        async with slots.one_of(1):
            order.append(name)
            await clock.sleep(1.0)

    async def again_and_again() -> None:
        for _ in range(3):
            await hold(greedy, "greedy")

    first = asyncio.create_task(again_and_again())
    await clock.advance(0.5)
    second = asyncio.create_task(hold(waiting, "waiting"))
    await clock.advance(4 + 10 * LOOK_EVERY)
    await asyncio.gather(first, second)
    assert order == ["greedy", "waiting", "greedy", "greedy"]


async def test_where_no_file_can_be_locked_nobody_waits(tmp_path: Path, clock: ManualClock) -> None:
    (tmp_path / "slots").write_text("a file in the way")
    slots = Slots(tmp_path / "slots", "hiapi", clock)
    async with slots.one_of(1), slots.one_of(1):
        pass
