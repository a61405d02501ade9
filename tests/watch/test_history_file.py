"""The history database of an older or newer Rushes, a damaged one, and one that others hold."""

import asyncio
import json
import random
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fake_gateway import entry
from waiting import until

from rushes.providers.model import Snapshot, Status
from rushes.providers.reply import Reply
from rushes.providers.rfc3339 import rfc3339_exact
from rushes.watch import codec
from rushes.watch.history import prune
from rushes.watch.history.opening import open_database
from rushes.watch.history.schema import MIGRATIONS, VERSION, teach
from rushes.watch.history.store import History
from rushes.watch.store_words import sentences
from rushes.watch.task import Ref, Task, Transition

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
A = Ref("hiapi", "a")


def task(task_id: str = "a", polls: int = 7) -> Task:
    return Task(
        entry=entry(task_id),
        status=Status.RUNNING,
        raw_status="handling",
        snapshot=Snapshot(status=Status.RUNNING, raw_status="handling", prompt="a fox"),
        transitions=(Transition(Status.RUNNING, "handling", NOW),),
        polls=polls,
        last_polled_at=NOW,
    )


async def written(path: Path, *tasks: Task) -> None:
    history = History(path)
    for one in tasks:
        history.save(one, Reply(200, {}, b"{}"))
    await history.close()


async def read(path: Path, *ids: str) -> tuple[dict[Ref, Task], tuple[str, ...]]:
    history = History(path)
    found = await history.load([entry(task_id) for task_id in ids or ("a",)])
    notices = sentences(history.condition)
    await history.close()
    return found, notices


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(sql).fetchall()


def set_aside(folder: Path) -> list[Path]:
    """The damaged databases that were kept, without what SQLite has beside them."""
    return list(folder.glob("history.db.corrupt-*[0-9]"))


def older(path: Path, version: int, *steps: Transition) -> None:
    """A database as that version left it, with a task in it."""
    steps = steps or task().transitions
    with closing(sqlite3.connect(path)) as db, db:
        teach(db)
        db.executescript("PRAGMA journal_mode = WAL;" + "".join(MIGRATIONS[:version]))
        db.execute(f"PRAGMA user_version = {version}")
        its = task()
        assert its.snapshot is not None
        snapshot = json.dumps(codec.write(its.snapshot))
        row = ("hiapi:a", "running", "handling", 0, snapshot, None, 7, 0, rfc3339_exact(NOW), None,
               0.0)  # fmt: skip
        db.execute("INSERT INTO task VALUES (?,?,?,?,?,?,?,?,?,?,?)", row)
        for seq, step in enumerate(steps):
            row = ("hiapi:a", seq, step.status.value, step.raw_status,
                   rfc3339_exact(step.observed_at), rfc3339_exact(step.provider_at))  # fmt: skip
            if version < 4:
                db.execute("INSERT INTO transition VALUES (?,?,?,?,?,?)", row)
            else:
                db.execute("INSERT INTO step VALUES (?,?,?,?,?)", (row[0], *row[2:]))


@pytest.mark.parametrize("version", range(1, VERSION))
async def test_an_older_one_is_brought_up_and_its_copy_kept(tmp_path: Path, version: int) -> None:
    path = tmp_path / "history.db"
    older(path, version)
    found, notices = await read(path)
    assert found == {A: task()}
    assert notices == ()
    assert rows(path, "PRAGMA user_version") == [(VERSION,)]
    assert rows(path, "SELECT count(*) FROM lease") == [(0,)]
    copy = tmp_path / f"history.db.v{version}"
    assert rows(copy, "PRAGMA user_version") == [(version,)]
    assert rows(copy, "SELECT ref, polls FROM task") == [("hiapi:a", 7)]
    assert copy.stat().st_mode & 0o777 == 0o600


async def test_steps_that_an_older_one_numbered_keep_their_order_and_none_is_twice(
    tmp_path: Path,
) -> None:
    """The clock was set back once, and two processes had numbered the end apart."""
    path, hour = tmp_path / "history.db", timedelta(hours=1)
    queued = Transition(Status.QUEUED, "queued", NOW + timedelta(microseconds=5))
    running = Transition(Status.RUNNING, "handling", NOW - hour)
    end = Transition(Status.FAILED, "fail", NOW + hour)
    older(path, 3, queued, running, end, replace(end, observed_at=NOW + 2 * hour))
    found, _ = await read(path)
    running = replace(running, observed_at=queued.observed_at)
    assert found[A].transitions == (queued, running, end)
    # As an older Rushes reads them, which opens it to read only.
    seen = rows(path, "SELECT status FROM transition WHERE ref = 'hiapi:a' ORDER BY ref, seq")
    assert [str(status) for (status,) in seen] == ["queued", "running", "failed", "failed"]


async def test_a_migration_that_fails_half_way_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "history.db"
    older(path, 1)
    broken = "CREATE TABLE half (a INTEGER) STRICT; CREATE TABLE task (a INTEGER) STRICT;"
    with monkeypatch.context() as patch:
        patch.setattr("rushes.watch.history.schema.MIGRATIONS", (MIGRATIONS[0], broken))
        with pytest.raises(Exception, match="already exists"):
            History(path)
    assert rows(path, "PRAGMA user_version") == [(1,)]
    assert rows(path, "SELECT name FROM sqlite_master WHERE name = 'half'") == []
    found, _ = await read(path)
    assert found == {A: task()}


def test_what_a_version_once_made_is_never_changed() -> None:
    """Others have it on their disks: a change is a further step, not another first one."""
    assert "user_version" not in "".join(MIGRATIONS)
    assert [step.count("CREATE TABLE") for step in MIGRATIONS[:2]] == [4, 2]


async def test_a_newer_one_is_shown_and_not_written(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    await written(path, task())
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("ALTER TABLE task ADD COLUMN colour TEXT")
        db.execute(f"PRAGMA user_version = {VERSION + 1}")
    before = path.read_bytes()
    history = History(path)
    assert "newer Rushes" in sentences(history.condition)[0]
    assert await history.load([entry("a")]) == {A: task()}
    history.save(task(polls=99))
    await history.flush()
    await history.close()
    assert path.read_bytes() == before
    assert rows(path, "SELECT polls FROM task") == [(7,)]


async def test_a_newer_one_that_has_moved_everything_shows_nothing_and_stays(
    tmp_path: Path,
) -> None:
    path = tmp_path / "history.db"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE other (a)")
        db.execute(f"PRAGMA user_version = {VERSION + 5}")
    found, notices = await read(path)
    assert found == {A: Task(entry=entry("a"))}
    assert "newer Rushes" in notices[0]
    assert rows(path, "SELECT name FROM sqlite_master") == [("other",)]


async def test_what_is_no_database_is_set_aside_and_a_new_one_begun(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    notes = b"not a database, but somebody's notes" * 100
    path.write_bytes(notes)
    found, notices = await read(path)
    assert found == {A: Task(entry=entry("a"))}
    (aside,) = set_aside(tmp_path)
    assert aside.read_bytes() == notes
    assert aside.name in notices[0]
    await written(path, task())
    found, notices = await read(path)
    assert (found, notices) == ({A: task()}, ())


async def test_flipped_bytes_never_crash_it_and_nothing_is_thrown_away(tmp_path: Path) -> None:
    whole = tmp_path / "whole.db"
    ids = [f"t{n}" for n in range(60)]
    await written(whole, *(task(task_id) for task_id in ids))
    good, chance, damaged = whole.read_bytes(), random.Random(3), 0
    for n in range(60):
        home = tmp_path / str(n)
        home.mkdir(mode=0o700)
        path = home / "history.db"
        bad = bytearray(good)
        for _ in range(chance.choice((1, 8, 200))):
            bad[chance.randrange(len(bad))] ^= 1 << chance.randrange(8)
        path.write_bytes(bad)
        history = History(path)
        await history.load([entry(task_id) for task_id in ids])
        for task_id in ids:
            history.save(replace(task(task_id), polls=8))
        await history.flush()
        await history.close()
        kept = set_aside(home)
        damaged += len(kept)
        assert all(found.stat().st_size == len(good) for found in kept)
    assert damaged >= 3


async def test_damage_that_shows_under_way_is_told_and_saving_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    ids = [f"t{n}" for n in range(300)]
    await written(path, *(task(task_id) for task_id in ids))
    where = "SELECT rootpage, page_size FROM sqlite_master, pragma_page_size"
    ((page, size),) = rows(path, f"{where} WHERE name = 'step'")
    with path.open("r+b") as file:
        file.seek((int(str(page)) - 1) * int(str(size)))
        file.write(b"\xff" * int(str(size)))
    history = History(path)
    assert sentences(history.condition) == ()
    for task_id in ids:
        history.save(task(task_id))
    await history.flush()
    assert history.condition.begun_anew == 1
    assert "corrupt-" in sentences(history.condition)[0]
    assert len(await history.load([entry(task_id) for task_id in ids])) == 300
    await history.close()
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]


def test_two_programs_that_find_it_damaged_set_it_aside_once(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    path.write_bytes(b"x" * 4096)
    histories = [History(path) for _ in range(3)]
    for history in histories:
        asyncio.run(history.close())
    assert len(set_aside(tmp_path)) == 1


@pytest.fixture
def held(tmp_path: Path) -> Callable[[], sqlite3.Connection]:
    """Another program that writes and takes its time."""

    def hold() -> sqlite3.Connection:
        db = sqlite3.connect(tmp_path / "history.db", isolation_level=None)
        db.execute("BEGIN IMMEDIATE")
        return db

    return hold


async def test_one_that_is_busy_loses_nothing_and_holds_up_no_screen(
    tmp_path: Path, held: Callable[[], sqlite3.Connection]
) -> None:
    """Row 57 in a twentieth of the time: patience 0.25 s for 5 s, busy 0.5 s for 10 s."""
    path = tmp_path / "history.db"
    history = History(path, patience=0.25)
    other = held()
    took: list[float] = []
    began = time.monotonic()
    while len(took) < 100 or time.monotonic() < began + 0.5:
        before = time.monotonic()
        history.save(task(f"t{len(took) % 50}", len(took)))
        await asyncio.sleep(0.002)
        took.append(time.monotonic() - before)
    assert sorted(took)[len(took) // 2] < 0.1
    other.rollback()
    other.close()
    await history.flush()
    assert history.condition.unsaved is None
    found = await history.load([entry(f"t{n}") for n in range(50)])
    assert all(one.polls > 0 or one.ref.id == "t0" for one in found.values())
    await history.close()


async def test_reading_goes_on_while_nothing_can_be_saved_and_that_is_told(
    tmp_path: Path, held: Callable[[], sqlite3.Connection]
) -> None:
    path = tmp_path / "history.db"
    await written(path, task())
    history = History(path, patience=0.05)
    other = held()
    history.save(task(polls=8))
    assert (await history.load([entry("a")]))[A].polls == 7
    await until(lambda: sentences(history.condition))
    assert "locked" in sentences(history.condition)[0]
    other.rollback()
    other.close()
    await until(lambda: history.condition.unsaved is None)  # it tries again of its own accord
    assert (await history.load([entry("a")]))[A].polls == 8
    await history.close()


async def test_the_oldest_last_bodies_go_first_and_nothing_else_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prune, "BODIES_LIMIT", 2500)
    path = tmp_path / "history.db"
    history = History(path)
    for n in range(4):
        at = NOW.replace(minute=n)
        history.save(replace(task(f"t{n}"), last_polled_at=at), Reply(200, {}, b"x" * 1000))
    await history.flush()
    await history.prune(None, ())
    bodies = [await history.last_body(Ref("hiapi", f"t{n}")) for n in range(4)]
    assert [body is not None for body in bodies] == [False, False, True, True]
    assert (await history.load([entry("t0")]))[Ref("hiapi", "t0")].snapshot is not None
    await history.close()


def test_programs_that_start_together_on_a_new_home_all_get_in(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    with closing(sqlite3.connect(path, check_same_thread=False)) as quicker:
        quicker.execute("BEGIN IMMEDIATE")  # as one that is about to make the tables
        letting_go = threading.Timer(0.2, quicker.rollback)
        letting_go.start()
        open_database(path).db.close()
        letting_go.join()
