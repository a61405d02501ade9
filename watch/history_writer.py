"""The one connection that writes history, and what becomes of it when its file is no good."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from watch import history_sql
from watch.history_schema import Opened, begin_anew, is_damage, open_database

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]


class Writer:
    """Lives on the history's thread. All of it raises sqlite3.Error, OSError or SaveFailed."""

    def __init__(self, path: Path, patience: float) -> None:
        """Open `path`; each access waits `patience` seconds for another program's."""
        self._path = path
        self._patience = patience
        self._opened = open_database(path, patience)
        self.begun_anew = 0
        if not self.read_only:
            self.write(history_sql.drop_old_bodies)

    @property
    def notice(self) -> str:
        """What a person has to know of the file; empty as a rule."""
        return self._opened.notice

    @property
    def read_only(self) -> bool:
        """Whether it is of a newer Rushes, and nothing may be written."""
        return self._opened.read_only

    def write(self, work: Work[T], *, durable: bool = True) -> T:
        """What `work` returns, in one transaction that keeps all others out.

        One that is not `durable` outlives a crash, but need not outlive a power cut: no fsync.
        """

        def transaction() -> T:
            db = self._opened.db
            db.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            with db:
                db.execute("BEGIN IMMEDIATE")
                return work(db)

        return self._mending(transaction)

    def read(self, work: Work[T]) -> T:
        """What `work` returns."""
        return self._mending(lambda: work(self._opened.db))

    def close(self) -> None:
        """Let go of the file."""
        self._opened.db.close()

    def _mending(self, act: Callable[[], T]) -> T:
        """Do it again on a new database where this one turns out to be damaged."""
        try:
            return act()
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            if self.read_only or not is_damage(error):
                raise
        self._opened.db.close()
        self._opened: Opened = begin_anew(self._path, self._patience)
        self.begun_anew += 1
        return act()
