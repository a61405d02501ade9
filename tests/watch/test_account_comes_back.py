"""An account whose trouble is over is asked again, whatever happened while it lasted."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from desk_rig import desk_with
from fake_gateway import Gateway, entry, session_with
from manual_clock import ManualClock
from poller_rig import Tasks, failing, polling, running

from rushes.providers.reply import Reply
from rushes.providers.secret import Secret
from rushes.watch.desk import Desk
from rushes.watch.polling.turns import Alone
from rushes.watch.task import Ref

A, B, C = (Ref("hiapi", name) for name in "abc")
OLD, NEW = Secret("old-key-0001"), Secret("new-key-0002")


class Locksmith:
    """An account's key here, and those that the gateway refuses."""

    def __init__(self, folder: Path, clock: ManualClock) -> None:
        self.clock = clock
        self.folder = folder
        self.key = OLD
        self.search: Exception | None = None
        self.refused: set[str] = set()
        self.gateway = Gateway(clock, self._answer)

    def _answer(self, task_id: str) -> Reply:
        return failing(401) if self.gateway.keys[-1].reveal() in self.refused else running(task_id)

    def _find(self) -> Secret:
        if self.search is not None:
            raise self.search
        return self.key

    async def open(self) -> Desk:
        its = session_with(self.clock, self.gateway, self._find)
        desk = await desk_with(self.folder, self.clock, {"hiapi": its})
        await desk.watchlist.add([entry("a"), entry("b")])
        desk.start()
        return desk

    async def run(self, desk: Desk, seconds: float) -> None:
        """Let time pass, with all that was to be committed meanwhile."""
        for _ in range(round(seconds * 2)):
            await self.clock.advance(0.5)
            await desk.history.flush()


@pytest.fixture
def locksmith(tmp_path: Path, clock: ManualClock) -> Locksmith:
    return Locksmith(tmp_path, clock)


@pytest.fixture
async def desk(locksmith: Locksmith) -> AsyncIterator[Desk]:
    it = await locksmith.open()
    yield it
    await it.close()


def trouble(desk: Desk) -> object:
    return desk.account_states()["hiapi"].trouble


async def test_a_new_key_that_was_there_before_the_old_one_was_refused_is_used(
    locksmith: Locksmith, desk: Desk
) -> None:
    await locksmith.run(desk, 60)
    locksmith.key = NEW
    await locksmith.run(desk, 5)
    locksmith.refused = {OLD.reveal()}
    await locksmith.run(desk, 120)
    assert locksmith.gateway.keys[-1] == NEW
    assert trouble(desk) is None


async def test_a_late_refusal_of_the_old_key_does_not_condemn_the_new_one(
    locksmith: Locksmith, desk: Desk
) -> None:
    await desk.watchlist.add([entry("c")])
    await locksmith.run(desk, 2)
    locksmith.refused = {OLD.reveal()}
    late = locksmith.gateway.held["b"] = asyncio.Event()
    for ref in (B, A):
        assert desk.poll_now([ref]) is None
        await locksmith.run(desk, 1)
    assert trouble(desk) is None
    assert desk.poll_now([C]) is None
    await locksmith.run(desk, 1)
    assert trouble(desk) is not None
    locksmith.key = NEW
    assert desk.poll_now([A]) is None
    await locksmith.run(desk, 1)
    assert trouble(desk) is None
    late.set()
    await locksmith.run(desk, 20)
    assert trouble(desk) is None
    assert locksmith.gateway.asked[-1][0] > locksmith.clock.monotonic() - 6


async def test_a_key_that_serves_again_goes_on_being_used(locksmith: Locksmith, desk: Desk) -> None:
    locksmith.refused = {OLD.reveal()}
    await locksmith.run(desk, 10)
    assert trouble(desk) is not None
    locksmith.refused = set()
    assert desk.poll_now([A]) is None
    await locksmith.run(desk, 2)
    assert trouble(desk) is None
    before = len(locksmith.gateway.asked)
    await locksmith.run(desk, 60)
    assert trouble(desk) is None
    assert len(locksmith.gateway.asked) >= before + 10


async def test_a_search_for_the_key_that_fails_ends_no_polling(
    locksmith: Locksmith, desk: Desk
) -> None:
    await locksmith.run(desk, 40)
    locksmith.refused = {OLD.reveal()}
    locksmith.search = OSError("no such keyring")
    await locksmith.run(desk, 60)
    locksmith.search, locksmith.key = None, NEW
    await locksmith.run(desk, 120)
    assert locksmith.gateway.keys[-1] == NEW
    assert trouble(desk) is None


# -- who tries whether an outage is over ---------------------------------------------------------


class Crowded(Alone):
    """All slots of the machine are taken while `free` is not set."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__(clock)
        self.free = asyncio.Event()
        self.free.set()

    def slot(self, count: int) -> AbstractAsyncContextManager[None]:
        del count

        @asynccontextmanager
        async def slot() -> AsyncGenerator[None]:
            await self.free.wait()
            yield

        return slot()


async def test_an_account_is_tried_again_though_the_task_that_tried_it_was_removed(
    clock: ManualClock,
) -> None:
    tasks, up = Tasks(clock, "a", "b"), False

    def answer(task_id: str) -> Reply | str:
        return running(task_id) if up else "connection refused"

    async with polling(clock, tasks, answer) as (poller, gateway, its):
        await clock.advance(1)
        assert not its.condition.open
        back = asyncio.Event()
        gateway.held = {"a": back, "b": back}
        before = len(gateway.asked)
        while len(gateway.asked) == before:
            await clock.advance(1)
        trier = gateway.asked[-1][1]
        poller.forget(tasks.remove(trier).ref)
        up = True
        back.set()
        await clock.advance(120)
        assert its.condition.open
        assert gateway.asked[-1][1] != trier


async def test_an_account_is_tried_again_though_the_task_whose_turn_it_was_is_gone(
    clock: ManualClock,
) -> None:
    tasks, up, crowded = Tasks(clock, "a", "b", "c"), False, Crowded(clock)

    def answer(task_id: str) -> Reply | str:
        return running(task_id) if up else "connection refused"

    async with polling(clock, tasks, answer, crowded) as (poller, _, its):
        await clock.advance(1)
        assert not its.condition.open
        crowded.free.clear()
        await clock.advance(120)
        for task_id in ("a", "b"):
            poller.forget(tasks.remove(task_id).ref)
        up = True
        crowded.free.set()
        await clock.advance(120)
        assert its.condition.open
