"""Two processes that share a history."""

from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from counted_history import CountedHistory
from desk_rig import desk_with
from fake_gateway import KEY, Gateway, hiapi_body, session_with
from manual_clock import ManualClock

from rushes.providers.model import Status
from rushes.providers.reply import Reply
from rushes.providers.secret import Secret
from rushes.watch.desk import Desk
from rushes.watch.history.store import History
from rushes.watch.polling.turns import Shared
from rushes.watch.task import Ref

A = Ref("hiapi", "a")


def shared(history: History, clock: ManualClock) -> Shared:
    return Shared("hiapi", history, clock, Random(1))


def reply(status: str, task_id: str) -> Reply:
    return Reply(200, {}, hiapi_body(task_id, status))


class Shop:
    """One home and one gateway, and the desks of several processes."""

    def __init__(self, folder: Path, clock: ManualClock) -> None:
        self.folder = folder
        self.clock = clock
        self.gateway = Gateway(clock, lambda task_id: reply("handling", task_id))
        self.opened: list[Desk] = []

    def history(self) -> CountedHistory:
        history = CountedHistory(self.folder / "history.db", clock=self.clock)
        self.clock.threads.append(history.busy)
        return history

    async def open(self, key: Secret = KEY) -> Desk:
        its = session_with(self.clock, self.gateway, lambda: key)
        desk = await desk_with(self.folder, self.clock, {"hiapi": its})
        self.opened.append(desk)
        return desk

    async def run(self, seconds: float) -> None:
        """Let time pass; commits take a quarter of a second that no manual clock knows of."""
        for _ in range(round(seconds * 2)):
            await self.clock.advance(0.5)
            for desk in self.opened:
                await desk.history.flush()

    def gaps(self) -> list[float]:
        ids = {task_id for _, task_id in self.gateway.asked}
        times = [[at for at, asked in self.gateway.asked if asked == one] for one in ids]
        return [b - a for one in times for a, b in pairwise(one)]


@pytest.fixture
async def shop(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Shop]:
    it = Shop(tmp_path, clock)
    yield it
    for desk in it.opened:
        await desk.close()


def steps(desk: Desk, ref: Ref = A) -> list[Status]:
    task = desk.ledger.task(ref)
    assert task is not None
    return [step.status for step in task.transitions]
