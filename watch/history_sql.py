"""How a task is written to the history database and read back; `history_schema` has its shape."""

import contextlib
import json
import logging
import sqlite3
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from providers.model import ProblemKind, Status
from providers.reply import Reply
from watch.record import known_time, read_snapshot, read_time, write_snapshot, write_time
from watch.task import Entry, Fetch, Halt, OutputState, Ref, Task, Transition, Trouble

log = logging.getLogger(__name__)

BODY_LIMIT = 1024 * 1024
"""Bytes of a last response body that are kept."""

_SAVE_TASK = """
INSERT INTO task (ref, status, raw_status, over, snapshot, trouble, polls, not_found, polled_at,
    unfinished_at, skew)
VALUES (?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (ref) DO UPDATE SET
    status = excluded.status, raw_status = excluded.raw_status, over = excluded.over,
    snapshot = excluded.snapshot, trouble = excluded.trouble,
    polls = max(iif(typeof(polls) = 'integer', polls, 0), excluded.polls),
    not_found = excluded.not_found, polled_at = excluded.polled_at,
    unfinished_at = excluded.unfinished_at, skew = excluded.skew
WHERE excluded.over OR NOT ifnull(task.over, 0)
"""

# A saved file stays known: only its successor takes its row, as another process may save what it
# knew of the output before.
_SAVE_DOWNLOAD = """
INSERT INTO download (ref, n, state, path, done, total, sha256, note, halt)
VALUES (?,?,?,?,?,?,?,?,?) ON CONFLICT (ref, n) DO UPDATE SET
    state = excluded.state, path = excluded.path, done = excluded.done, total = excluded.total,
    sha256 = excluded.sha256, note = excluded.note, halt = excluded.halt
WHERE excluded.state = 'downloaded' OR download.state <> 'downloaded'
"""

_LOAD_TASKS = """
SELECT ref, status, raw_status, snapshot, trouble, polls, not_found, polled_at, unfinished_at, skew
FROM task WHERE ref IN (SELECT value FROM json_each(?))
"""
_LOAD_TRANSITIONS = """
SELECT ref, status, raw_status, observed_at, provider_at FROM transition
WHERE ref IN (SELECT value FROM json_each(?)) ORDER BY ref, seq
"""
_LOAD_DOWNLOADS = """
SELECT ref, n, state, path, done, total, sha256, note, halt FROM download
WHERE ref IN (SELECT value FROM json_each(?))
"""

_SETTLED = frozenset(OutputState) - {OutputState.DOWNLOADING, OutputState.UNRESOLVED}


@dataclass(frozen=True, slots=True)
class LastBody:
    """The last reply about a task, as it came; `at` is when (UTC, RFC 3339)."""

    status: int
    headers: dict[str, str]
    body: bytes
    at: str


def save(db: sqlite3.Connection, task: Task, reply: Reply | None) -> None:
    """Write `task` as it is now, and the reply that it is known from."""
    ref = str(task.ref)
    db.execute(
        _SAVE_TASK,
        (
            ref,
            task.status.value if task.status else None,
            task.raw_status,
            int(task.over),
            write_snapshot(task.snapshot) if task.snapshot else None,
            _write_trouble(task.trouble),
            task.polls,
            task.not_found_in_a_row,
            write_time(task.last_polled_at),
            write_time(task.unfinished_at),
            task.skew.total_seconds(),
        ),
    )
    db.executemany(
        "INSERT OR IGNORE INTO transition VALUES (?,?,?,?,?,?)",
        [
            (ref, seq, t.status.value, t.raw_status, write_time(t.observed_at),
             write_time(t.provider_at))
            for seq, t in enumerate(task.transitions)
        ],
    )  # fmt: skip
    for n, fetch in task.fetches.items():
        if fetch.state in _SETTLED:
            db.execute(
                _SAVE_DOWNLOAD,
                (ref, n, fetch.state.value, str(fetch.path) if fetch.path else None, fetch.done,
                 fetch.total, fetch.sha256, fetch.note, fetch.halt.value if fetch.halt else None),
            )  # fmt: skip
    if reply is not None:
        headers = json.dumps(dict(reply.headers))
        db.execute(
            "INSERT OR REPLACE INTO body VALUES (?,?,?,?,?)",
            (ref, reply.status, headers, reply.body[:BODY_LIMIT], write_time(task.last_polled_at)),
        )


def load(db: sqlite3.Connection, entries: Sequence[Entry]) -> dict[Ref, Task]:
    """The tasks of `entries`, each with everything remembered of it.

    A record that makes no sense is left out: its task is as if it had never been seen.
    """
    tasks = {str(entry.ref): Task(entry=entry) for entry in entries}
    refs = json.dumps(list(tasks))
    for row in db.execute(_LOAD_TASKS, (refs,)):
        with _sense(row):
            tasks[row[0]] = _remembered(tasks[row[0]], row)
    steps: dict[str, list[Transition]] = {}
    for row in db.execute(_LOAD_TRANSITIONS, (refs,)):
        ref, status, raw, seen, said = row
        with _sense(row):
            step = Transition(Status(status), raw, known_time(seen), read_time(said))
            steps.setdefault(ref, []).append(step)
    for ref in steps.keys() & tasks.keys():  # an index may lead to a damaged row
        tasks[ref] = replace(tasks[ref], transitions=tuple(steps[ref]))
    for row in db.execute(_LOAD_DOWNLOADS, (refs,)):
        with _sense(row):
            tasks[row[0]] = tasks[row[0]].with_fetch(row[1], _fetch(row))
    return {task.ref: task for task in tasks.values()}


@contextlib.contextmanager
def _sense(row: tuple[object, ...]) -> Generator[None]:
    """Pass over a row that a newer Rushes, or a flipped bit, made unreadable."""
    try:
        yield
    except (ValueError, KeyError, TypeError, RecursionError, OverflowError):
        log.warning("what history says of %s makes no sense", row[0], exc_info=True)


def _fetch(row: tuple[Any, ...]) -> Fetch:
    _, _, state, path, done, total, sha256, note, halt = row
    return Fetch(
        state=OutputState(state),
        path=Path(path) if path else None,
        done=done,
        total=total,
        sha256=sha256,
        note=note,
        halt=Halt(halt) if halt else None,
    )


def _remembered(task: Task, row: tuple[Any, ...]) -> Task:
    _, status, raw, snapshot, trouble, polls, not_found, polled, unfinished, skew = row
    return replace(
        task,
        status=Status(status) if status else None,
        raw_status=raw,
        snapshot=read_snapshot(snapshot) if snapshot else None,
        trouble=_read_trouble(trouble),
        polls=polls,
        not_found_in_a_row=not_found,
        last_polled_at=read_time(polled),
        unfinished_at=read_time(unfinished),
        skew=timedelta(seconds=skew),
    )


def last_body(db: sqlite3.Connection, ref: Ref) -> LastBody | None:
    """The last reply about `ref`; None where there was none."""
    row = db.execute("SELECT status, headers, body, at FROM body WHERE ref = ?", (str(ref),))
    found = row.fetchone()
    return None if found is None else LastBody(found[0], json.loads(found[1]), found[2], found[3])


def _write_trouble(trouble: Trouble | None) -> str | None:
    if trouble is None:
        return None
    since = write_time(trouble.since)
    return json.dumps([trouble.kind.value, trouble.message, since, trouble.code])


def _read_trouble(text: str | None) -> Trouble | None:
    if text is None:
        return None
    kind, message, since, code = json.loads(text)
    return Trouble(kind=ProblemKind(kind), message=message, since=known_time(since), code=code)
