"""More tasks than can be asked about: each once before any twice (rows 55 and 89)."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import pairwise
from math import inf
from random import Random

import pytest
from fake_gateway import KEY, Gateway, account, entry, session
from manual_clock import ManualClock
from memory_store import Memory, MemoryStore
from poller_rig import Tasks, running
from sampling import rounds

from rushes.providers.model import Problem, Snapshot
from rushes.providers.reply import Reply
from rushes.watch.clock import Clock
from rushes.watch.config.accounts import Account
from rushes.watch.keys.find import Key
from rushes.watch.polling.due import NEVER_ASKED, DueTasks
from rushes.watch.polling.lanes import Health
from rushes.watch.polling.poller import Poller
from rushes.watch.polling.schedule import Plan
from rushes.watch.polling.session import Session
from rushes.watch.polling.turns import Shared
from rushes.watch.task import Ref, Task

INTERVAL, LANES = 3.0, 4
SLACK = 0.1
TASKS = rounds(200, 400)
A_SECOND = 40.0
"""Polls that are begun in a second at most."""


class Saved(Tasks):
    """The tasks of one process, which saves what it hears."""

    def __init__(self, clock: ManualClock, store: MemoryStore, ids: Sequence[str]) -> None:
        super().__init__(clock, *ids)
        self._store = store

    def heard(
        self, ref: Ref, result: Snapshot | Problem, reply: Reply | None, next_poll: Plan | None
    ) -> None:
        super().heard(ref, result, reply, next_poll)
        self._store.save(self.known[ref])


class Processes:
    """Some processes on one home that watch the same tasks at one gateway."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.ids = [f"t{n:04}" for n in range(TASKS)]
        self.gateway = Gateway(clock, running)
        self._memory = Memory()
        self._runs: list[asyncio.Task[None]] = []

    def start(self) -> Poller:
        async def find_key(_: Account) -> Key:
            return Key(KEY, "test")

        chance, clock = Random(len(self._runs)), self.clock
        store = MemoryStore(self._memory, clock)
        tasks = Saved(clock, store, self.ids)
        its = Session(
            account("hiapi", INTERVAL, LANES, A_SECOND), self.gateway, find_key, clock, chance
        )
        poller = Poller(its, tasks, clock, chance, Shared("hiapi", store, clock, chance))
        for task in tasks.known.values():
            poller.watch(task)
        self._runs.append(asyncio.create_task(poller.run()))
        return poller

    async def close(self) -> None:
        for run in self._runs:
            run.cancel()
        await asyncio.gather(*self._runs, return_exceptions=True)

    def times(self) -> dict[str, list[float]]:
        asked: dict[str, list[float]] = {}
        for at, task_id in self.gateway.asked:
            asked.setdefault(task_id, []).append(at)
        return asked

    def repeated(self, rounds: int = 1) -> float:
        """The share of the questions that were too many when all were asked about so often."""
        times = self.times()
        by_then = max(times[task_id][rounds - 1] for task_id in self.ids)
        made = sum(at <= by_then for at, _ in self.gateway.asked)
        return 1 - rounds * TASKS / made


@asynccontextmanager
async def processes(clock: ManualClock) -> AsyncGenerator[Processes]:
    they = Processes(clock)
    try:
        yield they
    finally:
        await they.close()


@pytest.mark.sampled(2)
@pytest.mark.parametrize("count", [1, 3, 10])
async def test_every_task_is_asked_about_once_before_any_is_asked_about_twice(
    clock: ManualClock, count: int
) -> None:
    async with processes(clock) as they:
        for _ in range(count):
            they.start()
            await clock.advance(0.2)
        await clock.advance((1 + 2 * SLACK) * TASKS / A_SECOND + 1.0)
        assert they.times().keys() == set(they.ids)
        print(f"\n{count} processes: {they.repeated():.1%} of the questions were repeated")
        assert they.repeated() <= SLACK


async def test_a_second_round_is_as_fair_as_the_first(clock: ManualClock) -> None:
    async with processes(clock) as they:
        they.start()
        they.start()
        await clock.advance(2 * (1 + 2 * SLACK) * TASKS / A_SECOND + 2.0)
        assert they.repeated(rounds=2) <= SLACK


async def test_no_task_is_asked_about_within_the_interval(clock: ManualClock) -> None:
    async with processes(clock) as they:
        they.ids = they.ids[: round(A_SECOND * 4)]
        for _ in range(4):
            they.start()
        await clock.advance(20.0)
        gaps = [b - a for times in they.times().values() for a, b in pairwise(times)]
        assert min(gaps) >= INTERVAL


async def test_who_starts_later_goes_on_where_the_others_are(clock: ManualClock) -> None:
    async with processes(clock) as they:
        they.start()
        await clock.advance(TASKS / A_SECOND / 2)
        they.start()
        await clock.advance((1 + 2 * SLACK) * TASKS / A_SECOND / 2 + 1.0)
        assert they.times().keys() == set(they.ids)
        assert they.repeated() <= SLACK


async def test_what_a_person_asks_for_comes_before_all_that_wait(clock: ManualClock) -> None:
    async with processes(clock) as they:
        poller = they.start()
        await clock.advance(1.0)
        wanted = they.gateway.asked[0][1]
        assert poller.poll_now([Ref("hiapi", wanted)]) is None
        await clock.advance(1.0)
        assert len(they.times()[wanted]) == 2


# -- the order of what is due -------------------------------------------------------------------


def due_tasks(clock: Clock, poor: str = "") -> DueTasks:
    def health(ref: Ref) -> Health:
        return Health.POOR if ref.id == poor else Health.GOOD

    return DueTasks(clock, health, lambda _: (0.0, 0.0), INTERVAL)


def ref(task_id: str) -> Ref:
    return Ref("hiapi", task_id)


def names(due: DueTasks, kind: Health = Health.GOOD, count: int = 9) -> list[str]:
    due.look()
    return [one.id for one in due.take(kind, count)]


def test_who_has_waited_longest_is_first_whenever_it_came_due(clock: ManualClock) -> None:
    due = due_tasks(clock)
    due.put(ref("asked"), 0.0, place=clock.ticks - 5.0)
    due.look()
    due.put(ref("never"), 0.0, place=NEVER_ASKED)
    due.put(ref("longer"), 0.0, place=clock.ticks - 60.0)
    due.put(ref("planned"), 0.0)
    clock.ticks += 1.0
    assert names(due) == ["never", "longer", "asked", "planned"]


def test_a_task_that_is_put_off_keeps_its_place(clock: ManualClock) -> None:
    due = due_tasks(clock)
    due.put(ref("a"), 0.0, place=10.0)
    due.put(ref("b"), 0.0, place=20.0)
    clock.ticks += 1.0
    assert names(due, count=1) == ["a"]
    due.put(ref("a"), 1.0)
    clock.ticks += 2.0
    assert names(due) == ["a", "b"]
    assert due.place(ref("a")) == 10.0
    assert due.waited([ref("a"), ref("unknown")]) == {ref("a"): clock.ticks - 10.0}


def test_each_outcome_has_a_queue_of_its_own(clock: ManualClock) -> None:
    due = due_tasks(clock, poor="bad")
    for task_id, place in (("good", 20.0), ("bad", 10.0)):
        due.put(ref(task_id), 0.0, place)
    clock.ticks += 1.0
    due.look()
    assert [due.first(kind) for kind in Health] == [20.0, inf, 10.0]
    assert names(due, Health.POOR) == ["bad"]


def test_a_task_that_is_taken_off_has_no_place(clock: ManualClock) -> None:
    due = due_tasks(clock)
    due.put(ref("a"), 0.0, place=10.0)
    due.discard(ref("a"))
    due.put(ref("a"), 5.0)
    assert due.place(ref("a")) == clock.ticks + 5.0


async def test_who_was_asked_about_longest_ago_is_first_after_a_restart(clock: ManualClock) -> None:
    ages = {"recent": 10.0, "new": None, "latest": 1.0, "old": 3600.0}
    gateway = Gateway(clock, running)
    poller = Poller(session(clock, gateway), Tasks(clock, *ages), clock, Random(1))
    for task_id, age in ages.items():
        at = None if age is None else clock.now() - timedelta(seconds=age)
        poller.watch(Task(entry=entry(task_id), last_polled_at=at))
    run = asyncio.create_task(poller.run())
    await clock.advance(4.9)
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)
    assert [task_id for _, task_id in gateway.asked] == ["new", "old", "recent", "latest"]
