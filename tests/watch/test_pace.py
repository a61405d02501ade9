"""Questions start evenly, whatever is due and whoever asks (row 10)."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from manual_clock import ManualClock
from sampling import rounds

from rushes.watch.asked_every import AskedEvery, Pacing
from rushes.watch.clock import SystemClock
from rushes.watch.disk.locks import open_lock, take
from rushes.watch.history.machine_starts import HOLDS_FOR, Starts, asked_every
from rushes.watch.polling.even_starts import BEHIND, CLOSEST, EvenStarts
from rushes.watch.polling.turns import Alone
from rushes.watch.start_times import FURTHEST, next_start

# -- one plan of starts --------------------------------------------------------------------------


@settings(derandomize=True, max_examples=rounds(30, 1000))
@given(
    comes=st.lists(st.floats(0, 3), min_size=1, max_size=40), rate=st.sampled_from((0.5, 20, 200))
)
def test_starts_are_a_period_apart_whenever_who_asks_comes(
    comes: Sequence[float], rate: float
) -> None:
    planned, starts = 0.0, list[float]()
    for now in sorted(comes):
        starts.append(next_start(planned, now, 1 / rate))
        planned = starts[-1] + 1 / rate
    assert all(b - a >= 1 / rate - 1e-9 for a, b in pairwise(starts))
    assert all(at >= now for at, now in zip(starts, sorted(comes), strict=True))


def test_nothing_is_saved_up_while_nobody_asks() -> None:
    assert next_start(10.0, 500.0, 0.05) == 500.0


def test_a_plan_from_before_the_machine_started_holds_nobody_up() -> None:
    assert next_start(10_000.0, 5.0, 0.05) == 5.0
    assert next_start(5.0 + FURTHEST * 0.05, 5.0, 0.05) == 5.0 + FURTHEST * 0.05


class LateClock(ManualClock):
    """Every wait takes so many seconds longer than it should."""

    late = 0.001

    async def sleep(self, seconds: float) -> None:
        self.ticks += max(seconds, 0.0) + self.late
        await asyncio.sleep(0)


async def starts_of(clock: ManualClock, rate: float, count: int) -> list[float]:
    """When so many questions start that are all due at once."""
    starts, found = EvenStarts(rate, clock, Alone(clock).next_start), list[float]()

    async def one() -> None:
        await starts.next()
        found.append(clock.monotonic())

    await asyncio.gather(*(one() for _ in range(count)))
    return found


async def test_a_timer_that_rings_late_makes_nobody_slower_and_no_two_start_at_once() -> None:
    found = await starts_of(LateClock(), 200.0, 1000)
    assert min(b - a for a, b in pairwise(found)) >= CLOSEST * 0.005 - 1e-9
    assert found[-1] - found[0] <= 999 * 0.005 + BEHIND


async def test_what_was_missed_in_a_long_stall_is_not_made_up_for() -> None:
    clock = LateClock()
    clock.late = 0.5
    found = await starts_of(clock, 20.0, 10)
    assert min(b - a for a, b in pairwise(found)) >= 0.5 - BEHIND


# -- shared by processes -------------------------------------------------------------------------


async def test_two_processes_together_start_no_more_than_one_may(
    tmp_path: Path, clock: ManualClock
) -> None:
    two = [Starts(tmp_path, "hiapi", clock) for _ in range(2)]
    planned = [await two[n % 2].next(0.05, 0.0) for n in range(10)]
    assert [b - a for a, b in pairwise(planned)] == pytest.approx([0.05] * 9)
    other = Starts(tmp_path, "anyfast", clock)
    assert await other.next(0.05, 0.0) == clock.ticks


def test_who_dies_leaves_its_share_to_the_others(tmp_path: Path) -> None:
    """A process takes one moment at a time, and its lock ends with it."""
    script = (
        "import asyncio, sys, time\n"
        "from pathlib import Path\n"
        "from rushes.watch.clock import SystemClock\n"
        "from rushes.watch.disk.locks import open_lock, take\n"
        "from rushes.watch.history.machine_starts import Starts\n"
        "starts = Starts(Path(sys.argv[1]), 'hiapi', SystemClock())\n"
        "asyncio.run(starts.next(0.05, 0.0))\n"
        "take(open_lock(Path(sys.argv[1]) / 'hiapi.start'))\n"
        "print('taken', flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "taken\n"
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    clock = SystemClock()
    at = asyncio.run(Starts(tmp_path, "hiapi", clock).next(0.05, 0.0))
    assert at <= clock.monotonic() + 0.05


async def test_who_stands_still_amid_its_work_holds_nobody_up_for_good(
    tmp_path: Path, clock: ManualClock
) -> None:
    assert take(open_lock(tmp_path / "hiapi.start"))
    starts = Starts(tmp_path, "hiapi", clock)
    waiting = asyncio.create_task(starts.next(0.05, 0.0))
    await clock.advance(2.0)
    first, second = await waiting, asyncio.create_task(starts.next(0.05, 0.0))
    await clock.advance(2.0)
    assert await second >= first + 0.05


async def test_where_no_file_can_be_locked_each_keeps_its_own_pace(
    tmp_path: Path, clock: ManualClock
) -> None:
    (tmp_path / "slots").write_text("a file in the way")
    starts = Starts(tmp_path / "slots", "hiapi", clock)
    first, second = [await starts.next(0.05, 0.0) for _ in range(2)]
    assert second == first + 0.05
    starts.tell(AskedEvery(12.0, Pacing.RATE, 20.0))


async def test_what_one_process_tells_others_read_until_it_is_old(
    tmp_path: Path, clock: ManualClock
) -> None:
    history = tmp_path / "history.db"
    assert asked_every(history, "hiapi", clock.ticks) is None
    starts = Starts(tmp_path / "slots", "hiapi", clock)
    await starts.next(0.05, 0.0)
    assert asked_every(history, "hiapi", clock.ticks) is None
    every = AskedEvery(12.5, Pacing.RATE, 20.0)
    starts.tell(every)
    await starts.next(0.05, 0.0)
    assert asked_every(history, "hiapi", clock.ticks + HOLDS_FOR - 1) == every
    assert asked_every(history, "hiapi", clock.ticks + HOLDS_FOR) is None
    assert asked_every(history, "hiapi", clock.ticks - 5000.0) is None
