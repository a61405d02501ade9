"""Homes on a file system without locks or shared memory (row 122), or with other gaps (row 123)."""

import errno
import fcntl
import os
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random

import pytest
from fake_gateway import entry
from manual_clock import ManualClock

from rushes.providers.model import Status
from rushes.watch.disk import locks
from rushes.watch.disk.atomic import atomic_write
from rushes.watch.disk.locks import STALE, HeldElsewhere, held, locks_of
from rushes.watch.history import opening
from rushes.watch.history.machine_slots import Slots
from rushes.watch.history.opening import open_database
from rushes.watch.history.schema import MIGRATIONS, VERSION, migrate
from rushes.watch.history.store import History
from rushes.watch.polling.turns import Shared
from rushes.watch.store_words import sentences
from rushes.watch.task import Ref, Task
from rushes.watch.transfer.part import open_part
from rushes.watch.transfer.side_file import Origins
from rushes.watch.transfer.validators import Version
from rushes.watch.watchlist.file import WatchlistFile

A = Ref("hiapi", "a")
ASKS_ALONE = "each process asks at its own pace"


def task(polls: int = 7) -> Task:
    return Task(entry=entry("a"), status=Status.RUNNING, raw_status="handling", polls=polls)


def refuse(number: int) -> Callable[..., None]:
    def refusing(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    return refusing


@pytest.fixture
def no_flock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fcntl, "flock", refuse(errno.ENOLCK))


@pytest.fixture
def no_locks(no_flock: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite's own locks cannot be refused from here, so nothing may ask for them."""
    del no_flock
    monkeypatch.setattr(fcntl, "lockf", refuse(errno.ENOLCK))
    real = opening.connect

    def connect(path: Path, vfs: str, patience: float) -> sqlite3.Connection:
        assert vfs == "unix-dotfile"
        return real(path, vfs, patience)

    monkeypatch.setattr(opening, "connect", connect)


async def seen(path: Path) -> tuple[int, tuple[str, ...]]:
    history = History(path)
    found = (await history.load([entry("a")]))[A].polls
    notices = sentences(history.condition)
    await history.close()
    return found, notices


async def save(path: Path, polls: int = 7) -> None:
    history = History(path)
    history.save(task(polls))
    await history.flush()
    await history.close()


def left_beside(path: Path) -> list[str]:
    """What SQLite, or a probe, left beside a database that is closed."""
    known = {path.name, ".history.lock"}
    return [found.name for found in path.parent.iterdir() if found.name not in known]


def mode_of(path: Path) -> str:
    with closing(sqlite3.connect(path)) as db:
        return str(db.execute("PRAGMA journal_mode").fetchone()[0])


# -- without locks ------------------------------------------------------------------------------


@pytest.mark.usefixtures("no_locks")
async def test_history_is_kept_without_locks_and_that_is_said_once(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    await save(path)
    where = f"the file system of {tmp_path} has no locks"
    assert await seen(path) == (7, (f"{where}: saving is slower, and {ASKS_ALONE}",))
    assert not path.with_name("history.db.lock").exists()
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("clean", [True, False])
async def test_one_that_was_kept_with_locks_is_taken_over_whole(
    tmp_path: Path, clean: bool, request: pytest.FixtureRequest
) -> None:
    """As of a home that was moved; what stands in the log of a killed process is in it, too."""
    path = tmp_path / "history.db"
    other = open_database(path)
    await save(path)
    if not clean:
        for tail in ("", "-wal"):
            (tmp_path / f"kept{tail}").write_bytes(path.with_name(path.name + tail).read_bytes())
    other.db.close()
    if not clean:
        for tail in ("", "-wal"):
            (tmp_path / f"kept{tail}").rename(path.with_name(path.name + tail))
        path.chmod(0o600)
    request.getfixturevalue("no_locks")
    await save(path, polls=8)
    assert (await seen(path))[0] == 8
    assert not path.with_name("history.db-wal").exists()
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.usefixtures("no_locks")
async def test_processes_still_agree_on_turns(tmp_path: Path, clock: ManualClock) -> None:
    histories = [History(tmp_path / "history.db", clock=clock) for _ in range(2)]
    one, other = (Shared("hiapi", it, clock, Random(1)) for it in histories)
    taken = [await it.take([task()], 5.0, "", frozenset()) for it in (one, other)]
    assert [turns.turns[0].granted for turns in taken] == [True, False]
    for history in histories:
        await history.close()


@pytest.mark.usefixtures("no_locks")
async def test_a_lock_that_a_killed_process_left_holds_nobody_up_for_long(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    await save(path)
    left = path.with_name("history.db.lock")
    left.mkdir()
    os.utime(left, (0, path.stat().st_mtime - STALE - 5))
    await save(path, polls=8)
    assert (await seen(path))[0] == 8
    assert not left.exists()


@pytest.mark.usefixtures("no_locks")
async def test_while_another_program_has_it_it_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    await save(path)
    path.with_name("history.db.lock").mkdir()
    history = History(path, patience=0.1)
    assert (await history.load([entry("a")]))[A].polls == 7
    (notice,) = sentences(history.condition)
    assert notice.endswith("another program has history.db: shown, but nothing is saved")
    await history.close()


@pytest.mark.usefixtures("no_locks")
async def test_an_older_one_is_brought_up_and_its_copy_kept(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    with closing(sqlite3.connect(path)) as db:
        db.executescript("".join(MIGRATIONS[:3]))
        db.execute("PRAGMA user_version = 3")
    await save(path)
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (VERSION,)
    with closing(sqlite3.connect(tmp_path / "history.db.v3")) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (3,)


@pytest.mark.usefixtures("no_flock")
async def test_where_only_files_cannot_be_locked_history_is_what_it_was(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    await save(path)
    notice = f"the file system of {tmp_path} has no locks: {ASKS_ALONE}"
    assert await seen(path) == (7, (notice,))
    assert mode_of(path) == "wal"


@pytest.mark.usefixtures("no_flock")
async def test_without_locks_each_process_has_its_own_slots(
    tmp_path: Path, clock: ManualClock
) -> None:
    one, other = (Slots(tmp_path / "slots", "hiapi", clock) for _ in range(2))
    async with one.one_of(1), other.one_of(1):
        pass


# -- without shared memory ----------------------------------------------------------------------


class NoSharedMemory(sqlite3.Connection):
    """WAL is switched on, and then the file beside the database cannot be mapped."""

    def execute(self, sql: str, *values: object) -> sqlite3.Cursor:  # type: ignore[override]
        cursor = super().execute(sql, *values)  # type: ignore[arg-type]
        alone = super().execute("PRAGMA locking_mode").fetchone() == ("exclusive",)
        in_wal = super().execute("PRAGMA journal_mode").fetchone() == ("wal",)
        if in_wal and not alone and not sql.startswith("PRAGMA"):
            cursor.close()
            self.rollback()
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = sqlite3.SQLITE_IOERR
            raise error
        return cursor


@pytest.mark.parametrize("old", [False, True])
async def test_history_is_kept_without_shared_memory_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: bool
) -> None:
    path = tmp_path / "history.db"
    if old:
        await save(path)
    real = sqlite3.connect

    def connect(*args: object, **how: object) -> sqlite3.Connection:
        return real(*args, **how, factory=NoSharedMemory)  # type: ignore[call-overload]

    monkeypatch.setattr(sqlite3, "connect", connect)
    await save(path, polls=8)
    notice = f"the file system of {tmp_path} shares no memory: saving is slower"
    assert await seen(path) == (8, (notice,))
    monkeypatch.undo()
    assert left_beside(path) == []
    # On a disk that has all of it again, it is what it was.
    assert await seen(path) == (8, ())
    assert mode_of(path) == "wal"


@pytest.mark.parametrize("fixture", ["no_locks", "no_flock"])
async def test_a_closed_home_that_keeps_no_log_is_shown_and_not_waited_for(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
    fixture: str,
) -> None:
    """Without WAL an open database does not find out by itself that it cannot be written."""
    path = tmp_path / "history.db"
    with closing(sqlite3.connect(path)) as db:
        migrate(db, path, lambda _, __: None)
    request.getfixturevalue(fixture)

    def no(*_: object) -> bool:
        return False

    monkeypatch.setattr(os, "access", no)
    monkeypatch.setattr(opening, "_shares_memory", no)
    history = History(path)
    history.save(task())
    await history.flush()
    notice = "history.db cannot be written: what it says is shown, but nothing is saved"
    assert sentences(history.condition) == (notice,)
    await history.close()


# -- watchlists ---------------------------------------------------------------------------------


@pytest.mark.usefixtures("no_flock")
def test_edits_at_the_same_time_lose_nothing_without_locks(tmp_path: Path) -> None:
    path = tmp_path / "default.toml"

    def add(name: str) -> None:
        for n in range(15):
            WatchlistFile(path).add([entry(f"{name}{n}")])

    threads = [threading.Thread(target=add, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(WatchlistFile(path).read().entries) == 45
    assert not list(tmp_path.glob(".*.d*"))


@pytest.mark.usefixtures("no_flock")
def test_a_lock_without_locks_is_held_by_one_and_left_by_none(tmp_path: Path) -> None:
    lock = tmp_path / ".default.lock"
    with held(lock, 0.0), pytest.raises(HeldElsewhere), held(lock, 0.02):
        pass
    left = tmp_path / ".default.lock.d"
    left.mkdir()
    os.utime(left, (0, lock.stat().st_mtime - STALE - 5))
    with held(lock, 1.0):
        pass
    assert not left.exists()


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL])
def test_what_a_file_system_without_locks_answers_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setattr(fcntl, "flock", refuse(number))
    assert locks_of(tmp_path / ".lock") == locks.Locks(flock=False, posix=True)


def test_a_lock_that_others_hold_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in (errno.EAGAIN, errno.EACCES):
        monkeypatch.setattr(fcntl, "lockf", refuse(number))
        assert locks_of(tmp_path / ".lock") == locks.Locks()


# -- other gaps ---------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP, errno.ENOSYS])
async def test_where_nothing_can_be_synced_saving_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setattr(os, "fsync", refuse(number))
    WatchlistFile(tmp_path / "lists" / "default.toml").add([entry("a")])
    await save(tmp_path / "state" / "history.db")
    assert (await seen(tmp_path / "state" / "history.db"))[0] == 7


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP, errno.ENOSYS])
def test_where_nothing_can_be_synced_a_file_is_saved_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setattr(os, "fsync", refuse(number))
    with open_part(tmp_path, (), "a") as part:
        part.restart(Origins("https://cdn.example/a", "hiapi:a", 1, Version(None, 4, None)))
        part.write(b"film")
        assert part.publish(["film.mp4"]) == "film.mp4"
    assert (tmp_path / "film.mp4").read_bytes() == b"film"


@pytest.mark.parametrize("number", [errno.EPERM, errno.ENOTSUP])
def test_where_links_and_modes_are_refused_saves_stay_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    for name in ("link", "chmod", "fchmod"):
        monkeypatch.setattr(os, name, refuse(number))
    path = tmp_path / "default.toml"
    for text in (b"one", b"two"):
        atomic_write(path, text)
    assert path.read_bytes() == b"two"
    assert [found.name for found in tmp_path.iterdir()] == ["default.toml"]
