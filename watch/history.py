"""What was observed, in SQLite: it outlives the provider's own record and every crash.

One connection on one writer thread; the event loop hands over what changed and goes on. Changes are
gathered for a quarter of a second and committed together (WAL, synchronous=FULL: reliability.md
R3); of several changes to one task the last is written.
"""

import asyncio
import contextlib
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import TypeVar, cast

from providers.errors import RushesError
from providers.reply import Reply
from watch import history_sql
from watch.history_sql import LastBody
from watch.task import Entry, Ref, Task

GATHER = 0.25
"""Seconds for which changes are gathered before they are committed."""

T = TypeVar("T")


class HistoryError(RushesError):
    """The history database cannot be opened, read or written."""


@dataclass(frozen=True, slots=True)
class _Change:
    task: Task
    reply: Reply | None


@dataclass(frozen=True, slots=True)
class _Question:
    ask: Callable[[sqlite3.Connection], object]
    answer: "Future[object]"


class History:
    """The database behind its writer thread. Every method may be called from the event loop."""

    def __init__(self, path: Path) -> None:
        """Open or create `path`; raises HistoryError when it cannot be used."""
        self._path = path
        self._inbox: queue.SimpleQueue[_Change | _Question | None] = queue.SimpleQueue()
        self._unsaved: dict[Ref, _Change] = {}
        self._failure = ""
        opened: Future[object] = Future()
        self._thread = threading.Thread(
            target=self._run, args=(opened,), name="history", daemon=True
        )
        self._thread.start()
        opened.result()

    @property
    def failure(self) -> str:
        """Why changes are not being saved at the moment; empty when they are."""
        return self._failure

    async def load(self, entries: Iterable[Entry]) -> dict[Ref, Task]:
        """The tasks of `entries` with everything remembered of them."""
        wanted = list(entries)
        return await self._ask(lambda db: history_sql.load(db, wanted))

    async def last_body(self, ref: Ref) -> LastBody | None:
        """The last reply about `ref`; None where there was none."""
        return await self._ask(lambda db: history_sql.last_body(db, ref))

    def save(self, task: Task, reply: Reply | None = None) -> None:
        """Have `task` written, and the reply that it is known from."""
        self._inbox.put(_Change(task, reply))

    async def flush(self) -> None:
        """Return when everything handed over so far is committed; raises HistoryError."""
        await self._ask(lambda _db: None)

    async def close(self) -> None:
        """Commit what is left and let go of the file; a second call does nothing."""
        if self._thread.is_alive():
            self._inbox.put(None)
            await asyncio.to_thread(self._thread.join, 5)

    async def _ask(self, ask: Callable[[sqlite3.Connection], T]) -> T:
        answer: Future[object] = Future()
        self._inbox.put(_Question(ask, answer))
        return cast("T", await asyncio.wrap_future(answer))

    # -- on the writer thread -----------------------------------------------------------------

    def _run(self, opened: "Future[object]") -> None:
        try:
            db = history_sql.open_database(self._path)
        except (sqlite3.Error, OSError) as error:
            opened.set_exception(HistoryError(f"{self._path}: {error}"))
            return
        opened.set_result(None)
        with contextlib.closing(db):
            while self._turn(db):
                pass

    def _turn(self, db: sqlite3.Connection) -> bool:
        """Gather changes until the time is up or something is asked; False once closed."""
        item = self._inbox.get()
        until = monotonic() + GATHER
        while isinstance(item, _Change):
            before = self._unsaved.get(item.task.ref)
            reply = item.reply or (before.reply if before else None)
            self._unsaved[item.task.ref] = _Change(item.task, reply)
            try:
                item = self._inbox.get(timeout=max(0.0, until - monotonic()))
            except queue.Empty:
                self._commit(db)
                return True
        self._commit(db)
        if item is not None:
            self._answer(db, item)
        return item is not None

    def _commit(self, db: sqlite3.Connection) -> None:
        """Write what is unsaved; what cannot be written now stays for the next turn."""
        try:
            with db:
                for change in self._unsaved.values():
                    history_sql.save(db, change.task, change.reply)
        except sqlite3.Error as error:
            self._failure = f"history not saved: {error}"
        else:
            self._unsaved.clear()
            self._failure = ""

    def _answer(self, db: sqlite3.Connection, question: _Question) -> None:
        try:
            if self._failure:
                raise HistoryError(f"{self._path}: {self._failure}")
            result = question.ask(db)
        except (RushesError, sqlite3.Error, ValueError, KeyError, TypeError) as error:
            question.answer.set_exception(
                error if isinstance(error, RushesError) else HistoryError(f"{self._path}: {error}")
            )
        else:
            question.answer.set_result(result)
