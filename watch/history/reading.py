"""Opens the history database where it can be read, and not written: for good, or at the moment."""

import contextlib
import sqlite3
from pathlib import Path
from urllib.parse import quote

from rushes.watch.history.opened import Opened, inode_of, is_new
from rushes.watch.history.schema import VERSION, check, harden, migrate, version_of
from rushes.watch.store_condition import StoreNotice, StoreReason

_IMMUTABLE = "mode=ro&immutable=1"
"""Opened so, SQLite takes no locks and needs no file beside the database."""


def open_newer(path: Path, vfs: str, version: int) -> Opened:
    """Open a database of a newer Rushes."""
    notice = StoreNotice(StoreReason.NEWER, path.name, str(version))
    return open_to_read(path, f"vfs={vfs}&mode=ro", notice)


def open_closed(path: Path) -> Opened:
    """Open a file in a folder where no file can be made, though reading WAL needs one there."""
    notice = StoreNotice(StoreReason.UNWRITABLE, path.name)
    return Opened(_readable(path), inode_of(path), (notice,), read_only=True)


def open_immutable(path: Path, notice: StoreNotice) -> Opened:
    """Open a file that another program keeps locked."""
    return open_to_read(path, _IMMUTABLE, notice)


def open_to_read(path: Path, how: str, notice: StoreNotice) -> Opened:
    """Open a file in the way that SQLite's URI parameters say."""
    return Opened(_connect(path, how), inode_of(path), (notice,), read_only=True)


def open_meanwhile(path: Path, hindrance: Exception) -> Opened:
    """What can be read of a database that cannot be written at the moment.

    Where there is none yet, and for one of an older version, it is in memory. Raises `hindrance`
    where nothing can be read, or a DatabaseError that is damage.
    """
    inode = inode_of(path)
    if is_new(path):
        return open_in_memory(hindrance)
    try:
        db = _readable(path)
    except sqlite3.OperationalError:
        raise hindrance from None
    try:
        version = version_of(db)
        if version == VERSION:
            check(db)
            return Opened(db, inode, hindrance=hindrance)
        if version > VERSION:
            notice = StoreNotice(StoreReason.NEWER, path.name, str(version))
            return Opened(db, inode, (notice,), read_only=True)
        older = _in_memory(db)
    except BaseException:
        db.close()
        raise
    db.close()
    return Opened(older, inode, hindrance=hindrance)


def open_in_memory(hindrance: Exception) -> Opened:
    """A new database in memory, until one can be made on the disk."""
    return Opened(_in_memory(), None, hindrance=hindrance)


def _readable(path: Path) -> sqlite3.Connection:
    """A connection that can read, whether or not the files can be made that reading WAL needs."""
    if path.with_name(f"{path.name}-wal").exists():
        with contextlib.suppress(sqlite3.OperationalError):
            return _connect(path, "mode=ro")
    # Who opens it now with the right to write makes a -wal, and leaves the file alone at first.
    return _connect(path, _IMMUTABLE)


def _connect(path: Path, how: str) -> sqlite3.Connection:
    """A connection that can read the file; raises sqlite3.Error where it cannot."""
    db = sqlite3.connect(f"file:{quote(str(path))}?{how}", uri=True)
    try:
        harden(db)
        version_of(db)
    except BaseException:
        db.close()
        raise
    return db


def _in_memory(source: sqlite3.Connection | None = None) -> sqlite3.Connection:
    """A database of this version in memory: a new one, or what `source` holds, brought up."""
    db = sqlite3.connect(":memory:", isolation_level="IMMEDIATE")
    try:
        harden(db)
        if source is not None:
            source.backup(db)
        migrate(db, Path(), None)
        check(db)
    except BaseException:
        db.close()
        raise
    return db
