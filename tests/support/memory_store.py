"""A store in memory: what several processes share is one `Memory`, each has a `MemoryStore`."""

import contextlib
import sqlite3
from collections import Counter
from collections.abc import (
    AsyncGenerator,
    Callable,
    Collection,
    Iterable,
    Mapping,
    Sequence,
)
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from math import inf

from rushes.providers.model import Problem, ProblemKind, Status
from rushes.providers.reply import Reply
from rushes.providers.rfc3339 import rfc3339
from rushes.watch import ratings
from rushes.watch.asked_every import AskedEvery
from rushes.watch.asset import OutputState
from rushes.watch.clock import Clock
from rushes.watch.event_kinds import ENDS, EventKind
from rushes.watch.figures.figure import figure_of
from rushes.watch.figures.gathered import Asked, Gathered
from rushes.watch.figures.model import Model
from rushes.watch.figures.usual import LAST, Usual, usual
from rushes.watch.history import figure_days, task_rows
from rushes.watch.history.schema import MIGRATIONS, teach
from rushes.watch.inline_files import without_saved_files
from rushes.watch.queued_events import CommandEnd, CutOff, Happening, QueuedEvent
from rushes.watch.start_times import next_start
from rushes.watch.steps import changes, merged_steps
from rushes.watch.store import (
    ANSWER_WITHIN,
    COMMAND_WITHIN,
    USE_WITHIN,
    WAITED_ALIKE,
    Closure,
    LastBody,
    Lease,
    LeaseRequest,
    Leases,
    News,
)
from rushes.watch.store_condition import StoreCondition
from rushes.watch.task import Entry, Ref, Task

SLOT_LOOK = 0.02
_PASSING = (OutputState.DOWNLOADING, OutputState.UNRESOLVED)


@dataclass
class Held:
    """A lease as it is kept."""

    owner: object
    until: float
    fence: int
    asking: bool = True


@dataclass
class Kept:
    """An event as it is kept; `end` is None until its command has ended."""

    happening: Happening
    owner: "MemoryStore"
    since: float
    begun: bool = False
    end: CommandEnd | None = None
    mark: str = ""


@dataclass
class Memory:
    """What the stores of several processes share."""

    tasks: dict[Ref, Task] = field(default_factory=dict[Ref, Task])
    bodies: dict[Ref, LastBody] = field(default_factory=dict[Ref, LastBody])
    leases: dict[Ref, Held] = field(default_factory=dict[Ref, Held])
    closures: dict[str, tuple[str, Problem, float]] = field(
        default_factory=dict[str, tuple[str, Problem, float]]
    )
    watched: dict[Ref, float] = field(default_factory=dict[Ref, float])
    slots: Counter[str] = field(default_factory=Counter[str])
    waiting: dict[str, list[object]] = field(default_factory=dict[str, list[object]])
    """Who waits for a slot of an account, the longest waiting first."""
    told: dict[str, AskedEvery] = field(default_factory=dict[str, AskedEvery])
    starts: dict[str, float] = field(default_factory=dict[str, float])
    events: list[Kept] = field(default_factory=list[Kept])
    turn: object | None = None
    """Who runs a command."""


class MemoryStore:
    """One process's store."""

    def __init__(self, memory: Memory, clock: Clock) -> None:
        self.memory = memory
        self._clock = clock
        self._fences = count(1)

    @property
    def condition(self) -> StoreCondition:
        return StoreCondition()

    async def load(self, entries: Iterable[Entry]) -> dict[Ref, Task]:
        return {e.ref: replace(self._known(e.ref, e), entry=e) for e in entries}

    async def ended(self, account: str, count: int) -> list[Task]:
        tasks = [task for ref, task in self.memory.tasks.items() if ref.provider == account]
        return [task for task in tasks if task.status is Status.SUCCEEDED][-count:]

    async def last_body(self, ref: Ref) -> LastBody | None:
        return self.memory.bodies.get(ref)

    async def usual(self, model: Model) -> Usual | None:
        found = [figure_of(task) for task in self.memory.tasks.values()]
        last = sorted(
            (it for it in found if it and it.status is Status.SUCCEEDED and it.model == model.name
             and it.ref.provider == model.provider and it.run_ms is not None),
            key=lambda it: it.ended or 0.0,
        )[-LAST:]  # fmt: skip
        return usual([it.run_ms for it in last if it.run_ms is not None])

    async def figures(
        self, asked: Asked, now: datetime, tags: Mapping[Ref, Sequence[str]]
    ) -> Gathered:
        # What the sums are is told once, in SQL.
        with closing(sqlite3.connect(":memory:")) as db:
            teach(db)
            db.executescript("".join(MIGRATIONS))
            for task in self.memory.tasks.values():
                task_rows.save(db, task, None)
            return figure_days.gathered(db, asked, now.timestamp(), tags)

    def save(
        self, task: Task, reply: Reply | None = None, happenings: Sequence[Happening] = ()
    ) -> None:
        before = self._known(task.ref, task.entry)
        for one in happenings:
            if self._is_news(before, one):
                self.queue(one)
        steps = merged_steps(before.transitions, task.transitions)
        first_end = not steps or not steps[-1].status.terminal or steps[-1].status is task.status
        stands = task if (first_end if task.over else not before.over) else before
        saved = {n: f for n, f in before.fetches.items() if f.state is OutputState.DOWNLOADED}
        new = {n: f for n, f in task.fetches.items() if f.state not in _PASSING}
        kept = {n: f for n, f in saved.items() if n in new and new[n].state is not f.state}
        late = max(before.late_files, task.late_files, key=lambda late: late.asked)
        joined = replace(
            stands,
            transitions=steps,
            fetches={**before.fetches, **new, **kept},
            polls=max(before.polls, task.polls) if stands is task else before.polls,
            late_files=late,
            ratings=ratings.latest(task.ratings, before.ratings),
            next_poll_at=None,
            next_poll_why=None,
            record_lifetime=None,
        )
        self.memory.tasks[task.ref] = without_saved_files(joined)
        if reply is not None:
            self.memory.bodies[task.ref] = LastBody(
                reply.status, reply.headers, reply.body, rfc3339(task.last_polled_at) or ""
            )

    def file_turn(self, ref: Ref, n: int) -> contextlib.AbstractAsyncContextManager[bool]:
        return contextlib.nullcontext(True)

    async def news(self, watched: Callable[[], Collection[Ref]]) -> AsyncGenerator[News]:
        for none in ():
            yield none

    async def flush(self, within: float = 0.0) -> None:
        pass

    async def take(self, request: LeaseRequest) -> Leases:
        return Leases(
            [self._lease(task, request) for task in request.tasks], self._closure(request)
        )

    def done(self, lease: Lease, free_in: float) -> None:
        held = self.memory.leases.get(lease.ref)
        if held is not None and (held.owner, held.fence) == (self, lease.fence):
            held.until, held.asking = self._at(free_in), False

    def leave(self, account: str, free_in: float) -> None:
        for ref, held in self.memory.leases.items():
            if ref.provider == account and held.owner is self and held.asking:
                held.until, held.asking = self._at(free_in), False

    def close_account(self, account: str, key_mark: str, closure: Closure) -> None:
        until = self._at(closure.seconds)
        self.memory.closures[account] = (key_mark, closure.problem, until)

    @asynccontextmanager
    async def slot(self, account: str, count: int) -> AsyncGenerator[None]:
        waiting, own = self.memory.waiting.setdefault(account, []), object()
        waiting.append(own)
        try:
            while waiting[0] is not own or self.memory.slots[account] >= count:
                await self._clock.sleep(SLOT_LOOK)
        finally:
            waiting.remove(own)
        self.memory.slots[account] += 1
        try:
            yield
        finally:
            self.memory.slots[account] -= 1

    async def next_start(self, account: str, period: float, behind: float) -> float:
        planned = self.memory.starts.get(account, 0.0)
        at = next_start(planned, self._clock.monotonic(), period, behind)
        self.memory.starts[account] = at + period
        return at

    def tell_asked_every(self, account: str, every: AskedEvery) -> None:
        self.memory.told[account] = every

    async def note_watched(self, refs: Iterable[Ref]) -> None:
        now = self._clock.now().timestamp()
        self.memory.watched.update({ref: now for ref in refs if ref in self.memory.watched})

    async def prune(self, keep: float | None, watched: Collection[Ref]) -> int:
        if keep is None:
            return 0
        now, memory = self._clock.now().timestamp(), self.memory
        memory.watched.update(dict.fromkeys(watched, now))
        for ref in memory.tasks:
            memory.watched.setdefault(ref, now)
        old = [ref for ref, at in memory.watched.items() if at < now - keep]
        for ref in old:
            del memory.watched[ref]
            for kept in (memory.tasks, memory.bodies):
                with contextlib.suppress(KeyError):
                    del kept[ref]
        return len(old)

    async def close(self, within: float = 0.0) -> None:
        pass

    # -- events -------------------------------------------------------------------------------

    def queue(self, happening: Happening) -> None:
        key = (happening.kind, happening.subject, happening.n, happening.mark)
        known = (
            (kept.happening.kind, kept.happening.subject, kept.happening.n, kept.mark)
            for kept in self.memory.events
        )
        if key not in known:
            kept = Kept(happening, self, happening.at.timestamp(), mark=happening.mark)
            self.memory.events.append(kept)

    def recovered(self, account: str) -> None:
        for kept in self.memory.events:
            one = kept.happening
            if one.kind is EventKind.PROBLEM and one.subject == account:
                kept.mark += " until now"

    @asynccontextmanager
    async def command_turn(self) -> AsyncGenerator[None]:
        while self.memory.turn is not None:
            await self._clock.sleep(SLOT_LOOK)
        self.memory.turn = self
        try:
            yield
        finally:
            self.memory.turn = None

    async def has_event(self, *, own: bool) -> bool:
        left = self._left()
        return left is not None and (left.owner is self or not own)

    async def begin_event(self) -> QueuedEvent | None:
        if (left := self._left()) is None:
            return None
        left.begun, left.owner, left.since = True, self, self._now
        return QueuedEvent(self.memory.events.index(left), left.happening)

    def end_event(self, number: int, end: CommandEnd) -> None:
        self.memory.events[number].end = end

    async def cut_off(self) -> list[CutOff]:
        for kept in self.memory.events:
            if kept.begun and kept.end is None and self._is_left_behind(kept):
                kept.end, kept.since = CommandEnd.CUT_OFF, self._now
        return [
            CutOff(one.kind, one.subject, one.n, self._clock.now())
            for one in (
                kept.happening for kept in self.memory.events if kept.end is CommandEnd.CUT_OFF
            )
        ]

    # -- inside -------------------------------------------------------------------------------

    @property
    def _now(self) -> float:
        return self._clock.now().timestamp()

    def _left(self) -> Kept | None:
        """The event whose command is to be run here: an own one first."""
        queued = [kept for kept in self.memory.events if not kept.begun]
        own = [kept for kept in queued if kept.owner is self]
        return next(iter([*own, *filter(self._is_left_behind, queued)]), None)

    def _is_left_behind(self, kept: Kept) -> bool:
        lasts = abs(self._now - kept.since) <= COMMAND_WITHIN
        return kept.owner is not self and not lasts

    @staticmethod
    def _is_news(before: Task, one: Happening) -> bool:
        if one.kind in ENDS.values() or one.kind is EventKind.IDLE:
            return not before.over
        fetch = before.fetches.get(one.n)
        if fetch is None or one.again:
            return True
        match one.kind:
            case EventKind.SAVED | EventKind.RESCUED:
                is_same = fetch.sha256 == one.values.get("sha256")
                return not (fetch.state is OutputState.DOWNLOADED and is_same)
            case EventKind.DOWNLOAD_FAILED:
                return fetch.state is not OutputState.FAILED
            case EventKind.EXPIRED:
                return fetch.state is not OutputState.EXPIRED
            case _:
                return True

    def _known(self, ref: Ref, entry: Entry) -> Task:
        return self.memory.tasks.get(ref) or Task(entry=entry)

    def _at(self, seconds: float) -> float:
        return self._clock.monotonic() + seconds

    def _lease(self, task: Task, request: LeaseRequest) -> Lease:
        known = self._known(task.ref, task.entry)
        more = changes(known.transitions) > changes(task.transitions)
        is_news = known.polls > task.polls or (more and not task.over)
        news = replace(known, entry=task.entry) if is_news else None
        if known.over and news is not None:
            return Lease(ref=task.ref, fence=None, news=news)
        held = self.memory.leases.get(task.ref)
        left = held.until - self._at(0.0) if held is not None else -inf
        by_hand = task.ref in request.by_hand
        free = held is None or left <= 0 or held.owner is self
        asking = held is not None and held.asking
        asked_since = (
            not asking and left <= 0 and -left < request.waited.get(task.ref, 0.0) - WAITED_ALIKE
        )
        if (free and not asked_since) or (by_hand and not asking):
            fence = next(self._fences)
            until = self._at(USE_WITHIN + max(ANSWER_WITHIN, request.interval))
            self.memory.leases[task.ref] = Held(self, until, fence)
            return Lease(ref=task.ref, fence=fence, news=news)
        return Lease(ref=task.ref, fence=None, free_in=left, asking=asking, news=news)

    def _closure(self, request: LeaseRequest) -> Closure | None:
        mark, problem, until = self.memory.closures.get(request.account, ("", None, 0.0))
        left = until - self._at(0.0)
        other_key = problem and problem.kind is ProblemKind.AUTH and mark != request.key_mark
        return None if problem is None or left <= 0 or other_key else Closure(problem, left)
