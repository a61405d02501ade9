"""Writes tasks to a shared store and reads them back (`schema.py` has the tables)."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

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
from rushes.watch.postgres.joining import is_news, joined
from rushes.watch.postgres.task_text import read_task, write_task
from rushes.watch.queued_events import Happening
from rushes.watch.steps import changes
from rushes.watch.store import LastBody
from rushes.watch.task import Entry, Ref, Task

if TYPE_CHECKING:
    from psycopg import Connection

BODY_LIMIT = 1024 * 1024
"""Bytes of a last response body that are kept."""

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)

# Whoever saves a task for the first time holds it too, so that a second one waits and joins.
_HOLD = """
INSERT INTO task (ref, account, over, polls, changes, saved)
SELECT ref, account, false, 0, 0, '' FROM unnest(%s::text[], %s::text[]) AS new (ref, account)
ORDER BY ref ON CONFLICT (ref) DO NOTHING
"""
_HELD = "SELECT ref, saved FROM task WHERE ref = ANY (%s) ORDER BY ref FOR UPDATE"
_SAVE = """
UPDATE task SET status = %s, over = %s, polls = %s, changes = %s, model = %s, saved = %s,
    change = pg_current_xact_id() WHERE ref = %s
"""
_SAVE_BODY = """
INSERT INTO body (ref, status, headers, body, at, kept_at) VALUES (%s, %s, %s, %s, %s, now())
ON CONFLICT (ref) DO UPDATE SET status = excluded.status, headers = excluded.headers,
    body = excluded.body, at = excluded.at, kept_at = now()
"""
_LOAD = "SELECT ref, saved FROM task WHERE ref = ANY (%s) AND saved <> ''"
_ENDED = """
SELECT ref, saved FROM task WHERE account = %s AND status = %s ORDER BY number DESC LIMIT %s
"""

_EVERY = "SELECT account, ref, saved FROM task WHERE saved <> ''"
_OF_MODEL = " AND status = 'succeeded' AND account = %s AND model IS NOT DISTINCT FROM %s"


@frozen(kw_only=True)
class Change:
    """A task to be saved, the reply it is known from, and what happened to it."""

    task: Task
    reply: Reply | None = None
    happenings: tuple[Happening, ...] = ()

    def after(self, earlier: "Change") -> "Change":
        """This one, with what an earlier one of the task had to be saved for."""
        return Change(
            task=self.task,
            reply=self.reply or earlier.reply,
            happenings=(*earlier.happenings, *self.happenings),
        )


def save(db: "Connection", changed: Collection[Change]) -> list[Happening]:
    """Join these with what is saved of their tasks; what happened that was not known before.

    The rows are held in the order of their refs, by all who save: so nobody waits in a ring.
    """
    by_ref = {str(change.task.ref): change for change in changed}
    refs = sorted(by_ref)
    db.execute(_HOLD, (refs, [by_ref[ref].task.ref.provider for ref in refs]))
    happened: list[Happening] = []
    rows = db.execute(_HELD, (refs,)).fetchall()
    for ref, saved in rows:
        change = by_ref[ref]
        before = read_task(saved, change.task.entry)
        happened += [one for one in change.happenings if is_news(before, one)]
        task = joined(before, change.task)
        db.execute(_SAVE, (
            task.status.value if task.status else None, task.over, task.polls,
            changes(task.transitions), task.model, write_task(task), ref,
        ))  # fmt: skip
        if change.reply is not None:
            _save_body(db, ref, change.task, change.reply)
        if holds_saved_file(task.snapshot) and not holds_file(task.snapshot):
            _shorten_body(db, ref)
    return happened


def load(db: "Connection", entries: Sequence[Entry]) -> dict[Ref, Task]:
    """The tasks of `entries`, each with everything remembered of it."""
    by_ref = {str(entry.ref): entry for entry in entries}
    found: Mapping[str, str] = dict(db.execute(_LOAD, (list(by_ref),)).fetchall())
    return {
        entry.ref: read_task(found[ref], entry) if ref in found else Task(entry=entry)
        for ref, entry in by_ref.items()
    }


def ended(db: "Connection", account: str, count: int) -> list[Task]:
    """The tasks of that account that succeeded, `count` at most, those first saved last."""
    rows = db.execute(_ENDED, (account, Status.SUCCEEDED.value, count)).fetchall()
    return [read_task(saved, _entry(ref, account)) for ref, saved in rows]


def every(db: "Connection", model: tuple[str, str | None] | None = None) -> list[Task]:
    """All tasks, or those that succeeded of an account's model."""
    if model is None:
        rows = db.execute(_EVERY).fetchall()
    else:
        rows = db.execute(_EVERY + _OF_MODEL, model).fetchall()
    return [read_task(saved, _entry(ref, account)) for account, ref, saved in rows]


def last_body(db: "Connection", ref: Ref) -> LastBody | None:
    """The last reply about `ref`; None where there was none."""
    found = db.execute("SELECT status, headers, body, at FROM body WHERE ref = %s", (str(ref),))
    row = found.fetchone()
    return None if row is None else LastBody(row[0], json.loads(row[1]), bytes(row[2]), row[3])


def _save_body(db: "Connection", ref: str, task: Task, reply: Reply) -> None:
    headers, body = json.dumps(dict(reply.headers)), reply.body
    kept = (body if len(body) <= BODY_LIMIT else without_long_texts(body))[:BODY_LIMIT]
    at = rfc3339_exact(task.last_polled_at) or ""
    db.execute(_SAVE_BODY, (ref, reply.status, headers, kept, at))


def _shorten_body(db: "Connection", ref: str) -> None:
    """Leave out of the last reply what is saved as a file."""
    long = "SELECT body FROM body WHERE ref = %s AND length(body) > %s"
    for (body,) in db.execute(long, (ref, LONG)).fetchall():
        if len(short := without_long_texts(bytes(body))) < len(body):
            db.execute("UPDATE body SET body = %s WHERE ref = %s", (short, ref))


def _entry(ref: str, account: str) -> Entry:
    return Entry(ref=Ref(account, ref.removeprefix(f"{account}:")), added=_NEVER)
