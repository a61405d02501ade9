"""What was observed is there again after a restart."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from fake_gateway import entry
from full_task import NOW, SNAPSHOT, full_task

from rushes.providers.fields import fields, replace
from rushes.providers.model import (
    Snapshot,
    Status,
)
from rushes.providers.reply import Reply
from rushes.watch.asset import Check, Fetch, Halt, OutputState
from rushes.watch.history import task_rows
from rushes.watch.history.schema import migrate
from rushes.watch.history.store import History
from rushes.watch.reasons import Cause, HttpStatus, Reason, Told
from rushes.watch.store import StoreError
from rushes.watch.store_words import sentences
from rushes.watch.task import Task, Transition

FLAPPING = (Status.QUEUED, Status.RUNNING)


@pytest.fixture
async def history(tmp_path: Path) -> AsyncIterator[History]:
    it = History(tmp_path / "history.db")
    yield it
    await it.close()


def test_every_field_of_a_snapshot_is_tried_above() -> None:
    bare = Snapshot(status=Status.QUEUED, raw_status="queued")
    same = [f.name for f in fields(Snapshot) if getattr(bare, f.name) == getattr(SNAPSHOT, f.name)]
    assert same == ["then"]  # a question that is asked at once: nothing of it is left to remember


async def test_a_task_is_remembered_whole_over_a_restart(tmp_path: Path) -> None:
    first = History(tmp_path / "history.db")
    first.save(full_task())
    await first.close()
    second = History(tmp_path / "history.db")
    assert await second.load([entry("a")]) == {full_task().ref: full_task()}
    await second.close()


async def test_label_and_tags_are_the_watchlists_own(history: History) -> None:
    history.save(full_task())
    (task,) = (await history.load([entry("a", label="opening shot")])).values()
    assert task.name == "opening shot"
    assert task.snapshot == SNAPSHOT


async def test_a_task_that_was_never_seen_is_blank(history: History) -> None:
    (task,) = (await history.load([entry("new")])).values()
    assert task == Task(entry=entry("new"))


async def test_of_many_changes_the_last_is_kept_and_every_transition_is(history: History) -> None:
    task = replace(full_task(), status=Status.RUNNING, transitions=())
    for n in range(50):
        step = Transition(FLAPPING[n % 2], f"word {n}", NOW + timedelta(seconds=n))
        task = replace(task, polls=n, transitions=(*task.transitions, step))
        history.save(task)
    await history.flush()
    (seen,) = (await history.load([task.entry])).values()
    assert seen.polls == 49
    assert len(seen.transitions) == 50


async def test_a_terminal_status_is_not_undone_by_another_program(tmp_path: Path) -> None:
    one, other = History(tmp_path / "history.db"), History(tmp_path / "history.db")
    one.save(full_task())
    await one.flush()
    other.save(replace(full_task(), status=Status.RUNNING, transitions=()))
    await other.flush()
    (seen,) = (await one.load([entry("a")])).values()
    assert seen.status is Status.SUCCEEDED
    await one.close()
    await other.close()


async def test_a_saved_file_is_not_undone_by_what_another_program_last_knew_of_it(
    tmp_path: Path,
) -> None:
    one, other = History(tmp_path / "history.db"), History(tmp_path / "history.db")
    paused = Fetch(state=OutputState.AVAILABLE, halt=Halt.PAUSED, done=3)
    for known in (full_task().with_fetch(1, paused), full_task()):
        one.save(known)
        await one.flush()
    other.save(full_task().with_fetch(1, paused).with_fetch(2, paused))
    await other.flush()
    (seen,) = (await one.load([entry("a")])).values()
    assert seen.fetches == {1: full_task().fetches[1], 2: paused}
    await one.close()
    await other.close()


async def test_a_file_that_was_saved_once_more_is_known_by_where_it_is_now(
    history: History,
) -> None:
    anew = replace(full_task().fetches[1], path=Path("/x/a-2.mp4"), sha256="cd")
    for known in (full_task(), full_task().with_fetch(1, anew)):
        history.save(known)
        await history.flush()
    (seen,) = (await history.load([entry("a")])).values()
    assert seen.fetches[1] == anew


@pytest.mark.parametrize(
    "reasons", [(), (Cause.LENGTH_UNVERIFIED,), (Told('["odd"] and "quoted"'), HttpStatus(404))]
)
async def test_reasons_are_remembered_beside_what_was_checked(
    tmp_path: Path, reasons: tuple[Reason, ...]
) -> None:
    plain = Fetch(state=OutputState.DOWNLOADED, path=Path("/x/a.mp4"), reasons=reasons)
    known = replace(plain, checked=(Check.TYPE, Check.INDEX))
    task = replace(full_task(), fetches={1: known, 2: plain})
    first = History(tmp_path / "history.db")
    first.save(task)
    await first.close()
    second = History(tmp_path / "history.db")
    assert (await second.load([entry("a")]))[task.ref].fetches == task.fetches
    await second.close()


async def test_the_last_body_is_there_as_it_came_even_if_other_changes_follow(
    history: History,
) -> None:
    reply = Reply(200, {"content-type": "application/json"}, b'{"a": "\xff"}')
    history.save(full_task(), reply)
    history.save(replace(full_task(), polls=8))
    body = await history.last_body(full_task().ref)
    assert body is not None
    assert (body.status, body.headers, body.body) == (200, dict(reply.headers), reply.body)
    assert await history.last_body(entry("never").ref) is None


async def test_the_file_is_private(tmp_path: Path) -> None:
    history = History(tmp_path / "state" / "history.db")
    history.save(full_task())
    await history.flush()
    modes = {p.name: p.stat().st_mode & 0o777 for p in (tmp_path / "state").iterdir()}
    assert set(modes.values()) == {0o600}
    await history.close()


async def test_what_cannot_be_written_now_is_written_later(
    history: History, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = task_rows.save
    monkeypatch.setattr(task_rows, "save", _disk_full)
    history.save(full_task())
    with pytest.raises(StoreError, match="disk is full"):
        await history.flush()
    assert "disk is full" in "".join(sentences(history.condition))
    monkeypatch.setattr(task_rows, "save", whole)
    await history.flush()
    assert history.condition.unsaved is None
    assert (await history.load([entry("a")]))[full_task().ref].polls == 7


def _disk_full(*_: object) -> None:
    raise sqlite3.OperationalError("database or disk is full")


def test_reading_some_tasks_looks_at_no_others(tmp_path: Path) -> None:
    """Row 135: however many there are, each statement finds its rows by an index."""
    statements: list[str] = []
    with closing(sqlite3.connect(":memory:")) as db:
        migrate(db, tmp_path, None)
        with db:
            for n in range(50):
                task_rows.save(db, replace(full_task(), entry=entry(f"t{n}")), None)
        db.set_trace_callback(statements.append)
        found = task_rows.load(db, [entry("t7"), entry("t9")])
        db.set_trace_callback(None)
        plans = [db.execute(f"EXPLAIN QUERY PLAN {each}").fetchall() for each in statements]
    assert [task.entry.ref.id for task in found.values()] == ["t7", "t9"]
    assert len(statements) == 5
    steps = [row[3] for plan in plans for row in plan]
    assert [step for step in steps if "SCAN" in step] == [
        "SCAN json_each VIRTUAL TABLE INDEX 1:"
    ] * 5


async def test_what_is_damaged_in_one_table_takes_nothing_of_the_others_away(
    tmp_path: Path,
) -> None:
    first = History(tmp_path / "history.db")
    first.save(full_task())
    await first.close()
    with closing(sqlite3.connect(tmp_path / "history.db")) as db, db:
        db.execute("UPDATE task SET snapshot = '{}'")
    second = History(tmp_path / "history.db")
    (task,) = (await second.load([entry("a")])).values()
    await second.close()
    known = full_task()
    assert (task.status, task.snapshot, task.polls) == (None, None, 0)
    assert (task.transitions, task.fetches) == (known.transitions, known.fetches)
