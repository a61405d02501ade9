"""Writes tasks to a shared store and reads them back (`schema.py` has the tables)."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from rushes.providers.frozen import frozen
from rushes.providers.reply import Reply
from rushes.providers.rfc3339 import read_rfc3339, rfc3339_exact
from rushes.watch.inline_files import (
    LONG,
    holds_file,
    holds_saved_file,
    without_long_texts,
)
from rushes.watch.postgres.connection import Connection
from rushes.watch.postgres.joining import joined
from rushes.watch.postgres.known_texts import NONE, Known, KnownTexts, mark_of
from rushes.watch.postgres.shifted import shifted
from rushes.watch.postgres.task_text import read_task, with_times, write_task, write_times
from rushes.watch.steps import changes
from rushes.watch.store import LastBody
from rushes.watch.task import Entry, Ref, Task
from rushes.watch.task_times import same_but_times

BODY_LIMIT = 1024 * 1024
"""Bytes of a last response body that are kept."""

NO_TIME = timedelta(0)

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)

# Whoever saves a task for the first time holds it too, so that a second one waits and joins.
_HOLD = """
INSERT INTO task (ref, account, over, polls, changes, saved, saved_by, saved_at)
SELECT ref, account, false, 0, 0, '', %s, now()
FROM unnest(%s::text[], %s::text[]) AS new (ref, account) ORDER BY ref ON CONFLICT (ref) DO NOTHING
"""
# A text that is known here does not come again.
_HELD = """
SELECT ref, CASE WHEN sha256(convert_to(saved, 'UTF8')) = mark THEN NULL ELSE saved END, times,
    saved_by FROM task JOIN unnest(%s::text[], %s::bytea[]) AS known (ref, mark) USING (ref)
ORDER BY ref FOR UPDATE OF task
"""
_SAVE = """
UPDATE task SET status = new.status, over = new.over, polls = new.polls, changes = new.changes,
    model = new.model, saved = new.saved, saved_by = %s, saved_at = now(),
    unsaved_until = new.unsaved_until, times = '', change = pg_current_xact_id()
FROM unnest(%s::text[], %s::text[], %s::bool[], %s::int[], %s::int[], %s::text[], %s::text[],
    %s::timestamptz[]) AS new (ref, status, over, polls, changes, model, saved, unsaved_until)
WHERE task.ref = new.ref
"""
_SAVE_TIMES = """
UPDATE task SET polls = new.polls, times = new.times, saved_by = %s, saved_at = now(),
    change = pg_current_xact_id()
FROM unnest(%s::text[], %s::int[], %s::text[]) AS new (ref, polls, times)
WHERE task.ref = new.ref
"""
_SAVE_BODIES = """
INSERT INTO body (ref, status, headers, body, at, kept_at)
SELECT *, now() FROM unnest(%s::text[], %s::int[], %s::text[], %s::bytea[], %s::text[])
ON CONFLICT (ref) DO UPDATE SET status = excluded.status, headers = excluded.headers,
    body = excluded.body, at = excluded.at, kept_at = now()
"""
_LOAD = """
SELECT ref, CASE WHEN sha256(convert_to(saved, 'UTF8')) = mark THEN NULL ELSE saved END, times,
    change::text FROM task JOIN unnest(%s::text[], %s::bytea[]) AS known (ref, mark) USING (ref)
WHERE saved <> ''
"""
_CHANGES = "SELECT ref, change::text FROM task WHERE ref = ANY (%s) AND saved <> ''"
_EVERY = "SELECT ref, account, change::text FROM task WHERE saved <> '' AND change >= %s::xid8"
_SNAPSHOT = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text"
# The snapshot is the statement's own: what it does not see is looked for from there.
_SINCE = """
SELECT pg_snapshot_xmin(pg_current_snapshot())::text, ref, account, change::text,
    sha256(convert_to(saved, 'UTF8')), times
FROM (SELECT) AS once LEFT JOIN task ON change >= %s::xid8 AND saved_by <> %s AND saved <> ''
"""
_ENDED = """
SELECT ref, saved, times FROM task WHERE account = %s AND status = 'succeeded'
ORDER BY number DESC LIMIT %s
"""
_OF_MODEL = """
SELECT ref, saved, times FROM task
WHERE account = %s AND status = 'succeeded' AND model IS NOT DISTINCT FROM %s
ORDER BY number DESC LIMIT %s
"""


_Held = tuple[str, str | None, str, UUID]
"""The ref, the text unless it is known, the times, and who saved it."""


class Seen(NamedTuple):
    """A task as it is in the store, and the number of the commit that it is of."""

    task: Task
    change: str


class Version(NamedTuple):
    """The commit that a task is of, and as far as they are known the mark of its text and times."""

    change: str
    mark: bytes = NONE
    times: str = ""

    def seen(self, known: Known | None, ahead: timedelta) -> Seen | None:
        """The task by our clock, where its text is that one."""
        if known is None or known.mark != self.mark:
            return None
        return Seen(shifted(with_times(known.task, self.times), -ahead), self.change)


@frozen(kw_only=True)
class Change:
    """A task to be saved, and the reply that it is known from."""

    task: Task
    reply: Reply | None = None

    def after(self, earlier: "Change") -> "Change":
        """This one, with the reply that an earlier one of the task had."""
        return Change(task=self.task, reply=self.reply or earlier.reply)


class Saved(NamedTuple):
    """What came of a save, once it is committed.

    `others` are the tasks that became something else by what others had saved, `known` the texts.
    """

    others: Collection[Ref] = ()
    known: Mapping[Ref, Known] = {}


def save(
    db: Connection,
    changed: Collection[Change],
    writer: UUID,
    texts: KnownTexts,
    ahead: timedelta = NO_TIME,
) -> Saved:
    """Join these with what is saved of their tasks.

    The rows are held in the order of their refs, by all who save: so nobody waits in a ring. The
    store's clock is `ahead` of ours, by which the tasks are.
    """
    by_ref = {
        str(change.task.ref): Change(task=shifted(change.task, ahead), reply=change.reply)
        for change in changed
    }
    known = {ref: texts.of(by_ref[ref].task.ref) for ref in sorted(by_ref)}
    saving = _Saving(writer)
    for row in _held(db, by_ref, writer, known):
        saving.join(row, by_ref[row[0]], known[row[0]])
    saving.write(db)
    if bodies := [_body(ref, it.task, it.reply) for ref, it in by_ref.items() if it.reply]:
        db.execute(_SAVE_BODIES, _columns(bodies))
    for ref in saving.saved_files:
        _shorten_body(db, ref)
    return Saved(saving.others, saving.known)


class _Saving:
    """The rows of one save, before they are written."""

    def __init__(self, writer: UUID) -> None:
        self._writer = writer
        self._whole: list[Sequence[object]] = []
        self._times: list[Sequence[object]] = []
        self.others: set[Ref] = set()
        self.known: dict[Ref, Known] = {}
        self.saved_files: list[str] = []

    def join(self, row: _Held, change: Change, known: Known | None) -> None:
        ref, text, times, saved_by = row
        task = change.task
        its = known.task if known is not None and text is None else None
        before = with_times(its or read_task(text or "", task.entry), times)
        if its and before.polls <= task.polls and same_but_times(before, task):
            self._times.append((ref, task.polls, write_times(task)))
            return
        task = joined(before, task)
        if saved_by != self._writer and task != joined(Task(entry=task.entry), change.task):
            self.others.add(task.ref)
        text = write_task(task)
        self._whole.append((
            ref, task.status.value if task.status else None, task.over, task.polls,
            changes(task.transitions), task.model, text, _unsaved_until(task),
        ))  # fmt: skip
        self.known[task.ref] = Known(mark_of(text), task)
        if holds_saved_file(task.snapshot) and not holds_file(task.snapshot):
            self.saved_files.append(ref)

    def write(self, db: Connection) -> None:
        if self._whole:
            db.execute(_SAVE, (self._writer, *_columns(self._whole)))
        if self._times:
            db.execute(_SAVE_TIMES, (self._writer, *_columns(self._times)))


def _columns(rows: Sequence[Sequence[object]]) -> Sequence[list[object]]:
    """The same by column, as `unnest` takes them."""
    return [list(column) for column in zip(*rows, strict=True)]


def _held(
    db: Connection, by_ref: Mapping[str, Change], writer: UUID, known: Mapping[str, Known | None]
) -> Sequence[_Held]:
    """The rows of these tasks, held until the transaction ends; made where there was none."""
    wanted = list(known), [it.mark if it else NONE for it in known.values()]
    rows = db.execute(_HELD, wanted).fetchall()
    there = {row[0] for row in rows}
    if new := [ref for ref in wanted[0] if ref not in there]:
        db.execute(_HOLD, (writer, new, [by_ref[ref].task.ref.provider for ref in new]))
        rows = db.execute(_HELD, wanted).fetchall()
    return rows


def load(
    db: Connection,
    entries: Iterable[Entry],
    texts: KnownTexts | None = None,
    ahead: timedelta = NO_TIME,
) -> dict[Ref, Seen]:
    """What the store has of the tasks of `entries`; of `texts` none is sent again.

    The store's clock is `ahead` of ours, by which the tasks are then.
    """
    by_ref = {str(entry.ref): entry for entry in entries}
    texts = texts or KnownTexts()
    found, read = dict[Ref, Seen](), dict[Ref, Known]()
    known = {ref: texts.of(entry.ref) for ref, entry in by_ref.items()}
    wanted = list(known), [it.mark if it else NONE for it in known.values()]
    for ref, text, times, change in db.execute(_LOAD, wanted).fetchall():
        entry, it = by_ref[ref], known[ref]
        if it is None or text is not None:
            it = read[entry.ref] = Known(mark_of(text), read_task(text, entry))
        task = it.task if it.task.entry == entry else replace(it.task, entry=entry)
        found[entry.ref] = Seen(shifted(with_times(task, times), -ahead), change)
    texts.note(read)
    return found


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


def saved_since(db: Connection, since: str, writer: UUID) -> tuple[str, dict[Ref, Version]]:
    """The `horizon`, and what others than `writer` saved in commits of at least that number.

    Some of it may be told twice; nothing is left out, whoever's commit took long.
    """
    rows = db.execute(_SINCE, (since, writer)).fetchall()
    found = {_ref(it[1], it[2]): Version(*it[3:]) for it in rows if it[1] is not None}
    return str(rows[0][0]), found


def ended(db: Connection, account: str, count: int, ahead: timedelta) -> list[Task]:
    """The tasks of that account that succeeded, `count` at most, those first saved last."""
    rows = db.execute(_ENDED, (account, count)).fetchall()
    return [_read(_ref(ref, account), saved, times, ahead) for ref, saved, times in rows]


def of_model(
    db: Connection, account: str, model: str | None, count: int, ahead: timedelta
) -> list[Task]:
    """The tasks of that model that succeeded, `count` at most, those first saved last."""
    rows = db.execute(_OF_MODEL, (account, model, count)).fetchall()
    return [_read(_ref(ref, account), saved, times, ahead) for ref, saved, times in rows]


def last_body(db: Connection, ref: Ref, ahead: timedelta) -> LastBody | None:
    """The last reply about `ref`; None where there was none. The store's clock is `ahead`."""
    found = db.execute("SELECT status, headers, body, at FROM body WHERE ref = %s", (str(ref),))
    row = found.fetchone()
    if row is None:
        return None
    return LastBody(row[0], json.loads(row[1]), bytes(row[2]), _by_our_clock(row[3], ahead))


def _by_our_clock(at: str, ahead: timedelta) -> str:
    """The moment that the text means; text that means none stays as it is."""
    try:
        return rfc3339_exact(read_rfc3339(at) - ahead) or at
    except (ValueError, OverflowError):
        return at


def _unsaved_until(task: Task) -> str | None:
    """Until when an output can be lost that is not on disk, as the server reads it; None: never."""
    unsaved = [asset.deadline for asset in task.assets(_NEVER) if not asset.settled]
    ends = [at for at in unsaved if at is not None]
    if not unsaved:
        return None
    return task.our_time(max(ends)).isoformat() if len(ends) == len(unsaved) else "infinity"


def _body(ref: str, task: Task, reply: Reply) -> Sequence[object]:
    headers, body = json.dumps(dict(reply.headers)), reply.body
    kept = (body if len(body) <= BODY_LIMIT else without_long_texts(body))[:BODY_LIMIT]
    return ref, reply.status, headers, kept, rfc3339_exact(task.last_polled_at) or ""


def _shorten_body(db: Connection, ref: str) -> None:
    """Leave out of the last reply what is saved as a file."""
    long = "SELECT body FROM body WHERE ref = %s AND length(body) > %s"
    for (body,) in db.execute(long, (ref, LONG)).fetchall():
        if len(short := without_long_texts(bytes(body))) < len(body):
            db.execute("UPDATE body SET body = %s WHERE ref = %s", (short, ref))


def _read(ref: Ref, saved: str, times: str, ahead: timedelta) -> Task:
    task = with_times(read_task(saved, Entry(ref=ref, added=_NEVER)), times)
    return shifted(task, -ahead)


def _ref(ref: str, account: str) -> Ref:
    return Ref(account, ref.removeprefix(f"{account}:"))
