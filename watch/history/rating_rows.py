"""Writes the ratings of a task's outputs to the history database and reads them back.

Of the ratings that several processes give an output the last one stands (`watch/ratings.py`).
"""

import sqlite3
from datetime import UTC, datetime

from rushes.watch.history.step_rows import Row, take_each
from rushes.watch.ratings import Rating, Ratings, is_rating

_SAVE = """
INSERT INTO rating VALUES (?,?,?,?) ON CONFLICT (ref, n) DO UPDATE SET
    value = excluded.value, at = excluded.at
WHERE excluded.at > rating.at
"""
_LOAD = "SELECT ref, n, value, at FROM rating WHERE ref IN (SELECT value FROM json_each(?))"


def save(db: sqlite3.Connection, ref: str, ratings: Ratings) -> None:
    """Write what is newer than what is there. Times are Unix seconds."""
    rows = [(ref, n, rating.value, rating.at.timestamp()) for n, rating in ratings.items()]
    db.executemany(_SAVE, rows)


def load(db: sqlite3.Connection, refs: str) -> dict[str, dict[int, Rating]]:
    """The ratings of these tasks (a JSON list), of each that has any; odd ones are left out."""
    found: dict[str, dict[int, Rating]] = {}

    def take(row: Row) -> None:
        ref, n, value, at = row
        if is_rating(value):
            found.setdefault(ref, {})[n] = Rating(value, datetime.fromtimestamp(at, UTC))

    take_each(db.execute(_LOAD, (refs,)), take)
    return found
