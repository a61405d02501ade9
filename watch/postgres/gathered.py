"""What is handed over between two commits, and how it is written."""

from collections.abc import Callable, Collection, Mapping
from uuid import UUID

from rushes.watch.postgres.connection import Connection
from rushes.watch.postgres.lease_rows import Ended
from rushes.watch.postgres.schema import CHANNEL
from rushes.watch.postgres.task_rows import Change, Saved
from rushes.watch.task import Ref

Work = Callable[[Connection], None]
Save = Callable[[Connection, Collection[Change]], Saved]
End = Callable[[Connection, Mapping[str, Ended]], None]
Committed = Callable[[Mapping[Ref, str], Saved], None]
"""Is told of the versions that tasks have now, and what came of saving them."""

BODIES = 32 << 20
"""Bytes of replies that are kept for a commit, the newest; a home's history has them all."""


class Gathered:
    """Of each task its last change; what else is to be done, under a name that it has once."""

    def __init__(self, writer: UUID, save: Save, end: End, committed: Committed) -> None:
        """`writer` is the number of who writes it.

        `save` writes tasks, `end` that leases are done; `committed` is called on their thread.
        """
        self._writer = writer
        self._save = save
        self._end = end
        self._committed = committed
        self._saved = Saved()
        self._ended: dict[str, Ended] = {}
        self._version = ""
        self._changes: dict[Ref, Change] = {}
        self._works: dict[str, Work] = {}
        self._bodies: dict[Ref, int] = {}  # the newest last
        self._body_bytes = 0

    def __bool__(self) -> bool:
        return bool(self._changes or self._ended or self._works)

    def withdraw(self) -> Collection[Ref]:
        """The tasks that are to be saved; they are not any more."""
        changes, self._changes = self._changes, {}
        self._bodies, self._body_bytes = {}, 0
        return changes.keys()

    def change(self, change: Change) -> None:
        """Have a task saved."""
        ref = change.task.ref
        earlier = self._changes.get(ref)
        self._changes[ref] = change if earlier is None else change.after(earlier)
        if change.reply is not None:
            self._body_bytes += len(change.reply.body) - self._bodies.pop(ref, 0)
            self._bodies[ref] = len(change.reply.body)
            self._drop_oldest_bodies()

    def _drop_oldest_bodies(self) -> None:
        while self._body_bytes > BODIES:
            oldest = next(iter(self._bodies))
            self._body_bytes -= self._bodies.pop(oldest)
            self._changes[oldest] = Change(task=self._changes[oldest].task)

    def done(self, ref: str, ended: Ended) -> None:
        """Have a granted lease ended in the same commit."""
        self._ended[ref] = ended

    def later(self, name: str, work: Work) -> None:
        """Have something done in the same commit."""
        self._works[name] = work

    def write(self, db: Connection) -> None:
        """Write all of it; within a transaction, in which those who listen are told of it."""
        if self._changes:
            self._saved = self._save(db, list(self._changes.values()))
        if self._ended:
            self._end(db, self._ended)
        for _, work in sorted(self._works.items()):
            work(db)
        if self._changes:
            told = "SELECT pg_current_xact_id()::text, pg_notify(%s, %s)"
            row = db.execute(told, (CHANNEL, str(self._writer))).fetchone()
            self._version = "" if row is None else str(row[0])

    def committed(self) -> None:
        """It is committed now."""
        if self._changes:
            self._committed(dict.fromkeys(self._changes, self._version), self._saved)

    def put_back(self, newer: "Gathered") -> None:
        """Join what came meanwhile to this."""
        for change in newer._changes.values():
            self.change(change)
        self._ended |= newer._ended
        self._works |= newer._works
