"""Writes what a task adds to the figures, in the commit that saves the task."""

import json
import sqlite3
from typing import TYPE_CHECKING

from rushes.watch.figures.model import model_of
from rushes.watch.task import Task

if TYPE_CHECKING:
    from rushes.watch.figures.figure import Figure

# What became of the files is read where it was just written: other processes save files, too.
_SAVE = """
INSERT OR REPLACE INTO figure (ref, provider, model, status, ended, queue_ms, run_ms, files, films,
    film_ms, billed_ms, tokens, microcredits, charged, saved, bytes, lost_from)
SELECT :ref, :provider, :model, :status, :ended, :queue_ms, :run_ms, :files, :films,
    :film_ms, :billed_ms, :tokens, :microcredits, :charged, count(*), ifnull(sum(done), 0),
    (SELECT min(json_extract(value, '$[1]')) FROM json_each(:ends)
     WHERE json_extract(value, '$[0]') NOT IN (SELECT n FROM download
        WHERE ref = :ref AND (state = 'downloaded' OR ifnull(halt, '') = 'canceled')))
FROM download WHERE ref = :ref AND state = 'downloaded'
"""


_SAVE_OPEN = """
INSERT INTO figure (ref, provider, model, status, files, films, saved, bytes)
VALUES (?, ?, ?, 'open', 0, 0, 0, 0)
ON CONFLICT (ref) DO UPDATE SET model = excluded.model
WHERE figure.status = 'open' AND figure.model IS NOT excluded.model
"""

OPEN = "open"
"""What stands for the status of a task that is not over."""


def save(db: sqlite3.Connection, task: Task) -> None:
    """Write what the task adds to the figures; its downloads are written before.

    Of one that is not over only its model counts, so that most saves change nothing here.
    """
    if not task.over:
        model = model_of(task)
        db.execute(_SAVE_OPEN, (str(task.ref), model.provider, model.name))
        return
    from rushes.watch.figures.figure import figure_of  # most saves are of tasks under way

    if (figure := figure_of(task)) is not None:
        _save(db, figure)


def _save(db: sqlite3.Connection, figure: "Figure") -> None:
    record = figure.used
    db.execute(
        _SAVE,
        {
            "ref": str(figure.ref),
            "provider": figure.ref.provider,
            "model": figure.model,
            "status": figure.status.value,
            "ended": figure.ended,
            "queue_ms": figure.queue_ms,
            "run_ms": figure.run_ms,
            "files": figure.files,
            "films": figure.films,
            "film_ms": record.film_ms if figure.films else None,
            "billed_ms": record.billed_ms,
            "tokens": record.tokens,
            "microcredits": record.microcredits,
            "charged": record.charged,
            "ends": json.dumps(figure.ends),
        },
    )
