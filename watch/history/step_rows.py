"""Writes the steps of tasks to the history database and reads them back, a bounded number each."""

import json
import logging
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from rushes.providers.model import Status
from rushes.providers.rfc3339 import read_rfc3339, rfc3339_exact
from rushes.watch import codec
from rushes.watch.steps import EACH_END, Gap, are_steps, gap_of, merged_steps, sightings
from rushes.watch.task import Transition

log = logging.getLogger(__name__)

Row = tuple[Any, ...]

Key = tuple[str, str]
"""What identifies a sighting of a task: its time and its status, as they are stored."""

_MOST = 2 * EACH_END + 1
_STATUSES = {status.value: status for status in Status}

_LOAD = """
SELECT step.ref, step.status, step.raw_status, step.observed_at, step.provider_at,
    ifnull(folded.times, 1)
FROM step LEFT JOIN folded ON folded.ref = step.ref AND folded.observed_at = step.observed_at
    AND folded.status = step.status
WHERE step.ref IN (SELECT value FROM json_each(?))
"""
_INSERT = "INSERT INTO step (ref, status, raw_status, observed_at, provider_at) VALUES (?,?,?,?,?)"
_DELETE = "DELETE FROM step WHERE ref = ? AND observed_at = ? AND status = ?"
_WORD = "UPDATE step SET raw_status = ? WHERE ref = ? AND observed_at = ? AND status = ?"
_TIMES = "INSERT OR REPLACE INTO folded VALUES (?,?,?,?)"
_NO_TIMES = "DELETE FROM folded WHERE ref = ? AND observed_at = ? AND status = ?"


def save_steps(db: sqlite3.Connection, ref: str, steps: Sequence[Transition]) -> None:
    """Write what is new in these steps of a task; what others saved of it stays beside them.

    The last step takes the word that we heard last.
    """
    there = {(row[3], row[1]): row for row in db.execute(_LOAD, (json.dumps([ref]),))}
    ours = _by_key(sightings(steps))
    if len(there.keys() | ours.keys()) > _MOST:
        if not _is_all_of(ours, there):
            ours = _by_key(sightings(merged_steps(_read(there.values()), steps)))
        _fold(db, ref, ours, there)
    new = [(ref, *_stored(ours[key])) for key in ours if key not in there]
    db.executemany(_INSERT, new)
    last = _key(steps[-1]) if steps else None
    if last in there and there[last][2] != steps[-1].raw_status:
        db.execute(_WORD, (steps[-1].raw_status, ref, *last))


def load_steps(db: sqlite3.Connection, refs: str) -> dict[str, tuple[Transition, ...]]:
    """The steps that all processes saved of these tasks (a JSON list), as one history of each."""
    found: dict[str, list[Row]] = {}
    for row in db.execute(_LOAD, (refs,)):
        found.setdefault(row[0], []).append(row)
    return {ref: _history(_read(rows)) for ref, rows in found.items()}


def _history(its: Sequence[Transition]) -> tuple[Transition, ...]:
    """These sightings, which are in the order of time, as one history."""
    return tuple(its) if are_steps(its) else merged_steps(its)


def take_each(rows: Iterable[Row], take: Callable[[Row], None]) -> None:
    """Take in each row but those that a newer Rushes, or a flipped bit, made unreadable."""
    for row in rows:
        try:
            take(row)
        except (codec.BadValue, ValueError, KeyError, TypeError, RecursionError, OverflowError):
            log.warning("what history says of %s makes no sense", row[0], exc_info=True)


def _fold(
    db: sqlite3.Connection, ref: str, ours: Mapping[Key, Transition], there: Mapping[Key, Row]
) -> None:
    """Leave what ours has of that which is there, and what each of ours stands for."""
    gone = [(ref, *key) for key in there if key not in ours]
    db.executemany(_DELETE, gone)
    db.executemany(_NO_TIMES, gone)
    told = {key: row[5] for key, row in there.items()}
    times = [(ref, *key, step.times) for key, step in ours.items()
             if step.times != told.get(key, 1)]  # fmt: skip
    db.executemany(_TIMES, times)


def _is_all_of(ours: Mapping[Key, Transition], there: Mapping[Key, Row]) -> bool:
    """Whether ours has, or counts, all that is there: nobody else saw anything."""
    gap = gap_of(tuple(ours.values()))
    return all(
        row[5] <= (ours[key].times if key in ours else 1) and (key in ours or _is_in(gap, key))
        for key, row in there.items()
    )


def _is_in(gap: Gap, key: Key) -> bool:
    try:
        return gap.covers(read_rfc3339(key[0]))
    except (ValueError, TypeError):
        return False


def _read(rows: Iterable[Row]) -> list[Transition]:
    """The sightings of one task, in the order of time."""
    found = list[Transition]()

    def take(row: Row) -> None:
        _, status, raw, seen, said, times = row
        provider_at = None if said is None else read_rfc3339(said)
        step = Transition(_STATUSES[status], raw, read_rfc3339(seen), provider_at, (), times)
        found.append(step)

    take_each(rows, take)
    return sorted(found, key=lambda step: step.observed_at)


def _by_key(its: Iterable[Transition]) -> dict[Key, Transition]:
    return {_key(one): one for one in its}


def _key(step: Transition) -> Key:
    return rfc3339_exact(step.observed_at), step.status.value


def _stored(step: Transition) -> tuple[str, str | None, str, str | None]:
    at, status = _key(step)
    return status, step.raw_status, at, rfc3339_exact(step.provider_at)
