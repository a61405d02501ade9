"""A history with triggers, views or types of others is set aside and not obeyed (row 86)."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from fake_gateway import entry

from rushes.providers.model import Status
from rushes.watch.history import schema
from rushes.watch.history.opening import open_database
from rushes.watch.history.schema import MIGRATIONS, VERSION, check, migrate, teach
from rushes.watch.history.store import History
from rushes.watch.store_words import sentences
from rushes.watch.task import Ref, Task

A = Ref("hiapi", "a")
TASK = Task(entry=entry("a"), status=Status.RUNNING, raw_status="handling", polls=7)

FAILS = "UPDATE task SET status = 'failed'"
ENDLESS = """
    WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n
"""
FOREIGN = {
    "a trigger": f"CREATE TRIGGER t AFTER INSERT ON task BEGIN {FAILS}; END",
    "one without end": f"CREATE TRIGGER t AFTER INSERT ON task BEGIN {ENDLESS}; END",
    "one of deleting": "CREATE TRIGGER t AFTER DELETE ON gate BEGIN DELETE FROM task; END",
    "a view": "CREATE VIEW tasks AS SELECT * FROM task",
    "a table": "CREATE TABLE other (a)",
    "a virtual table": "CREATE VIRTUAL TABLE other USING fts5(a)",
    "an index": "CREATE INDEX other ON task (status)",
    "an index that refuses": "CREATE UNIQUE INDEX other ON task (status)",
    "a column": "ALTER TABLE task ADD COLUMN colour TEXT",
    "a computed column": "ALTER TABLE task ADD COLUMN loud TEXT AS (upper(status))",
    "a check": "ALTER TABLE task ADD COLUMN no INTEGER DEFAULT 1 CHECK (no = 1)",
    "another name": "ALTER TABLE task RENAME TO tasks",
}
REWRITTEN = {
    "another affinity": ("polls INTEGER", "polls ANY"),
    "a case that is ignored": ("status TEXT", "status TEXT COLLATE NOCASE"),
}


async def saved(path: Path) -> None:
    history = History(path)
    history.save(TASK)
    await history.close()


async def seen(path: Path) -> tuple[Task, tuple[str, ...]]:
    history = History(path)
    found = (await history.load([entry("a")]))[A]
    history.save(TASK)
    await history.flush()
    notices = sentences(history.condition)
    await history.close()
    return found, notices


def statuses(path: Path) -> list[tuple[str]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute("SELECT status FROM task").fetchall()


def set_aside(folder: Path) -> list[Path]:
    return list(folder.glob("*.corrupt-*[0-9]"))


async def is_refused(path: Path) -> None:
    found, notices = await seen(path)
    (aside,) = set_aside(path.parent)
    why = "is not built as Rushes builds it"
    assert notices == (f"history.db {why}: it is kept as {aside.name}, and a new one was begun",)
    assert found == Task(entry=entry("a"))
    assert statuses(path) == [("running",)]
    assert await seen(path) == (TASK, ())


@pytest.mark.parametrize("sql", FOREIGN.values(), ids=FOREIGN)
async def test_what_others_put_into_it_is_not_obeyed(tmp_path: Path, sql: str) -> None:
    path = tmp_path / "history.db"
    await saved(path)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(sql)
    await is_refused(path)


@pytest.mark.parametrize(("ours", "theirs"), REWRITTEN.values(), ids=REWRITTEN)
async def test_a_table_of_another_make_is_not_written_to(
    tmp_path: Path, ours: str, theirs: str
) -> None:
    path = tmp_path / "history.db"
    await saved(path)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("PRAGMA writable_schema = ON")
        where = "WHERE name = 'task' AND type = 'table'"
        changed = db.execute(
            f"UPDATE sqlite_schema SET sql = replace(sql, ?, ?) {where}",  # noqa: S608
            (ours, theirs),
        )
        assert changed.rowcount == 1
    await is_refused(path)


@pytest.mark.sampled(5)
@pytest.mark.parametrize("version", range(1, VERSION))
async def test_a_trigger_in_an_older_one_does_not_fire_as_it_is_brought_up(
    tmp_path: Path, version: int
) -> None:
    path = tmp_path / "history.db"
    with closing(sqlite3.connect(path)) as db, db:
        teach(db)
        db.executescript("".join(MIGRATIONS[:version]))
        db.execute(f"PRAGMA user_version = {version}")
        row = ("hiapi:a", "running", "handling", 0, None, None, 7, 0, None, None, 0.0)
        db.execute("INSERT INTO task VALUES (?,?,?,?,?,?,?,?,?,?,?)", row)
        db.execute("INSERT INTO download (ref, n, state, done, note) VALUES ('hiapi:a',1,'',0,'a')")
        db.execute(f"CREATE TRIGGER t AFTER UPDATE ON download BEGIN {FAILS}; END")
    await is_refused(path)
    assert statuses(set_aside(tmp_path)[0]) == [("running",)]


async def test_one_without_a_version_that_holds_tables_is_somebody_elses(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE other (a)")
    await is_refused(path)


@pytest.mark.parametrize("version", range(VERSION))
def test_one_that_was_begun_with_any_version_is_as_a_new_one(version: int) -> None:
    with closing(sqlite3.connect(":memory:")) as db:
        teach(db)
        db.executescript("".join(MIGRATIONS[:version]))
        db.execute(f"PRAGMA user_version = {version}")
        migrate(db, Path(), None)
        check(db)


def usual(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Checks a new history; the versions that one was made of meanwhile, to compare it to."""
    made: list[int] = []
    make = schema.made_by

    def noting(version: int) -> schema.Schema:
        made.append(version)
        return make(version)

    with closing(sqlite3.connect(":memory:")) as db:
        migrate(db, Path(), None)
        monkeypatch.setattr(schema, "made_by", noting)
        check(db)
    return made


def test_a_usual_one_is_known_by_its_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    assert usual(monkeypatch) == []


def test_one_that_an_sqlite_words_otherwise_is_compared_to_a_new_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(schema, "AS_MADE", "of other words")
    assert usual(monkeypatch) == [VERSION]


async def test_statistics_that_somebody_had_made_are_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    await saved(path)
    with closing(sqlite3.connect(path)) as db:
        db.execute("ANALYZE")
    assert await seen(path) == (TASK, ())


def test_nothing_in_the_schema_is_trusted(tmp_path: Path) -> None:
    with closing(open_database(tmp_path / "history.db").db) as db:
        assert db.execute("PRAGMA trusted_schema").fetchone() == (0,)
