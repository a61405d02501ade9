"""The history for commands that print what is remembered, and end: no event loop is needed for it.

So they load a third less than what polls. It is read by the same thread (`thread.py`), so that a
disk that does not answer is told of in time (reliability.md row 81).
"""

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

from rushes.watch.disk.ownership import OURS, TrustedOwners
from rushes.watch.history import event_rows, outline_rows, outline_sums, prune, task_rows
from rushes.watch.history.connection import Work
from rushes.watch.history.inbox import AtOnce, Change, Flush, Later, Look, Question
from rushes.watch.history.thread import HistoryThread
from rushes.watch.queued_events import CutOff
from rushes.watch.store import CLOSE_WITHIN, LastBody, StoreError
from rushes.watch.store_condition import StoreCondition
from rushes.watch.sums import Sums
from rushes.watch.task import Entry, Ref, Task

T = TypeVar("T")

PATIENCE = 5.0
"""Seconds that another program's writing is waited for (reliability.md R3)."""


def condition_of(thread: HistoryThread) -> StoreCondition:
    """How the thread's file is at the moment."""
    writer = thread.writer
    return StoreCondition(
        notices=writer.notices,
        unsaved=thread.unsaved,
        read_only=writer.read_only,
        begun_anew=writer.begun_anew,
    )


def reading_of(thread: HistoryThread, entries: Sequence[Entry]) -> Work[dict[Ref, Task]]:
    """What reads the tasks of `entries` with everything remembered of them."""

    def read(db: sqlite3.Connection) -> dict[Ref, Task]:
        try:
            return task_rows.load(db, entries)
        except (sqlite3.DatabaseError, UnicodeDecodeError):
            if not thread.writer.read_only:
                raise
            # A newer Rushes may have moved things: then they are as if never seen.
            return {entry.ref: Task(entry=entry) for entry in entries}

    return read


class HistoryReader:
    """A history in a file whose methods return when they are done, and raise StoreError."""

    def __init__(
        self,
        path: Path,
        patience: float = PATIENCE,
        *,
        trusted: TrustedOwners = OURS,
        thread: HistoryThread | None = None,
    ) -> None:
        """Open or create `path`, which has that `thread` already where one is given.

        Raises StoreError when it cannot be used.
        """
        self._thread = thread or HistoryThread(path, patience, trusted)
        self._notes = 0

    @property
    def condition(self) -> StoreCondition:
        """How the file is at the moment."""
        return condition_of(self._thread)

    def load(self, entries: Sequence[Entry]) -> dict[Ref, Task]:
        """The tasks of `entries` with everything remembered of them."""
        return self._thread.ask_and_wait(Question, reading_of(self._thread, entries))

    def last_body(self, ref: Ref) -> LastBody | None:
        """The last reply about `ref`; None where there was none."""
        return self._thread.ask_and_wait(Question, lambda db: task_rows.last_body(db, ref))

    def commands(self, now: float) -> tuple[int, Sequence[CutOff]]:
        """How many events wait for their commands, and what was cut off in the last day.

        `now` is Unix seconds.
        """
        if self._thread.writer.read_only:
            return 0, ()  # an older Rushes may have made it, which has none
        return self._thread.ask_and_wait(
            Look, lambda db: (event_rows.waiting(db), event_rows.listed_cut_off(db, now))
        )

    def sums(self, refs: str, now: float) -> Sums:
        """The sums over the tasks of `refs`, a JSON list; `now` is Unix seconds."""
        ask = self._thread.ask_and_wait
        counted = ask(Question, lambda db: outline_sums.count(db, refs, now))
        sums, left = counted.sums, list(counted.missing)
        while left:
            some, left = left[: outline_rows.AT_ONCE], left[outline_rows.AT_ONCE :]
            sums = outline_sums.with_more(sums, self._outlines(some), now)
        return sums

    def _outlines(self, refs: Sequence[str]) -> Sequence[outline_sums.Outline]:
        """Rows that are missing; they are kept for the next time where that can be."""
        ask = self._thread.ask_and_wait
        with suppress(StoreError):
            return ask(AtOnce, lambda db: outline_rows.make(db, refs, keep=True))
        return ask(Question, lambda db: outline_rows.make(db, refs, keep=False))

    def note_watched(self, refs: Iterable[Ref], now: float) -> None:
        """Note that these are on a watchlist (`retention.py`); `now` is Unix seconds."""
        wanted = list(refs)
        if self._thread.writer.read_only:
            return
        have_aged = self._thread.ask_and_wait(Question, lambda db: prune.have_aged(db, wanted, now))
        if have_aged:
            self._notes += 1  # each note is of tasks of its own
            mark = partial(prune.mark_watched, refs=wanted, now=now)
            self._thread.put(Later(f"watched {self._notes}", mark))

    def save(self, task: Task) -> None:
        """Join a task with what is known of it, in the next commit."""
        self._thread.put(Change(task, None))

    def flush(self) -> None:
        """Return when what was handed over is durable."""
        self._thread.ask_and_wait(Flush, lambda _db: None)

    def ask(self, work: Work[T]) -> T:
        """What `work` reads; what was handed over before is in it."""
        return self._thread.ask_and_wait(Question, work)

    def change(self, work: Work[T]) -> T:
        """What `work` returns, in a short transaction of its own; raises StoreBusy."""
        return self._thread.ask_and_wait(AtOnce, work)

    def close(self, within: float = CLOSE_WITHIN) -> None:
        """Commit what is left in so many seconds and let go of the file; again it does nothing."""
        self._thread.close(within)
