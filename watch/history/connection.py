"""The connection to the history database; it moves to a new file where its own is lost."""

import sqlite3
from collections.abc import Callable
from math import inf
from pathlib import Path
from time import monotonic
from typing import TypeVar

from rushes.providers.fields import replace
from rushes.watch.disk.locks import drop_stale
from rushes.watch.disk.ownership import OURS, TrustedOwners, check_ownership
from rushes.watch.history.opened import Opened, inode_of
from rushes.watch.history.opening import FILES, begin_anew, lock_of, open_as_it_is, open_database
from rushes.watch.history.schema import is_busy, is_damage
from rushes.watch.store_condition import StoreNotice, StoreReason

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]

SLICE = 0.1
"""Seconds that SQLite itself waits for another program: it cannot be interrupted in that."""


class Writer:
    """Reads and writes, on the history's thread only.

    Every method raises sqlite3.Error, OSError or SaveFailed; where the file is opened, BadFile too:
    somebody who is not trusted could have written it.
    """

    def __init__(
        self,
        path: Path,
        patience: float,
        opened: Opened | None = None,
        *,
        trusted: TrustedOwners = OURS,
    ) -> None:
        """Open `path`; opening and reading wait `patience` seconds for another program's access.

        `opened` is what to use instead until `path` can be opened. `trusted` are those who may have
        written the file.
        """
        self._path = path
        self._patience = patience
        self._trusted = trusted
        self._use(opened or self._open(open_as_it_is))
        self.begun_anew = 0
        self.give_up_at = inf
        """When (monotonic seconds) other programs are not waited for any more: set on closing."""
        self._since = inf

    @property
    def notices(self) -> tuple[StoreNotice, ...]:
        """What a person has to know of the file; nothing as a rule."""
        return self._opened.notices

    @property
    def read_only(self) -> bool:
        """Whether nothing may be written: the file is a newer Rushes' or not ours to write."""
        return self._opened.read_only

    @property
    def silent_for(self) -> float:
        """Seconds for which one access has not come back from the disk; for any thread."""
        return monotonic() - self._since

    @property
    def hindrance(self) -> Exception | None:
        """What keeps the file from being written at the moment; `look` and `write` try again."""
        return self._opened.hindrance

    def look(self) -> None:
        """Find out whether the file is still there, or can be written by now."""
        self._overcome()
        self.read(lambda _: None)

    def write(self, work: Work[T], patience: float = 0.0, *, durable: bool = True) -> T:
        """What `work` returns, in one transaction that keeps all others out.

        Another program is waited for `patience` seconds, at least a moment. One that is not
        `durable` outlives a crash, but need not outlive a power cut: no fsync.
        """

        def transaction() -> T:
            db = self._opened.db
            db.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            with db:
                db.execute("BEGIN IMMEDIATE")
                return work(db)

        self._overcome()
        return self._mending(transaction, patience)

    def read(self, work: Work[T]) -> T:
        """What `work` returns."""
        return self._mending(lambda: work(self._opened.db), self._patience)

    def close(self) -> None:
        """Let go of the file."""
        self._opened.db.close()

    def _mending(self, act: Callable[[], T], patience: float) -> T:
        """What `act` returns; it is repeated on a new database where this one is damaged."""
        self._follow()
        try:
            return self._waiting(act, patience)
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            if self.read_only or self.hindrance is not None or not is_damage(error):
                raise
            damage = error
        damaged = self._opened
        self._use(begin_anew(self._path, damaged.inode, damage, self._patience))
        self.begun_anew += 1
        damaged.db.close()
        return self._waiting(act, patience)

    def _waiting(self, act: Callable[[], T], patience: float) -> T:
        until = monotonic() + patience
        while True:
            self._since = monotonic()
            try:
                return act()
            except sqlite3.OperationalError as error:
                if not is_busy(error) or monotonic() >= min(until, self.give_up_at):
                    raise
                if self._opened.lock is not None:
                    drop_stale(self._opened.lock, lock_of(self._path))
            finally:
                self._since = inf

    def _follow(self) -> None:
        """Leave a file that was deleted, or set aside by a process that found it damaged.

        Nobody would ever read what is written there (reliability.md rows 47 and 56). The old
        connection is closed last: SQLite sees that its file has moved, and leaves the `-wal` of
        that name, which is the new one's, alone.
        """
        if self.hindrance is not None or inode_of(self._path) == self._opened.inode:
            return
        old = self._opened.db
        opened = self._open(open_database)
        moved = StoreNotice(StoreReason.MOVED, self._path.name)
        self._use(replace(opened, notices=(*opened.notices, moved)))
        self.begun_anew += 1
        old.close()

    def _overcome(self) -> None:
        """Open for writing what could only be read so far; raises what hinders it still."""
        if self.hindrance is None:
            return
        self._since = monotonic()
        try:
            opened = self._open(open_database)
        finally:
            self._since = inf
        if opened.hindrance is not None:
            opened.db.close()
            raise opened.hindrance
        to_read = self._opened.db
        self._use(opened)
        to_read.close()

    def _open(self, how: Callable[[Path, float], Opened]) -> Opened:
        """Open the file, unless somebody else could have written it or what lies beside it."""
        files = [self._path.with_name(self._path.name + tail) for tail in FILES]
        warnings = [text for file in files for text in check_ownership(file, self._trusted)]
        opened = how(self._path, self._patience)
        # One will do: all of them stand in one folder.
        exposed = [StoreNotice(StoreReason.EXPOSED, self._path.name, text) for text in warnings[:1]]
        return replace(opened, notices=(*opened.notices, *exposed))

    def _use(self, opened: Opened) -> None:
        opened.db.execute(f"PRAGMA busy_timeout = {round(1000 * min(SLICE, self._patience))}")
        self._opened = opened
