"""Reads the last tasks of an account that succeeded, for what their durations teach."""

import sqlite3
from datetime import UTC, datetime

from rushes.watch.history import task_rows
from rushes.watch.task import Entry, Ref, Task

LOOKED_AT = 5_000
"""Rows that are looked at, the last ones begun: all of them could be read for seconds."""

_NEVER = datetime.fromtimestamp(0, UTC)
"""When they were added is not kept in the history."""

# The + keeps SQLite from walking through the index of refs, which tells nothing of when.
_LAST = """
SELECT ref FROM task
WHERE rowid > (SELECT max(rowid) FROM task) - ? AND status = 'succeeded'
    AND +ref >= ? AND +ref < ?
ORDER BY rowid DESC LIMIT ?
"""


def load_ended(db: sqlite3.Connection, account: str, count: int) -> list[Task]:
    """The tasks of that account that succeeded, `count` at most, those begun last; no labels.

    A rowid is given to a task when it is first saved, and keeps its place among the others.
    """
    # Of an account's refs all begin with its name and a colon; a semicolon follows a colon.
    rows = db.execute(_LAST, (LOOKED_AT, f"{account}:", f"{account};", count))
    refs = [Ref(account, ref.removeprefix(f"{account}:")) for (ref,) in rows]
    return list(task_rows.load(db, [Entry(ref=ref, added=_NEVER) for ref in refs]).values())
