"""Opens the history database in whatever state its file and its file system are.

A database of a newer Rushes, or in a folder that may not be written, is only read, and so is one on
a full or failing disk, until that has passed (row 80). A damaged one is renamed and kept, and a new
one begun (reliability.md rows 47 and 56). On a file system without
locks or without shared memory, slower ways to lock and to write are used (row 122). The notices of
an opened database say which of these is the case.
"""

import contextlib
import os
import sqlite3
from datetime import UTC, datetime
from math import inf
from pathlib import Path
from time import monotonic, sleep
from urllib.parse import quote

from rushes.providers.fields import replace
from rushes.watch.disk.atomic import SaveFailed
from rushes.watch.disk.descriptors import sync, sync_folder
from rushes.watch.disk.locks import Locks, drop_stale, held, locks_of
from rushes.watch.disk.paths import private_dir
from rushes.watch.history.opened import Inode, Opened, inode_of
from rushes.watch.history.reading import (
    open_closed,
    open_immutable,
    open_meanwhile,
    open_newer,
)
from rushes.watch.history.schema import (
    VERSION,
    ForeignSchema,
    check,
    code_of,
    harden,
    is_busy,
    is_damage,
    migrate,
    version_of,
)
from rushes.watch.store_condition import Lack, StoreNotice, StoreReason

_CLOSED = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN)
_MAY_PASS = (*_CLOSED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)
_PATIENCE = 5.0
_LOOK = 0.1
FILES = ("", "-wal", "-shm", "-journal")
"""What the names of a database's files end in after its own name."""

_WITH_LOCKS = "unix"
_WITHOUT_LOCKS = "unix-dotfile"
"""SQLite's names of how it locks: the second makes a folder beside the database."""


def lock_of(path: Path) -> Path:
    """The lock file beside a database."""
    return path.with_name(f".{path.stem}.lock")


def open_as_it_is(path: Path, patience: float = _PATIENCE) -> Opened:
    """As `open_database`; on a disk that is full, or fails, the database as far as it can be read.

    It then says what hinders it. Raises as `open_database` where it cannot be read either.
    """
    try:
        return open_database(path, patience)
    except (sqlite3.OperationalError, OSError, SaveFailed) as error:
        if isinstance(error, sqlite3.Error) and code_of(error) not in _MAY_PASS:
            raise
        hindrance = error
    try:
        return open_meanwhile(path, hindrance)
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        if not is_damage(error):
            raise
        damage = error
    return begin_anew(path, inode_of(path), damage, patience)


def open_database(path: Path, patience: float = _PATIENCE) -> Opened:
    """The database at `path`, made if need be; raises sqlite3.Error, OSError or SaveFailed.

    `patience` is the seconds that each access waits for another program's.
    """
    private_dir(path.parent)
    if not path.exists():
        # Another program may be half-way through setting a damaged one aside.
        with held(lock_of(path), inf):
            path.touch(mode=0o600)
    found = inode_of(path)
    closed = not (os.access(path.parent, os.W_OK) and os.access(path, os.W_OK))
    try:
        # Nobody can be writing to a closed one: there is nothing to wait for.
        opened = _open_there(path, min(patience, _LOOK) if closed else patience)
        if not closed or _is_in_wal(opened.db):
            return opened
        # Only WAL finds out as it is opened.
        opened.db.close()
        return open_closed(path)
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        if closed and (code_of(error) in _CLOSED or is_busy(error)):
            return open_closed(path)
        if not is_damage(error):
            raise
        damage = error
    return begin_anew(path, found, damage, patience)


def begin_anew(
    path: Path, damaged: Inode | None, damage: Exception, patience: float = _PATIENCE
) -> Opened:
    """A new database where the `damaged` one was, which is set aside; raises as `open_database`.

    Where there is no room for a new one it is in memory for the time being.
    """
    with held(lock_of(path), inf):
        if inode_of(path) != damaged:
            return _open_there(path, patience)  # another program was quicker
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
        aside = path.with_name(f"{path.name}.corrupt-{stamp}")
        for tail in FILES:
            with contextlib.suppress(FileNotFoundError):
                path.with_name(path.name + tail).rename(aside.with_name(aside.name + tail))
        is_foreign = isinstance(damage, ForeignSchema)
        reason = StoreReason.FOREIGN if is_foreign else StoreReason.DAMAGED
        notice = StoreNotice(reason, path.name, aside.name)
        try:
            path.touch(mode=0o600)
            opened = _open_there(path, patience)
        except (sqlite3.OperationalError, OSError) as error:
            opened = open_meanwhile(path, error)
        return replace(opened, notices=(notice, *opened.notices))


# -- with all that the file system has ----------------------------------------------------------


def _open_there(path: Path, patience: float) -> Opened:
    locks = locks_of(lock_of(path))
    if not locks.posix:
        return _open_without_locks(path, patience, locks)
    try:
        opened = _open(path, patience)
    except sqlite3.OperationalError as error:
        no_room = error.sqlite_errorcode == sqlite3.SQLITE_IOERR_SHMSIZE
        if no_room or code_of(error) != sqlite3.SQLITE_IOERR:
            raise
        # Either the disk is broken, which this shows as well, or memory cannot be shared.
        _leave_wal(path, patience)
        opened = _open(path, patience)
    return replace(opened, notices=(*opened.notices, *_lacking(opened.db, path, locks)))


def _lacking(db: sqlite3.Connection, path: Path, locks: Locks) -> tuple[StoreNotice, ...]:
    """What a person has to know of the file system."""
    has = {
        Lack.FLOCK: locks.flock,
        Lack.POSIX_LOCKS: locks.posix,
        # Without POSIX locks nobody finds out, nor needs to.
        Lack.SHARED_MEMORY: not locks.posix or _is_in_wal(db),
    }
    lacks = frozenset(lack for lack, is_there in has.items() if not is_there)
    where = str(path.parent)
    return (StoreNotice(StoreReason.WEAK_FILE_SYSTEM, where, lacks=lacks),) if lacks else ()


def connect(path: Path, vfs: str, patience: float) -> sqlite3.Connection:
    """A connection that locks as `vfs` says (SQLite's name of it)."""
    address = f"file:{quote(str(path))}?vfs={vfs}"
    return sqlite3.connect(address, isolation_level="IMMEDIATE", timeout=patience, uri=True)


def _open(path: Path, patience: float, vfs: str = _WITH_LOCKS) -> Opened:
    # Before it is opened: should it be set aside meanwhile, its user finds out.
    inode = inode_of(path) or (0, 0)
    db = connect(path, vfs, patience)
    try:
        harden(db)
        version = version_of(db)
        if version > VERSION:
            db.close()
            return open_newer(path, vfs, version)
        is_new = db.execute("PRAGMA page_count").fetchone() == (0,)
        if is_new:
            # So that what is deleted can be given back; later only VACUUM could set it.
            db.execute("PRAGMA auto_vacuum = INCREMENTAL")
        if vfs == _WITH_LOCKS:
            _into_wal(db, path, patience, is_new=is_new)
        # Each commit is durable once it is told of (reliability.md R3).
        db.execute("PRAGMA synchronous = FULL")
        if version < VERSION:
            migrate(db, path, _copy if vfs == _WITH_LOCKS else _copy_file)
        check(db)
    except BaseException:
        db.close()
        raise
    return Opened(db, inode)


def _into_wal(db: sqlite3.Connection, path: Path, patience: float, *, is_new: bool) -> None:
    """Switch to WAL, waiting for other programs that do the same on a new file.

    SQLite's own time-out does not apply to this switch, so the wait is here.
    """
    if _is_in_wal(db):
        return
    if not is_new and not _shares_memory(path.parent):
        return
    until = monotonic() + patience
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if not is_busy(error) or monotonic() > until:
                raise
        sleep(0.01)


def _copy(path: Path, copy: Path) -> None:
    """Copy what is committed, with the lock of another connection held."""
    with (
        contextlib.closing(sqlite3.connect(path)) as source,
        contextlib.closing(sqlite3.connect(copy)) as target,
    ):
        source.backup(target)


def _copy_file(path: Path, copy: Path) -> None:
    """Copy a file that nobody is writing."""
    import shutil

    shutil.copyfile(path, copy)


def _is_in_wal(db: sqlite3.Connection) -> bool:
    return db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


# -- with less ----------------------------------------------------------------------------------


def _shares_memory(folder: Path) -> bool:
    """Whether processes can share memory through files there, as WAL needs."""
    from secrets import token_hex

    probe = folder / f".probe-{token_hex(4)}.db"
    try:
        with contextlib.closing(sqlite3.connect(probe, isolation_level=None)) as db:
            db.execute("PRAGMA synchronous = OFF")
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("CREATE TABLE probe (a)")
    except sqlite3.OperationalError:
        return False
    finally:
        for tail in FILES:
            probe.with_name(probe.name + tail).unlink(missing_ok=True)
    return True


def _leave_wal(path: Path, patience: float) -> None:
    """Have a database keep a rollback journal instead, which needs no shared memory."""
    with (
        held(lock_of(path), patience),
        contextlib.closing(connect(path, _WITH_LOCKS, patience)) as db,
    ):
        db.execute("PRAGMA locking_mode = EXCLUSIVE")
        db.execute("PRAGMA journal_mode = DELETE")


def _open_without_locks(path: Path, patience: float, locks: Locks) -> Opened:
    """Open with a folder as SQLite's lock; read only where another program keeps that lock."""
    lock = path.with_name(f"{path.name}.lock")
    until = monotonic() + patience
    while True:
        try:
            if _says_wal(path):
                _leave_wal_elsewhere(path, patience)
            opened = _open(path, _LOOK, _WITHOUT_LOCKS)
            notices = (*opened.notices, *_lacking(opened.db, path, locks))
            return replace(opened, notices=notices, lock=lock)
        except sqlite3.OperationalError as error:
            if not is_busy(error):
                raise
        if monotonic() > until:
            break
        drop_stale(lock, lock_of(path))
    notice = StoreNotice(StoreReason.IN_USE, path.name, str(path.parent))
    return open_immutable(path, notice)


def _says_wal(path: Path) -> bool:
    """Whether it is in WAL by its header, and not a newer Rushes' by its version."""
    with path.open("rb") as file:
        header = file.read(64)
    newer = int.from_bytes(header[60:64]) > VERSION
    return header[18:20] == b"\x02\x02" and not newer


def _leave_wal_elsewhere(path: Path, patience: float) -> None:
    """As `_leave_wal`, on a copy where there are locks: WAL cannot even be read without."""
    import shutil
    import tempfile

    with held(lock_of(path), patience), tempfile.TemporaryDirectory(prefix="rushes-") as folder:
        if not _says_wal(path):
            return  # another program was quicker
        copy = Path(folder) / path.name
        for tail in ("", "-wal"):
            with contextlib.suppress(FileNotFoundError):
                shutil.copyfile(path.with_name(path.name + tail), copy.with_name(copy.name + tail))
        with contextlib.closing(sqlite3.connect(copy)) as db:
            db.execute("PRAGMA locking_mode = EXCLUSIVE")
            db.execute("PRAGMA journal_mode = DELETE")
        temp = path.with_name(f".{path.name}.tmp")
        temp.touch(mode=0o600)
        shutil.copyfile(copy, temp)
        with temp.open("rb") as written:
            sync(written.fileno())
        temp.replace(path)
        sync_folder(path.parent)
        for tail in ("-wal", "-shm"):
            path.with_name(path.name + tail).unlink(missing_ok=True)
