"""Keeps events until their commands have ended; each belongs to the home whose command it is for."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rushes.providers.rfc3339 import read_rfc3339, rfc3339_exact
from rushes.watch.event_kinds import EventKind
from rushes.watch.queued_events import CommandEnd, CutOff, Happening, QueuedEvent

if TYPE_CHECKING:
    from psycopg import Connection

TOLD_FOR = 86_400.0
"""Seconds for which a command that was cut off is told of."""

_QUEUE = """
INSERT INTO command (home, kind, subject, n, mark, at, fields, owner, state, since)
VALUES (%(home)s, %(kind)s, %(subject)s, %(n)s, %(mark)s, %(at)s, %(fields)s, %(owner)s, 'queued',
    coalesce(%(moment)s::timestamptz, now()))
ON CONFLICT (home, kind, subject, n, mark) DO NOTHING
"""
# A problem is about no output: with a number that is its own it is like no later one.
_RECOVERED = """
UPDATE command SET n = id WHERE home = %(home)s AND subject = %(account)s AND kind = 'problem'
    AND n = 0
"""
_MINE = """
home = %(home)s AND state <> 'ended' AND state = 'queued' AND (owner = %(owner)s
    OR abs(extract(epoch FROM coalesce(%(moment)s::timestamptz, now()) - since)) > %(within)s)
"""
_HAS_OWN = """
SELECT FROM command
WHERE home = %(home)s AND state <> 'ended' AND state = 'queued' AND owner = %(owner)s LIMIT 1
"""
_HAS = f"SELECT FROM command WHERE {_MINE} LIMIT 1"
_BEGIN = f"""
UPDATE command SET state = 'begun', owner = %(owner)s,
    since = coalesce(%(moment)s::timestamptz, now())
WHERE id = (SELECT id FROM command WHERE {_MINE}
    ORDER BY owner <> %(owner)s, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, kind, subject, n, mark, at, fields
"""
_END = """
UPDATE command SET state = 'ended', outcome = %(outcome)s, fields = '{}',
    since = coalesce(%(moment)s::timestamptz, now())
WHERE id = %(id)s AND owner = %(owner)s AND state <> 'queued'
"""
_CUT_OFF = """
UPDATE command SET state = 'cut_off', fields = '{}',
    since = coalesce(%(moment)s::timestamptz, now())
WHERE home = %(home)s AND state = 'begun' AND owner <> %(owner)s
    AND abs(extract(epoch FROM coalesce(%(moment)s::timestamptz, now()) - since)) > %(within)s
"""
_LIST_CUT_OFF = """
SELECT kind, subject, n, since FROM command WHERE home = %(home)s AND state = 'cut_off'
    AND since > coalesce(%(moment)s::timestamptz, now()) - %(told_for)s * interval '1 second'
ORDER BY id
"""

_KINDS = {kind.value: kind for kind in EventKind}

Given = Mapping[str, Any]
"""`home`, `owner`, `within` (COMMAND_WITHIN), and `moment` (None: by the server's clock)."""


def queue(db: "Connection", happenings: Iterable[Happening], given: Given) -> None:
    """Queue these for their commands; of several that tell of one thing the first is kept."""
    for one in happenings:
        fields = json.dumps(dict(one.values))
        row = {"kind": one.kind.value, "subject": one.subject, "n": one.n, "mark": one.mark}
        db.execute(_QUEUE, {**given, **row, "at": rfc3339_exact(one.at), "fields": fields})


def recovered(db: "Connection", account: str, given: Given) -> None:
    """Let the account's next problem be another one."""
    db.execute(_RECOVERED, {**given, "account": account})


def has(db: "Connection", given: Given, *, own: bool) -> bool:
    """Whether an event is queued whose command is to be run here."""
    sql = _HAS_OWN if own else _HAS
    return db.execute(sql.encode(), given).fetchone() is not None


def begin(db: "Connection", given: Given) -> QueuedEvent | None:
    """Mark such an event as begun, and return it; what makes no sense is passed over for good."""
    while (row := db.execute(_BEGIN.encode(), given).fetchone()) is not None:
        number = int(row[0])
        try:
            return QueuedEvent(number, _happening(row[1:]))
        except (ValueError, TypeError, RecursionError):
            end(db, number, CommandEnd.NO_COMMAND, given)
    return None


def end(db: "Connection", number: int, how: CommandEnd, given: Given) -> None:
    """Note how it ended with the command of an event that was begun here."""
    db.execute(_END, {**given, "id": number, "outcome": how.value})


def cut_off(db: "Connection", given: Given) -> Sequence[CutOff]:
    """Mark what was begun and has not ended in its time, and list the marked of the last day."""
    db.execute(_CUT_OFF, given)
    rows = db.execute(_LIST_CUT_OFF, {**given, "told_for": TOLD_FOR}).fetchall()
    return [CutOff(_KINDS[kind], who, n, at) for kind, who, n, at in rows if kind in _KINDS]


def _happening(row: Sequence[Any]) -> Happening:
    kind, subject, n, mark, at, fields = row
    values = {name: str(value) for name, value in dict(json.loads(fields)).items()}
    return Happening(
        kind=EventKind(kind), at=read_rfc3339(at), subject=subject, n=n, mark=mark, values=values
    )
