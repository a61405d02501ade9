"""An open history database, and which file it is."""

import sqlite3
from pathlib import Path

from rushes.providers.frozen import frozen
from rushes.watch.store_condition import StoreNotice

Inode = tuple[int, int]
"""Device and inode: which file it is."""


@frozen
class Opened:
    """A connection, the file that it is to, and what a person has to know of it.

    `inode` identifies the file even after it was renamed; it is None where there was no file.
    `hindrance` is what keeps the database from being written at the moment, and may pass: the disk
    is full, or reports errors. `lock` is the folder by which SQLite locks where the file system has
    no locks.
    """

    db: sqlite3.Connection
    inode: Inode | None
    notices: tuple[StoreNotice, ...] = ()
    read_only: bool = False
    hindrance: Exception | None = None
    lock: Path | None = None


def inode_of(path: Path) -> Inode | None:
    """Which file is there, None for none; raises OSError."""
    try:
        seen = path.stat()
    except FileNotFoundError:
        return None
    return seen.st_dev, seen.st_ino


def is_new(path: Path) -> bool:
    """Whether nothing has been written there so far; raises OSError."""
    return inode_of(path) is None or not path.stat().st_size
