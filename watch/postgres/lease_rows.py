"""Whose turn it is to ask, and what closes an account, by the server's clock."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from math import inf
from typing import Any, NamedTuple

from rushes.providers.model import Problem, ProblemKind
from rushes.watch.postgres import task_rows
from rushes.watch.postgres.connection import Connection
from rushes.watch.postgres.known_texts import KnownTexts
from rushes.watch.postgres.task_rows import Seen
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

# One statement, and so one way to the server and back. Rows that another is writing are passed
# over: theirs it is, as far as we know. What is over and news to who asks is not leased.
_TAKE = """
WITH at AS (SELECT coalesce(%(moment)s::timestamptz, clock_timestamp()) AS now),
asked AS (
    SELECT ref, by_hand, waited, coalesce(task.over, false) AS over,
        coalesce(task.saved <> '' AND (task.polls > known.polls
            OR (NOT known.over AND task.changes > known.changes)), false) AS fresh
    FROM unnest(%(refs)s::text[], %(by_hand)s::bool[], %(waited)s::float8[],
        %(polls)s::int[], %(changes)s::int[], %(over)s::bool[])
    AS known (ref, by_hand, waited, polls, changes, over) LEFT JOIN task USING (ref)
), wanted AS (
    SELECT ref, by_hand, waited FROM asked WHERE NOT (over AND fresh)
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
SELECT asked.ref, coalesce(taken.fence, made.fence),
    extract(epoch FROM lease.until - at.now)::float8, lease.asking, asked.fresh, gate.kind,
    gate.message, gate.code, gate.http_status, extract(epoch FROM gate.until - at.now)::float8
FROM asked CROSS JOIN at LEFT JOIN lease USING (ref) LEFT JOIN taken USING (ref)
    LEFT JOIN made USING (ref) LEFT JOIN gate
    ON gate.account = %(account)s AND (kind <> 'auth' OR key_mark = %(key_mark)s)
"""

_END = """
UPDATE lease SET asking = false, until = coalesce(%(moment)s::timestamptz, clock_timestamp())
    + ended.free_in * interval '1 second'
FROM (SELECT lease.ref, free_in
    FROM unnest(%(refs)s::text[], %(fences)s::bigint[], %(free_in)s::float8[])
    AS ended (ref, fence, free_in) JOIN lease USING (ref, fence)
    WHERE owner = %(owner)s AND asking ORDER BY ref FOR UPDATE OF lease) AS ended
WHERE lease.ref = ended.ref
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


class Ended(NamedTuple):
    """A granted lease that is done; `free_at` is the owner's monotonic seconds."""

    fence: int
    free_at: float


def take(
    db: Connection,
    request: LeaseRequest,
    given: Mapping[str, Any],
    texts: KnownTexts,
    ahead: timedelta,
) -> Leases:
    """Lease what is free; `given` are the `owner` and the `moment` (None: the server's clock).

    The rest is as `task_rows.load` has it.
    """
    tasks = {str(task.ref): task for task in request.tasks}
    wanted = {
        **given,
        "refs": list(tasks),
        "by_hand": [task.ref in request.by_hand for task in tasks.values()],
        "waited": [request.waited.get(task.ref, 0.0) for task in tasks.values()],
        "polls": [task.polls for task in tasks.values()],
        "changes": [changes(task.transitions) for task in tasks.values()],
        "over": [task.over for task in tasks.values()],
        "alike": WAITED_ALIKE,
        "longest": LONGEST,
        "lasts": min(USE_WITHIN + max(ANSWER_WITHIN, request.interval), LONGEST),
        "account": request.account,
        "key_mark": request.key_mark,
    }
    rows = db.execute(_TAKE, wanted).fetchall()
    fresh = [tasks[row[0]].entry for row in rows if row[4]]
    news = task_rows.load(db, fresh, texts, ahead) if fresh else {}
    leases = [
        _lease(tasks[ref], fence, left, asking, news) for ref, fence, left, asking, *_ in rows
    ]
    return Leases(leases, _closure(rows[0][5:]) if rows else None)


def end(db: Connection, ended: Mapping[str, Ended], now: float, given: Mapping[str, Any]) -> None:
    """End these leases, each as long before it is free as that is from `now`, monotonic seconds.

    `given` is as `take` has it. The rows are held in the order of their refs, as all hold them.
    """
    db.execute(_END, {
        **given,
        "refs": list(ended),
        "fences": [it.fence for it in ended.values()],
        "free_in": [max(it.free_at - now, 0.0) for it in ended.values()],
    })  # fmt: skip


def _lease(
    task: Task, fence: int | None, left: float | None, asking: bool | None, news: Mapping[Ref, Seen]
) -> Lease:
    seen = news.get(task.ref)
    fresh = seen.task if seen else None
    if fence is not None:
        return Lease(ref=task.ref, fence=fence, news=fresh)
    if fresh is not None and fresh.over:
        return Lease(ref=task.ref, fence=None, news=fresh)
    free_in = -inf if left is None else left
    return Lease(ref=task.ref, fence=None, free_in=free_in, asking=bool(asking), news=fresh)


def _closure(gate: Sequence[Any]) -> Closure | None:
    kind, message, code, http_status, left = gate
    if left is None or not 0 < left < LONGEST:
        return None
    problem = Problem(kind=ProblemKind(kind), message=message, code=code, http_status=http_status)
    return Closure(problem, left)
