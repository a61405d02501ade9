"""The history database's schema, and how a task is written to it and read back."""

import json
import sqlite3
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import cast

from providers.model import ProblemKind, Status
from providers.reply import Reply
from watch.paths import private_dir
from watch.record import known_time, read_snapshot, read_time, write_snapshot, write_time
from watch.task import Entry, Fetch, OutputState, Ref, Task, Transition, Trouble

VERSION = 1
"""The schema's `user_version`."""

BODY_LIMIT = 1024 * 1024
"""Bytes of a last response body that are kept."""

_SCHEMA = """
CREATE TABLE task (
    ref TEXT PRIMARY KEY, status TEXT, raw_status TEXT, over INTEGER NOT NULL, snapshot TEXT,
    trouble TEXT, polls INTEGER NOT NULL, not_found INTEGER NOT NULL, polled_at TEXT,
    unfinished_at TEXT, skew REAL NOT NULL
) STRICT;
CREATE TABLE transition (
    ref TEXT NOT NULL, seq INTEGER NOT NULL, status TEXT NOT NULL, raw_status TEXT,
    observed_at TEXT NOT NULL, provider_at TEXT, PRIMARY KEY (ref, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE download (
    ref TEXT NOT NULL, n INTEGER NOT NULL, state TEXT NOT NULL, path TEXT, done INTEGER NOT NULL,
    total INTEGER, sha256 TEXT, note TEXT NOT NULL, PRIMARY KEY (ref, n)
) STRICT, WITHOUT ROWID;
CREATE TABLE body (
    ref TEXT PRIMARY KEY, status INTEGER NOT NULL, headers TEXT NOT NULL, body BLOB NOT NULL,
    at TEXT NOT NULL
) STRICT;
"""

_SAVE_TASK = """
INSERT INTO task VALUES (?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (ref) DO UPDATE SET
    status = excluded.status, raw_status = excluded.raw_status, over = excluded.over,
    snapshot = excluded.snapshot, trouble = excluded.trouble,
    polls = max(polls, excluded.polls), not_found = excluded.not_found,
    polled_at = excluded.polled_at, unfinished_at = excluded.unfinished_at, skew = excluded.skew
WHERE excluded.over OR NOT task.over
"""

_SETTLED = frozenset({OutputState.DOWNLOADED, OutputState.FAILED, OutputState.EXPIRED})


@dataclass(frozen=True, slots=True)
class LastBody:
    """The last reply about a task, as it came; `at` is when (UTC, RFC 3339)."""

    status: int
    headers: dict[str, str]
    body: bytes
    at: str


def open_database(path: Path) -> sqlite3.Connection:
    """The connection to `path`, created if need be; raises sqlite3.Error or OSError."""
    private_dir(path.parent)
    path.touch(mode=0o600, exist_ok=True)
    db = sqlite3.connect(path, isolation_level="IMMEDIATE")
    db.execute("PRAGMA busy_timeout = 5000")
    db.execute("PRAGMA trusted_schema = OFF")
    db.execute("PRAGMA cell_size_check = ON")
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    with db:
        db.execute("BEGIN IMMEDIATE")  # two programs that start together create it once
        version = cast("int", db.execute("PRAGMA user_version").fetchone()[0])
        if version > VERSION:
            raise sqlite3.DatabaseError(f"written by a newer Rushes (version {version})")
        if version == 0:
            for statement in filter(str.strip, _SCHEMA.split(";")):
                db.execute(statement)
            db.execute(f"PRAGMA user_version = {VERSION}")
    return db


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
                "INSERT OR REPLACE INTO download VALUES (?,?,?,?,?,?,?,?)",
                (ref, n, fetch.state.value, str(fetch.path) if fetch.path else None, fetch.done,
                 fetch.total, fetch.sha256, fetch.note),
            )  # fmt: skip
    if reply is not None:
        headers = json.dumps(dict(reply.headers))
        db.execute(
            "INSERT OR REPLACE INTO body VALUES (?,?,?,?,?)",
            (ref, reply.status, headers, reply.body[:BODY_LIMIT], write_time(task.last_polled_at)),
        )


def load(db: sqlite3.Connection, entries: list[Entry]) -> dict[Ref, Task]:
    """The tasks of `entries`, each with everything remembered of it."""
    tasks = {str(entry.ref): Task(entry=entry) for entry in entries}
    for row in db.execute("SELECT * FROM task"):
        if row[0] in tasks:
            tasks[row[0]] = _remembered(tasks[row[0]], row)
    steps: dict[str, list[Transition]] = {}
    for ref, _, status, raw, seen, said in db.execute("SELECT * FROM transition ORDER BY ref, seq"):
        if ref in tasks:
            step = Transition(Status(status), raw, known_time(seen), read_time(said))
            steps.setdefault(ref, []).append(step)
    for ref, known in steps.items():
        tasks[ref] = replace(tasks[ref], transitions=tuple(known))
    for row in db.execute("SELECT * FROM download"):
        ref, n, state, path, done, total, sha256, note = row
        if ref in tasks:
            fetch = Fetch(
                state=OutputState(state),
                path=Path(path) if path else None,
                done=done,
                total=total,
                sha256=sha256,
                note=note,
            )
            tasks[ref] = tasks[ref].with_fetch(n, fetch)
    return {task.ref: task for task in tasks.values()}


def _remembered(task: Task, row: tuple[object, ...]) -> Task:
    _, status, raw, _, snapshot, trouble, polls, not_found, polled, unfinished, skew = row
    return replace(
        task,
        status=Status(status) if status else None,
        raw_status=cast("str | None", raw),
        snapshot=read_snapshot(cast("str", snapshot)) if snapshot else None,
        trouble=_read_trouble(cast("str | None", trouble)),
        polls=cast("int", polls),
        not_found_in_a_row=cast("int", not_found),
        last_polled_at=read_time(cast("str | None", polled)),
        unfinished_at=read_time(cast("str | None", unfinished)),
        skew=timedelta(seconds=cast("float", skew)),
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
