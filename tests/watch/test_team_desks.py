"""Desks of two machines over a team's store (rows 252 to 255)."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
from desk_rig import desk_with
from fake_gateway import KEY, Gateway, entry, hiapi_body, session_with
from manual_clock import ManualClock
from postgres_fixtures import Servers
from postgres_server import Server
from shared_store import new_store, team_store

from rushes.providers.model import Status
from rushes.providers.reply import Reply
from rushes.watch.desk import Desk
from rushes.watch.refusals import PollRefusal
from rushes.watch.task import Ref
from rushes.watch.team.conduct import Conduct

INTERVAL = 5.0
TASKS = [f"t{n}" for n in range(6)]


@dataclass(frozen=True)
class Team:
    """Two machines with a gateway, and the server that they share."""

    desks: tuple[Desk, Desk]
    gateway: Gateway
    clock: ManualClock
    server: Server

    async def passes(self, seconds: float) -> None:
        """Let so much time pass, and what comes over sockets come."""
        for _ in range(round(seconds * 2)):
            await self.clock.advance(0.5)
            await asyncio.sleep(0.02)

    async def until(self, wanted: Callable[[], bool]) -> None:
        async with asyncio.timeout(30):
            while not wanted():
                await self.passes(0.5)

    def statuses(self, task_id: str) -> list[Status | None]:
        tasks = [desk.ledger.task(Ref("hiapi", task_id)) for desk in self.desks]
        return [task and task.status for task in tasks]


@pytest.fixture
async def team(
    tmp_path: Path, clock: ManualClock, postgres_servers: Servers
) -> AsyncIterator[Team]:
    server = postgres_servers.of(18)
    url = new_store(server)
    gateway = Gateway(clock, lambda task_id: Reply(200, {}, hiapi_body(task_id, "handling")))
    desks = list[Desk]()
    for name in ("one", "other"):
        store = team_store(url, tmp_path / name, clock, clock.now)
        store.begin()
        sessions = {"hiapi": session_with(clock, gateway, lambda: KEY)}
        desk = await desk_with(tmp_path / name, clock, sessions, store=store)
        await desk.watchlist.add([entry(task_id) for task_id in TASKS])
        desks.append(desk)
    for desk in desks:
        desk.start()
    yield Team((desks[0], desks[1]), gateway, clock, server)
    for desk in desks:
        await desk.close()


def early(asked: list[tuple[float, str]]) -> int:
    """Questions about a task within the interval of the one before."""
    count = 0
    for task_id in TASKS:
        times = [at for at, asked_id in asked if asked_id == task_id]
        count += sum(later - before < INTERVAL for before, later in pairwise(times))
    return count


async def test_each_task_is_asked_about_once_an_interval_whoever_does(team: Team) -> None:
    await team.passes(40.0)
    assert early(team.gateway.asked) == 0
    questions = Counter(task_id for _, task_id in team.gateway.asked)
    assert all(6 <= questions[task_id] <= 9 for task_id in TASKS)


async def test_what_one_hears_is_on_the_screen_of_the_other(team: Team) -> None:
    await team.passes(8.0)
    await team.desks[0].pollers.stop()  # from now on it asks nothing
    team.gateway.answer = lambda task_id: Reply(200, {}, hiapi_body(task_id, "success"))
    await team.until(lambda: team.statuses("t0") == [Status.SUCCEEDED] * 2)


async def test_while_the_store_is_away_nobody_asks_and_it_goes_on_after(team: Team) -> None:
    await team.passes(8.0)
    team.server.kill()
    try:
        await team.passes(6.0)  # what was leased is asked about
        before = len(team.gateway.asked)
        await team.passes(30.0)
        assert len(team.gateway.asked) == before
        assert all("the shared store is away" in desk.notices()[-1] for desk in team.desks)
    finally:
        team.server.start()
    await team.until(lambda: len(team.gateway.asked) > before)
    await team.passes(20.0)
    assert early(team.gateway.asked) == 0


async def test_who_wants_a_task_asked_about_hears_why_it_is_not(team: Team) -> None:
    await team.passes(8.0)
    one, ref = team.desks[0], Ref("hiapi", "t0")
    assert one.poll_now([ref]) is None
    team.server.kill()
    try:
        await team.until(lambda: any("is away" in notice for notice in one.notices()))
        assert one.poll_now([ref]) is PollRefusal.STORE_AWAY
    finally:
        team.server.start()
    await team.until(lambda: one.poll_now([ref]) is None)


async def test_on_a_machine_that_looks_on_nothing_is_said_to_be_asked(
    tmp_path: Path, clock: ManualClock, postgres_servers: Servers
) -> None:
    url = new_store(postgres_servers.of(18))
    store = team_store(url, tmp_path, clock, conduct=Conduct(poll=False))
    gateway = Gateway(clock, lambda task_id: Reply(200, {}, hiapi_body(task_id, "handling")))
    sessions = {"hiapi": session_with(clock, gateway, lambda: KEY)}
    desk = await desk_with(tmp_path, clock, sessions, store=store)
    await desk.watchlist.add([entry("a")])
    assert desk.poll_now([Ref("hiapi", "a")]) is PollRefusal.LOOKS_ON
    await desk.close()


async def test_what_a_person_wants_asked_does_not_hang_while_it_is_away(team: Team) -> None:
    await team.passes(8.0)
    team.server.kill()
    try:
        one = team.desks[0]
        asking = asyncio.create_task(one.poll_once([Ref("hiapi", "t0")]))
        await team.until(asking.done)
        await team.until(lambda: any("is away" in notice for notice in one.notices()))
    finally:
        team.server.start()
