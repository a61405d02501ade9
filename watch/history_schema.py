"""The history database's shape: made, brought up from older versions, and never thrown away.

An older one is copied before it is changed; one of a newer Rushes, or in a folder that is closed to
us, is read and not written; a damaged one is set aside under a name of its own (reliability.md rows
47 and 56).
"""

import contextlib
import fcntl
import os
import sqlite3
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from time import monotonic, sleep
from typing import cast
from urllib.parse import quote

from watch.paths import private_dir

MIGRATIONS: Sequence[str] = (
    """
CREATE TABLE task (
    ref TEXT PRIMARY KEY, status TEXT, raw_status TEXT, over INTEGER NOT NULL, snapshot TEXT,
    trouble TEXT, polls INTEGER NOT NULL, not_found INTEGER NOT NULL, polled_at TEXT,
    unfinished_at TEXT, skew REAL NOT NULL
) STRICT;
CREATE TABLE transition (
    ref TEXT NOT NULL, seq INTEGER NOT NULL, status TEXT NOT NULL, raw_status TEXT,
    observed_at TEXT NOT NULL, provider_at TEXT, PRIMARY KEY (ref, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE download (
    ref TEXT NOT NULL, n INTEGER NOT NULL, state TEXT NOT NULL, path TEXT, done INTEGER NOT NULL,
    total INTEGER, sha256 TEXT, note TEXT NOT NULL, PRIMARY KEY (ref, n)
) STRICT, WITHOUT ROWID;
CREATE TABLE body (
    ref TEXT PRIMARY KEY, status INTEGER NOT NULL, headers TEXT NOT NULL, body BLOB NOT NULL,
    at TEXT NOT NULL
) STRICT;
""",
    # Who may ask about a task, and until when nobody may ask an account: `watch/lease.py`.
    """
CREATE TABLE lease (
    ref TEXT PRIMARY KEY, owner TEXT NOT NULL, until REAL NOT NULL, asking INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE gate (
    account TEXT PRIMARY KEY, key TEXT NOT NULL, kind TEXT NOT NULL, message TEXT NOT NULL,
    code TEXT, http_status INTEGER, until REAL NOT NULL
) STRICT;
""",
    # When a task was last on a watchlist, in Unix seconds: `watch/retention.py`.
    # The marks of refused keys so far could be tried for a guess: `watch/session.py`.
    """
CREATE TABLE watched (ref TEXT PRIMARY KEY, at REAL NOT NULL) STRICT, WITHOUT ROWID;
DELETE FROM gate;
""",
    # Why an output is not on its way, which its note alone said before: `watch/task.py`, Halt.
    """
ALTER TABLE download ADD COLUMN halt TEXT;
UPDATE download SET halt = note WHERE state = 'available' AND note IN ('paused', 'canceled');
""",
)
"""What leads from each version to the next one; the first makes a new database."""

VERSION = len(MIGRATIONS)
"""The schema's `user_version`."""

_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT)
_CLOSED = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN)
_PATIENCE = 5.0


Inode = tuple[int, int]
"""Device and inode: which file it is."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A connection; `notice` is a sentence for the person, `read_only` what nobody may write.

    `inode` is the file's, whatever it may be called by now.
    """

    db: sqlite3.Connection
    inode: Inode
    notice: str = ""
    read_only: bool = False


def inode_of(path: Path) -> Inode | None:
    """Which file is there, None for none; raises OSError."""
    try:
        seen = path.stat()
    except FileNotFoundError:
        return None
    return seen.st_dev, seen.st_ino


def is_damage(error: Exception) -> bool:
    """Whether an error says that the file itself is not, or no longer, a sound database.

    Where a name in the schema is no text any more, not even SQLite's complaint can be read.
    """
    if isinstance(error, UnicodeDecodeError):
        return True
    return _code(error) in _DAMAGED


def is_busy(error: Exception) -> bool:
    """Whether an error says that another program is writing at the moment."""
    return _code(error) == sqlite3.SQLITE_BUSY


def _code(error: Exception) -> int | None:
    """SQLite's primary result code; None where Python itself raised the error."""
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def open_database(path: Path, patience: float = _PATIENCE) -> Opened:
    """The database at `path`, made if need be; raises sqlite3.Error, OSError or SaveFailed.

    `patience` is the seconds that each access waits for another program's.
    """
    private_dir(path.parent)
    if not path.exists():
        # Another program may be half-way through setting a damaged one aside.
        with _alone(path):
            path.touch(mode=0o600)
    found = inode_of(path)
    try:
        return _open(path, patience)
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        if _code(error) in _CLOSED:
            return _open_closed(path)
        if not is_damage(error):
            raise
    return begin_anew(path, found, patience)


def begin_anew(path: Path, damaged: Inode | None, patience: float = _PATIENCE) -> Opened:
    """A new database where the `damaged` one was, which is set aside; raises as `open_database`."""
    with _alone(path):
        if inode_of(path) != damaged:
            return _open(path, patience)  # another program was quicker
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
        aside = path.with_name(f"{path.name}.corrupt-{stamp}")
        for tail in ("", "-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                path.with_name(path.name + tail).rename(aside.with_name(aside.name + tail))
        path.touch(mode=0o600)
        notice = f"{path.name} was damaged: it is kept as {aside.name}, and a new one was begun"
        return replace(_open(path, patience), notice=notice)


def _open(path: Path, patience: float) -> Opened:
    # Before it is opened: should it be set aside meanwhile, its user finds out.
    inode = inode_of(path) or (0, 0)
    db = sqlite3.connect(path, isolation_level="IMMEDIATE", timeout=patience)
    try:
        version = _version(db)
        if version > VERSION:
            db.close()
            return _open_newer(path, inode, version)
        if db.execute("PRAGMA page_count").fetchone() == (0,):
            # So that what is deleted can be given back; later only VACUUM could set it.
            db.execute("PRAGMA auto_vacuum = INCREMENTAL")
        _into_wal(db, patience)
        # Each commit is durable once it is told of (reliability.md R3).
        db.execute("PRAGMA synchronous = FULL")
        if version < VERSION:
            _migrate(db, path)
        _harden(db)
        if not _schema() <= _schema_of(db):
            raise _damage("its tables are not as they were made")
    except BaseException:
        db.close()
        raise
    return Opened(db, inode)


@cache
def _schema() -> frozenset[tuple[str, str]]:
    """What every database of this version holds."""
    with contextlib.closing(sqlite3.connect(":memory:")) as db:
        db.executescript("".join(MIGRATIONS))
        return _schema_of(db)


def _schema_of(db: sqlite3.Connection) -> frozenset[tuple[str, str]]:
    return frozenset(db.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))


def _into_wal(db: sqlite3.Connection, patience: float) -> None:
    """Switch to WAL; of programs that start together on a new file, all but one have to wait.

    SQLite's own time-out does not hold for this switch: it refuses at once.
    """
    until = monotonic() + patience
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if not is_busy(error) or monotonic() > until:
                raise
        sleep(0.01)


def _open_newer(path: Path, inode: Inode, version: int) -> Opened:
    notice = f"{path.name} is of a newer Rushes (version {version}): shown, but nothing is saved"
    return _open_to_read(path, inode, "mode=ro", notice)


def _open_closed(path: Path) -> Opened:
    """One that may not be written, nor anything be made beside it, which even reading WAL needs."""
    inode = inode_of(path) or (0, 0)
    notice = f"{path.name} cannot be written: what it says is shown, but nothing is saved"
    if path.with_name(f"{path.name}-wal").exists():
        return _open_to_read(path, inode, "mode=ro", notice)
    # Who opens it now with the right to write makes a -wal, and leaves the file alone at first.
    return _open_to_read(path, inode, "mode=ro&immutable=1", notice)


def _open_to_read(path: Path, inode: Inode, how: str, notice: str) -> Opened:
    db = sqlite3.connect(f"file:{quote(str(path))}?{how}", uri=True)
    _harden(db)
    return Opened(db, inode, notice, read_only=True)


def _harden(db: sqlite3.Connection) -> None:
    db.execute("PRAGMA trusted_schema = OFF")
    db.execute("PRAGMA cell_size_check = ON")
    # A flipped bit in a text is one task's fault, not everybody's.
    db.text_factory = _lenient


def _lenient(data: bytes) -> str:
    return data.decode(errors="replace")


def _migrate(db: sqlite3.Connection, path: Path) -> None:
    """Bring an older database up, in one transaction; its copy stays as `.vN`."""
    with db:
        db.execute("BEGIN IMMEDIATE")  # of two programs that start together one does it
        version = _version(db)
        if 0 < version < VERSION:
            _copy(path, path.with_name(f"{path.name}.v{version}"))
        for step in MIGRATIONS[version:]:
            for statement in filter(str.strip, step.split(";")):
                db.execute(statement)
        db.execute(f"PRAGMA user_version = {max(version, VERSION)}")


def _copy(path: Path, copy: Path) -> None:
    """A copy of what is committed, whole or not there at all."""
    temp = copy.with_name(f".{copy.name}.tmp")
    temp.unlink(missing_ok=True)
    temp.touch(mode=0o600)
    with (
        contextlib.closing(sqlite3.connect(path)) as source,
        contextlib.closing(sqlite3.connect(temp)) as target,
    ):
        source.backup(target)
    temp.replace(copy)


def _version(db: sqlite3.Connection) -> int:
    try:
        db.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:
            raise
        raise _damage(str(error)) from error  # such as the number of its format
    version = cast("int", db.execute("PRAGMA user_version").fetchone()[0])
    if version < 0:
        raise _damage("its version is negative")
    return version


def _damage(what: str) -> sqlite3.DatabaseError:
    error = sqlite3.DatabaseError(what)
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error


@contextlib.contextmanager
def _alone(path: Path) -> Generator[None]:
    """Hold the lock beside `path`; death frees it."""
    lock = path.with_name(f".{path.stem}.lock")
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
