"""How many questions are under way, and an account at work."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from random import Random

import pytest
from fake_gateway import KEY, Gateway, account, entry
from manual_clock import ManualClock
from poller_rig import Tasks, at_work, running

from rushes.providers.reply import Reply
from rushes.providers.secret import Secret
from rushes.watch.asked_every import Pacing
from rushes.watch.config.accounts import Account
from rushes.watch.keys.find import Key
from rushes.watch.polling.due import DueTasks, urgency
from rushes.watch.polling.in_flight import FIRST, InFlight
from rushes.watch.polling.lanes import Health
from rushes.watch.polling.poller import Poller
from rushes.watch.polling.session import Session
from rushes.watch.task import Ref, Task

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
