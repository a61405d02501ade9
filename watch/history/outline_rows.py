"""What a sum over many tasks needs of each, kept beside the tasks and saved in the same commit.

A row is there or it is not; one that is there is right, as every change of its task's row takes it
away (`schema.py` has the triggers). Who sums makes the missing ones anew.
"""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime

from rushes.watch.history import task_rows
from rushes.watch.history.outline_sums import Outline
from rushes.watch.task import Entry, Ref, Task

AT_ONCE = 250
"""Rows that are made in one transaction."""

_SETTLED = """
SELECT n FROM download WHERE ref = ? AND (state = 'downloaded' OR halt = 'canceled')
"""

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def save(db: sqlite3.Connection, task: Task) -> Outline:
    """Write the row of a task as it was just saved, in the transaction that saved it.

    Which files are settled is read: whoever saves a task may not know of all.
    """
    row = _outline(db, task)
    db.execute("INSERT OR REPLACE INTO outline VALUES (?,?,?,?,?,?,?,?)", row)
    return row


def drop(db: sqlite3.Connection, ref: str) -> None:
    """Take the row of a task away: what stands of it is not what anybody here knows."""
    db.execute("DELETE FROM outline WHERE ref = ?", (ref,))


def make(db: sqlite3.Connection, refs: Sequence[str], *, keep: bool) -> list[Outline]:
    """The rows of these tasks made anew, and written where they are to be kept."""
    entries = [Entry(ref=Ref(*ref.split(":", 1)), added=_NEVER) for ref in refs]
    tasks = task_rows.load(db, entries).values()
    return [save(db, task) if keep else _outline(db, task) for task in tasks]


def _outline(db: sqlite3.Connection, task: Task) -> Outline:
    ref, assets = str(task.ref), list(task.assets(_NEVER))
    settled = {n for (n,) in db.execute(_SETTLED, (ref,))} if assets else set[int]()
    left = [asset for asset in assets if asset.n not in settled]
    ends = [
        [
            round(task.our_time(at).timestamp())
            for at in (asset.expires_at, asset.renewable_until)
            if at is not None
        ]
        for asset in left
    ]
    each = [moment for moments in ends for moment in moments]
    return (
        ref,
        task.status.value if task.status else None,
        int(task.trouble is not None and not task.over),
        len(left),
        sum(map(bool, ends)),
        min(each, default=None),
        max(each, default=None),
        " ".join("/".join(map(str, moments)) for moments in ends if moments) or None,
    )
