"""A process that is stopped (SIGSTOP, Ctrl-Z) holds up no other one (row 61)."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from fake_gateway import entry
from manual_clock import ManualClock

from rushes.watch.history import lease_rows
from rushes.watch.history.lease_owner import cannot_ask
from rushes.watch.history.machine_slots import LOOK_BEHIND_EVERY, LOOK_EVERY, PATIENCE, Slots
from rushes.watch.history.store import History
from rushes.watch.polling.turns import Shared
from rushes.watch.store import USE_WITHIN
from rushes.watch.task import Task

INTERVAL = 5.0
_OWN = Path("/proc/self/ns/pid")
PIDS = _OWN.stat().st_ino if _OWN.exists() else "all"

needs_proc = pytest.mark.skipif(not _OWN.exists(), reason="nobody can tell here")


def stop(process: "subprocess.Popen[Any]") -> None:
    """Stop a process, and return once it stands still."""
    process.send_signal(signal.SIGSTOP)
    os.waitpid(process.pid, os.WUNTRACED)


@contextlib.contextmanager
def stopped() -> Generator["subprocess.Popen[bytes]"]:
    """A process after SIGSTOP."""
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
        stop(process)
        try:
            yield process
        finally:
            process.kill()


@needs_proc
def test_a_stopped_process_cannot_ask_until_it_goes_on() -> None:
    with stopped() as process:
        owner = f"{process.pid} {PIDS} x"
        assert cannot_ask(owner)
        process.send_signal(signal.SIGCONT)
        os.waitpid(process.pid, os.WCONTINUED)
        assert not cannot_ask(owner)


@needs_proc
async def test_what_a_stopped_process_leased_is_free_after_the_interval(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row 61: it may have asked at the last moment that its lease was good for, not later."""
    with stopped() as process:
        monkeypatch.setattr(lease_rows, "new_owner", lambda: f"{process.pid} {PIDS} x")
        one = History(tmp_path / "history.db", clock=clock)
        task = Task(entry=entry("a"))
        assert (
            (await Shared("hiapi", one, clock, Random(1)).take([task], INTERVAL, "", frozenset()))
            .turns[0]
            .granted
        )
        monkeypatch.undo()
        other = History(tmp_path / "history.db", clock=clock)
        theirs = Shared("hiapi", other, clock, Random(1))
        clock.ticks += USE_WITHIN + INTERVAL - 0.1
        assert not (await theirs.take([task], INTERVAL, "", frozenset())).turns[0].granted
        clock.ticks += 0.2
        assert (await theirs.take([task], INTERVAL, "", frozenset())).turns[0].granted
        await one.close()
        await other.close()


# -- slots ---------------------------------------------------------------

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
def another_process(folder: Path) -> Generator["subprocess.Popen[str]"]:
    """A process that holds both slots."""
    argv = [sys.executable, "-c", HOLDS_ALL, str(folder)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        try:
            yield holder
        finally:
            holder.kill()


@needs_proc
async def test_behind_the_slots_of_a_stopped_process_there_are_as_many(
    tmp_path: Path, clock: ManualClock
) -> None:
    clock.ticks = time.monotonic()  # a machine just started: the holder signs by its own clock
    with another_process(tmp_path) as holder:
        slots = Slots(tmp_path, "hiapi", clock)
        waiting = asyncio.create_task(_held(slots, 2))
        await clock.advance(5.0)
        assert not waiting.done()
        stop(holder)
        await clock.advance(LOOK_BEHIND_EVERY + LOOK_EVERY)
        assert waiting.done()
        assert await _most_at_a_time(slots, clock) == 2


@needs_proc
async def test_a_new_process_does_not_wait_for_a_stopped_one_again(
    tmp_path: Path, clock: ManualClock
) -> None:
    with another_process(tmp_path) as holder:
        stop(holder)
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
