"""What was observed, in SQLite: it outlives the provider's own record and every crash.

One connection on one writer thread; the event loop hands over what changed and goes on. Changes are
gathered for a quarter of a second and committed together (WAL, synchronous=FULL: reliability.md
R3); of several changes to one task the last is written.
"""

import asyncio
import logging
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from time import monotonic
from typing import TypeVar, cast

from providers.errors import RushesError
from providers.reply import Reply
from watch import history_sql
from watch.history_sql import LastBody
from watch.history_writer import Work, Writer
from watch.task import Entry, Ref, Task

log = logging.getLogger(__name__)

GATHER = 0.25
"""Seconds for which changes are gathered before they are committed."""

RETRY = 1.0
"""Seconds after which a commit that failed is tried again."""

PATIENCE = 5.0
"""Seconds that one access waits for another program's (reliability.md R3)."""

T = TypeVar("T")


class HistoryError(RushesError):
    """The history database cannot be opened, read or written."""


@dataclass(frozen=True, slots=True)
class _Change:
    task: Task
    reply: Reply | None


@dataclass(frozen=True, slots=True)
class _Later:
    key: str
    work: Work[None]


@dataclass(frozen=True, slots=True)
class _Question:
    ask: Work[object]
    answer: "Future[object]"


class _AtOnce(_Question):
    """One that does not wait for what is gathered, and need not outlive a power cut."""


class _Flush(_Question):
    """One that fails where what was handed over could not be committed."""


class _Signal(Enum):
    TIME_UP = "time up"
    CLOSE = "close"


_Item = _Change | _Later | _Question | _Signal


class History:
    """The database behind its writer thread. Every method may be called from the event loop."""

    def __init__(self, path: Path, patience: float = PATIENCE) -> None:
        """Open or create `path`; raises HistoryError when it cannot be used."""
        self._path = path
        self._patience = patience
        self._inbox: queue.SimpleQueue[_Item] = queue.SimpleQueue()
        self._unsaved: dict[Ref, _Change] = {}
        self._later: dict[str, Work[None]] = {}
        self._commit_at = 0.0
        self._failure = ""
        opened: Future[Writer] = Future()
        self._thread = threading.Thread(
            target=self._run, args=(opened,), name="history", daemon=True
        )
        self._thread.start()
        self._writer = opened.result()

    @property
    def failure(self) -> str:
        """Why changes are not being saved at the moment; empty when they are."""
        return self._failure

    @property
    def notices(self) -> tuple[str, ...]:
        """What a person has to know of the database at the moment, a sentence each."""
        return tuple(filter(None, (self._writer.notice, self._failure)))

    @property
    def begun_anew(self) -> int:
        """How often the file was found damaged under way: what is known has to be saved again."""
        return self._writer.begun_anew

    async def load(self, entries: Iterable[Entry]) -> dict[Ref, Task]:
        """The tasks of `entries` with everything remembered of them."""
        wanted = list(entries)

        def look(db: sqlite3.Connection) -> dict[Ref, Task]:
            try:
                return history_sql.load(db, wanted)
            except sqlite3.OperationalError:
                if not self._writer.read_only:
                    raise
                # A newer Rushes may have moved things: then they are as if never seen.
                return {entry.ref: Task(entry=entry) for entry in wanted}

        return await self._ask(_Question, look)

    async def last_body(self, ref: Ref) -> LastBody | None:
        """The last reply about `ref`; None where there was none."""
        return await self._ask(_Question, lambda db: history_sql.last_body(db, ref))

    def save(self, task: Task, reply: Reply | None = None) -> None:
        """Have `task` written, and the reply that it is known from."""
        self._inbox.put(_Change(task, reply))

    def later(self, key: str, work: Work[None]) -> None:
        """Have `work` done in the commit of what was saved before it, or in a later one.

        Of several with one key the last is done.
        """
        self._inbox.put(_Later(key, work))

    async def at_once(self, work: Work[T]) -> T:
        """What `work` returns, done in a transaction of its own before what is still gathered.

        It may be undone by a power cut, not by a crash. Raises HistoryError.
        """
        return await self._ask(_AtOnce, work)

    async def flush(self) -> None:
        """Return when everything handed over so far is committed; raises HistoryError."""
        await self._ask(_Flush, lambda _db: None)

    async def close(self) -> None:
        """Commit what is left and let go of the file; a second call does nothing."""
        if self._thread.is_alive():
            self._inbox.put(_Signal.CLOSE)
            await asyncio.to_thread(self._thread.join, 2 * self._patience)

    async def _ask(self, kind: type[_Question], ask: Work[T]) -> T:
        answer: Future[object] = Future()
        self._inbox.put(kind(ask, answer))
        return cast("T", await asyncio.wrap_future(answer))

    # -- on the writer thread -----------------------------------------------------------------

    def _run(self, opened: "Future[Writer]") -> None:
        try:
            writer = Writer(self._path, self._patience)
        except Exception as error:
            # Whatever it is, somebody waits for an answer.
            log.exception("opening %s", self._path)
            opened.set_exception(HistoryError(f"{self._path}: {error}"))
            return
        opened.set_result(writer)
        try:
            while self._turn(writer):
                pass
        finally:
            writer.close()

    def _turn(self, writer: Writer) -> bool:
        """Take in one item; False once closed."""
        item = self._next()
        match item:
            case _Change(task, reply):
                before = self._unsaved.get(task.ref)
                reply = reply or (before.reply if before else None)
                self._gather()
                self._unsaved[task.ref] = _Change(task, reply)
            case _Later(key, work):
                self._gather()
                self._later[key] = work
            case _AtOnce():
                self._answer(item, lambda: writer.write(item.ask, durable=False))
            case _Question():
                self._commit(writer)
                self._answer(item, lambda: self._told(writer, item))
            case _Signal():
                self._commit(writer)
        return item is not _Signal.CLOSE

    def _next(self) -> _Item:
        if not self._unsaved and not self._later:
            return self._inbox.get()
        left = self._commit_at - monotonic()
        if left <= 0:
            return _Signal.TIME_UP
        try:
            return self._inbox.get(timeout=left)
        except queue.Empty:
            return _Signal.TIME_UP

    def _gather(self) -> None:
        if not self._unsaved and not self._later:
            self._commit_at = monotonic() + GATHER

    def _commit(self, writer: Writer) -> None:
        """Write what is unsaved; what cannot be written now is tried again in a while."""
        if writer.read_only:
            self._unsaved.clear()
            self._later.clear()
        if not self._unsaved and not self._later:
            return
        try:
            writer.write(self._write)
        except Exception as error:
            # What is unsaved stays, so that nothing is lost whatever it was.
            if not self._failure:
                known = isinstance(error, (sqlite3.Error, OSError, RushesError))
                log.warning("saving to %s: %s", self._path, error, exc_info=not known)
            self._failure = f"history not saved: {error}"
            self._commit_at = monotonic() + RETRY
        else:
            self._unsaved.clear()
            self._later.clear()
            self._failure = ""

    def _write(self, db: sqlite3.Connection) -> None:
        for change in self._unsaved.values():
            history_sql.save(db, change.task, change.reply)
        for work in self._later.values():
            work(db)

    def _told(self, writer: Writer, question: _Question) -> object:
        if isinstance(question, _Flush) and self._failure:
            raise HistoryError(f"{self._path}: {self._failure}")
        return writer.read(question.ask)

    def _answer(self, question: _Question, find: Callable[[], object]) -> None:
        try:
            found = find()
        except RushesError as error:
            question.answer.set_exception(error)
        except Exception as error:
            log.exception("asking %s", self._path)
            question.answer.set_exception(HistoryError(f"{self._path}: {error}"))
        else:
            question.answer.set_result(found)
