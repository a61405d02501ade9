"""What was observed, in SQLite: it outlives the provider's own record and every crash.

One connection on one writer thread; the event loop hands over what changed and goes on. Changes are
gathered for a quarter of a second and committed together (WAL, synchronous=FULL: reliability.md
R3); of several changes to one task the last is written.
"""

import asyncio
import sqlite3
from collections.abc import Iterable
from concurrent.futures import Future
from datetime import datetime
from pathlib import Path
from typing import TypeVar, cast

from rushes.providers.reply import Reply
from rushes.watch.history import prune, task_rows
from rushes.watch.history.connection import Work
from rushes.watch.history.task_rows import LastBody
from rushes.watch.history.thread import (
    AtOnce,
    Change,
    Flush,
    HistoryBusy,
    HistoryError,
    HistoryThread,
    Later,
    Look,
    Question,
)
from rushes.watch.task import Entry, Ref, Task

__all__ = ["History", "HistoryBusy", "HistoryError"]

PATIENCE = 5.0
"""Seconds that another program's writing is waited for (reliability.md R3)."""

T = TypeVar("T")


class History:
    """The database behind its writer thread. Every method may be called from the event loop."""

    def __init__(self, path: Path, patience: float = PATIENCE) -> None:
        """Open or create `path`; raises HistoryError when it cannot be used."""
        self._path = path
        self._thread = HistoryThread(path, patience)

    @property
    def path(self) -> Path:
        """The database's file."""
        return self._path

    @property
    def failure(self) -> str:
        """Why changes are not being saved at the moment; empty when they are."""
        return self._thread.failure

    @property
    def notices(self) -> tuple[str, ...]:
        """What a person has to know of the database at the moment, a sentence each."""
        return tuple(filter(None, (*self._thread.writer.notices, self._thread.failure)))

    @property
    def begun_anew(self) -> int:
        """How often the file was found damaged under way: what is known has to be saved again."""
        return self._thread.writer.begun_anew

    async def load(self, entries: Iterable[Entry]) -> dict[Ref, Task]:
        """The tasks of `entries` with everything remembered of them."""
        wanted = list(entries)

        def look(db: sqlite3.Connection) -> dict[Ref, Task]:
            try:
                return task_rows.load(db, wanted)
            except (sqlite3.DatabaseError, UnicodeDecodeError):
                if not self._thread.writer.read_only:
                    raise
                # A newer Rushes may have moved things: then they are as if never seen.
                return {entry.ref: Task(entry=entry) for entry in wanted}

        return await self._ask(Question, look)

    async def last_body(self, ref: Ref) -> LastBody | None:
        """The last reply about `ref`; None where there was none."""
        return await self._ask(Question, lambda db: task_rows.last_body(db, ref))

    def save(self, task: Task, reply: Reply | None = None) -> None:
        """Have `task` written, and the reply that it is known from."""
        self._thread.put(Change(task, reply))

    def later(self, key: str, work: Work[None]) -> None:
        """Have `work` done in the commit of what was saved before it, or in a later one.

        Of several with one key the last is done.
        """
        self._thread.put(Later(key, work))

    async def look(self, work: Work[T]) -> T:
        """What `work` reads of what is committed; it writes nothing. Raises HistoryError."""
        return await self._ask(Look, work)

    async def at_once(self, work: Work[T]) -> T:
        """What `work` returns, done in a transaction of its own before what is still gathered.

        It may be undone by a power cut, not by a crash. Raises HistoryError, HistoryBusy.
        """
        return await self._ask(AtOnce, work)

    async def mark_watched(self, refs: Iterable[Ref], now: datetime) -> None:
        """Note that these are on a watchlist; it was noted a day ago, or nothing is written.

        Raises HistoryError, HistoryBusy.
        """
        wanted, at = list(refs), now.timestamp()
        if self._thread.writer.read_only:
            return
        if await self._ask(Question, lambda db: prune.have_aged(db, wanted, at)):
            await self.at_once(lambda db: prune.mark_watched(db, wanted, at))

    async def forget(self, keep: float, watched: Iterable[Ref], now: datetime) -> int:
        """Forget tasks that were last watched `keep` seconds ago or earlier; how many they were.

        `watched` are all that are on a list now. In short steps, as `prune`, and raises as it does.
        """
        at, refs, forgotten = now.timestamp(), list(watched), 0
        if self._thread.writer.read_only:
            return forgotten
        await self.at_once(lambda db: prune.mark_watched(db, refs, at))
        await self.at_once(lambda db: prune.mark_the_others(db, at))
        while some := await self.at_once(lambda db: prune.forget_some(db, at - keep)):
            forgotten += some
        return forgotten

    async def prune(self) -> None:
        """Drop the oldest bodies beyond what is kept, and give free pages back to the file system.

        In short steps, so that nobody else has to wait long; those done stay done where one cannot
        be. Raises HistoryError, HistoryBusy.
        """
        if self._thread.writer.read_only:
            return
        await self.at_once(prune.drop_old_bodies)
        while await self.at_once(prune.give_back):
            pass

    async def flush(self) -> None:
        """Return when everything handed over so far is committed; raises HistoryError."""
        await self._ask(Flush, lambda _db: None)

    async def close(self) -> None:
        """Commit what is left and let go of the file, within 2 s; a second call does nothing.

        Where it could not be committed in that time, `failure` says so from then on. That is
        nothing promised: what is watched is in the watchlist, and can be asked about again.
        """
        await asyncio.to_thread(self._thread.close)

    async def _ask(self, kind: type[Question], ask: Work[T]) -> T:
        answer: Future[object] = Future()
        self._thread.put(kind(ask, answer))
        return cast("T", await asyncio.wrap_future(answer))
