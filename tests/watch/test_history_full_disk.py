"""A history that cannot be written at the moment (row 80): read, and saved as soon as it can be."""

import errno
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from fake_gateway import entry
from waiting import until

from rushes.providers.model import Status
from rushes.watch.history import opening, thread
from rushes.watch.history.schema import MIGRATIONS
from rushes.watch.history.store import History
from rushes.watch.store import StoreError
from rushes.watch.store_words import sentences
from rushes.watch.task import Ref, Task

A = Ref("hiapi", "a")
NO_ROOM = "history not saved: no space left"


def task(polls: int = 7) -> Task:
    return Task(entry=entry("a"), status=Status.RUNNING, raw_status="handling", polls=polls)


def polls(path: Path) -> dict[str, int]:
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return dict(db.execute("SELECT ref, polls FROM task").fetchall())


def older(path: Path) -> None:
    """A history as the first version left it."""
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as db, db:
        db.executescript(MIGRATIONS[0])
        db.execute("PRAGMA user_version = 1")
        row = ("hiapi:a", "running", "handling", 0, None, None, 7, 0, None, None, 0.0)
        db.execute("INSERT INTO task VALUES (?,?,?,?,?,?,?,?,?,?,?)", row)


def set_aside(folder: Path) -> list[Path]:
    return list(folder.glob("*.corrupt-*[0-9]"))


class Disk:
    """Lets no database be opened for writing while it is full."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.full = True
        self.code = sqlite3.SQLITE_IOERR_SHMSIZE
        self._connect = opening.connect
        monkeypatch.setattr(opening, "connect", self.connect)
        monkeypatch.setattr(thread, "RETRY", 0.01)
        monkeypatch.setattr(thread, "LOOK_EVERY", 0.01)

    def connect(self, path: Path, vfs: str, patience: float) -> sqlite3.Connection:
        if self.full:
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = self.code
            raise error
        return self._connect(path, vfs, patience)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "history.db"


@pytest.fixture
async def known(path: Path) -> None:
    """A history with a task in it."""
    history = History(path)
    history.save(task())
    await history.close()


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch, known: None) -> Disk:
    del known
    return Disk(monkeypatch)


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (sqlite3.SQLITE_FULL, "no space left"),
        (sqlite3.SQLITE_IOERR_SHMSIZE, "no space left"),
        (sqlite3.SQLITE_IOERR_WRITE, "the disk reports an error"),
    ],
)
async def test_what_it_says_is_known_and_why_nothing_is_saved(
    path: Path, disk: Disk, code: int, why: str
) -> None:
    disk.code = code
    history = History(path)
    assert await history.load([entry("a")]) == {A: task()}
    assert sentences(history.condition) == (f"history not saved: {why}",)
    await history.close()


async def test_what_was_heard_is_saved_by_itself_as_soon_as_there_is_room(
    path: Path, disk: Disk
) -> None:
    history = History(path)
    history.save(task(8))
    with pytest.raises(StoreError, match="no space left"):
        await history.flush()
    assert polls(path) == {"hiapi:a": 7}
    disk.full = False
    await until(lambda: history.condition.unsaved is None)
    assert polls(path) == {"hiapi:a": 8}
    assert history.condition.begun_anew == 0
    await history.close()


async def test_the_warning_goes_where_there_was_nothing_to_save(path: Path, disk: Disk) -> None:
    history = History(path)
    disk.full = False
    await until(lambda: history.condition.unsaved is None)
    history.save(task(9))
    await history.flush()
    await history.close()
    assert polls(path) == {"hiapi:a": 9}


async def test_one_that_is_closed_before_there_is_room_says_so(path: Path, disk: Disk) -> None:
    history = History(path)
    history.save(task(8))
    await history.close()
    assert sentences(history.condition) == (NO_ROOM,)
    disk.full = False
    assert polls(path) == {"hiapi:a": 7}


async def test_one_of_an_older_version_is_read_and_left_as_it_is(
    tmp_path: Path, disk: Disk
) -> None:
    del disk
    path = tmp_path / "older" / "history.db"
    older(path)
    history = History(path)
    assert (await history.load([entry("a")]))[A].polls == 7
    await history.close()
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (1,)


async def test_without_one_all_is_new_and_kept_until_there_is_room(
    tmp_path: Path, disk: Disk
) -> None:
    path = tmp_path / "another" / "history.db"
    history = History(path)
    assert await history.load([entry("a")]) == {A: Task(entry=entry("a"))}
    history.save(task(1))
    disk.full = False
    await until(lambda: history.condition.unsaved is None)
    await history.close()
    assert polls(path) == {"hiapi:a": 1}


async def test_a_folder_that_cannot_be_made_is_said_and_polls_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "mkdir", no_room)
    history = History(tmp_path / "state" / "history.db")
    assert await history.load([entry("a")]) == {A: Task(entry=entry("a"))}
    (sentence,) = sentences(history.condition)
    assert sentence.endswith("no space left")
    await history.close()


async def test_a_damaged_one_is_set_aside_and_that_is_said_too(tmp_path: Path, disk: Disk) -> None:
    path = tmp_path / "history.db"
    path.write_bytes(b"no database" * 1000)
    history = History(path)
    assert await history.load([entry("a")]) == {A: Task(entry=entry("a"))}
    damaged, unsaved = sentences(history.condition)
    assert "was damaged: it is kept as" in damaged
    assert unsaved == NO_ROOM
    history.save(task(8))
    disk.full = False
    await until(lambda: history.condition.unsaved is None)
    await history.close()
    assert polls(path) == {"hiapi:a": 8}
    assert len(set_aside(tmp_path)) == 1
