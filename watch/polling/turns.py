"""Whose turn it is to ask: processes that share a home ask about a task once an interval, together.

Before a task is asked about it is leased, in the history database (reliability.md row 55). Who is
refused takes over what the other process heard. A throttle or a refused key that one process met
holds the others too. Times are monotonic seconds: that clock is the same in every process.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from math import ceil
from random import Random
from typing import Any, Protocol

from rushes.providers.model import Problem, ProblemKind
from rushes.watch.clock import Clock
from rushes.watch.history import task_rows
from rushes.watch.history.store import History, HistoryBusy, HistoryError
from rushes.watch.polling.lease_owner import is_dead, new_owner
from rushes.watch.polling.machine_slots import Slots
from rushes.watch.steps import sightings
from rushes.watch.task import Ref, Task

LEASE = 30.0
"""Seconds that an answer may take: a dead process's lease runs out after that, or the interval."""

WITHIN = 5.0
"""Seconds within which a lease is to be used."""

LOOK_AGAIN = 1.0
"""Seconds after which a task that another process is asking about is looked at again."""

BUSY_FOR = 15.0
"""Seconds on end for which others' writing is believed to pass: so long nobody asks."""

SPREAD = (0.5, 1.5)
"""Who was refused comes back after so many times the wait, by chance, lest all come at once."""

TOGETHER = 3
"""So many times within LAG a process comes back: for all its tasks together, not for each."""

LAG = 0.15
"""Who was refused comes this share of the interval later than allowed: who asked goes on asking."""

_LONGEST = 3600.0
"""No lease is that long: one that is stems from before the machine was started."""

_SHARED = (ProblemKind.RATE_LIMITED, ProblemKind.AUTH)


@dataclass(frozen=True, slots=True)
class Turn:
    """Whether a task may be asked about, not after when, and what others heard of it.

    Where it may not be, `wait` is the seconds until it is worth another try.
    """

    ref: Ref
    granted: bool
    use_by: float = 0.0
    wait: float = 0.0
    news: Task | None = None


@dataclass(frozen=True, slots=True)
class Shut:
    """What another process met that holds for the whole account, until then."""

    problem: Problem
    until: float


@dataclass(frozen=True, slots=True)
class Turns:
    """The answer to a request for turns."""

    turns: Sequence[Turn]
    shut: Shut | None = None


class Sharing(Protocol):
    """How one account's polls are agreed upon with other processes."""

    async def take(
        self, tasks: Sequence[Task], interval: float, key: str, by_hand: frozenset[Ref]
    ) -> Turns:
        """Ask for turns, all in one go; by hand only a poll under way is waited for."""
        ...

    def slot(self, count: int) -> AbstractAsyncContextManager[None]:
        """Room to ask: in all processes together at most `count` polls are under way."""
        ...

    def done(self, ref: Ref, free_at: float) -> None:
        """A turn is over: what was heard is saved, and anybody may ask again at `free_at`."""
        ...

    def leave(self, interval: float) -> None:
        """Give up what is still leased."""
        ...

    def shut(self, problem: Problem, until: float, key: str) -> None:
        """Tell the others of what holds for the whole account, as far as it concerns them."""
        ...


class Alone:
    """Nobody else is there to agree with."""

    async def take(
        self, tasks: Sequence[Task], interval: float, key: str, by_hand: frozenset[Ref]
    ) -> Turns:
        """Every turn."""
        del interval, key, by_hand
        return Turns([Turn(task.ref, granted=True, use_by=float("inf")) for task in tasks])

    def slot(self, count: int) -> AbstractAsyncContextManager[None]:
        """There is room: its own lanes are all there are."""
        del count
        return nullcontext()

    def done(self, ref: Ref, free_at: float) -> None:
        """Nothing to tell."""

    def leave(self, interval: float) -> None:
        """Nobody waits."""

    def shut(self, problem: Problem, until: float, key: str) -> None:
        """Nobody to tell."""


class Shared:
    """Agrees through the history database. Where that cannot be had, polling goes on without.

    While another program writes nobody can take a turn, and nobody asks: whoever did would not
    know what others ask about. A program that does not come to an end within BUSY_FOR stops no
    polling: each process then asks alone (reliability.md rows 57 and 121).
    """

    def __init__(self, account: str, history: History, clock: Clock, rng: Random) -> None:
        self._account = account
        self._history = history
        self._clock = clock
        self._rng = rng
        self._slots = Slots(history.path.parent / "slots", account, clock)
        self._leased: dict[Ref, float] = {}
        self._others = False
        self._busy_since: float | None = None
        self._phase = rng.random()
        self._me = new_owner()

    async def take(
        self, tasks: Sequence[Task], interval: float, key: str, by_hand: frozenset[Ref]
    ) -> Turns:
        """Ask for turns, in one transaction; returns once nobody else is in the way."""
        while True:
            now = self._clock.monotonic()
            request = _Request(
                self._me, self._account, key, now, interval, tasks, by_hand, self._back_at
            )
            try:
                taken = await self._taken(request)
                break
            except HistoryError as error:
                # That it is busy does not mean that one is alone: others may get through.
                if not self._will_pass(error, now):
                    return await Alone().take(tasks, interval, key, by_hand)
            await self._clock.sleep(self._spread(LOOK_AGAIN))
        self._busy_since = None
        return taken

    async def _taken(self, request: "_Request") -> Turns:
        """The turns; where others ask, too, nothing is written in vain: writers wait in line."""
        if self._others:
            seen = await self._history.look(request.look)
            if not any(turn.granted for turn in seen.turns):
                return seen
        taken = await self._history.at_once(request.take)
        ours = [turn.ref for turn in taken.turns if turn.granted]
        self._leased.update(dict.fromkeys(ours, request.until))
        self._others = len(ours) < len(taken.turns)
        return taken

    def slot(self, count: int) -> AbstractAsyncContextManager[None]:
        """One of the account's slots on this machine."""
        return self._slots.one_of(count)

    def done(self, ref: Ref, free_at: float) -> None:
        """Shorten the lease in the commit that saves what was heard: who sees one sees both."""
        until = self._leased.pop(ref, None)
        if until is not None:
            # A lease taken before this is committed is another one, and stays.
            self._later(f"done {ref}", _DONE, (free_at, str(ref), self._me, until))

    def leave(self, interval: float) -> None:
        """Give up what is leased, an interval from now: some of it may just have been asked."""
        self._later("leave", _LEAVE, (self._clock.monotonic() + interval, self._me))

    def shut(self, problem: Problem, until: float, key: str) -> None:
        """Write down what holds the whole account; an outage each process finds out by itself."""
        if problem.kind in _SHARED:
            row = (self._account, key, problem.kind.value, problem.message, problem.code,
                   problem.http_status, until)  # fmt: skip
            self._later(f"shut {self._account}", _SHUT, row)

    def _will_pass(self, error: HistoryError, now: float) -> bool:
        if not isinstance(error, HistoryBusy):
            return False
        self._busy_since = now if self._busy_since is None else self._busy_since
        return now - self._busy_since < BUSY_FOR

    def _spread(self, seconds: float) -> float:
        return seconds * self._rng.uniform(*SPREAD)

    def _back_at(self, at: float, interval: float) -> float:
        """When to look again at what may be free at `at`: at moments of this process's own."""
        every = LAG * interval / TOGETHER
        spread = at + self._spread(LAG * interval)
        return (ceil(spread / every - self._phase) + self._phase) * every

    def _later(self, what: str, sql: str, row: tuple[object, ...]) -> None:
        def work(db: sqlite3.Connection) -> None:
            db.execute(sql, row)

        self._history.later(f"{self._account} {what}", work)


def drop_lapsed(db: sqlite3.Connection, *, now: float) -> None:
    """Delete the leases that ran out long ago, and those from before the machine was started."""
    db.execute(
        "DELETE FROM lease WHERE until NOT BETWEEN ? AND ?", (now - _LONGEST, now + _LONGEST)
    )


_LOOK = """
SELECT wanted.value, lease.owner, lease.until, lease.asking, task.polls, task.over,
    (SELECT count(*) FROM step WHERE step.ref = wanted.value)
FROM json_each(?) AS wanted LEFT JOIN lease ON lease.ref = wanted.value
LEFT JOIN task ON task.ref = wanted.value
"""
_TAKE = "INSERT OR REPLACE INTO lease (ref, owner, until, asking) VALUES (?, ?, ?, 1)"
_DONE = "UPDATE lease SET until = ?, asking = 0 WHERE ref = ? AND owner = ? AND until = ?"
_LEAVE = "UPDATE lease SET until = ?, asking = 0 WHERE owner = ? AND asking"
_SHUT = "INSERT OR REPLACE INTO gate VALUES (?, ?, ?, ?, ?, ?, ?)"
_IS_SHUT = """
SELECT kind, message, code, http_status, until FROM gate
WHERE account = ? AND until > ? AND until < ? AND (kind <> 'auth' OR key = ?)
"""


@dataclass(frozen=True, slots=True)
class _Request:
    me: str
    account: str
    key: str
    now: float
    interval: float
    tasks: Sequence[Task]
    by_hand: frozenset[Ref]
    back_at: Callable[[float, float], float]

    @property
    def until(self) -> float:
        """When the leases taken run out."""
        return min(self.now + WITHIN + max(LEASE, self.interval), self.now + _LONGEST)

    def take(self, db: sqlite3.Connection) -> Turns:
        taken = self.look(db)
        granted = [(str(turn.ref), self.me, self.until) for turn in taken.turns if turn.granted]
        db.executemany(_TAKE, granted)
        return taken

    def look(self, db: sqlite3.Connection) -> Turns:
        tasks = {str(task.ref): task for task in self.tasks}
        rows = db.execute(_LOOK, (json.dumps(list(tasks)),)).fetchall()
        news = self._news(db, tasks, rows)
        turns = [self._turn(tasks[row[0]], row, news) for row in rows]
        return Turns(turns, self._shut(db))

    def _news(
        self, db: sqlite3.Connection, tasks: dict[str, Task], rows: Iterable[tuple[Any, ...]]
    ) -> dict[Ref, Task]:
        """What was saved of tasks that we did not hear of."""
        fresher = [tasks[row[0]].entry for row in rows if _is_news(tasks[row[0]], row)]
        return task_rows.load(db, fresher) if fresher else {}

    def _turn(self, task: Task, row: tuple[Any, ...], news: dict[Ref, Task]) -> Turn:
        _, by, until, asking, _, over, _ = row
        fresh = news.get(task.ref)
        if over and fresh is not None:
            return Turn(task.ref, granted=False, news=fresh)
        left = until - self.now if until is not None else 0.0
        if asking and is_dead(by):
            # It may have asked at the last moment that its lease was good for, not later.
            left -= max(LEASE, self.interval) - self.interval
        free = left <= 0 or left > _LONGEST or by == self.me
        if free or (task.ref in self.by_hand and not asking):
            return Turn(task.ref, granted=True, use_by=self.now + WITHIN, news=fresh)
        back_at = self.back_at(self.now + left, self.interval)
        wait = min(left, LOOK_AGAIN) if asking else back_at - self.now
        return Turn(task.ref, granted=False, wait=wait, news=fresh)

    def _shut(self, db: sqlite3.Connection) -> Shut | None:
        wanted = (self.account, self.now, self.now + _LONGEST, self.key)
        row = db.execute(_IS_SHUT, wanted).fetchone()
        if row is None:
            return None
        kind, message, code, http_status, until = row
        problem = Problem(
            kind=ProblemKind(kind), message=message, code=code, http_status=http_status
        )
        return Shut(problem, until)


def _is_news(task: Task, row: tuple[Any, ...]) -> bool:
    """Whether polls were counted that we do not know of, or a process that polled apart saw more.

    Polls are counted once by all; steps that were seen apart are more than ours (row 120).
    """
    *_, polls, _, steps = row
    if isinstance(polls, int) and polls > task.polls:
        return True
    return not task.over and steps > sum(1 for _ in sightings(task.transitions))
