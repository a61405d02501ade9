"""The slots that all processes share (`tests/watch/test_bursts.py` has them at work)."""

import asyncio
import contextlib
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from manual_clock import ManualClock
from waiting import until

from rushes.watch.history.machine_slots import LOOK_EVERY, PATIENCE, Slots


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


# -- who holds one and stands still ---------------------------------------------------------------

HOLDS_ALL = """
import asyncio, os, signal, sys
from pathlib import Path
from rushes.watch.clock import SystemClock
from rushes.watch.history.machine_slots import Slots

async def main():
    slots = Slots(Path(sys.argv[1]), "hiapi", SystemClock())
    async with slots.one_of(2), slots.one_of(2):
        print("held", flush=True)
        await asyncio.sleep(3600)

asyncio.run(main())
"""


@contextlib.contextmanager
def another_process(folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """A process that holds both slots."""
    argv = [sys.executable, "-c", HOLDS_ALL, str(folder)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        try:
            yield holder
        finally:
            holder.kill()


def is_stopped(process: "subprocess.Popen[str]") -> bool:
    return " T " in Path(f"/proc/{process.pid}/stat").read_text()


needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="nobody can tell here")


@needs_proc
async def test_behind_the_slots_of_a_stopped_process_there_are_as_many(
    tmp_path: Path, clock: ManualClock
) -> None:
    """Row 61: SIGSTOP, or Ctrl-Z, with polls under way."""
    with another_process(tmp_path) as holder:
        slots = Slots(tmp_path, "hiapi", clock)
        waiting = asyncio.create_task(_held(slots, 2))
        await clock.advance(5.0)
        assert not waiting.done()
        holder.send_signal(signal.SIGSTOP)
        await until(lambda: is_stopped(holder))
        await clock.advance(LOOK_EVERY)
        assert waiting.done()
        assert await _most_at_a_time(slots, clock) == 2


@needs_proc
async def test_a_new_process_does_not_wait_for_a_stopped_one_again(
    tmp_path: Path, clock: ManualClock
) -> None:
    with another_process(tmp_path) as holder:
        holder.send_signal(signal.SIGSTOP)
        await until(lambda: is_stopped(holder))
        for _ in range(2):
            await asyncio.wait_for(_held(Slots(tmp_path, "hiapi", clock), 2), PATIENCE)


async def test_where_nobody_can_tell_a_slot_is_free_a_minute_after_it_was_taken(
    tmp_path: Path, clock: ManualClock
) -> None:
    async with Slots(tmp_path, "hiapi", clock).one_of(1):
        await clock.advance(PATIENCE - 10.0)
        waiting = asyncio.create_task(_held(Slots(tmp_path, "hiapi", clock)))
        await clock.advance(9.0)
        assert not waiting.done()
        await clock.advance(2.0)
        assert waiting.done()
        # A later process does not wait for another minute.
        await _held(Slots(tmp_path, "hiapi", clock))


async def test_a_slot_whose_holder_could_not_be_written_down_is_in_use(
    tmp_path: Path, clock: ManualClock
) -> None:
    async with Slots(tmp_path, "hiapi", clock).one_of(1):
        (tmp_path / "hiapi.0").write_text("")
        waiting = asyncio.create_task(_held(Slots(tmp_path, "hiapi", clock)))
        await clock.advance(2 * PATIENCE)
        assert not waiting.done()
        waiting.cancel()


async def _held(slots: Slots, count: int = 1) -> None:
    async with slots.one_of(count):
        pass


async def _most_at_a_time(slots: Slots, clock: ManualClock) -> int:
    """How many of ten get a slot at the same time."""
    under_way = most = 0

    async def hold() -> None:
        nonlocal under_way, most
        async with slots.one_of(2):
            under_way += 1
            most = max(most, under_way)
            await clock.sleep(1.0)
            under_way -= 1

    holding = [asyncio.create_task(hold()) for _ in range(10)]
    await clock.advance(10.0)
    await asyncio.gather(*holding)
    return most
