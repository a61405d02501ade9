"""The history for commands that print what is remembered, and end: no event loop is needed for it.

So they load a third less than what polls. It is read by the same thread (`thread.py`), so that a
disk that does not answer is told of in time (reliability.md row 81).
"""

import sqlite3
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

from rushes.watch.disk.ownership import OURS, TrustedOwners
from rushes.watch.history import prune, task_rows
from rushes.watch.history.connection import Work
from rushes.watch.history.inbox import Later, Question
from rushes.watch.history.thread import HistoryThread
from rushes.watch.store import CLOSE_WITHIN, LastBody, StoreCondition
from rushes.watch.task import Entry, Ref, Task

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
        self, path: Path, patience: float = PATIENCE, *, trusted: TrustedOwners = OURS
    ) -> None:
        """Open or create `path`; raises StoreError when it cannot be used."""
        self._thread = HistoryThread(path, patience, trusted)
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

    def close(self, within: float = CLOSE_WITHIN) -> None:
        """Commit what is left in so many seconds and let go of the file; again it does nothing."""
        self._thread.close(within)
