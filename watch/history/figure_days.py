"""Reads when tasks ended, by day and by hour, and why they failed, for a page of figures."""

import json
import sqlite3
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from rushes.providers.model import Status
from rushes.watch.figures.gathered import DAYS, Asked, FailedFor, Gathered
from rushes.watch.figures.model import Model
from rushes.watch.figures.totals import By
from rushes.watch.history import task_rows
from rushes.watch.history.figures import Tags, tallies
from rushes.watch.task import Entry, Ref, Task

NEWEST = 500
"""Failures whose reasons are read."""

HOURS = 24

_NEVER = datetime.fromtimestamp(0, UTC)

_SUCH = """
ended >= ifnull(:since, 0) AND (:refs IS NULL OR ref IN (SELECT value FROM json_each(:refs)))
"""
_DAYS = f"""
SELECT provider, model, date(ended, 'unixepoch', 'localtime') AS day, count(*) FROM figure
WHERE {_SUCH} GROUP BY provider, model, day
"""  # noqa: S608 - of our own texts alone
_HOURS = f"""
SELECT CAST(strftime('%H', ended, 'unixepoch', 'localtime') AS INTEGER) AS hour,
    sum(status = 'succeeded'), sum(status = 'failed')
FROM figure WHERE {_SUCH} GROUP BY hour
"""  # noqa: S608 - as above
_FAILED = f"""
SELECT ref, ifnull(charged, 0) FROM figure WHERE status = 'failed' AND {_SUCH}
ORDER BY ended DESC, ref LIMIT :count
"""  # noqa: S608 - as above


def gathered(db: sqlite3.Connection, asked: Asked, now: float, tags: Tags) -> Gathered:
    """All that a page of figures needs; `now` is Unix seconds."""
    groups = tallies(db, asked.by, now, asked.refs, tags, asked.since)
    grouped_once = By.TAG not in asked.by
    refs = None if asked.refs is None else json.dumps([str(ref) for ref in asked.refs])
    such = {"since": asked.since, "refs": refs}
    return Gathered(
        groups=groups,
        whole=groups if grouped_once else tallies(db, (), now, asked.refs, None, asked.since),
        days=_days(db, now, {**such, "since": _first_day(now).timestamp()}),
        hours=_hours(db, such),
        reasons=_reasons(db, {**such, "count": NEWEST}),
    )


def _first_day(now: float) -> datetime:
    today = datetime.fromtimestamp(now).astimezone().replace(hour=0, minute=0, second=0)
    return today.replace(microsecond=0) - timedelta(days=DAYS - 1)


def _days(
    db: sqlite3.Connection, now: float, such: dict[str, float | str | None]
) -> dict[Model, list[int]]:
    first = _first_day(now).date()
    found: dict[Model, list[int]] = {}
    for provider, model, day, number in db.execute(_DAYS, such):
        place = (datetime.fromisoformat(day).date() - first).days
        if 0 <= place < DAYS:
            found.setdefault(Model(provider, model), [0] * DAYS)[place] = number
    return found


def _hours(
    db: sqlite3.Connection, such: dict[str, float | str | None]
) -> Sequence[tuple[int, int]]:
    found = [(0, 0)] * HOURS
    for hour, succeeded, failed in db.execute(_HOURS, such):
        if hour is not None:
            found[hour] = (succeeded, failed)
    return found


def _reasons(db: sqlite3.Connection, such: dict[str, float | str | None]) -> Sequence[FailedFor]:
    charged = dict(db.execute(_FAILED, such).fetchall())
    entries = [Entry(ref=Ref(*text.partition(":")[::2]), added=_NEVER) for text in charged]
    numbers: Counter[str] = Counter()
    paid: Counter[str] = Counter()
    for ref, task in task_rows.load(db, entries).items():
        reason = _reason(task)
        numbers[reason] += 1
        paid[reason] += charged[str(ref)]
    return [FailedFor(reason, n, paid[reason]) for reason, n in numbers.most_common()]


def _reason(task: Task) -> str:
    failure = task.snapshot.failure if task.snapshot else None
    if failure is None or task.status is not Status.FAILED:
        return ""
    return failure.message or failure.code or ""
