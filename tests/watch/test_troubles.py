"""Whatever befalls some tasks, the others are asked as often as if they were alone."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import Random

import pytest
from fake_gateway import KEY, account, entry
from manual_clock import ManualClock
from poller_rig import Tasks, failing, running

from rushes.providers.reply import Reply
from rushes.providers.secret import Secret
from rushes.watch.config.accounts import Account
from rushes.watch.keys.find import Key
from rushes.watch.network.unreachable import Unreachable
from rushes.watch.polling.poller import Poller
from rushes.watch.polling.session import Session
from rushes.watch.task import Task

INTERVAL = 2.0
LATENCY = 0.05
KNOWN_AFTER = 3.0
"""Seconds until each good task was answered once, before the bad ones are added."""

MEASURED = 40.0
GOOD = [f"good{n}" for n in range(10)]


@dataclass(frozen=True)
class Said:
    """What a task's question comes to, and after how many seconds."""

    reply: Reply | Unreachable
    after: float = LATENCY


PAGE = Reply(403, {"content-type": "text/html"}, b"<!DOCTYPE html><html>Checking your browser")
IN_BODY = Reply(200, {}, b'{"code": 401, "message": "invalid key"}')
TROUBLES: dict[str, Callable[[str], Said]] = {
    "a 200 that is cut": lambda _: Said(Unreachable("cut short", 200)),
    "401": lambda _: Said(failing(401)),
    "401 in a 200's body": lambda _: Said(IN_BODY),
    "402": lambda _: Said(failing(402)),
    "a page with 403": lambda _: Said(PAGE),
    "500": lambda _: Said(failing(500)),
    "10 s slow": lambda task_id: Said(running(task_id), 10.0),
    "silence": lambda _: Said(Unreachable("no answer within 30 s"), 30.0),
    "a reset": lambda _: Said(Unreachable("connection reset")),
    "a refused connection": lambda _: Said(Unreachable("connection refused"), 0.0),
}


class Gateway:
    """Says what `say` tells it to, in its time."""

    def __init__(self, clock: ManualClock, say: Callable[[str], Said]) -> None:
        self._clock = clock
        self.say = say
        self.asked: list[tuple[float, str]] = []

    async def get(self, path: str, key: Secret) -> Reply:
        del key
        task_id = path.rsplit("/", 1)[-1]
        self.asked.append((self._clock.monotonic(), task_id))
        said = self.say(task_id)
        await self._clock.sleep(said.after)
        if isinstance(said.reply, Unreachable):
            raise said.reply
        return said.reply

    async def aclose(self) -> None:
        """Nothing to close."""

    def times(self, task_id: str, since: float = 0.0) -> list[float]:
        return [at for at, asked in self.asked if asked == task_id and at >= since]


def well(task_id: str) -> Said:
    return Said(running(task_id))


class Unlucky(Random):
    """Draws the most each time."""

    def uniform(self, a: float, b: float) -> float:
        return max(a, b)


@asynccontextmanager
async def polling(
    gateway: Gateway,
    tasks: Tasks,
    clock: ManualClock,
    lanes: int = 8,
    chance: type[Random] = Random,
) -> AsyncGenerator[tuple[Poller, Session]]:
    async def find_key(_: Account) -> Key:
        return Key(KEY, "test", "")

    its = Session(account("hiapi", INTERVAL, lanes, 100.0), gateway, find_key, clock, chance(1))
    poller = Poller(its, tasks, clock, chance(1))
    for task in tasks.known.values():
        poller.watch(task)
    run = asyncio.create_task(poller.run())
    try:
        yield poller, its
    finally:
        run.cancel()
        await asyncio.gather(run, return_exceptions=True)


async def polls_of_good(bad: Sequence[str], say: Callable[[str], Said]) -> list[int]:
    """How often each good task is asked beside the bad ones."""
    clock = ManualClock()
    gateway = Gateway(clock, lambda task_id: (well if task_id in GOOD else say)(task_id))
    tasks = Tasks(clock, *GOOD)
    async with polling(gateway, tasks, clock) as (poller, its):
        await clock.advance(KNOWN_AFTER)
        began = clock.monotonic()
        for task_id in bad:
            task = Task(entry=entry(task_id))
            tasks.bring_back(task)
            poller.watch(task)
        await clock.advance(MEASURED)
        assert its.condition.open
        assert not bad or any(gateway.times(task_id, began) for task_id in bad)
        return [len(gateway.times(task_id, began)) for task_id in GOOD]


@pytest.mark.sampled(6)
@pytest.mark.parametrize("count", [1, 5, 50])
@pytest.mark.parametrize("kind", TROUBLES)
async def test_good_tasks_are_asked_as_often_beside_bad_ones_as_alone(
    kind: str, count: int
) -> None:
    alone = await polls_of_good([], well)
    beside = await polls_of_good([f"bad{n}" for n in range(count)], TROUBLES[kind])
    assert min(alone) >= MEASURED / INTERVAL / 1.15
    assert all(b >= 0.9 * a for a, b in zip(alone, beside, strict=True))


# -- a moment without a network ------------------------------------------------------------------

BLIP = 0.5


@pytest.mark.sampled(6)
@pytest.mark.parametrize("lanes", [1, 8, 32])
@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("after", [0.0, 0.2])
@pytest.mark.parametrize("chance", [Random, Unlucky])
async def test_after_half_a_second_without_a_network_all_are_asked_again_soon(
    clock: ManualClock, lanes: int, known: bool, after: float, chance: type[Random]
) -> None:
    down = False

    def say(task_id: str) -> Said:
        return Said(Unreachable("connection reset"), after) if down else well(task_id)

    ids = [f"t{n}" for n in range(20)]
    gateway = Gateway(clock, say)
    down = not known
    async with polling(gateway, Tasks(clock, *ids), clock, lanes, chance) as (_, its):
        if known:
            await clock.advance(10.0)
            down = True
        await clock.advance(BLIP)
        over = clock.monotonic()
        down = False
        await clock.advance(2 * INTERVAL + 3)
        assert its.condition.open
        assert all(gateway.times(task_id, over) for task_id in ids)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("lanes", [1, 8, 32])
async def test_an_outage_costs_few_questions_and_ends_for_all(
    clock: ManualClock, lanes: int
) -> None:
    down = False

    def say(task_id: str) -> Said:
        return Said(Unreachable("connection refused"), 0.0) if down else well(task_id)

    ids = [f"t{n}" for n in range(40)]
    gateway = Gateway(clock, say)
    async with polling(gateway, Tasks(clock, *ids), clock, lanes) as (_, its):
        await clock.advance(10.0)
        began, down = clock.monotonic(), True
        await clock.advance(600.0)
        assert not its.condition.open
        in_outage = [at for at, _ in gateway.asked if at >= began]
        assert len(in_outage) <= lanes + 3 + 20
        over, down = clock.monotonic(), False
        await clock.advance(60.0 + INTERVAL + 3)
        assert its.condition.open
        assert all(gateway.times(task_id, over) for task_id in ids)


# -- a gateway that asks for a wait --------------------------------------------------------------


def waits_for(*busy: str) -> Callable[[str], Said]:
    """The first question about each of these is answered with 503 and `Retry-After: 10`."""
    left = set(busy)

    def say(task_id: str) -> Said:
        if task_id in left:
            left.discard(task_id)
            return Said(failing(503, retry_after="10"))
        return well(task_id)

    return say


async def test_a_503_that_asks_for_a_wait_holds_its_task_alone(clock: ManualClock) -> None:
    gateway = Gateway(clock, waits_for("bad"))
    async with polling(gateway, Tasks(clock, *GOOD, "bad"), clock) as (_, its):
        await clock.advance(20.0)
        first, second, *_ = gateway.times("bad")
        assert 10.0 <= second - first <= 11.0
        assert its.condition.open
        assert all(len(gateway.times(task_id)) >= 8 for task_id in GOOD)


async def test_where_a_second_task_is_asked_to_wait_the_account_waits(clock: ManualClock) -> None:
    gateway = Gateway(clock, waits_for("bad", "worse"))
    async with polling(gateway, Tasks(clock, "bad", "worse", *GOOD), clock) as (_, its):
        await clock.advance(1.0)
        assert not its.condition.open
        told = clock.monotonic()
        asked = len(gateway.asked)
        await clock.advance(8.5)
        assert len(gateway.asked) == asked
        await clock.advance(6.0)
        assert its.condition.open
        assert all(gateway.times(task_id, told) for task_id in [*GOOD, "bad", "worse"])


async def test_a_task_without_any_answer_is_asked_ever_less_often(clock: ManualClock) -> None:
    gateway = Gateway(clock, lambda i: TROUBLES["a reset"](i) if i == "bad" else well(i))
    async with polling(gateway, Tasks(clock, *GOOD, "bad"), clock):
        await clock.advance(300.0)
        assert 5 <= len(gateway.times("bad")) <= 20
        assert min(len(gateway.times(task_id)) for task_id in GOOD) >= 300 / 2.2


# -- all of the account's tasks ------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["401", "401 in a 200's body", "402"])
async def test_a_refused_account_is_asked_after_1_2_4_minutes_and_no_sooner(
    clock: ManualClock, kind: str
) -> None:
    gateway = Gateway(clock, TROUBLES[kind])
    async with polling(gateway, Tasks(clock, *GOOD), clock) as (_, its):
        await clock.advance(5.0)
        assert not its.condition.open
        assert len(gateway.asked) <= 8 + 1
        trials = len(gateway.asked)
        await clock.advance(8 * 60.0)
        assert len(gateway.asked) == trials + 3
        gateway.say = well
        over = clock.monotonic()
        await clock.advance(9 * 60.0)
        assert its.condition.open
        assert all(gateway.times(task_id, over) for task_id in GOOD)
