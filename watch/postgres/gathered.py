"""What is handed over between two commits, and how it is written."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from rushes.providers.frozen import frozen
from rushes.watch.postgres import task_rows
from rushes.watch.postgres.task_rows import Change
from rushes.watch.queued_events import Happening
from rushes.watch.task import Ref

if TYPE_CHECKING:
    from psycopg import Connection

CHANNEL = "rushes"
"""What a commit is told of on: with the writer's number, and nothing of what was written."""

Work = Callable[["Connection"], None]


@frozen
class Writer:
    """How a store writes: `number` is its own, `queue` keeps what happened for its home."""

    number: str
    queue: "Callable[[Connection, list[Happening]], None]"


class Gathered:
    """Of each task its last change; what else is to be done, under a name that it has once."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._changes: dict[Ref, Change] = {}
        self._works: dict[str, Work] = {}

    def __bool__(self) -> bool:
        return bool(self._changes or self._works)

    def __len__(self) -> int:
        return len(self._changes)

    def change(self, change: Change) -> None:
        """Have a task saved."""
        ref = change.task.ref
        earlier = self._changes.get(ref)
        self._changes[ref] = change if earlier is None else change.after(earlier)

    def later(self, name: str, work: Work) -> None:
        """Have something done in the same commit."""
        self._works[name] = work

    def write(self, db: "Connection") -> None:
        """Write all of it; within a transaction, in which those who listen are told of it."""
        if self._changes:
            self._writer.queue(db, task_rows.save(db, list(self._changes.values())))
        for _, work in sorted(self._works.items()):
            work(db)
        db.execute("SELECT pg_notify(%s, %s)", (CHANNEL, self._writer.number))

    def put_back(self, newer: "Gathered") -> None:
        """Join what came meanwhile to this."""
        for change in newer._changes.values():
            self.change(change)
        self._works |= newer._works
