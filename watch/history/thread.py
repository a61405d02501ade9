"""The thread that has the database: it gathers changes and commits them together.

While another program writes, commits are tried again and reading goes on. Only a wait that is
longer than the patience counts as a failure (reliability.md row 57).
"""

import contextlib
import logging
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from math import inf
from pathlib import Path
from time import monotonic
from typing import TypeVar, cast

from rushes.providers.errors import RushesError
from rushes.providers.language import _
from rushes.watch.disk.ownership import OURS, TrustedOwners
from rushes.watch.disk.tomlfile import BadFile
from rushes.watch.history import prune
from rushes.watch.history.connection import Work, Writer
from rushes.watch.history.inbox import (
    AtOnce,
    Change,
    Durably,
    Flush,
    Inbox,
    Item,
    Look,
    Question,
    Wakeup,
)
from rushes.watch.history.opened import is_new
from rushes.watch.history.plain_words import plain_words
from rushes.watch.history.reading import open_in_memory
from rushes.watch.history.saving import Saving
from rushes.watch.history.schema import is_busy
from rushes.watch.store import StoreBusy, StoreError
from rushes.watch.store_condition import StoreNotice, StoreReason
from rushes.watch.store_words import sentence
from rushes.watch.task import Ref

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

FOR_OTHERS = 2 / 3
"""The part of the time for closing for which another program's writing is waited for."""

SILENT_AFTER = 5.0
"""Seconds of one access after which the disk counts as one that does not answer (row 81)."""

MADE_WITHIN = 2.0
"""Seconds that making a new file may take: it has to be synced several times."""

_LOOK = 0.25
"""Seconds between looks at whether the disk answers."""


T = TypeVar("T")


class HistoryThread:
    """Owns the connection. Its public methods may be called from any thread."""

    def __init__(self, path: Path, patience: float, trusted: TrustedOwners = OURS) -> None:
        """Open or create `path`; raises StoreError when it cannot be used."""
        self._not_saved: StoreNotice | None = None
        self._path = path
        self._patience = patience
        self._trusted = trusted
        self._inbox = Inbox()
        self._unsaved: dict[Ref, Change] = {}
        self._later: dict[str, Work[None]] = {}
        self._saving = Saving()
        self._commit_at = inf
        self._failing_since: float | None = None
        self.writer = self._opened()

    @property
    def unsaved(self) -> StoreNotice | None:
        """Why changes are not being saved; None where they are."""
        waiting = self._unsaved or self._later or self._inbox.holds_gathered
        silent = waiting and self.writer.silent_for > SILENT_AFTER
        return self._notice(StoreReason.NO_ANSWER) if silent else self._not_saved

    def put(self, item: Item) -> None:
        """Append an item to what is to be done."""
        self._inbox.put(item)

    async def ask(
        self, kind: type[Question], work: Work[T], silent_after: float | None = None
    ) -> T:
        """What `work` returns, done as its kind says. Raises StoreError, StoreBusy.

        Nobody is kept waiting by one access that hangs on the disk: it is StoreError after
        `silent_after` seconds, SILENT_AFTER by default.
        """
        import asyncio  # which takes as long to load as all else that a short command needs

        silent_after = silent_after or SILENT_AFTER
        answer: Future[object] = Future()
        self.put(kind(work, answer))
        waiting = asyncio.wrap_future(answer)
        look = min(_LOOK, silent_after)
        try:
            while not (await asyncio.wait({waiting}, timeout=look))[0]:
                self._expect_answer(silent_after)
            return cast("T", waiting.result())
        finally:
            waiting.cancel()

    def ask_and_wait(self, kind: type[Question], work: Work[T]) -> T:
        """As `ask`, where there is no event loop."""
        answer: Future[object] = Future()
        self.put(kind(work, answer))
        while not wait([answer], _LOOK).done:
            self._expect_answer(SILENT_AFTER)
        return cast("T", answer.result())

    def _expect_answer(self, silent_after: float) -> None:
        if self.writer.silent_for > silent_after:
            raise StoreError(_("{path}: the disk does not answer").format(path=self._path))

    def close(self, within: float) -> None:
        """Commit what is left and end, within so many seconds.

        `unsaved` says so where that was too short.
        """
        if self._thread.is_alive():
            self.writer.give_up_at = monotonic() + FOR_OTHERS * within
            self._inbox.put(Wakeup.CLOSE)
            self._thread.join(within)
            if self._thread.is_alive():
                self._not_saved = self._notice(StoreReason.NO_ANSWER)

    def _opened(self) -> Writer:
        """What the thread writes with, once it has opened the file."""
        path, patience, trusted = self._path, self._patience, self._trusted
        in_time = None
        with contextlib.suppress(OSError):
            in_time = MADE_WITHIN if is_new(path) else None
        opened = self._begin(lambda: Writer(path, patience, trusted=trusted))
        if in_time is not None and not wait([opened], in_time).done and opened.cancel():
            # That thread hangs on the disk. Nothing is known yet that would have to be read.
            silence = StoreError(_("the disk does not answer"))
            opened = self._begin(
                lambda: Writer(path, patience, open_in_memory(silence), trusted=trusted)
            )
        return opened.result()

    def _begin(self, make: Callable[[], Writer]) -> "Future[Writer]":
        opened: Future[Writer] = Future()
        self._thread = threading.Thread(
            target=self._run, args=(make, opened), name="history", daemon=True
        )
        self._thread.start()
        return opened

    # -- on the thread ------------------------------------------------------------------------

    def _run(self, make: Callable[[], Writer], opened: "Future[Writer]") -> None:
        try:
            writer = make()
        except Exception as error:
            if not opened.set_running_or_notify_cancel():
                return  # too late: another one is used
            # Whatever it is, somebody waits for an answer and tells it; traces are for our bugs.
            if not isinstance(error, (sqlite3.Error, OSError, RushesError)):
                log.exception("opening %s", self._path)
            words = plain_words(error)
            whole = words if isinstance(error, BadFile) else f"{self._path}: {words}"
            opened.set_exception(StoreError(whole))
            return
        if not opened.set_running_or_notify_cancel():
            writer.close()
            return
        if writer.hindrance is not None:
            self._not_saved = self._why_not(writer.hindrance)
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
            case AtOnce():
                self._answer(item, lambda: self._at_once(writer, item))
            case Durably():
                self._commit(writer, 0.0)
                self._answer(item, lambda: self._at_once(writer, item, durable=True))
            case Look():
                self._answer(item, lambda: writer.read(item.ask))
            case Flush():
                self._commit(writer, self._patience)
                self._answer(item, lambda: self._told(writer, item))
            case Question():
                if self._failing_since is None:
                    self._commit(writer, 0.0)
                self._answer(item, lambda: writer.read(item.ask))
            case Wakeup.GATHERED:
                if self._commit_at == inf:
                    self._commit_at = monotonic() + GATHER
            case Wakeup.TIME_UP if self._commit_at == inf:
                self._look(writer)
            case Wakeup():
                self._commit(writer, self._patience if item is Wakeup.CLOSE else 0.0)
        return item is not Wakeup.CLOSE

    def _next(self) -> Question | Wakeup:
        left = min(self._commit_at - monotonic(), LOOK_EVERY)
        return Wakeup.TIME_UP if left <= 0 else self._inbox.get(left)

    def _take_in(self) -> None:
        """Add what is gathered to what is unsaved; of a task or a key the last counts."""
        for item in self._inbox.take_gathered():
            if isinstance(item, Change):
                before = self._unsaved.get(item.task.ref)
                self._unsaved[item.task.ref] = item if before is None else item.after(before)
            else:
                self._later[item.key] = item.work

    def _commit(self, writer: Writer, patience: float) -> None:
        """Commit what is unsaved; what cannot be committed now is tried again later."""
        self._take_in()
        if writer.read_only:
            self._nothing_left()
        if not self._unsaved and not self._later:
            self._commit_at = inf
            return
        try:
            writer.write(self._write, patience)
        except Exception as error:
            # What is unsaved stays, so that nothing is lost whatever it was.
            if self._will_pass(error) and not patience:
                return
            if self._not_saved is None:
                known = isinstance(error, (sqlite3.Error, OSError, RushesError))
                log.warning("saving to %s: %s", self._path, error, exc_info=not known)
            self._not_saved = self._why_not(error)
        else:
            self._saving.committed(self._unsaved.values())
            self._nothing_left()
            names = ", ".join(map(str, sorted(self._saving.faulty)))
            in_part = self._notice(StoreReason.NOT_SAVED_IN_PART, names)
            self._not_saved = in_part if names else None
            self._failing_since = None
            self._drop_bodies(writer)

    def _nothing_left(self) -> None:
        self._unsaved.clear()
        self._later.clear()
        self._commit_at = inf

    def _drop_bodies(self, writer: Writer) -> None:
        """Delete old bodies a few at a time, so that no other program waits for long."""
        if self._saving.bodies <= prune.BODIES_SLACK:
            return
        self._saving.bodies = 0
        with contextlib.suppress(sqlite3.Error, OSError, RushesError):  # the next time, then
            old = writer.read(prune.old_bodies)
            while old:
                writer.write(lambda db: prune.drop_bodies(db, old), AT_ONCE, durable=False)

    def _look(self, writer: Writer) -> None:
        """Find out what shows only to those who look: that the file is gone, or that it is back."""
        was_hindered = writer.hindrance is not None
        with contextlib.suppress(sqlite3.Error, OSError, RushesError):
            writer.look()
        if was_hindered and writer.hindrance is None:
            self._not_saved = None

    def _why_not(self, error: Exception) -> StoreNotice:
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
        free = prune.free_pages(db)
        for change in self._unsaved.values():
            self._saving.save(db, change)
        for work in self._later.values():
            work(db)
        prune.give_back_freed(db, free)

    def _at_once(
        self, writer: Writer, question: AtOnce | Durably, *, durable: bool = False
    ) -> object:
        if writer.read_only:
            raise StoreError(_("{path}: it is read only").format(path=self._path))
        if writer.hindrance is not None:  # the next commit tries again
            raise StoreError(f"{self._path}: {plain_words(writer.hindrance)}")
        return writer.write(question.ask, AT_ONCE, durable=durable)

    def _told(self, writer: Writer, flush: Flush) -> object:
        if self._not_saved is not None:
            raise StoreError(f"{self._path}: {sentence(self._not_saved)}")
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
