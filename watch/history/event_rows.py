"""Keeps events until their commands have ended, in the history database (`watch/events/`)."""

import json
import logging
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import cast

from rushes.providers.rfc3339 import read_rfc3339, rfc3339_exact
from rushes.watch.asset import OutputState
from rushes.watch.event_kinds import ENDS, EventKind
from rushes.watch.history.lease_owner import cannot_ask
from rushes.watch.history.step_rows import Row
from rushes.watch.queued_events import CommandEnd, CutOff, Happening, QueuedEvent
from rushes.watch.store import COMMAND_WITHIN
from rushes.watch.task import Ref

log = logging.getLogger(__name__)

TOLD_FOR = 86_400.0
"""Seconds for which a command that was cut off is told of."""

# Of several that tell of one thing the first is kept, whoever it is.
_QUEUE = """
INSERT OR IGNORE INTO event (kind, ref, n, mark, at, fields, owner, state, since)
VALUES (?,?,?,?,?,?,?,'queued',?)
"""
# A problem is about no output: with a number that is its own it is like no later one.
_RECOVERED = "UPDATE event SET n = id WHERE ref = ? AND kind = 'problem' AND n = 0"
_OVER = "SELECT 1 FROM task WHERE ref = ? AND over"
_OUTPUT = "SELECT state, sha256 FROM download WHERE ref = ? AND n = ?"

# That an event has not ended is said beside its state, or its index would not be used.
_OWNERS = "SELECT DISTINCT owner FROM event WHERE state = ? AND state <> 'ended' AND owner <> ?"
_OWN = """
SELECT id, kind, ref, n, mark, at, fields FROM event
WHERE state = 'queued' AND state <> 'ended' AND owner = ? ORDER BY id LIMIT 1
"""
_LEFT = """
SELECT id, kind, ref, n, mark, at, fields FROM event
WHERE state = 'queued' AND state <> 'ended'
    AND (owner IN (SELECT value FROM json_each(?)) OR since NOT BETWEEN ? AND ?)
ORDER BY id LIMIT 1
"""
_WAITING = "SELECT count(*) FROM event WHERE state = 'queued' AND state <> 'ended'"
_BEGIN = "UPDATE event SET state = 'begun', owner = ?, since = ? WHERE id = ?"
_END = """
UPDATE event SET state = 'ended', outcome = ?, fields = '', since = ?
WHERE id = ? AND owner = ? AND state <> 'queued'
"""
_CUT_OFF = """
UPDATE event SET state = 'cut_off', outcome = 'cut_off', fields = '', since = ?
WHERE state = 'begun' AND state <> 'ended' AND owner <> ?
    AND (owner IN (SELECT value FROM json_each(?)) OR since NOT BETWEEN ? AND ?)
"""
_LIST_CUT_OFF = """
SELECT kind, ref, n, since FROM event
WHERE state <> 'ended' AND (
    state = 'cut_off' AND since > ?
    OR state = 'begun' AND owner IN (SELECT value FROM json_each(?))
) ORDER BY id
"""

_KINDS = {kind.value: kind for kind in EventKind}

_KNOWN_IN: dict[EventKind, OutputState] = {
    EventKind.SAVED: OutputState.DOWNLOADED,
    EventKind.RESCUED: OutputState.DOWNLOADED,
    EventKind.DOWNLOAD_FAILED: OutputState.FAILED,
    EventKind.EXPIRED: OutputState.EXPIRED,
}
"""The state of an output in which such an event was known before."""


def news(
    db: sqlite3.Connection, ref: Ref, happenings: Iterable[Happening]
) -> tuple[Happening, ...]:
    """What of this is not known yet by what is saved of the task, before it is saved anew."""
    return tuple(one for one in happenings if _is_news(db, str(ref), one))


def _is_news(db: sqlite3.Connection, ref: str, one: Happening) -> bool:
    if one.kind in ENDS.values() or one.kind is EventKind.IDLE:
        return db.execute(_OVER, (ref,)).fetchone() is None
    known = _KNOWN_IN.get(one.kind)
    if known is None or one.again:
        return True
    state, sha256 = db.execute(_OUTPUT, (ref, one.n)).fetchone() or (None, None)
    is_other_file = known is OutputState.DOWNLOADED and sha256 != one.values.get("sha256")
    return state != known.value or is_other_file


def queue(db: sqlite3.Connection, happenings: Iterable[Happening], owner: str) -> None:
    """Queue these for their commands, which `owner` runs as long as it can."""
    db.executemany(
        _QUEUE,
        [
            (
                one.kind.value,
                one.subject,
                one.n,
                one.mark,
                rfc3339_exact(one.at),
                json.dumps(dict(one.values)),
                owner,
                one.at.timestamp(),
            )
            for one in happenings
        ],
    )


def recovered(db: sqlite3.Connection, account: str) -> None:
    """Let the account's next problem be another one."""
    db.execute(_RECOVERED, (account,))


def waiting(db: sqlite3.Connection) -> int:
    """How many events are queued."""
    row = db.execute(_WAITING).fetchone()
    return int(row[0])


def has_own(db: sqlite3.Connection, owner: str) -> bool:
    """Whether an event of that owner is queued."""
    return db.execute(_OWN, (owner,)).fetchone() is not None


def is_left(db: sqlite3.Connection, owner: str, now: float) -> bool:
    """Whether an event is queued that `owner` is to run the command of.

    It is its own, or one that was left behind. `now` is Unix seconds, as in all that follows.
    """
    return _next(db, owner, now) is not None


def begin(db: sqlite3.Connection, owner: str, now: float) -> QueuedEvent | None:
    """Mark such an event as begun, and return it; None for none.

    What a newer Rushes queued, or a flipped bit made unreadable, is passed over for good.
    """
    while (row := _next(db, owner, now)) is not None:
        number = int(row[0])
        db.execute(_BEGIN, (owner, now, number))
        try:
            return QueuedEvent(number, _happening(row[1:]))
        except (ValueError, TypeError, RecursionError):
            log.warning("an event in history makes no sense", exc_info=True)
            end(db, number, owner, CommandEnd.NO_COMMAND, now)
    return None


def _next(db: sqlite3.Connection, owner: str, now: float) -> Row | None:
    row = db.execute(_OWN, (owner,)).fetchone()
    if row is None:
        left = _ended_owners(db, "queued", owner)
        row = db.execute(_LEFT, (left, *_recent(now))).fetchone()
    return cast("Row | None", row)


def end(db: sqlite3.Connection, number: int, owner: str, how: CommandEnd, now: float) -> None:
    """Note how it ended with the command of an event that `owner` had begun."""
    db.execute(_END, (how.value, now, number, owner))


def cut_off(db: sqlite3.Connection, owner: str, now: float) -> Sequence[CutOff]:
    """Mark what processes had begun that have ended since, and list the marked of the last day."""
    gone = _ended_owners(db, "begun", owner)
    db.execute(_CUT_OFF, (now, owner, gone, *_recent(now)))
    return listed_cut_off(db, now)


def listed_cut_off(db: sqlite3.Connection, now: float) -> Sequence[CutOff]:
    """What was marked so in the last day, or is to be; this only reads."""
    gone = _ended_owners(db, "begun", "")
    rows = db.execute(_LIST_CUT_OFF, (now - TOLD_FOR, gone)).fetchall()
    return [
        CutOff(_KINDS[kind], ref, n, datetime.fromtimestamp(at, UTC))
        for kind, ref, n, at in rows
        if kind in _KINDS
    ]


def _recent(now: float) -> tuple[float, float]:
    """Between which times an event is another owner's, unless that one is known to have ended."""
    return now - COMMAND_WITHIN, now + COMMAND_WITHIN  # clocks are set back


def _ended_owners(db: sqlite3.Connection, state: str, owner: str) -> str:
    """The other owners of events in that state whose processes cannot go on, as JSON."""
    others = [other for (other,) in db.execute(_OWNERS, (state, owner))]
    return json.dumps([other for other in others if cannot_ask(other)])


def _happening(row: Row) -> Happening:
    kind, subject, n, mark, at, fields = row
    values = {name: str(value) for name, value in dict(json.loads(fields)).items()}
    return Happening(
        kind=EventKind(kind), at=read_rfc3339(at), subject=subject, n=n, mark=mark, values=values
    )
