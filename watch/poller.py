"""One worker per account: takes the tasks that come due and asks about them.

What comes due at once is leased at once (`watch/lease.py`), so that no two processes ask about one
task. A few lanes then ask at the same time: there is no asyncio task per watched task. Requests are
never cancelled in flight (reliability.md M16): a stopped worker only stops taking the next.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Iterable
from datetime import datetime, timedelta
from random import Random
from typing import Protocol

from providers.model import Problem, ProblemKind, Snapshot
from providers.reply import Reply
from watch.buckets import Buckets
from watch.clock import Clock
from watch.gate import concerns_account
from watch.lease import Alone, Sharing, Turn, Turns
from watch.schedule import Plan, after_answer, after_problem
from watch.session import Answer, Session
from watch.task import Ref, Task

log = logging.getLogger(__name__)

BATCH = 100
"""Tasks that are leased in one go at most: what is leased has to be asked about soon."""


OVERDUE = 30.0
"""Seconds late from which we were stopped, not busy: what is due then is spread out."""


class Watched(Protocol):
    """Where a poller finds its tasks and leaves what it heard (the desk)."""

    def task(self, ref: Ref) -> Task | None:
        """The task as it is now; None once it is not watched any more."""
        ...

    def heard(
        self, ref: Ref, result: Snapshot | Problem, reply: Reply | None, next_poll: Plan | None
    ) -> None:
        """Take in what a poll brought, and when the next one is."""
        ...

    def learned(self, remembered: Task, next_poll: Plan) -> None:
        """Take in what another process heard of a task and saved, and when the next look is."""
        ...

    def postponed(self, ref: Ref, problem: Problem, next_poll: Plan) -> None:
        """Take in that a poll was put off, because of a problem of the whole account."""
        ...


class Poller:
    """Keeps one account's tasks polled, at its pace."""

    def __init__(
        self,
        session: Session,
        watched: Watched,
        clock: Clock,
        rng: Random,
        sharing: Sharing | None = None,
    ) -> None:
        self._session = session
        self._watched = watched
        self._clock = clock
        self._rng = rng
        self._sharing = sharing or Alone()
        self._timetable = Buckets()
        self._due: asyncio.Queue[Ref] = asyncio.Queue()
        self._turns: asyncio.Queue[Turn] = asyncio.Queue(session.account.max_concurrency)
        self._by_hand: set[Ref] = set()
        self._busy: set[Ref] = set()
        self._streaks: dict[Ref, int] = {}
        self._changed = asyncio.Event()
        self._unpaused = asyncio.Event()
        self._unpaused.set()

    def watch(self, task: Task) -> None:
        """Have `task` polled: at once, or when its interval since the last poll is over."""
        if task.over or task.ref in self._busy:
            return
        delay = 0.0
        if task.last_polled_at is not None:
            delay = self._interval - (self._clock.now() - task.last_polled_at).total_seconds()
        self._put(task.ref, min(max(delay, 0.0), self._interval))

    def forget(self, ref: Ref) -> None:
        """Stop polling `ref`."""
        self._timetable.discard(ref)
        self._streaks.pop(ref, None)
        self._by_hand.discard(ref)

    def poll_now(self, refs: Iterable[Ref]) -> str:
        """Poll without waiting for the interval; or why not: Retry-After is never beaten."""
        if why := self._session.gate.tried_by_hand(self._clock.monotonic()):
            return why
        self._session.look_again()
        for ref in refs:
            if ref not in self._busy:
                self._by_hand.add(ref)
                self._put(ref, 0.0)
        return ""

    def pause(self) -> None:
        """Take up no further task until `resume`."""
        self._unpaused.clear()

    def resume(self) -> None:
        """Go on."""
        self._unpaused.set()

    async def run(self) -> None:
        """Poll until cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._watch_clock())
                group.create_task(self._take_turns())
                for _ in range(self._session.account.max_concurrency):
                    group.create_task(self._lane())
        finally:
            self._sharing.leave(self._interval)

    async def poll(self, ref: Ref) -> None:
        """Ask about `ref` once, now, and take in what comes of it."""
        task = self._watched.task(ref)
        if task is None or task.over:
            return
        self._busy.add(ref)
        self._by_hand.discard(ref)
        closings = self._session.gate.closings
        try:
            answer = await self._session.ask(ref)
        except Exception as error:
            # One task's fault must not stop its account; it is shown on its row.
            log.exception("asking about %s", ref)
            message = f"internal error ({type(error).__name__})"
            answer = Answer(Problem(kind=ProblemKind.MALFORMED, message=message))
        finally:
            self._busy.discard(ref)
        if self._watched.task(ref) is not None:
            self._take_in(task, answer, closings)
        # From the answer on: when the question arrived there nobody here knows.
        now = self._clock.monotonic()
        self._sharing.done(ref, now + self._interval if answer.asked else now)
        gate = self._session.gate
        if answer.asked and gate.problem is not None and gate.closings > closings:
            self._sharing.shut(gate.problem, gate.closed_until, await self._session.key_mark())

    async def poll_all(self, refs: Iterable[Ref]) -> None:
        """Ask once about each of `refs` whose turn it is, until the gateway wants no more."""
        left = deque(refs)
        while left and self._session.gate.open:
            some = [left.popleft() for _ in range(min(len(left), BATCH))]
            turns = deque(await self._turns_for(some))

            async def lane(turns: deque[Turn]) -> None:
                while turns and self._session.gate.open:
                    turn = turns.popleft()
                    if self._clock.monotonic() <= turn.use_by:
                        await self.poll(turn.ref)
                    else:
                        left.append(turn.ref)

            lanes = range(self._session.account.max_concurrency)
            await asyncio.gather(*(lane(turns) for _ in lanes))
            left.extend(turn.ref for turn in turns)
        problem = self._session.gate.problem
        while left and problem is not None:
            self._postpone(left.popleft(), problem, self._interval)

    # -- inside -------------------------------------------------------------------------------

    @property
    def _interval(self) -> float:
        return self._session.account.poll_interval

    def _put(self, ref: Ref, delay: float) -> None:
        self._timetable.put(ref, self._clock.monotonic() + delay)
        self._changed.set()

    async def _watch_clock(self) -> None:
        """Move what comes due from the timetable to the lanes."""
        while True:
            self._changed.clear()
            now = self._clock.monotonic()
            next_at = self._timetable.next_at()
            overdue = next_at is not None and now - next_at > OVERDUE
            for ref in self._timetable.take(now):
                if overdue:
                    self._put(ref, self._rng.uniform(0, self._interval))
                else:
                    self._busy.add(ref)
                    self._due.put_nowait(ref)
            next_at = self._timetable.next_at()
            if next_at is None:
                await self._changed.wait()
            else:
                await self._clock.wait(self._changed, next_at - now)

    async def _take_turns(self) -> None:
        """Lease what is due, a batch at a time, and hand it on to the lanes as they come free."""
        while True:
            refs = [await self._due.get()]
            await self._unpaused.wait()
            while len(refs) < BATCH and not self._due.empty():
                refs.append(self._due.get_nowait())
            for turn in await self._turns_for(refs):
                await self._turns.put(turn)

    async def _turns_for(self, refs: Iterable[Ref]) -> list[Turn]:
        """The turns that are granted; the others are put off until they may be worth a try."""
        self._busy.update(refs)
        taken = await self._agree(refs)
        self._busy.difference_update(refs)
        if taken.shut is not None:
            self._session.gate.shut(taken.shut.problem, taken.shut.until)
        granted: list[Turn] = []
        for turn in taken.turns:
            if self._watched.task(turn.ref) is None:
                continue
            if turn.news is not None:
                self._watched.learned(turn.news, Plan(turn.wait, "another rushes asked"))
            task = self._watched.task(turn.ref)
            if turn.granted:
                self._busy.add(turn.ref)
                granted.append(turn)
            elif task is not None and not task.over:
                self._put(turn.ref, turn.wait)
            else:
                self.forget(turn.ref)
        return granted

    async def _agree(self, refs: Iterable[Ref]) -> Turns:
        tasks = [task for ref in refs if (task := self._watched.task(ref)) and not task.over]
        by_hand = frozenset(self._by_hand.intersection(refs))
        try:
            key = await self._session.key_mark()
            return await self._sharing.take(tasks, self._interval, key, by_hand)
        except Exception:
            # An account must not stand still over this: whoever cannot agree asks alone.
            log.exception("agreeing on turns at %s", self._session.account.id)
            return await Alone().take(tasks, self._interval, "", by_hand)

    async def _lane(self) -> None:
        while True:
            turn = await self._turns.get()
            await self._unpaused.wait()
            if self._clock.monotonic() > turn.use_by:
                self._due.put_nowait(turn.ref)
                continue
            self._busy.discard(turn.ref)
            wait = self._session.gate.wait(self._clock.monotonic())
            problem = self._session.gate.problem
            if wait > 0 and problem is not None:
                self._sharing.done(turn.ref, self._clock.monotonic())
                self._postpone(turn.ref, problem, wait)
            else:
                await self.poll(turn.ref)

    def _postpone(self, ref: Ref, problem: Problem, wait: float) -> None:
        if self._watched.task(ref) is not None:
            self._put(ref, wait)
            self._watched.postponed(ref, problem, Plan(wait, "the account waits"))

    def _take_in(self, task: Task, answer: Answer, closings: int) -> None:
        plan = self._plan(task, answer.result, closings)
        if isinstance(answer.result, Problem) and plan is not None and not answer.asked:
            self._watched.postponed(task.ref, answer.result, plan)
        else:
            self._watched.heard(task.ref, answer.result, answer.reply, plan)
        after = self._watched.task(task.ref)
        if plan is not None and after is not None and not after.over:
            self._put(task.ref, plan.delay)
        else:
            self.forget(task.ref)

    def _plan(self, task: Task, result: Snapshot | Problem, closings: int) -> Plan | None:
        ref, gate = task.ref, self._session.gate
        if isinstance(result, Snapshot):
            gate.answered(closings)
            self._streaks.pop(ref, None)
            card = self._session.account.provider.card
            age = _age(task, result, self._clock.now())
            return after_answer(result.status, self._interval, card, age, self._rng)
        streak = self._streaks[ref] = self._streaks.get(ref, 0) + 1
        if concerns_account(result):
            plan = gate.troubled(result, self._clock.monotonic())
            if result.kind is not ProblemKind.UNAVAILABLE:
                return plan
        else:
            gate.answered(closings)
        return after_problem(result.kind, streak, result.retry_after, self._interval, self._rng)


def _age(task: Task, snapshot: Snapshot, now: datetime) -> float:
    began = snapshot.created_at or task.entry.added
    return (now + task.skew - began) / timedelta(seconds=1)
