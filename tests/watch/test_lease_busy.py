"""Agreeing on turns while another program holds the database (rows 55 and 57), and key marks."""

import sqlite3
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import closing
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path

import pytest
from manual_clock import ManualClock
from scripted import KEY, Gateway, entry, hiapi_body, session_with
from workshop import desk_with

from providers.reply import Reply
from watch import history_thread, history_writer
from watch import session as session_module
from watch.desk import Desk
from watch.lease import LEASE
from watch.task import Ref

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
    monkeypatch.setattr(history_thread, "AT_ONCE", 0.0)
    monkeypatch.setattr(history_writer, "SLICE", 0.002)
    its = [session_with(clock, gateway, lambda: KEY) for _ in range(2)]
    one = await desk_with(tmp_path, clock, {"hiapi": its[0]})
    await one.add([entry(f"t{n}") for n in range(TASKS)])
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


async def test_while_nobody_can_take_a_turn_who_asked_last_goes_on_and_nobody_else_asks(
    tmp_path: Path, clock: ManualClock, gateway: Gateway, desks: tuple[Desk, Desk]
) -> None:
    began = clock.monotonic()
    with holding(tmp_path):
        await clock.advance(15)
    asked = Counter(task_id for at, task_id in gateway.asked if at > began)
    assert len(asked) == TASKS
    assert min(asked.values()) >= 2
    for task_id in asked:
        times = [at for at, asked_about in gateway.asked if asked_about == task_id]
        assert min(later - earlier for earlier, later in pairwise(times)) >= INTERVAL
    for desk in desks:
        await desk.history.flush()
    with closing(sqlite3.connect(tmp_path / "history.db")) as db:
        saved = dict(db.execute("SELECT ref, polls FROM task").fetchall())
    total = Counter(task_id for _, task_id in gateway.asked)
    assert saved == {f"hiapi:{task_id}": count for task_id, count in total.items()}


async def test_a_program_that_holds_it_for_ever_stops_no_polling(
    tmp_path: Path, clock: ManualClock, gateway: Gateway, desks: tuple[Desk, Desk]
) -> None:
    one, other = desks
    one.pause()
    with holding(tmp_path):
        await clock.advance(LEASE + 10)
        began = clock.monotonic()
        await clock.advance(10)
    asked = {task_id for at, task_id in gateway.asked if at > began}
    assert asked == {f"t{n}" for n in range(TASKS)}
    assert other.task(Ref("hiapi", "t0")) is not None


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
