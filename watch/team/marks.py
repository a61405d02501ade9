"""Which tasks of the home's history are as the team's store has them, and which have to go there.

It is a small SQLite file beside history.db, which all processes of a home share. Where it is lost
tasks are read again, and what waited to be sent is: the history has it, and it is sent when its
list is opened.
"""

import contextlib
import sqlite3
import threading
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from rushes.providers.language import _
from rushes.watch.disk.paths import private_dir
from rushes.watch.store import StoreError
from rushes.watch.task import Ref

PATIENCE = 5.0
"""Seconds that another process's writing is waited for."""

_TABLES = """
CREATE TABLE IF NOT EXISTS copied (
    store TEXT NOT NULL, ref TEXT NOT NULL, account TEXT NOT NULL, version TEXT NOT NULL,
    PRIMARY KEY (store, ref)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS unsent (
    store TEXT NOT NULL, ref TEXT NOT NULL, account TEXT NOT NULL, mark INTEGER NOT NULL,
    PRIMARY KEY (store, ref)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS place (store TEXT PRIMARY KEY, at TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS incarnation (
    store TEXT PRIMARY KEY, at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
"""
_COPIED = """
SELECT ref, version FROM copied WHERE store = ? AND ref IN (SELECT value FROM json_each(?))
"""
# A mark that is new each time: who sent what was there before takes no newer mark away.
_UNSENT = """
INSERT INTO unsent SELECT ?, ?, ?, ifnull(max(mark), 0) + 1 FROM unsent WHERE true
ON CONFLICT (store, ref) DO UPDATE SET mark = excluded.mark
"""
_ALL_UNSENT = """
INSERT INTO unsent SELECT ?, ref, account, (SELECT ifnull(max(mark), 0) + 1 FROM unsent)
FROM copied WHERE store = ? ON CONFLICT (store, ref) DO UPDATE SET mark = excluded.mark
"""


class Marks:
    """The marks of one store; blocking, and safe to use from several threads."""

    def __init__(self, path: Path, store: str, history: Path) -> None:
        """Open or create `path`; `store` is what tells that store from others.

        Copies are those in `history`: in another file of that name there are none yet.
        """
        self._path = path
        self._store = store
        self._history = history
        self._turn = threading.Lock()
        self._db: sqlite3.Connection | None = None

    def copied(self, refs: Iterable[Ref]) -> dict[Ref, str]:
        """The version that the home's copy of each of these is of, as far as there is one."""
        import json

        by_text = {str(ref): ref for ref in refs}
        with self._opened() as db:
            rows = db.execute(_COPIED, (self._copies, json.dumps(list(by_text)))).fetchall()
        return {by_text[ref]: version for ref, version in rows}

    def note_copied(self, versions: Mapping[Ref, str]) -> None:
        """Note of which version the home's copies are, which are durable."""
        rows = [(self._copies, str(ref), ref.provider, it) for ref, it in versions.items()]
        with self._opened() as db:
            db.executemany("INSERT OR REPLACE INTO copied VALUES (?, ?, ?, ?)", rows)

    def unsent(self) -> dict[Ref, int]:
        """What has to be sent, each with the mark that `sent` takes."""
        with self._opened() as db:
            rows = db.execute(
                "SELECT ref, account, mark FROM unsent WHERE store = ?", (self._store,)
            ).fetchall()
        return {Ref(who, text.removeprefix(f"{who}:")): mark for text, who, mark in rows}

    def note_unsent(self, refs: Collection[Ref]) -> None:
        """Note that the home has more of these than the store."""
        rows = [(self._store, str(ref), ref.provider) for ref in refs]
        with self._opened() as db:
            db.executemany(_UNSENT, rows)

    def sent(self, marks: Mapping[Ref, int]) -> None:
        """Note that these were sent as they were when they had that mark."""
        rows = [(self._store, str(ref), mark) for ref, mark in marks.items()]
        with self._opened() as db:
            db.executemany("DELETE FROM unsent WHERE store = ? AND ref = ? AND mark = ?", rows)

    def place(self) -> str:
        """From which change on the whole store has to be looked at; "0" for all of it."""
        with self._opened() as db:
            row: Any = db.execute(
                "SELECT at FROM place WHERE store = ?", (self._copies,)
            ).fetchone()
        return "0" if row is None else str(row[0])

    def note_place(self, at: str) -> None:
        """Note that all before that change is copied."""
        with self._opened() as db:
            db.execute("INSERT OR REPLACE INTO place VALUES (?, ?)", (self._copies, at))

    def hold_to(self, incarnation: str) -> None:
        """Note what the store is an incarnation of; where it was another, all has to be sent anew.

        It may lack some of what it had, and copies of the same version may be of something else.
        """
        with self._opened() as db:
            copies = self._copies
            row = db.execute("SELECT at FROM incarnation WHERE store = ?", (copies,)).fetchone()
            if row == (incarnation,):
                return
            db.execute("INSERT OR REPLACE INTO incarnation VALUES (?, ?)", (copies, incarnation))
            if row is not None:
                db.execute(_ALL_UNSENT, (self._store, copies))
                db.execute("DELETE FROM copied WHERE store = ?", (copies,))
                db.execute("DELETE FROM place WHERE store = ?", (copies,))

    def close(self) -> None:
        """Let go of the file."""
        with self._turn:
            if self._db is not None:
                self._db.close()
                self._db = None

    @property
    def _copies(self) -> str:
        try:
            file = self._history.stat()
        except OSError:
            return self._store
        return f"{self._store} {file.st_dev}:{file.st_ino}"

    @contextlib.contextmanager
    def _opened(self) -> Any:
        """A transaction that is durable at its end. Raises StoreError."""
        with self._turn:
            try:
                if self._db is None:
                    self._db = _open(self._path)
                with self._db:
                    yield self._db
            except (sqlite3.Error, OSError) as error:
                said = _("{path} cannot be used: {why}").format(path=self._path, why=error)
                raise StoreError(said) from None


def _open(path: Path) -> sqlite3.Connection:
    private_dir(path.parent)
    try:
        return _with_tables(path)
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise  # it is busy, or the disk is full: that passes
        path.unlink(missing_ok=True)
        return _with_tables(path)


def _with_tables(path: Path) -> sqlite3.Connection:
    path.touch(mode=0o600)
    db = sqlite3.connect(path, timeout=PATIENCE, check_same_thread=False)
    try:
        db.execute("PRAGMA journal_mode = WAL").close()
        db.execute("PRAGMA synchronous = FULL").close()
        db.executescript(_TABLES)
    except BaseException:
        db.close()
        raise
    return db
