"""Forgets what nobody has watched for long, a bounded number of rows at a time."""

from collections.abc import Sequence
from datetime import datetime

from rushes.watch.postgres.connection import Connection

AT_A_TIME = 500
"""Tasks that are forgotten in one transaction."""

BODIES_FOR = 7 * 86_400.0
"""Seconds for which last bodies are kept."""

_NOTE = """
UPDATE task SET watched = coalesce(%(moment)s::timestamptz, now()) WHERE ref IN (
    SELECT ref FROM task WHERE ref = ANY (%(refs)s) AND (watched IS NOT NULL OR %(all)s)
        AND (watched IS NULL OR watched < coalesce(%(moment)s::timestamptz, now()) - interval '1 h')
    ORDER BY ref FOR UPDATE)
"""
_THE_OTHERS = """
UPDATE task SET watched = coalesce(%(moment)s::timestamptz, now()) WHERE ref IN (
    SELECT ref FROM task WHERE watched IS NULL ORDER BY ref LIMIT %(most)s FOR UPDATE)
"""
_FORGET = """
DELETE FROM task WHERE ref IN (
    SELECT ref FROM task WHERE watched < coalesce(%(moment)s::timestamptz, now())
        - %(keep)s * interval '1 second'
    ORDER BY ref LIMIT %(most)s FOR UPDATE)
RETURNING ref
"""
_BODIES = """
DELETE FROM body WHERE ref IN (SELECT ref FROM body
    WHERE kept_at < now() - %(age)s * interval '1 second' ORDER BY ref LIMIT %(most)s FOR UPDATE)
"""


def note_watched(
    db: Connection, refs: Sequence[str], moment: datetime | None, *, new: bool
) -> None:
    """Note that these are on a list now; with `new` also those of which nothing was noted yet."""
    db.execute(_NOTE, {"refs": sorted(refs), "moment": moment, "all": new})


def note_the_others(db: Connection, moment: datetime | None) -> bool:
    """Let the age of some tasks count from here of which nothing was noted; False for none."""
    noted = db.execute(_THE_OTHERS, {"moment": moment, "most": AT_A_TIME})
    return noted.rowcount > 0


def forget_some(db: Connection, keep: float, moment: datetime | None) -> int:
    """Forget some tasks that were last watched `keep` seconds ago or earlier; how many."""
    gone = db.execute(_FORGET, {"keep": keep, "moment": moment, "most": AT_A_TIME}).fetchall()
    refs = [ref for (ref,) in gone]
    db.execute("DELETE FROM body WHERE ref = ANY (%s)", (refs,))
    db.execute("DELETE FROM lease WHERE ref = ANY (%s)", (refs,))
    return len(refs)


def drop_bodies(db: Connection) -> bool:
    """Drop some of the bodies that are older than BODIES_FOR; False where there are none."""
    return db.execute(_BODIES, {"age": BODIES_FOR, "most": AT_A_TIME}).rowcount > 0
