"""What tests do with the stores of a team's machines, and see of them."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from pathlib import Path

from fake_gateway import entry
from manual_clock import ManualClock

from rushes.providers.model import Status
from rushes.providers.reply import Reply
from rushes.watch.history.reader import HistoryReader
from rushes.watch.store import LeaseRequest, News
from rushes.watch.store_words import sentences
from rushes.watch.task import Ref, Task
from rushes.watch.team.store import TEND_EVERY, TeamStore

A, B, C = (Ref("hiapi", each) for each in "abc")
REPLY = Reply(200, {}, b'{"a": 1}')


def seen(status: Status, ref: Ref = A, polls: int = 1) -> Task:
    return Task(
        entry=entry(ref.id),
        status=status,
        raw_status=status.value,
        polls=polls,
        last_polled_at=datetime(2026, 11, 22, 12, 0, polls, tzinfo=UTC),
    )


async def loaded(store: TeamStore, ref: Ref = A) -> Task:
    return (await store.load([entry(ref.id)]))[ref]


def known_here(home: Path, ref: Ref = A) -> Task:
    history = HistoryReader(home / "history.db")
    try:
        return history.load([entry(ref.id)])[ref]
    finally:
        history.close()


def asking(*refs: Ref, interval: float = 5.0) -> LeaseRequest:
    tasks = [Task(entry=entry(ref.id)) for ref in refs]
    return LeaseRequest(account="hiapi", key_mark="k", interval=interval, tasks=tasks)


async def sent(store: TeamStore, clock: ManualClock) -> None:
    """Return once nothing waits to be sent, and the store is no more away."""
    async with asyncio.timeout(20):
        while sentences(store.condition) or store.waiting:
            await clock.advance(TEND_EVERY)
            await asyncio.sleep(0.02)


async def told(news: AsyncGenerator[News], ref: Ref, clock: ManualClock) -> list[Task]:
    """The next news that have something of that task."""
    async with asyncio.timeout(20):
        while True:
            hearing = asyncio.ensure_future(anext(news))
            while not hearing.done():
                await clock.advance(TEND_EVERY)
                await asyncio.sleep(0.02)
            if any(task.ref == ref for task in hearing.result().tasks):
                return list(hearing.result().tasks)
