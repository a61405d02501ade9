"""The thread that has the database: it gathers changes and commits them together.

While another program writes, commits are tried again and reading goes on. Only a wait that is
longer than the patience counts as a failure (reliability.md row 57).
"""

import asyncio
import contextlib
import logging
import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from time import monotonic
from typing import TypeVar, cast

from rushes.providers.errors import RushesError
from rushes.providers.reply import Reply
from rushes.watch.history import prune, task_rows
from rushes.watch.history.connection import Work, Writer
from rushes.watch.history.plain_words import plain_words
from rushes.watch.history.schema import is_busy, is_damage
from rushes.watch.store import StoreBusy, StoreError, StoreNotice, StoreReason
from rushes.watch.store_words import sentence
from rushes.watch.task import Ref, Task

log = logging.getLogger(__name__)

GATHER = 0.25
"""Seconds for which changes are gathered before they are committed."""

RETRY = 1.0
"""Seconds after which a commit that failed is tried again."""

BUSY = 0.1
"""Seconds after which it is tried again where another program was writing."""

LOOK_EVERY = 5.0
"""Seconds between looks at whether the file is still there, while there is nothing to write."""

AT_ONCE = 0.25
"""Seconds that another program's writing is waited for in a question that cannot wait."""

CLOSING = 1.0
"""Seconds that another program's writing is waited for in closing, which may take 2 s (row 69)."""


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Change:
    """A task as it is now, and the reply that it is known from."""

    task: Task
    reply: Reply | None


@dataclass(frozen=True, slots=True)
class Later:
    """Work for the next commit; of several with one key the last is done."""

    key: str
    work: Work[None]


@dataclass(frozen=True, slots=True)
class Question:
    """Work whose answer is awaited, done after what is gathered was committed.

    Where that cannot be committed at the moment, it is done all the same.
    """

    ask: Work[object]
    answer: "Future[object]"


class Look(Question):
    """A question that reads only what is committed, and commits nothing before it."""


class AtOnce(Question):
    """A question with a transaction of its own, which a power cut may undo, but no crash."""


class Flush(Question):
    """A question that fails where what was handed over cannot be committed."""


class Wakeup(Enum):
    """What else ends the wait for the next item."""

    TIME_UP = "time up"
    CLOSE = "close"


Item = Change | Later | Question | Wakeup


class HistoryThread:
    """Owns the connection. Its public methods may be called from any thread."""

    def __init__(self, path: Path, patience: float) -> None:
        """Open or create `path`; raises StoreError when it cannot be used."""
        self.unsaved: StoreNotice | None = None
        self._path = path
        self._patience = patience
        self._inbox: queue.SimpleQueue[Item] = queue.SimpleQueue()
        self._unsaved: dict[Ref, Change] = {}
        self._later: dict[str, Work[None]] = {}
        self._faulty: set[Ref] = set()
        self._commit_at = 0.0
        self._failing_since: float | None = None
        self._bodies = 0
        opened: Future[Writer] = Future()
        self._thread = threading.Thread(
            target=self._run, args=(opened,), name="history", daemon=True
        )
        self._thread.start()
        self.writer = opened.result()

    def put(self, item: Item) -> None:
        """Append an item to what is to be done."""
        self._inbox.put(item)

    async def ask(self, kind: type[Question], work: Work[T]) -> T:
        """What `work` returns, done as its kind says. Raises StoreError, StoreBusy."""
        answer: Future[object] = Future()
        self.put(kind(work, answer))
        return cast("T", await asyncio.wrap_future(answer))

    def close(self) -> None:
        """Commit what is left and end, within 1.5 s; `unsaved` says so where that was too short."""
        if self._thread.is_alive():
            self.writer.give_up_at = monotonic() + CLOSING
            self._inbox.put(Wakeup.CLOSE)
            self._thread.join(1.5 * CLOSING)
            if self._thread.is_alive():
                self.unsaved = self._notice(StoreReason.NO_ANSWER)

    # -- on the thread ------------------------------------------------------------------------

    def _run(self, opened: "Future[Writer]") -> None:
        try:
            writer = Writer(self._path, self._patience)
        except Exception as error:
            # Whatever it is, somebody waits for an answer and tells it; traces are for our bugs.
            if not isinstance(error, (sqlite3.Error, OSError, RushesError)):
                log.exception("opening %s", self._path)
            opened.set_exception(StoreError(f"{self._path}: {plain_words(error)}"))
            return
        if writer.hindrance is not None:
            self.unsaved = self._not_saved(writer.hindrance)
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
            case Change(task, reply):
                before = self._unsaved.get(task.ref)
                reply = reply or (before.reply if before else None)
                self._gather()
                self._unsaved[task.ref] = Change(task, reply)
            case Later(key, work):
                self._gather()
                self._later[key] = work
            case AtOnce():
                self._answer(item, lambda: self._at_once(writer, item))
            case Look():
                self._answer(item, lambda: writer.read(item.ask))
            case Flush():
                self._commit(writer, self._patience)
                self._answer(item, lambda: self._told(writer, item))
            case Question():
                if self._failing_since is None:
                    self._commit(writer, 0.0)
                self._answer(item, lambda: writer.read(item.ask))
            case Wakeup.TIME_UP if not self._unsaved and not self._later:
                self._look(writer)
            case Wakeup():
                self._commit(writer, CLOSING if item is Wakeup.CLOSE else 0.0)
        return item is not Wakeup.CLOSE

    def _next(self) -> Item:
        idle = not self._unsaved and not self._later
        left = LOOK_EVERY if idle else self._commit_at - monotonic()
        if left <= 0:
            return Wakeup.TIME_UP
        try:
            return self._inbox.get(timeout=left)
        except queue.Empty:
            return Wakeup.TIME_UP

    def _gather(self) -> None:
        if not self._unsaved and not self._later:
            self._commit_at = monotonic() + GATHER

    def _commit(self, writer: Writer, patience: float) -> None:
        """Commit what is unsaved; what cannot be committed now is tried again later."""
        if writer.read_only:
            self._unsaved.clear()
            self._later.clear()
        if not self._unsaved and not self._later:
            return
        try:
            writer.write(self._write, patience)
        except Exception as error:
            # What is unsaved stays, so that nothing is lost whatever it was.
            if self._will_pass(error) and not patience:
                return
            if self.unsaved is None:
                known = isinstance(error, (sqlite3.Error, OSError, RushesError))
                log.warning("saving to %s: %s", self._path, error, exc_info=not known)
            self.unsaved = self._not_saved(error)
        else:
            self._unsaved.clear()
            self._later.clear()
            names = ", ".join(map(str, sorted(self._faulty)))
            in_part = self._notice(StoreReason.NOT_SAVED_IN_PART, names)
            self.unsaved = in_part if names else None
            self._failing_since = None

    def _look(self, writer: Writer) -> None:
        """Find out what shows only to those who look: that the file is gone, or that it is back."""
        was_hindered = writer.hindrance is not None
        with contextlib.suppress(sqlite3.Error, OSError, RushesError):
            writer.look()
        if was_hindered and writer.hindrance is None:
            self.unsaved = None

    def _not_saved(self, error: Exception) -> StoreNotice:
        return self._notice(StoreReason.NOT_SAVED, plain_words(error))

    def _notice(self, reason: StoreReason, detail: str = "") -> StoreNotice:
        return StoreNotice(reason, self._path.name, detail)

    def _will_pass(self, error: Exception) -> bool:
        """Whether others have only been writing for a moment; sets when to try again."""
        now = monotonic()
        self._failing_since = now if self._failing_since is None else self._failing_since
        self._commit_at = now + (BUSY if is_busy(error) else RETRY)
        return is_busy(error) and now - self._failing_since < self._patience

    def _write(self, db: sqlite3.Connection) -> None:
        for change in self._unsaved.values():
            self._save(db, change)
            self._bodies += len(change.reply.body) if change.reply else 0
        for work in self._later.values():
            work(db)
        if self._bodies > prune.BODIES_SLACK:
            prune.drop_old_bodies(db)
            self._bodies = 0

    def _save(self, db: sqlite3.Connection, change: Change) -> None:
        """Write one task; what is wrong with it alone keeps no other from being saved (S8)."""
        ref = change.task.ref
        db.execute("SAVEPOINT task")
        try:
            task_rows.save(db, change.task, change.reply)
            self._faulty.discard(ref)
        except Exception as error:
            passing = sqlite3.OperationalError, OSError, MemoryError
            if isinstance(error, passing) or is_damage(error):
                raise
            db.execute("ROLLBACK TO task")
            if ref not in self._faulty:
                log.exception("saving %s", ref)
            self._faulty.add(ref)
        db.execute("RELEASE task")

    def _at_once(self, writer: Writer, question: AtOnce) -> object:
        if writer.read_only:
            raise StoreError(f"{self._path}: it is read only")
        if writer.hindrance is not None:  # the next commit tries again
            raise StoreError(f"{self._path}: {plain_words(writer.hindrance)}")
        return writer.write(question.ask, AT_ONCE, durable=False)

    def _told(self, writer: Writer, flush: Flush) -> object:
        if self.unsaved is not None:
            raise StoreError(f"{self._path}: {sentence(self.unsaved)}")
        return writer.read(flush.ask)

    def _answer(self, question: Question, find: Callable[[], object]) -> None:
        if not question.answer.set_running_or_notify_cancel():
            return  # nobody waits for it any more
        try:
            found = find()
        except RushesError as error:
            question.answer.set_exception(error)
        except Exception as error:
            if is_busy(error):
                question.answer.set_exception(StoreBusy(f"{self._path}: {error}"))
                return
            log.exception("asking %s", self._path)
            question.answer.set_exception(StoreError(f"{self._path}: {plain_words(error)}"))
        else:
            question.answer.set_result(found)
