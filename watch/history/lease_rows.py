"""Leases in the history database: which process may ask about a task, and until when.

Times are monotonic seconds, which are the same in every process of a machine until it is started
anew (reliability.md row 55).
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from math import inf
from typing import Any

from rushes.providers.model import Problem, ProblemKind
from rushes.watch.clock import Clock
from rushes.watch.history import task_rows
from rushes.watch.history.inbox import AtOnce, Later, Look
from rushes.watch.history.lease_owner import cannot_ask, new_owner
from rushes.watch.history.thread import HistoryThread
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
"""No lease lasts so many seconds: one that does stems from before the machine was started."""

_LOOK = """
SELECT wanted.value, lease.owner, lease.until, lease.asking, task.polls, task.over,
    (SELECT count(*) FROM step WHERE step.ref = wanted.value)
    + ifnull((SELECT sum(times - 1) FROM folded WHERE folded.ref = wanted.value), 0)
FROM json_each(?) AS wanted LEFT JOIN lease ON lease.ref = wanted.value
LEFT JOIN task ON task.ref = wanted.value
"""
_TAKE = "INSERT OR REPLACE INTO lease (ref, owner, until, asking, fence) VALUES (?, ?, ?, 1, ?)"
_DONE = "UPDATE lease SET until = ?, asking = 0 WHERE ref = ? AND owner = ? AND fence = ?"
_LEAVE = "UPDATE lease SET until = ?, asking = 0 WHERE owner = ? AND asking"
_CLOSE = "INSERT OR REPLACE INTO gate VALUES (?, ?, ?, ?, ?, ?, ?)"
_CLOSURE = """
SELECT kind, message, code, http_status, until FROM gate
WHERE account = ? AND until > ? AND until < ? AND (kind <> 'auth' OR key = ?)
"""
_LAPSED = "DELETE FROM lease WHERE until NOT BETWEEN ? AND ?"


class AccountLeases:
    """One account's leases, taken by one owner: this store."""

    def __init__(self, account: str, thread: HistoryThread, clock: Clock) -> None:
        self._account = account
        self._thread = thread
        self._clock = clock
        self._owner = new_owner()
        self._fences = count(1)
        self._others_ask = False

    async def take(self, request: LeaseRequest) -> Leases:
        """Lease what is free; where others ask, too, nothing is written that changes nothing."""
        if self._others_ask:
            seen = await self._thread.ask(Look, lambda db: self._look(db, request))
            if all(lease.fence is None for lease in seen.leases):
                return seen
        taken = await self._thread.ask(AtOnce, lambda db: self._take(db, request))
        self._others_ask = any(lease.fence is None for lease in taken.leases)
        return taken

    def done(self, lease: Lease, free_in: float) -> None:
        """Have that lease end in `free_in` seconds."""
        row = (self._at(free_in), str(lease.ref), self._owner, lease.fence)
        self._later(f"done {lease.ref}", _DONE, row)

    def leave(self, free_in: float) -> None:
        """Have every lease that is not done end in `free_in` seconds."""
        self._later("leave", _LEAVE, (self._at(free_in), self._owner))

    def close_account(self, key_mark: str, closure: Closure) -> None:
        """Write down what closes the account."""
        problem = closure.problem
        row = (self._account, key_mark, problem.kind.value, problem.message, problem.code,
               problem.http_status, self._at(closure.seconds))  # fmt: skip
        self._later("close", _CLOSE, row)

    def _at(self, seconds: float) -> float:
        return self._clock.monotonic() + seconds

    def _later(self, what: str, sql: str, row: tuple[object, ...]) -> None:
        def work(db: sqlite3.Connection) -> None:
            db.execute(sql, row)

        self._thread.put(Later(f"{self._account} {what}", work))

    # -- on the thread ------------------------------------------------------------------------

    def _take(self, db: sqlite3.Connection, request: LeaseRequest) -> Leases:
        taken = self._look(db, request)
        until = self._at(min(USE_WITHIN + max(ANSWER_WITHIN, request.interval), LONGEST))
        granted = [
            (str(lease.ref), self._owner, until, lease.fence)
            for lease in taken.leases
            if lease.fence is not None
        ]
        db.executemany(_TAKE, granted)
        return taken

    def _look(self, db: sqlite3.Connection, request: LeaseRequest) -> Leases:
        now = self._clock.monotonic()
        tasks = {str(task.ref): task for task in request.tasks}
        rows = db.execute(_LOOK, (json.dumps(list(tasks)),)).fetchall()
        news = _news(db, tasks, rows)
        leases = [self._lease(tasks[row[0]], row, news, request, now) for row in rows]
        return Leases(leases, _closure(db, request, now))

    def _lease(
        self,
        task: Task,
        row: Sequence[Any],
        news: Mapping[Ref, Task],
        request: LeaseRequest,
        now: float,
    ) -> Lease:
        _, owner, until, asking, _, over, _ = row
        fresh = news.get(task.ref)
        if over and fresh is not None:
            return Lease(ref=task.ref, fence=None, news=fresh)
        left = until - now if until is not None else -inf
        # Who cannot ask may have asked at the last moment that its lease was good for, not later.
        early = max(ANSWER_WITHIN, request.interval) - request.interval
        if asking and 0 < left <= early and cannot_ask(owner):
            left -= early
        free = left <= 0 or left > LONGEST or owner == self._owner
        waited = request.waited.get(task.ref, 0.0) - WAITED_ALIKE
        asked_since = not asking and left <= 0 and -left < waited
        if (free and not asked_since) or (task.ref in request.by_hand and not asking):
            return Lease(ref=task.ref, fence=next(self._fences), news=fresh)
        return Lease(ref=task.ref, fence=None, free_in=left, asking=bool(asking), news=fresh)


def drop_lapsed(db: sqlite3.Connection, now: float) -> None:
    """Delete the leases that ran out long ago, and those from before the machine was started."""
    db.execute(_LAPSED, (now - LONGEST, now + LONGEST))


def _closure(db: sqlite3.Connection, request: LeaseRequest, now: float) -> Closure | None:
    wanted = (request.account, now, now + LONGEST, request.key_mark)
    row = db.execute(_CLOSURE, wanted).fetchone()
    if row is None:
        return None
    kind, message, code, http_status, until = row
    problem = Problem(kind=ProblemKind(kind), message=message, code=code, http_status=http_status)
    return Closure(problem, until - now)


def _news(
    db: sqlite3.Connection, tasks: Mapping[str, Task], rows: Iterable[Sequence[Any]]
) -> dict[Ref, Task]:
    """What was saved of tasks that the request does not know."""
    fresher = [tasks[row[0]].entry for row in rows if _is_news(tasks[row[0]], row)]
    return task_rows.load(db, fresher) if fresher else {}


def _is_news(task: Task, row: Sequence[Any]) -> bool:
    """Whether polls were counted that we do not know of, or a process that polled apart saw more.

    Polls are counted once by all; steps that were seen apart are more than ours (row 120).
    """
    *_, polls, _, steps = row
    if isinstance(polls, int) and polls > task.polls:
        return True
    return not task.over and steps > changes(task.transitions)
