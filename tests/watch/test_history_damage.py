"""Single bytes that are not as they were written: each costs what it stood for, and no more."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from fake_gateway import entry

from rushes.providers.model import Status
from rushes.watch.history.store import History
from rushes.watch.store import StoreError
from rushes.watch.store_words import sentences
from rushes.watch.task import Ref, Task

IDS = ("a", "b")


def task(task_id: str, polls: int = 7) -> Task:
    return Task(entry=entry(task_id), status=Status.RUNNING, raw_status="handling", polls=polls)


def changed_by(sql: str) -> Callable[[Path], None]:
    """A change of what stands in the file, by SQL that no sound program would run."""

    def change(path: Path) -> None:
        with closing(sqlite3.connect(path)) as db, db:
            db.execute("PRAGMA writable_schema = ON")
            db.execute("PRAGMA ignore_check_constraints = ON")
            db.execute(sql)

    return change


def format_unheard_of(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode = DELETE")
    with path.open("r+b") as file:
        file.seek(47)
        file.write(b"\x09")


DAMAGED: dict[str, Callable[[Path], None]] = {
    "a column's name": changed_by(
        "UPDATE sqlite_master SET sql = replace(sql, 'note', 'nota') WHERE name = 'download'"
    ),
    "a table's name": changed_by(
        "UPDATE sqlite_master SET sql = replace(sql, 'TABLE body', 'TABLE bodx'), name = 'bodx',"
        " tbl_name = 'bodx' WHERE name = 'body'"
    ),
    "a column's type": changed_by(
        "UPDATE sqlite_master SET sql = replace(sql, 'polls INTEGER', 'polls TEXT')"
        " WHERE name = 'task'"
    ),
    "the number of the format": format_unheard_of,
}


async def saved(path: Path) -> None:
    history = History(path)
    for task_id in IDS:
        history.save(task(task_id))
    await history.close()


@pytest.mark.parametrize("what", DAMAGED)
async def test_a_database_that_is_not_as_it_was_made_is_set_aside_and_a_new_one_begun(
    tmp_path: Path, what: str
) -> None:
    path = tmp_path / "history.db"
    await saved(path)
    DAMAGED[what](path)
    history = History(path)
    assert "corrupt-" in sentences(history.condition)[0]
    history.save(task("a", 8))
    await history.flush()
    assert (await history.load([entry("a")]))[Ref("hiapi", "a")].polls == 8
    await history.close()


async def test_one_damaged_row_keeps_no_other_from_being_saved_and_is_mended_by_its_own(
    tmp_path: Path,
) -> None:
    path = tmp_path / "history.db"
    await saved(path)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("PRAGMA writable_schema = ON")
        loose = "replace(replace(sql, 'polls INTEGER NOT NULL', 'polls'), 'STRICT', '')"
        db.execute(f"UPDATE sqlite_master SET sql = {loose} WHERE name = 'task'")  # noqa: S608
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE task SET polls = NULL, over = 'x' WHERE ref = 'hiapi:a'")
        db.execute("PRAGMA writable_schema = ON")
        strict = "replace(sql, 'polls,', 'polls INTEGER NOT NULL,') || 'STRICT'"
        db.execute(f"UPDATE sqlite_master SET sql = {strict} WHERE name = 'task'")  # noqa: S608
    history = History(path)
    assert sentences(history.condition) == ()
    for task_id in IDS:
        history.save(task(task_id, 9))
    await history.flush()
    found = await history.load([entry(task_id) for task_id in IDS])
    assert {one.ref.id: one.polls for one in found.values()} == {"a": 9, "b": 9}
    await history.close()


async def test_a_task_that_cannot_be_written_down_keeps_no_other_from_it(tmp_path: Path) -> None:
    history = History(tmp_path / "history.db")
    history.save(task("a"))
    history.save(replace(task("b"), raw_status="\ud800"))  # no text that UTF-8 has
    with pytest.raises(StoreError, match="hiapi:b: internal error"):
        await history.flush()
    known = await history.load([entry("a"), entry("b")])
    assert known[Ref("hiapi", "a")].polls == 7
    assert known[Ref("hiapi", "b")].polls == 0
    history.save(task("b"))
    await history.flush()
    assert sentences(history.condition) == ()
    await history.close()
