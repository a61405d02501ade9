"""Writes tasks to a shared store and reads them back (`schema.py` has the tables)."""

import json
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from rushes.providers.frozen import frozen
from rushes.providers.model import Status
from rushes.providers.reply import Reply
from rushes.providers.rfc3339 import rfc3339_exact
from rushes.watch.inline_files import (
    LONG,
    holds_file,
    holds_saved_file,
    without_long_texts,
)
from rushes.watch.postgres.connection import Connection
from rushes.watch.postgres.joining import joined
from rushes.watch.postgres.task_text import read_task, write_task
from rushes.watch.steps import changes
from rushes.watch.store import LastBody
from rushes.watch.task import Entry, Ref, Task

BODY_LIMIT = 1024 * 1024
"""Bytes of a last response body that are kept."""

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)

# Whoever saves a task for the first time holds it too, so that a second one waits and joins.
_HOLD = """
INSERT INTO task (ref, account, over, polls, changes, saved, saved_by, saved_at)
SELECT ref, account, false, 0, 0, '', %s, now()
FROM unnest(%s::text[], %s::text[]) AS new (ref, account) ORDER BY ref ON CONFLICT (ref) DO NOTHING
"""
_HELD = "SELECT ref, saved, saved_by FROM task WHERE ref = ANY (%s) ORDER BY ref FOR UPDATE"
_SAVE = """
UPDATE task SET status = %s, over = %s, polls = %s, changes = %s, model = %s, saved = %s,
    saved_by = %s, saved_at = now(), unsaved_until = %s, change = pg_current_xact_id()
WHERE ref = %s
"""
_SAVE_BODY = """
INSERT INTO body (ref, status, headers, body, at, kept_at) VALUES (%s, %s, %s, %s, %s, now())
ON CONFLICT (ref) DO UPDATE SET status = excluded.status, headers = excluded.headers,
    body = excluded.body, at = excluded.at, kept_at = now()
"""
_LOAD = "SELECT ref, saved, change::text FROM task WHERE ref = ANY (%s) AND saved <> ''"
_CHANGES = "SELECT ref, change::text FROM task WHERE ref = ANY (%s) AND saved <> ''"
_EVERY = "SELECT ref, account, change::text FROM task WHERE saved <> '' AND change >= %s::xid8"
_SNAPSHOT = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text"
_SINCE = """
SELECT ref, account, change::text FROM task
WHERE change >= %s::xid8 AND saved_by <> %s AND saved <> ''
"""
_ENDED = """
SELECT ref, saved FROM task WHERE account = %s AND status = %s ORDER BY number DESC LIMIT %s
"""
_OF_MODEL = """
SELECT ref, saved FROM task
WHERE account = %s AND status = 'succeeded' AND model IS NOT DISTINCT FROM %s
ORDER BY number DESC LIMIT %s
"""


class Seen(NamedTuple):
    """A task as it is in the store, and the number of the commit that it is of."""

    task: Task
    change: str


@frozen(kw_only=True)
class Change:
    """A task to be saved, and the reply that it is known from."""

    task: Task
    reply: Reply | None = None

    def after(self, earlier: "Change") -> "Change":
        """This one, with the reply that an earlier one of the task had."""
        return Change(task=self.task, reply=self.reply or earlier.reply)


def save(db: Connection, changed: Collection[Change], writer: UUID) -> frozenset[Ref]:
    """Join these with what is saved of their tasks; those that became something else by it.

    The rows are held in the order of their refs, by all who save: so nobody waits in a ring.
    """
    by_ref = {str(change.task.ref): change for change in changed}
    refs = sorted(by_ref)
    db.execute(_HOLD, (writer, refs, [by_ref[ref].task.ref.provider for ref in refs]))
    others = set[Ref]()
    for ref, saved, saved_by in db.execute(_HELD, (refs,)).fetchall():
        change = by_ref[ref]
        task = joined(read_task(saved, change.task.entry), change.task)
        if saved_by != writer and task != joined(Task(entry=task.entry), change.task):
            others.add(task.ref)
        db.execute(_SAVE, (
            task.status.value if task.status else None, task.over, task.polls,
            changes(task.transitions), task.model, write_task(task), writer,
            _unsaved_until(task), ref,
        ))  # fmt: skip
        if change.reply is not None:
            _save_body(db, ref, change.task, change.reply)
        if holds_saved_file(task.snapshot) and not holds_file(task.snapshot):
            _shorten_body(db, ref)
    return frozenset(others)


def load(db: Connection, entries: Iterable[Entry]) -> dict[Ref, Seen]:
    """What the store has of the tasks of `entries`."""
    by_ref = {str(entry.ref): entry for entry in entries}
    rows = db.execute(_LOAD, (list(by_ref),)).fetchall()
    return {
        by_ref[ref].ref: Seen(read_task(saved, by_ref[ref]), change) for ref, saved, change in rows
    }


def changes_of(db: Connection, refs: Iterable[Ref]) -> dict[Ref, str]:
    """The number of the commit that each of these tasks is of, as far as they are there."""
    by_text = {str(ref): ref for ref in refs}
    rows = db.execute(_CHANGES, (list(by_text),)).fetchall()
    return {by_text[ref]: change for ref, change in rows}


def every_change(db: Connection, since: str) -> dict[Ref, str]:
    """As `changes_of`, of all tasks that were saved in a commit of at least that number."""
    return {_ref(ref, account): change for ref, account, change in db.execute(_EVERY, (since,))}


def horizon(db: Connection) -> str:
    """The number below which nothing is under way any more: look from here the next time."""
    (found,) = db.execute(_SNAPSHOT).fetchone() or ("0",)
    return str(found)


def saved_since(db: Connection, since: str, writer: UUID) -> dict[Ref, str]:
    """What others than `writer` saved in commits of at least that number.

    Some of it may be told twice; nothing is left out, whoever's commit took long.
    """
    rows = db.execute(_SINCE, (since, writer))
    return {_ref(ref, account): change for ref, account, change in rows}


def ended(db: Connection, account: str, count: int) -> list[Task]:
    """The tasks of that account that succeeded, `count` at most, those first saved last."""
    rows = db.execute(_ENDED, (account, Status.SUCCEEDED.value, count)).fetchall()
    return [read_task(saved, _entry(_ref(ref, account))) for ref, saved in rows]


def of_model(db: Connection, account: str, model: str | None, count: int) -> list[Task]:
    """The tasks of that model that succeeded, `count` at most, those first saved last."""
    rows = db.execute(_OF_MODEL, (account, model, count)).fetchall()
    return [read_task(saved, _entry(_ref(ref, account))) for ref, saved in rows]


def last_body(db: Connection, ref: Ref) -> LastBody | None:
    """The last reply about `ref`; None where there was none."""
    found = db.execute("SELECT status, headers, body, at FROM body WHERE ref = %s", (str(ref),))
    row = found.fetchone()
    return None if row is None else LastBody(row[0], json.loads(row[1]), bytes(row[2]), row[3])


def _unsaved_until(task: Task) -> datetime | str | None:
    """Until when an output can be lost that is not on disk; None where there is no such."""
    unsaved = [asset.deadline for asset in task.assets(_NEVER) if not asset.settled]
    ends = [at for at in unsaved if at is not None]
    if not unsaved:
        return None
    return task.our_time(max(ends)) if len(ends) == len(unsaved) else "infinity"


def _save_body(db: Connection, ref: str, task: Task, reply: Reply) -> None:
    headers, body = json.dumps(dict(reply.headers)), reply.body
    kept = (body if len(body) <= BODY_LIMIT else without_long_texts(body))[:BODY_LIMIT]
    at = rfc3339_exact(task.last_polled_at) or ""
    db.execute(_SAVE_BODY, (ref, reply.status, headers, kept, at))


def _shorten_body(db: Connection, ref: str) -> None:
    """Leave out of the last reply what is saved as a file."""
    long = "SELECT body FROM body WHERE ref = %s AND length(body) > %s"
    for (body,) in db.execute(long, (ref, LONG)).fetchall():
        if len(short := without_long_texts(bytes(body))) < len(body):
            db.execute("UPDATE body SET body = %s WHERE ref = %s", (short, ref))


def _entry(ref: Ref) -> Entry:
    return Entry(ref=ref, added=_NEVER)


def _ref(ref: str, account: str) -> Ref:
    return Ref(account, ref.removeprefix(f"{account}:"))
