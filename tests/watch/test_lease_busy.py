"""Agreeing on turns while another program holds the database (rows 55 and 57), and key marks."""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import closing
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from counted_history import CountedHistory
from desk_rig import desk_with
from fake_gateway import KEY, Gateway, entry, hiapi_body, session_with
from manual_clock import ManualClock

from rushes.providers.reply import Reply
from rushes.watch.desk import Desk
from rushes.watch.history import connection, thread
from rushes.watch.polling import session as session_module
from rushes.watch.polling.turns import BUSY_FOR, LAG, TOGETHER, Shared
from rushes.watch.task import Ref, Task

TASKS = 6
INTERVAL = 5.0


@pytest.fixture
def gateway(clock: ManualClock) -> Gateway:
    return Gateway(clock, lambda task_id: Reply(200, {}, hiapi_body(task_id, "handling")))


@pytest.fixture
async def desks(
    tmp_path: Path, clock: ManualClock, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Desk, Desk]]:
    """Two that share a home, as two processes would, and have been polling for a while."""
    # The clock is moved by hand, and would not notice that others are waited for.
    monkeypatch.setattr(thread, "AT_ONCE", 0.0)
    monkeypatch.setattr(connection, "SLICE", 0.002)
    its = [session_with(clock, gateway, lambda: KEY) for _ in range(2)]
    one = await desk_with(tmp_path, clock, {"hiapi": its[0]})
    await one.watchlist.add([entry(f"t{n}") for n in range(TASKS)])
    other = await desk_with(tmp_path, clock, {"hiapi": its[1]})
    for desk in (one, other):
        desk.start()
    for _ in range(30):
        await clock.advance(0.5)
        for desk in (one, other):
            await desk.history.flush()
    yield one, other
    await one.close()
    await other.close()


def holding(tmp_path: Path) -> "closing[sqlite3.Connection]":
    """Another program that writes for as long as this is open."""
    db = sqlite3.connect(tmp_path / "history.db", isolation_level=None)
    db.execute("BEGIN IMMEDIATE")
    return closing(db)


def gaps(gateway: Gateway) -> list[float]:
    """Seconds between two questions about one task, whoever asked."""
    ids = {task_id for _, task_id in gateway.asked}
    times = [[at for at, asked in gateway.asked if asked == one] for one in ids]
    return [later - earlier for one in times for earlier, later in pairwise(one)]


async def test_while_nobody_can_take_a_turn_nobody_asks_and_nothing_is_lost(
    tmp_path: Path, clock: ManualClock, gateway: Gateway, desks: tuple[Desk, Desk]
) -> None:
    """That it is busy does not mean that one is alone: others may get through (row 121)."""
    began = clock.monotonic()
    with holding(tmp_path):
        await clock.advance(15)
        assert [at for at, _ in gateway.asked if at > began] == []
    for _ in range(20):
        await clock.advance(0.5)
        for desk in desks:
            await desk.history.flush()
    assert min(gaps(gateway)) >= INTERVAL
    back = {task_id: at for at, task_id in reversed(gateway.asked) if at > began + 15}
    assert set(back) == {f"t{n}" for n in range(TASKS)}
    assert max(back.values()) <= began + 15 + INTERVAL
    with closing(sqlite3.connect(tmp_path / "history.db")) as db:
        saved = dict(db.execute("SELECT ref, polls FROM task").fetchall())
    total = Counter(task_id for _, task_id in gateway.asked)
    assert saved == {f"hiapi:{task_id}": count for task_id, count in total.items()}


async def test_those_that_were_refused_come_back_spread_out(
    tmp_path: Path, clock: ManualClock, gateway: Gateway, desks: tuple[Desk, Desk]
) -> None:
    del gateway, desks
    histories = [CountedHistory(tmp_path / "history.db", clock=clock) for _ in range(5)]
    sharings = [Shared("hiapi", it, clock, Random(n)) for n, it in enumerate(histories)]
    tasks = [Task(entry=entry(f"u{n}")) for n in range(20)]
    taken = [await sharing.take(tasks, INTERVAL, "", frozenset()) for sharing in sharings]
    assert [sum(turn.granted for turn in turns.turns) for turns in taken] == [20, 0, 0, 0, 0]
    for task in tasks:
        sharings[0].done(task.ref, clock.monotonic() + INTERVAL)
    await histories[0].flush()
    waits = [
        {turn.wait for turn in (await sharing.take(tasks, INTERVAL, "", frozenset())).turns}
        for sharing in sharings[1:]
    ]
    # Each process at a few moments of its own, lest it looks for each task alone.
    assert all(1 < len(its) <= TOGETHER + 2 for its in waits)
    assert len(set[float]().union(*waits)) == sum(map(len, waits))
    # Later than whoever asked last, and never before the interval is over.
    latest = INTERVAL * (1 + (1.5 + 1 / TOGETHER) * LAG)
    for its in waits:
        assert INTERVAL * (1 + 0.5 * LAG) <= min(its) < max(its) <= latest
    for history in histories:
        await history.close()


async def test_a_program_that_holds_it_for_ever_stops_no_polling(
    tmp_path: Path, clock: ManualClock, gateway: Gateway, desks: tuple[Desk, Desk]
) -> None:
    """After BUSY_FOR nobody believes any more that it will pass, and each asks alone (row 57)."""
    one, other = desks
    one.pollers.pause()
    with holding(tmp_path):
        await clock.advance(BUSY_FOR + 10)
        began = clock.monotonic()
        await clock.advance(10)
    asked = {task_id for at, task_id in gateway.asked if at > began}
    assert asked == {f"t{n}" for n in range(TASKS)}
    assert other.ledger.task(Ref("hiapi", "t0")) is not None


async def test_who_asks_once_waits_for_its_turn_and_asks(
    tmp_path: Path, clock: ManualClock, gateway: Gateway, desks: tuple[Desk, Desk]
) -> None:
    """As `rushes ls --poll` does; it would show what was known before otherwise."""
    for desk in desks:
        desk.pollers.pause()
    await clock.advance(INTERVAL)
    before = len(gateway.asked)
    with holding(tmp_path):
        polling = asyncio.create_task(desks[0].poll_once([Ref("hiapi", "t0")]))
        await clock.advance(3)
        assert len(gateway.asked) == before
    await clock.advance(3)
    await polling
    assert len(gateway.asked) == before + 1


async def test_the_mark_of_a_key_is_none_that_a_guess_could_be_tried_with(
    clock: ManualClock, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row 73: the history is copied and sent around; what marks were made with is not in it."""
    its = session_with(clock, gateway, lambda: KEY)
    mark = await its.key_mark()
    assert mark == await session_with(clock, gateway, lambda: KEY).key_mark()
    guesses = [blake2b(KEY.reveal().encode(), digest_size=size).hexdigest() for size in (4, 64)]
    assert not any(guess.startswith(mark) for guess in guesses)
    monkeypatch.setattr(session_module, "_of_this_start", lambda: b"another start")
    assert mark != await its.key_mark()
