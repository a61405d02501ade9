"""Reads sums of the history for `rushes stats` and the like, by SQL over one small row a task.

The rows are written by whoever saves the tasks (`figure_rows.py`). What is over and has none (it is
of an older Rushes) is worked out when the figures are asked for, some hundred tasks at a time.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial

from rushes.providers.fields import replace
from rushes.watch.figures.model import Model
from rushes.watch.figures.totals import By, Tally, Which
from rushes.watch.history import figure_rows, task_rows
from rushes.watch.history.figure_stretches import by_day
from rushes.watch.history.figure_sums import SUMS, tally
from rushes.watch.history.reader import HistoryReader
from rushes.watch.store import StoreError
from rushes.watch.task import Entry, Ref

AT_A_TIME = 500
"""Tasks whose figures are worked out in one transaction: others wait no longer to write."""

Tags = Mapping[Ref, Sequence[str]]

_NEVER = datetime.fromtimestamp(0, UTC)

# These counts come from indexes: a look at each task is needed only where they differ.
_COUNTS = """
SELECT (SELECT count(*) FROM task), (SELECT count(*) FROM task WHERE over = 0),
    (SELECT count(*) FROM figure), (SELECT count(*) FROM figure WHERE status = 'open')
"""
_WITHOUT = """
SELECT ref, over FROM task WHERE ref > ? AND NOT EXISTS (SELECT 1 FROM figure
    WHERE figure.ref = task.ref AND (figure.status = 'open') = (task.over = 0))
ORDER BY ref LIMIT ?
"""
_FORGOTTEN = "DELETE FROM figure WHERE ref NOT IN (SELECT ref FROM task)"

_KEYS: Mapping[By, str] = {
    By.PROVIDER: "provider",
    By.MODEL: "model",
    By.DAY: "day",
}

_ROWS = """
SELECT *, rowid AS n, date(ended, 'unixepoch', 'localtime') AS day FROM figure
WHERE :since IS NULL OR ended >= :since OR status = 'open'
"""
# By number, which the index of the sums has with it.
_THESE = "(SELECT figure.rowid FROM json_each(:refs) CROSS JOIN figure ON ref = value)"
_ONLY = f"WHERE n IN {_THESE}"
_BUT = f"WHERE n NOT IN {_THESE}"

_SUCH: Mapping[Which, str] = {
    Which.SUCCEEDED: "status = 'succeeded'",
    Which.FAILED: "status = 'failed'",
    Which.LOST: "lost_from <= :now",
}
_NEWEST = "SELECT ref FROM figure WHERE {which} {only} ORDER BY ended DESC, ref LIMIT :count"

_LAST_RUNS = """
SELECT run_ms FROM figure WHERE provider = ? AND model IS ? AND status = 'succeeded'
    AND run_ms IS NOT NULL ORDER BY ended DESC LIMIT ?
"""


_RUNNING = """
SELECT figure.ref FROM figure JOIN task ON task.ref = figure.ref
WHERE provider = ? AND model IS ? AND figure.status = 'open' AND over = 0
    AND polled_at >= ? AND figure.ref <> ? LIMIT ?
"""


def complete(history: HistoryReader) -> int:
    """Work out all figures that lack; how many could not be.

    Their records are damaged, or somebody else is writing, or nothing can be written.
    """
    if not history.ask(lacking):
        return 0
    last: str | None = ""
    with suppress(StoreError):
        while last is not None:
            last = history.change(partial(work_out, after=last))
    return max(0, history.ask(lacking))


def lacking(db: sqlite3.Connection) -> int:
    """How many tasks that are over have no figure yet; below zero where another row is amiss."""
    tasks, open_tasks, rows, open_rows = db.execute(_COUNTS).fetchone()
    over = (tasks - open_tasks) - (rows - open_rows)
    return over or (-1 if open_tasks != open_rows else 0)


def work_out(db: sqlite3.Connection, after: str) -> str | None:
    """Work out the next figures that lack, those after that ref; the last one's ref, None for none.

    A record that makes no sense has none. Figures of tasks that are forgotten go.
    """
    if not after:
        db.execute(_FORGOTTEN)
    found = dict(db.execute(_WITHOUT, (after, AT_A_TIME)).fetchall())
    entries = [Entry(ref=_ref(ref), added=_NEVER) for ref in found]
    for task in task_rows.load(db, entries).values():
        if task.over == bool(found[str(task.ref)]):
            figure_rows.save(db, task)
    return max(found, default=None)


def tallies(
    db: sqlite3.Connection,
    by: Sequence[By],
    now: float,
    refs: Iterable[Ref] | None = None,
    tags: Tags | None = None,
    since: float | None = None,
) -> list[Tally]:
    """Sums by those keys and by model; `now` is Unix seconds, `refs` None for all tasks.

    `since` leaves out what ended before; None does not.

    With several tags a task counts in each of them. Several tallies may have one key and model.
    """
    chosen = None if refs is None else frozenset(refs)
    if By.TAG not in by:
        only = _ONLY if chosen is not None else ""
        return _tallies(db, by, (now, since), only, chosen or ())
    place, others = by.index(By.TAG), [each for each in by if each is not By.TAG]
    tagged: dict[str, list[Ref]] = {}
    for ref, its in (tags or {}).items():
        for tag in its if chosen is None or ref in chosen else ():
            tagged.setdefault(tag, []).append(ref)
    found: list[Tally] = []
    for tag, its in tagged.items():
        found += _under(tag, place, _tallies(db, others, (now, since), _ONLY, its))
    some = {ref for its in tagged.values() for ref in its}
    if chosen is None:
        return found + _under(None, place, _tallies(db, others, (now, since), _BUT, some))
    return found + _under(None, place, _tallies(db, others, (now, since), _ONLY, chosen - some))


def _under(tag: str | None, place: int, its: Iterable[Tally]) -> list[Tally]:
    """The same with the tag in its place among the keys."""
    return [replace(it, key=(*it.key[:place], tag, *it.key[place:])) for it in its]


def _tallies(
    db: sqlite3.Connection,
    by: Sequence[By],
    times: tuple[float, float | None],
    which: str,
    refs: Iterable[Ref],
) -> list[Tally]:
    given = {"now": times[0], "since": times[1], "refs": json.dumps([str(ref) for ref in refs])}
    if tuple(by) == (By.DAY,) and not which:
        return [tally(row, len(by)) for row in by_day(db, *times)]
    keys = "".join(f"{_KEYS[each]}, " for each in by)
    # A key that stands there twice would keep the index from giving the order.
    names = dict.fromkeys([*map(_KEYS.__getitem__, by), "provider", "model"])
    group = f"GROUP BY {', '.join(names)}, status"
    sql = f"SELECT {keys}provider, model, {SUMS} FROM ({_ROWS}) {which} {group}"  # noqa: S608
    return [tally(row, len(by)) for row in db.execute(sql, given)]


def refs(db: sqlite3.Connection) -> list[Ref]:
    """Every task that is remembered."""
    return [_ref(ref) for (ref,) in db.execute("SELECT ref FROM task ORDER BY ref")]


def models(db: sqlite3.Connection) -> list[Model]:
    """The models of all tasks that have figures."""
    found = db.execute("SELECT DISTINCT provider, model FROM figure ORDER BY provider, model")
    return [Model(provider, name) for provider, name in found]


def newest(
    db: sqlite3.Connection, which: Which, now: float, count: int, refs: Iterable[Ref] | None = None
) -> list[Ref]:
    """The tasks that are over and are such, the last that ended first, `count` at most."""
    given = {
        "now": now,
        "count": count,
        "refs": None if refs is None else json.dumps([str(ref) for ref in refs]),
    }
    only = "AND ref IN (SELECT value FROM json_each(:refs))" if refs is not None else ""
    found = db.execute(_NEWEST.format(which=_SUCH[which], only=only), given)
    return [_ref(ref) for (ref,) in found]


def last_runs(db: sqlite3.Connection, model: Model, count: int) -> list[int]:
    """Milliseconds that the last tasks of a model took which succeeded, `count` at most."""
    found = db.execute(_LAST_RUNS, (model.provider, model.name, count))
    return [milliseconds for (milliseconds,) in found]


def running(db: sqlite3.Connection, model: Model, since: str, but: Ref, count: int) -> list[Ref]:
    """Tasks of a model that were not over when they were asked about since that time; not `but`."""
    rows = db.execute(_RUNNING, (model.provider, model.name, since, str(but), count))
    return [_ref(ref) for (ref,) in rows]


def _ref(text: str) -> Ref:
    return Ref(*text.partition(":")[::2])
