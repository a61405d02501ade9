"""Writes tasks to the history database and reads them back (`schema.py` has the tables)."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from rushes.providers.frozen import frozen
from rushes.providers.model import ProblemKind, Snapshot, Status
from rushes.providers.reply import Reply
from rushes.providers.rfc3339 import read_rfc3339, rfc3339_exact
from rushes.watch import codec
from rushes.watch.asset import Check, Fetch, Halt, OutputState
from rushes.watch.history import figure_rows, rating_rows
from rushes.watch.history.step_rows import Row, load_steps, save_steps, take_each
from rushes.watch.inline_files import (
    LONG,
    holds_file,
    holds_saved_file,
    without_files,
    without_long_texts,
)
from rushes.watch.path_text import is_elsewhere, read_path, write_path
from rushes.watch.ratings import Ratings
from rushes.watch.store import LastBody
from rushes.watch.task import Entry, LateFiles, Ref, Task, Transition, Trouble

if TYPE_CHECKING:
    from rushes.watch.reasons import Reason

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

# Where the row is no longer what this process wrote, nothing is changed.
_SAVE_TIMES = """
UPDATE task SET polls = ?, polled_at = ?, unfinished_at = ?, skew = ?
WHERE ref = ? AND polled_at = ? AND polls = ? AND status = ? AND NOT over AND trouble IS NULL
"""
_SAVE_BODY_TIME = "UPDATE body SET at = ? WHERE ref = ? AND at = ?"

# A saved file stays known: only its successor takes its row, as another process may save what it
# knew of the output before. What was reported stays so while the failure is the same.
_SAVE_DOWNLOAD = """
INSERT INTO download (ref, n, state, path, done, total, sha256, note, halt, checked,
    reasons, reported)
VALUES (?,?,?,?,?,?,?,'',?,?,?,?) ON CONFLICT (ref, n) DO UPDATE SET
    state = excluded.state, path = excluded.path, done = excluded.done, total = excluded.total,
    sha256 = excluded.sha256, note = excluded.note, halt = excluded.halt,
    checked = excluded.checked, reasons = excluded.reasons,
    reported = excluded.reported OR (download.reported AND download.state = excluded.state
        AND download.reasons IS excluded.reasons)
WHERE excluded.state = 'downloaded' OR download.state <> 'downloaded'
"""

_SAVE_LATE_FILES = """
INSERT INTO late_files VALUES (?,?,?) ON CONFLICT (ref) DO UPDATE SET
    asked = max(asked, excluded.asked), reported = max(reported, excluded.reported)
"""

_LOAD_TASKS = """
SELECT ref, status, raw_status, snapshot, trouble, polls, not_found, polled_at, unfinished_at, skew
FROM task WHERE ref IN (SELECT value FROM json_each(?))
"""
_LOAD_DOWNLOADS = """
SELECT ref, n, state, path, done, total, sha256, note, halt, checked, reasons, reported
FROM download
WHERE ref IN (SELECT value FROM json_each(?))
"""

_LOAD_LATE_FILES = """
SELECT ref, asked, reported FROM late_files WHERE ref IN (SELECT value FROM json_each(?))
"""

_SAVED_FILES = """
SELECT sha256 FROM download WHERE ref = ? AND state = 'downloaded' AND sha256 IS NOT NULL
"""
_LONG_BODY = "SELECT body FROM body WHERE ref = ? AND length(body) > ?"

_STATUSES = {status.value: status for status in Status}
_NO_FETCHES: Mapping[int, Fetch] = {}
_NO_RATINGS: Ratings = {}
_NOT_LATE = LateFiles()
_NO_SKEW = timedelta(0)
_NEVER_SEEN: Row = (None, None, None, None, None, 0, 0, None, None, 0.0)
"""The row of a task that has none."""

_SETTLED = frozenset(OutputState) - {OutputState.DOWNLOADING, OutputState.UNRESOLVED}


@frozen
class _KeptTrouble:
    """What is kept of a trouble, as a list: not when it is tried again."""

    kind: ProblemKind
    message: str
    since: datetime
    code: str | None


def save(db: sqlite3.Connection, task: Task, reply: Reply | None) -> bool:
    """Write `task` as it is now, and the reply that it is known from; False where another stands.

    Steps that others saved stay beside ours; of two ends the one that was seen first stands.
    """
    ref = str(task.ref)
    save_steps(db, ref, task.transitions)
    downloads = [_download_row(ref, n, f) for n, f in task.fetches.items() if f.state in _SETTLED]
    db.executemany(_SAVE_DOWNLOAD, downloads)
    rating_rows.save(db, ref, task.ratings)
    snapshot = _without_saved_files(db, ref, task.snapshot)
    stands = not task.over or _is_first_end(db, task)
    if stands:
        stands = db.execute(_SAVE_TASK, _task_row(ref, task, snapshot)).rowcount > 0
        figure_rows.save(db, task)
    if task.late_files != LateFiles():
        late = task.late_files
        db.execute(_SAVE_LATE_FILES, (ref, late.asked, int(late.reported)))
    if reply is not None:
        headers = json.dumps(dict(reply.headers))
        db.execute(
            "INSERT OR REPLACE INTO body VALUES (?,?,?,?,?)",
            (
                ref,
                reply.status,
                headers,
                _kept_body(reply.body),
                rfc3339_exact(task.last_polled_at),
            ),
        )
    if holds_saved_file(snapshot) and not holds_file(snapshot):
        _shorten_body(db, ref)
    return stands


def save_times(db: sqlite3.Connection, before: Task, task: Task) -> bool:
    """Write the times of a task that was saved as `before`, and that of its reply.

    False where the rows are not as they were left, since somebody else wrote them, or the file is
    another: then all of it has to be written.
    """
    ref, was, at = str(task.ref), rfc3339_exact(before.last_polled_at), task.last_polled_at
    row = (task.polls, rfc3339_exact(at), rfc3339_exact(task.unfinished_at),
           task.skew.total_seconds())  # fmt: skip
    status = task.status.value if task.status else None
    body = db.execute(_SAVE_BODY_TIME, (row[1], ref, was))
    if body.rowcount != 1:
        return False
    return db.execute(_SAVE_TIMES, (*row, ref, was, before.polls, status)).rowcount == 1


def _without_saved_files(
    db: sqlite3.Connection, ref: str, snapshot: Snapshot | None
) -> Snapshot | None:
    """The snapshot without files that any process saved; whoever saves may not know of it."""
    if snapshot is None or not holds_file(snapshot):
        return snapshot
    return without_files(snapshot, {sha256 for (sha256,) in db.execute(_SAVED_FILES, (ref,))})


def _kept_body(body: bytes) -> bytes:
    """As much of a body as is kept: what is too long lacks its long texts first."""
    return (body if len(body) <= BODY_LIMIT else without_long_texts(body))[:BODY_LIMIT]


def _shorten_body(db: sqlite3.Connection, ref: str) -> None:
    """Leave out of the last reply what is saved as a file."""
    for (body,) in db.execute(_LONG_BODY, (ref, LONG)).fetchall():
        if len(short := without_long_texts(body)) < len(body):
            db.execute("UPDATE body SET body = ? WHERE ref = ?", (short, ref))


def _download_row(ref: str, n: int, fetch: Fetch) -> tuple[object, ...]:
    return (
        ref,
        n,
        fetch.state.value,
        write_path(fetch.path) if fetch.path else fetch.url,
        fetch.done,
        fetch.total,
        fetch.sha256,
        fetch.halt.value if fetch.halt else None,
        " ".join(check.value for check in fetch.checked),
        _reasons_text(fetch.reasons),
        int(fetch.reported),
    )


def _task_row(ref: str, task: Task, snapshot: Snapshot | None) -> tuple[object, ...]:
    return (
        ref,
        task.status.value if task.status else None,
        task.raw_status,
        int(task.over),
        json.dumps(codec.write(snapshot)) if snapshot else None,
        _write_trouble(task.trouble),
        task.polls,
        task.not_found_in_a_row,
        rfc3339_exact(task.last_polled_at),
        rfc3339_exact(task.unfinished_at),
        task.skew.total_seconds(),
    )


def _is_first_end(db: sqlite3.Connection, task: Task) -> bool:
    """Whether nobody saw another end of the task before this one."""
    seen = load_steps(db, json.dumps([str(task.ref)])).get(str(task.ref))
    return not seen or not seen[-1].status.terminal or seen[-1].status is task.status


def load(db: sqlite3.Connection, entries: Sequence[Entry]) -> dict[Ref, Task]:
    """The tasks of `entries`, each with everything remembered of it.

    A record that makes no sense is left out: its task is as if it had never been seen.
    """
    wanted = {str(entry.ref): entry for entry in entries}
    refs = json.dumps(list(wanted))
    steps, ratings = load_steps(db, refs), rating_rows.load(db, refs)
    fetches: dict[str, dict[int, Fetch]] = {}
    late_files: dict[str, LateFiles] = {}
    tasks: dict[str, Task] = {}

    def take_download(row: Row) -> None:
        fetches.setdefault(row[0], {})[row[1]] = _fetch(row)

    def take_late_files(row: Row) -> None:
        late_files[row[0]] = LateFiles(int(row[1]), bool(row[2]))

    def remembered(ref: str, row: Row = _NEVER_SEEN) -> Task:
        its_fetches, its_ratings = fetches.get(ref, _NO_FETCHES), ratings.get(ref, _NO_RATINGS)
        late = late_files.get(ref, _NOT_LATE)
        return _remembered(wanted[ref], row, steps.get(ref, ()), its_fetches, late, its_ratings)

    def take_task(row: Row) -> None:
        tasks[row[0]] = remembered(row[0], row)

    take_each(db.execute(_LOAD_DOWNLOADS, (refs,)), take_download)
    take_each(db.execute(_LOAD_LATE_FILES, (refs,)), take_late_files)
    take_each(db.execute(_LOAD_TASKS, (refs,)), take_task)
    # An index may lead to a damaged row: what other tables say of its task counts all the same.
    return {entry.ref: tasks.get(ref) or remembered(ref) for ref, entry in wanted.items()}


def _fetch(row: Row) -> Fetch:
    _, _, state, path, done, total, sha256, note, halt, checked, reasons, reported = row
    return Fetch(
        state=OutputState(state),
        path=read_path(path) if path and not is_elsewhere(path) else None,
        url=path if path and is_elsewhere(path) else None,
        done=done,
        total=total,
        sha256=sha256,
        reasons=_reasons(note, halt, reasons),
        checked=tuple(map(Check, (checked or "").split())),
        halt=Halt(halt) if halt else None,
        reported=bool(reported),
    )


def _reasons_text(reasons: "tuple[Reason, ...]") -> str | None:
    if not reasons:
        return None
    from rushes.watch.reason_text import write_reasons

    return write_reasons(reasons)


def _reasons(note: str | None, halt: str | None, text: str | None) -> "tuple[Reason, ...]":
    """The reasons of a row; they are imported late, since few rows have any (`asset.py`)."""
    if note:  # only an older Rushes that is still open writes one
        from rushes.watch.history.old_notes import reasons_of_note

        return reasons_of_note(note, halt)
    if text is None:
        return ()
    from rushes.watch.reason_text import read_reasons

    return read_reasons(text)


def _remembered(
    entry: Entry,
    row: Row,
    steps: tuple[Transition, ...],
    fetches: Mapping[int, Fetch],
    late_files: LateFiles,
    ratings: Ratings,
) -> Task:
    _, status, raw, snapshot, trouble, polls, not_found, polled, unfinished, skew = row
    return Task(
        entry=entry,
        status=_STATUSES[status] if status else None,
        raw_status=raw,
        snapshot=codec.read(json.loads(snapshot), Snapshot) if snapshot else None,
        transitions=steps,
        trouble=_read_trouble(trouble),
        fetches=fetches,
        polls=polls,
        not_found_in_a_row=not_found,
        last_polled_at=_time(polled),
        unfinished_at=_time(unfinished),
        skew=timedelta(seconds=skew) if skew else _NO_SKEW,
        late_files=late_files,
        ratings=ratings,
    )


def last_body(db: sqlite3.Connection, ref: Ref) -> LastBody | None:
    """The last reply about `ref`; None where there was none."""
    row = db.execute("SELECT status, headers, body, at FROM body WHERE ref = ?", (str(ref),))
    found = row.fetchone()
    return None if found is None else LastBody(found[0], json.loads(found[1]), found[2], found[3])


def _write_trouble(trouble: Trouble | None) -> str | None:
    if trouble is None:
        return None
    kept = _KeptTrouble(trouble.kind, trouble.message, trouble.since, trouble.code)
    return json.dumps(codec.write(kept))


def _read_trouble(text: str | None) -> Trouble | None:
    if text is None:
        return None
    kept = codec.read(json.loads(text), _KeptTrouble)
    return Trouble(kind=kept.kind, message=kept.message, since=kept.since, code=kept.code)


def _time(text: str | None) -> datetime | None:
    return None if text is None else read_rfc3339(text)
