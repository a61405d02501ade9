"""Deletes tasks that nobody watches any more and old bodies, and returns free pages.

Each function is one short step in its caller's transaction, so that other programs that write wait
for one step only.
"""

import json
import sqlite3
from collections.abc import Iterable

from rushes.watch.task import Ref

BODIES_LIMIT = 256 * 1024 * 1024
"""Bytes of all last bodies together that are kept; the oldest go first."""

BODIES_SLACK = 32 * 1024 * 1024
"""Bytes of bodies that a process writes before it looks at BODIES_LIMIT again."""

DAY = 86_400.0
"""Seconds for which the mark of when a task was last watched is good enough: it spares writing."""

_TASKS = 50
"""Tasks that are forgotten in one step; each may have a body of a mebibyte."""

_MARKED = 2000
"""Tasks whose age begins in one step."""

_PAGES = 256
"""Pages that are given back to the file system in one step."""

_MANY = 64
"""Pages that a commit may free and keep for the next one: above, it gives them back at once."""

_INCREMENTAL = 2

_AGED = "SELECT 1 FROM watched WHERE ref IN (SELECT value FROM json_each(?)) AND at < ? LIMIT 1"
_MARK = "INSERT OR REPLACE INTO watched SELECT value, ? FROM json_each(?)"
_SOME_TASKS = "SELECT ref FROM task WHERE ref > ? ORDER BY ref LIMIT ?"
_MARK_THE_OTHERS = "INSERT OR IGNORE INTO watched SELECT value, ? FROM json_each(?)"
_UNWATCHED = "SELECT ref FROM watched WHERE at < ? LIMIT ?"
_OF_A_TASK = (
    *("task", "step", "folded", "download", "body", "watched", "late_files", "figure", "rating"),
)
_ENDED_EVENTS = "DELETE FROM event WHERE ref = ? AND state = 'ended'"


def have_aged(db: sqlite3.Connection, refs: Iterable[Ref], now: float) -> bool:
    """Whether the mark of one of these is a day old. `now` is Unix seconds, as all times here."""
    return db.execute(_AGED, (_json(refs), now - DAY)).fetchone() is not None


def mark_watched(db: sqlite3.Connection, refs: Iterable[Ref], now: float) -> None:
    """Note that these are on somebody's list now."""
    db.execute(_MARK, (now, _json(refs)))


def mark_the_others(db: sqlite3.Connection, now: float, after: str) -> str:
    """Let the age of some tasks begin now that have none yet: of the next ones `after` that ref.

    Returns the last one's ref, empty where there are no more.
    """
    refs = [ref for (ref,) in db.execute(_SOME_TASKS, (after, _MARKED))]
    db.execute(_MARK_THE_OTHERS, (now, json.dumps(refs)))
    return refs[-1] if refs else ""


def forget_some(db: sqlite3.Connection, before: float) -> int:
    """Forget a few tasks that were last watched before then; how many they were."""
    refs = db.execute(_UNWATCHED, (before, _TASKS)).fetchall()
    for table in _OF_A_TASK:
        db.executemany(f"DELETE FROM {table} WHERE ref = ?", refs)  # noqa: S608 - our own names
    db.executemany(_ENDED_EVENTS, refs)
    return len(refs)


def old_bodies(db: sqlite3.Connection) -> list[tuple[str, str]]:
    """Ref and time of the last bodies beyond the newest BODIES_LIMIT; this only reads."""
    kept = 0
    old: list[tuple[str, str]] = []
    for ref, at, size in db.execute("SELECT ref, at, length(body) FROM body ORDER BY at DESC"):
        kept += size
        if kept > BODIES_LIMIT:
            old.append((ref, at))
    return old


def drop_bodies(db: sqlite3.Connection, old: list[tuple[str, str]]) -> None:
    """Delete some of these and take them off the list; what they said is kept anyhow."""
    db.executemany("DELETE FROM body WHERE ref = ? AND at = ?", old[-_TASKS:])
    del old[-_TASKS:]


def give_back(db: sqlite3.Connection) -> bool:
    """Give some free pages back to the file system; whether there were any.

    A database that was made before version 3 keeps them, and uses them again.
    """
    ((mode,),) = db.execute("PRAGMA auto_vacuum").fetchall()
    free = free_pages(db)
    if mode != _INCREMENTAL or not free:
        return False
    _vacuum(db, min(free, _PAGES))
    return True


def free_pages(db: sqlite3.Connection) -> int:
    """How many pages of the file hold nothing."""
    ((free,),) = db.execute("PRAGMA freelist_count").fetchall()
    return free


def give_back_freed(db: sqlite3.Connection, before: int) -> None:
    """Give back what came free since there were `before` free pages, where that is much.

    A film that came inside a reply leaves a thousand of them once it is saved.
    """
    freed = free_pages(db) - before
    if freed > _MANY:
        _vacuum(db, freed)


def _vacuum(db: sqlite3.Connection, pages: int) -> None:
    for _ in range(pages):
        # Of a pragma without columns Python takes one step only, and that is one page.
        db.execute("PRAGMA incremental_vacuum(1)")


def _json(refs: Iterable[Ref]) -> str:
    return json.dumps([str(ref) for ref in refs])
