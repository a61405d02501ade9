"""Adds up the rows of `outline_rows.py`, without what makes them: a status bar asks often.

Where all is as usual they are read from a connection that writes nothing. Whatever is not, is left
to the reader of the whole history, which mends it or tells of it.
"""

import contextlib
import json
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import quote

from rushes.providers.frozen import frozen
from rushes.watch.disk.ownership import TrustedOwners, check_ownership
from rushes.watch.history.schema import VERSION, check, harden, version_of
from rushes.watch.sums import Sums
from rushes.watch.task import Ref

AT_RISK_WITHIN = 3600.0
"""Seconds within which what is not saved counts as at risk."""

ANSWER_WITHIN = 5.0
"""Seconds after which the disk counts as one that does not answer (reliability.md row 81)."""

_FILES = ("", "-wal", "-shm", "-journal")

Outline = tuple[str, str | None, int, int, int, int | None, int | None, str | None]
"""A row: ref, status, whether it is in trouble, the files that are neither saved nor given up, how
many of these have a known end, the first and the last of these ends, and all of them.

Ends are Unix seconds by our clock, parted by blanks; with a fresh link it is two of them, parted by
a slash: of the link, and of the file.
"""

# Each task of the list is looked at once, and no text of it made: the first end comes with its ref,
# and all ends of a task only where one is near.
_SUM = """
SELECT status, count(*), sum(trouble), sum(open), sum(iif(last <= :now, dated, 0)),
    ref, min(iif(first >= :soon, first, NULL)),
    json_group_array(json_array(ref, ends)) FILTER (WHERE last > :now AND first < :soon)
FROM json_each(:refs) CROSS JOIN outline ON ref = value GROUP BY status
"""
_MISSING = """
SELECT value FROM json_each(:refs) WHERE NOT EXISTS (SELECT 1 FROM outline WHERE ref = value)
    AND EXISTS (SELECT 1 FROM task WHERE ref = value)
"""


@frozen
class Counted:
    """The sums of what has rows, and the refs of what has none."""

    sums: Sums
    missing: Sequence[str]


def usual_sums(path: Path, refs: str, now: float, trusted: TrustedOwners) -> Sums | None:
    """The sums, where the history at `path` is as usual and has a row of each task; else None.

    Raises TimeoutError where the disk does not answer in time. `refs` and `now` as for `count`.
    """
    found: list[Counted] = []

    def read() -> None:
        # What is wrong is told by who reads next.
        with contextlib.suppress(Exception), contextlib.closing(_opened(path, trusted)) as db:
            found.append(count(db, refs, now))

    reading = threading.Thread(target=read, name="sums", daemon=True)
    reading.start()
    reading.join(ANSWER_WITHIN)
    if reading.is_alive():
        raise TimeoutError
    return found[0].sums if found and not found[0].missing else None


def _opened(path: Path, trusted: TrustedOwners) -> sqlite3.Connection:
    """A connection that writes nothing; raises where anything is to be told of the file."""
    for tail in _FILES:
        if warnings := check_ownership(path.with_name(path.name + tail), trusted):
            raise sqlite3.DatabaseError(*warnings)
    db = sqlite3.connect(f"file:{quote(str(path))}?mode=rw", uri=True, isolation_level=None)
    try:
        harden(db)
        db.execute("PRAGMA query_only = ON")
        check(db)
        if version_of(db) != VERSION:
            raise sqlite3.DatabaseError("of another version")
    except BaseException:
        db.close()
        raise
    return db


def count(db: sqlite3.Connection, refs: str, now: float) -> Counted:
    """The sums over tasks; `refs` is a JSON list, and may be long. `now` is Unix seconds."""
    tally, known = _Tally(now), 0
    asked = {"refs": refs, "now": now, "soon": now + AT_RISK_WITHIN}
    for status, number, trouble, unsaved, lost, ref, first, near in db.execute(_SUM, asked):
        tally.count(status, number, trouble, unsaved)
        tally.lose(lost)
        tally.ahead(ref, first)
        for each, ends in json.loads(near):
            tally.ends(each, ends)
        known += number
    (total,) = db.execute("SELECT json_array_length(:refs)", asked).fetchone()
    missing = [ref for (ref,) in db.execute(_MISSING, asked)] if known < total else []
    if unheard := total - known - len(missing):
        tally.count(None, unheard, 0, 0)
    return Counted(tally.sums(), missing)


def with_more(sums: Sums, rows: Iterable[Outline], now: float) -> Sums:
    """The sums with these rows added."""
    tally = _Tally(now, sums)
    for ref, status, trouble, unsaved, _, _, _, ends in rows:
        tally.count(status, 1, trouble, unsaved)
        tally.ends(ref, ends or "")
    return tally.sums()


class _Tally:
    """Adds rows up."""

    def __init__(self, now: float, before: Sums | None = None) -> None:
        before = before or Sums()
        self._now = now
        self._statuses = Counter(before.statuses)
        self._trouble, self._unsaved = before.trouble, before.unsaved
        self._at_risk, self._lost = before.at_risk, before.lost
        self._next = before.next_loss

    def count(self, status: str | None, number: int, trouble: int, unsaved: int) -> None:
        self._statuses[status] += number
        self._trouble += trouble
        self._unsaved += unsaved

    def ends(self, ref: str, ends: str) -> None:
        for each in ends.split():
            first = next((at for at in map(int, each.split("/")) if at > self._now), None)
            if first is None:
                self.lose(1)
                continue
            self._at_risk += first - self._now < AT_RISK_WITHIN
            self.ahead(ref, first)

    def lose(self, files: int) -> None:
        self._lost += files
        self._unsaved -= files

    def ahead(self, ref: str, end: int | None) -> None:
        if end is not None and (self._next is None or end < self._next[0]):
            self._next = end, Ref(*ref.split(":", 1))

    def sums(self) -> Sums:
        return Sums(
            self._statuses, self._trouble, self._unsaved, self._at_risk, self._lost, self._next
        )
