"""Hundreds of tasks that are due at once start evenly (row 10): even at instant answers."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from desk_rig import desk_with
from fake_gateway import KEY, Gateway, account, entry, hiapi_body
from manual_clock import ManualClock
from sampling import rounds

from rushes.providers.reply import Reply
from rushes.providers.secret import Secret
from rushes.watch.config.accounts import Account
from rushes.watch.desk import Desk
from rushes.watch.history.machine_slots import PATIENCE
from rushes.watch.keys.find import Key
from rushes.watch.polling.session import Session

COUNT = rounds(50, 200)
LANES = 4
INTERVAL = 5.0
RATE = 50.0
IDS = {f"t{n}" for n in range(COUNT)}
NIGHT = 8 * 3600.0


def running(task_id: str) -> Reply:
    return Reply(200, {}, hiapi_body(task_id, "handling"))


class Taking(Gateway):
    """Takes its time for each answer, and knows how many it was asked at a time."""

    def __init__(self, clock: ManualClock, seconds: float) -> None:
        super().__init__(clock, running)
        self.clock = clock
        self.seconds = seconds
        self.under_way = self.most = 0

    async def get(self, path: str, key: Secret) -> Reply:
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            if self.seconds:
                await self.clock.sleep(self.seconds)
            return await super().get(path, key)
        finally:
            self.under_way -= 1


class Crowd:
    """The desks of some processes on one home, and what the gateway saw of them."""

    def __init__(self, folder: Path, clock: ManualClock) -> None:
        self.folder = folder
        self.clock = clock
        self.gateway = Taking(clock, 0.0)
        self.desks: list[Desk] = []

    async def open(self, lanes: int = LANES) -> Desk:
        async def find_key(_: Account) -> Key:
            return Key(KEY, "test")

        its = account(interval=INTERVAL, concurrency=lanes, rate=RATE)
        session = Session(its, self.gateway, find_key, self.clock, Random(len(self.desks)))
        self.desks.append(await desk_with(self.folder, self.clock, {"hiapi": session}))
        return self.desks[-1]

    async def steady(self) -> Desk:
        """One process that has asked about each task."""
        desk = await self.open()
        await desk.watchlist.add(map(entry, sorted(IDS)))
        desk.start()
        await self.clock.advance(20)
        return desk

    async def closest_after(self, what: Callable[[], object], seconds: float) -> float:
        """The least seconds between two polls, where all tasks were asked about at least once."""
        self.gateway.asked.clear()
        what()
        await self.clock.advance(seconds)
        times = [at for at, _ in self.gateway.asked]
        assert {task_id for _, task_id in self.gateway.asked} == IDS
        return closest(times)


def closest(times: list[float]) -> float:
    return min(after - before for before, after in pairwise(times))


@pytest.fixture
async def crowd(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Crowd]:
    it = Crowd(tmp_path, clock)
    yield it
    for desk in it.desks:
        await desk.close()


def assert_no_burst(closest: float) -> None:
    assert closest >= 1 / RATE - 1e-6


@pytest.mark.parametrize("seconds", [0.0, 0.1])
async def test_not_when_an_outage_ends(crowd: Crowd, seconds: float) -> None:
    crowd.gateway.seconds = seconds
    await crowd.steady()
    crowd.gateway.answer = lambda _: "network is unreachable"
    await crowd.clock.advance(30)
    crowd.gateway.answer = running
    assert_no_burst(await crowd.closest_after(lambda: None, 90))
    assert crowd.gateway.most <= LANES


async def test_not_when_a_throttle_ends(crowd: Crowd) -> None:
    await crowd.steady()
    crowd.gateway.answer = lambda _: Reply(429, {"retry-after": "20"}, b"{}")
    await crowd.clock.advance(5)
    crowd.gateway.answer = running
    assert_no_burst(await crowd.closest_after(lambda: None, 60))


@pytest.mark.parametrize("lanes", [4, 64])
async def test_not_when_the_program_starts(crowd: Crowd, lanes: int) -> None:
    desk = await crowd.open(lanes)
    await desk.watchlist.add(map(entry, sorted(IDS)))
    assert_no_burst(await crowd.closest_after(desk.start, 30))


async def test_not_when_all_are_asked_about_by_hand(crowd: Crowd) -> None:
    desk = await crowd.steady()
    assert_no_burst(await crowd.closest_after(lambda: desk.poll_now(desk.ledger.tasks()), 20))


@pytest.mark.parametrize("stopped", [True, False])
async def test_not_after_a_night(crowd: Crowd, *, stopped: bool) -> None:
    """Row 61: the machine slept, or we were stopped and every clock went on without us."""

    def night() -> None:
        if stopped:
            crowd.clock.ticks += NIGHT
            crowd.clock.wall += timedelta(seconds=NIGHT)
        else:
            crowd.clock.suspend(NIGHT)

    await crowd.steady()
    assert_no_burst(await crowd.closest_after(night, 20))


async def test_not_when_several_processes_start_together(crowd: Crowd) -> None:
    """One budget for the machine: what each may do alone, all together may do."""
    crowd.gateway.seconds = 0.15
    for n in range(3):
        desk = await crowd.open()
        await desk.watchlist.add(entry(f"t{10 * n + one}") for one in range(40))
    for desk in crowd.desks:
        await desk.watchlist.reload()
        desk.start()
    await crowd.clock.advance(20)
    assert {task_id for _, task_id in crowd.gateway.asked} == {f"t{n}" for n in range(60)}
    assert_no_burst(closest([at for at, _ in crowd.gateway.asked]))
    assert crowd.gateway.most == LANES


async def test_one_that_is_stopped_with_polls_under_way_holds_nobody_up_for_good(
    crowd: Crowd,
) -> None:
    stopped = await crowd.open(2)
    await stopped.watchlist.add([entry("a"), entry("b")])
    crowd.gateway.seconds = 1e6
    stopped.start()
    await crowd.clock.advance(1)
    assert crowd.gateway.most == 2
    crowd.gateway.seconds = 0.0
    other = await crowd.open(2)
    await other.watchlist.add([entry("c")])
    other.start()
    await crowd.clock.advance(PATIENCE - 1)
    assert crowd.gateway.asked == []
    await crowd.clock.advance(30)
    assert len(crowd.gateway.asked) >= 5
