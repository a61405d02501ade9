"""Saves tasks one by one, cheaply where an answer changed nothing but the task's times."""

import logging
import sqlite3
from collections.abc import Iterable

from rushes.providers.frozen import frozen
from rushes.watch.history import event_rows, outline_rows, task_rows
from rushes.watch.history.inbox import Change
from rushes.watch.history.schema import is_damage
from rushes.watch.task import Ref, Task
from rushes.watch.task_times import same_but_times

log = logging.getLogger(__name__)

REMEMBERED = 50_000
"""Tasks whose last save is remembered; beyond that all is forgotten, and saved in full once."""


@frozen
class _Saved:
    """A task as it was committed, and what tells its reply's body from another (`hash`)."""

    task: Task
    status: int
    body: int


class Saving:
    """Writes changes, each on its own: what is wrong with one keeps no other from being saved (S8).

    `faulty` are the tasks that could not be saved, `bodies` the bytes of bodies that were written.
    """

    def __init__(self) -> None:
        self.faulty: set[Ref] = set()
        self.bodies = 0
        self._saved: dict[Ref, _Saved] = {}

    def save(self, db: sqlite3.Connection, change: Change) -> None:
        """Write one change, in a transaction; raises what is wrong with the file."""
        if not change.happenings and self._save_times(db, change):
            return
        ref = change.task.ref
        db.execute("SAVEPOINT task")
        try:
            news = event_rows.news(db, ref, change.happenings)
            if task_rows.save(db, change.task, change.reply):
                outline_rows.save(db, change.task)
            else:
                outline_rows.drop(db, str(ref))
            event_rows.queue(db, news, change.owner)
            self.faulty.discard(ref)
        except Exception as error:
            passing = sqlite3.OperationalError, OSError, MemoryError
            if isinstance(error, passing) or is_damage(error):
                raise
            db.execute("ROLLBACK TO task")
            if ref not in self.faulty:
                log.exception("saving %s", ref)
            self.faulty.add(ref)
        db.execute("RELEASE task")
        self.bodies += len(change.reply.body) if change.reply else 0

    def committed(self, changes: Iterable[Change]) -> None:
        """Remember what is in the file now, of the tasks that will be asked about again."""
        if len(self._saved) > REMEMBERED:
            self._saved.clear()
        for task, reply in ((change.task, change.reply) for change in changes):
            if task.over or reply is None or task.ref in self.faulty:
                self._saved.pop(task.ref, None)
            else:
                self._saved[task.ref] = _Saved(task, reply.status, hash(reply.body))

    def _save_times(self, db: sqlite3.Connection, change: Change) -> bool:
        """Write the times of an answer like the one before; False where that is not enough."""
        task, reply, before = change.task, change.reply, self._saved.get(change.task.ref)
        if before is None or reply is None:
            return False
        alike = before.status == reply.status and before.body == hash(reply.body)
        if not alike or not same_but_times(before.task, task):
            return False
        return task_rows.save_times(db, before.task, task)
