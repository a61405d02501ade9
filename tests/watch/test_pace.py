"""Questions start evenly, whatever is due and whoever asks (row 10)."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from fake_gateway import KEY, Gateway, account, entry
from hypothesis import given, settings
from hypothesis import strategies as st
from manual_clock import ManualClock
from poller_rig import Tasks, at_work, running

from rushes.providers.reply import Reply
from rushes.providers.secret import Secret
from rushes.watch.asked_every import AskedEvery, Pacing
from rushes.watch.clock import SystemClock
from rushes.watch.config.accounts import Account
from rushes.watch.disk.locks import open_lock, take
from rushes.watch.history.machine_starts import HOLDS_FOR, Starts, asked_every
from rushes.watch.keys.find import Key
from rushes.watch.polling.due import DueTasks, urgency
from rushes.watch.polling.even_starts import BEHIND, CLOSEST, EvenStarts
from rushes.watch.polling.in_flight import FIRST, InFlight
from rushes.watch.polling.lanes import Health
from rushes.watch.polling.poller import Poller
from rushes.watch.polling.session import Session
from rushes.watch.polling.turns import Alone
from rushes.watch.start_times import FURTHEST, next_start
from rushes.watch.task import Ref, Task

# -- one plan of starts --------------------------------------------------------------------------


@settings(derandomize=True, max_examples=100)
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


# -- as many under way as it takes ---------------------------------------------------------------


class Answers:
    """Answers to questions that are sent evenly, at a limit that follows them."""

    def __init__(self, rate: float, most: int) -> None:
        self.now = 1000.0
        self.rate = rate
        self.limit = InFlight(rate, most)

    def come(self, seconds: float, latency: float) -> int:
        """Answers that take so long, for so many seconds; the limit after them."""
        for _ in range(round(seconds * self.rate)):
            self.now += 1 / self.rate
            self.limit.answered(self.now - latency, self.now, throttled=False)
        return self.limit.limit


def test_the_limit_grows_by_one_a_second_to_what_the_pace_needs() -> None:
    it = Answers(20.0, 32)
    assert it.limit.limit == FIRST
    before = it.come(2.0, 0.5)
    assert before <= it.come(1.0, 0.5) <= before + 1
    assert it.come(30.0, 0.5) == 13  # 20/s x 0.5 s, and a quarter
    assert it.come(30.0, 0.05) == FIRST


def test_the_limit_never_grows_over_its_cap() -> None:
    assert Answers(200.0, 6).come(30.0, 0.3) == 6
    assert Answers(200.0, 2).limit.limit == 2


def test_answers_that_take_twice_as_long_halve_the_limit() -> None:
    it = Answers(20.0, 32)
    it.come(30.0, 0.5)
    at_rest = it.limit.limit
    lowest = min(it.come(0.5, 1.1) for _ in range(12))
    assert lowest <= at_rest // 2 + 1
    assert it.come(60.0, 1.1) == 28  # it is not halved again for what is usual by then


def test_latency_that_nobody_notices_halves_nothing() -> None:
    it = Answers(20.0, 32)
    it.come(10.0, 0.01)
    assert min(it.come(0.5, 0.05) for _ in range(12)) == FIRST


def test_a_throttle_halves_the_limit_once_for_all_that_was_under_way() -> None:
    it = Answers(20.0, 32)
    it.come(30.0, 0.5)
    before = it.limit.limit
    sent_at = it.now
    for _ in range(before):
        it.limit.answered(sent_at, it.now + 0.2, throttled=True)
    assert it.limit.limit == before // 2
    it.limit.answered(it.now + 0.3, it.now + 0.4, throttled=True)
    assert it.limit.limit == before // 4
    it.now += 1.0
    assert it.come(3.0, 0.5) <= before // 4 + 4


async def test_room_is_for_as_many_as_the_limit_says() -> None:
    room, most, under_way = InFlight(20.0, 3), 0, 0

    async def ask() -> None:
        nonlocal most, under_way
        async with room:
            under_way += 1
            most = max(most, under_way)
            await asyncio.sleep(0)
            under_way -= 1

    questions = [asyncio.create_task(ask()) for _ in range(20)]
    await asyncio.sleep(0)
    questions[5].cancel()
    await asyncio.gather(*questions, return_exceptions=True)
    assert (most, under_way) == (3, 0)
    async with room, room, room:
        pass


# -- an account at work --------------------------------------------------------------------------


class Taking(Gateway):
    """Takes its time for each answer."""

    def __init__(self, clock: ManualClock, seconds: float) -> None:
        super().__init__(clock, running)
        self.clock = clock
        self.seconds = seconds

    async def get(self, path: str, key: Secret) -> Reply:
        reply = await super().get(path, key)
        await self.clock.sleep(self.seconds)
        return reply


class Busy:
    """One account with more or fewer tasks than its rate allows."""

    def __init__(self, clock: ManualClock, count: int, its: Account, latency: float) -> None:
        self.clock = clock
        self.gateway = Taking(clock, latency)
        self.tasks = Tasks(clock, *(f"t{n:03}" for n in range(count)))

        async def find_key(_: Account) -> Key:
            return Key(KEY, "test")

        session = Session(its, self.gateway, find_key, clock, Random(1))
        self.poller = Poller(session, self.tasks, clock, Random(1))

    async def run(self, seconds: float) -> None:
        async with at_work(self.poller, self.tasks):
            await self.clock.advance(seconds)

    @property
    def starts(self) -> list[float]:
        return [at for at, _ in self.gateway.asked]


async def test_what_is_due_is_asked_about_in_time_and_evenly(clock: ManualClock) -> None:
    """Target 7, a tenth as large: 100 tasks due each 5 s at 20/s, answers after 300 ms."""
    its = account(interval=5.0, concurrency=32, rate=20.0)
    it = Busy(clock, 100, its, 0.3)
    await it.run(45.0)
    began = clock.ticks - 25.0
    assert sum(at > began for at in it.starts) >= 0.95 * 25 * 20
    assert min(b - a for a, b in pairwise(it.starts)) >= 0.05 - 1e-6
    every = it.poller.state.asked_every
    assert every is not None
    assert not every.held_up


async def test_more_than_fits_stretches_all_intervals_alike_and_says_so(clock: ManualClock) -> None:
    its = account(interval=5.0, concurrency=32, rate=5.0)
    it = Busy(clock, 60, its, 0.1)
    await it.run(40.0)
    every = it.poller.state.asked_every
    assert every is not None
    assert (every.why, every.limit) == (Pacing.RATE, 5.0)
    assert every.seconds == pytest.approx(12.0, rel=0.03)
    asked: dict[str, list[float]] = {}
    for at, task_id in it.gateway.asked:
        asked.setdefault(task_id, []).append(at)
    gaps = [b - a for times in asked.values() for a, b in pairwise(times)]
    assert min(gaps) >= 11.5
    assert max(gaps) <= 13.5
    rounds = [task_id for _, task_id in it.gateway.asked]
    assert len(set(rounds[:60])) == len(set(rounds[60:120])) == 60


async def test_where_answers_are_slow_the_limit_of_questions_is_what_is_told(
    clock: ManualClock,
) -> None:
    it = Busy(clock, 30, account(interval=5.0, concurrency=2, rate=20.0), 1.0)
    await it.run(60.0)
    every = it.poller.state.asked_every
    assert every is not None
    assert (every.why, every.limit) == (Pacing.CONCURRENCY, 2)
    assert every.seconds == pytest.approx(15.0, rel=0.1)


async def test_within_a_round_who_is_forgotten_soonest_goes_first_then_the_youngest(
    clock: ManualClock,
) -> None:
    tasks = {
        name: Task(
            entry=replace(entry(name), added=clock.now() - timedelta(minutes=age)),
            record_lifetime=None if keep is None else timedelta(minutes=keep),
        )
        for name, age, keep in (
            ("old", 90, None),
            ("young", 5, None),
            ("kept", 10, 600),
            ("soon gone", 60, 70),
        )
    }
    known = {task.ref: task for task in tasks.values()}
    due = DueTasks(clock, lambda _: Health.GOOD, lambda ref: urgency(known.get(ref)), 5.0)
    for task in known.values():
        due.put(task.ref, 0.0, place=clock.ticks - 1.0)
    due.put(Ref("hiapi", "waits longer"), 0.0, place=clock.ticks - 60.0)
    clock.ticks += 0.1
    due.look()
    order = [ref.id for ref in due.take(Health.GOOD, 9)]
    assert order == ["waits longer", "soon gone", "kept", "young", "old"]
