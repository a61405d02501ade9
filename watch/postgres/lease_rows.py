"""Whose turn it is to ask, and what closes an account, by the server's clock."""

from collections.abc import Mapping, Sequence
from math import inf
from typing import Any

from rushes.providers.model import Problem, ProblemKind
from rushes.watch.postgres import task_rows
from rushes.watch.postgres.connection import Connection
from rushes.watch.steps import changes
from rushes.watch.store import (
    ANSWER_WITHIN,
    USE_WITHIN,
    WAITED_ALIKE,
    Closure,
    Lease,
    LeaseRequest,
    Leases,
)
from rushes.watch.task import Ref, Task

LONGEST = 3600.0
"""No lease lasts so many seconds: one that does stems from before the server's clock was set."""

# One statement. Rows that another is writing are passed over: theirs it is, as far as we know.
_TAKE = """
WITH at AS (SELECT coalesce(%(moment)s::timestamptz, clock_timestamp()) AS now),
wanted AS (
    SELECT ref, by_hand, waited
    FROM unnest(%(refs)s::text[], %(by_hand)s::bool[], %(waited)s::float8[], %(fresh)s::bool[])
    AS wanted (ref, by_hand, waited, fresh)
    LEFT JOIN task USING (ref) WHERE NOT (coalesce(task.over, false) AND fresh)
), held AS (
    SELECT lease.ref FROM lease JOIN wanted USING (ref) CROSS JOIN at
    WHERE lease.owner = %(owner)s
        OR (wanted.by_hand AND NOT asking)
        OR until > at.now + %(longest)s * interval '1 second'
        OR (until <= at.now AND (asking OR
            extract(epoch FROM at.now - until) >= waited - %(alike)s))
    ORDER BY lease.ref FOR UPDATE OF lease SKIP LOCKED
), taken AS (
    UPDATE lease SET owner = %(owner)s, asking = true, fence = nextval('fence'),
        until = at.now + %(lasts)s * interval '1 second'
    FROM held CROSS JOIN at WHERE lease.ref = held.ref RETURNING lease.ref, lease.fence
), made AS (
    INSERT INTO lease (ref, account, owner, until, asking, fence)
    SELECT ref, %(account)s, %(owner)s, at.now + %(lasts)s * interval '1 second', true,
        nextval('fence')
    FROM wanted CROSS JOIN at WHERE NOT EXISTS (SELECT FROM lease WHERE lease.ref = wanted.ref)
    ORDER BY ref ON CONFLICT (ref) DO NOTHING RETURNING ref, fence
)
SELECT ref, fence FROM taken UNION ALL SELECT ref, fence FROM made
"""
_LOOK = """
SELECT wanted.ref, extract(epoch FROM lease.until
    - coalesce(%(moment)s::timestamptz, clock_timestamp()))::float8, lease.asking
FROM unnest(%(refs)s::text[]) AS wanted (ref) LEFT JOIN lease USING (ref)
"""
_KNOWN = "SELECT ref, polls, changes, over FROM task WHERE ref = ANY (%s) AND saved <> ''"
_CLOSURE = """
SELECT kind, message, code, http_status, extract(epoch FROM until
    - coalesce(%(moment)s::timestamptz, clock_timestamp()))::float8
FROM gate WHERE account = %(account)s AND (kind <> 'auth' OR key_mark = %(key_mark)s)
"""

DONE = """
UPDATE lease SET asking = false, until = coalesce(%(moment)s::timestamptz, clock_timestamp())
    + %(free_in)s * interval '1 second'
WHERE ref = %(ref)s AND owner = %(owner)s AND fence = %(fence)s AND asking
"""
LEAVE = """
UPDATE lease SET asking = false, until = coalesce(%(moment)s::timestamptz, clock_timestamp())
    + %(free_in)s * interval '1 second'
WHERE ref IN (SELECT ref FROM lease WHERE account = %(account)s AND owner = %(owner)s AND asking
    ORDER BY ref FOR UPDATE)
"""
CLOSE = """
INSERT INTO gate (account, key_mark, kind, message, code, http_status, until)
VALUES (%(account)s, %(key_mark)s, %(kind)s, %(message)s, %(code)s, %(http_status)s,
    coalesce(%(moment)s::timestamptz, clock_timestamp()) + %(seconds)s * interval '1 second')
ON CONFLICT (account) DO UPDATE SET key_mark = excluded.key_mark, kind = excluded.kind,
    message = excluded.message, code = excluded.code, http_status = excluded.http_status,
    until = excluded.until
"""
LAPSED = """
DELETE FROM lease WHERE until < coalesce(%(moment)s::timestamptz, clock_timestamp())
    - %(longest)s * interval '1 second'
"""


def take(db: Connection, request: LeaseRequest, given: Mapping[str, Any]) -> Leases:
    """Lease what is free; `given` are the `owner` and the `moment` (None: the server's clock)."""
    tasks = {str(task.ref): task for task in request.tasks}
    refs = sorted(tasks)
    news = _news(db, tasks)
    waited = [request.waited.get(tasks[ref].ref, 0.0) for ref in refs]
    wanted = {
        **given,
        "refs": refs,
        "by_hand": [tasks[ref].ref in request.by_hand for ref in refs],
        "waited": waited,
        "fresh": [tasks[ref].ref in news for ref in refs],
        "alike": WAITED_ALIKE,
        "longest": LONGEST,
        "lasts": min(USE_WITHIN + max(ANSWER_WITHIN, request.interval), LONGEST),
        "account": request.account,
        "key_mark": request.key_mark,
    }
    fences = dict(db.execute(_TAKE, wanted).fetchall())
    rows = {ref: (left, asking) for ref, left, asking in db.execute(_LOOK, wanted).fetchall()}
    leases = [_lease(task, fences.get(ref), rows[ref], news) for ref, task in tasks.items()]
    return Leases(leases, _closure(db, wanted))


def _lease(task: Task, fence: int | None, row: Sequence[Any], news: Mapping[Ref, Task]) -> Lease:
    left, asking = row
    fresh = news.get(task.ref)
    if fence is not None:
        return Lease(ref=task.ref, fence=fence, news=fresh)
    if fresh is not None and fresh.over:
        return Lease(ref=task.ref, fence=None, news=fresh)
    free_in = -inf if left is None else left
    return Lease(ref=task.ref, fence=None, free_in=free_in, asking=bool(asking), news=fresh)


def _news(db: Connection, tasks: Mapping[str, Task]) -> dict[Ref, Task]:
    """What was saved of tasks that the request does not know."""
    rows = db.execute(_KNOWN, (list(tasks),)).fetchall()
    fresher = [
        tasks[ref].entry
        for ref, polls, steps, _over in rows
        if polls > tasks[ref].polls
        or (not tasks[ref].over and steps > changes(tasks[ref].transitions))
    ]
    found = task_rows.load(db, fresher) if fresher else {}
    return {ref: seen.task for ref, seen in found.items()}


def _closure(db: Connection, wanted: Mapping[str, Any]) -> Closure | None:
    row = db.execute(_CLOSURE, wanted).fetchone()
    if row is None or not 0 < row[4] < LONGEST:
        return None
    kind, message, code, http_status, left = row
    problem = Problem(kind=ProblemKind(kind), message=message, code=code, http_status=http_status)
    return Closure(problem, left)
