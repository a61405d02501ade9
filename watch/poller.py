"""One worker per account: takes the tasks that come due and asks about them.

A few lanes ask at the same time, so there is no asyncio task per watched task. Requests are never
cancelled in flight (reliability.md M16): a stopped worker only stops taking the next.
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
from watch.schedule import Plan, after_answer, after_problem
from watch.session import Answer, Session
from watch.task import Ref, Task

log = logging.getLogger(__name__)


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

    def postponed(self, ref: Ref, problem: Problem, next_poll: Plan) -> None:
        """Take in that a poll was put off, because of a problem of the whole account."""
        ...


class Poller:
    """Keeps one account's tasks polled, at its pace."""

    def __init__(self, session: Session, watched: Watched, clock: Clock, rng: Random) -> None:
        self._session = session
        self._watched = watched
        self._clock = clock
        self._rng = rng
        self._timetable = Buckets()
        self._due: asyncio.Queue[Ref] = asyncio.Queue()
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

    def poll_now(self, refs: Iterable[Ref]) -> str:
        """Poll without waiting for the interval; or why not: Retry-After is never beaten."""
        if why := self._session.gate.tried_by_hand(self._clock.monotonic()):
            return why
        self._session.look_again()
        for ref in refs:
            if ref not in self._busy:
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
        async with asyncio.TaskGroup() as group:
            group.create_task(self._watch_clock())
            for _ in range(self._session.account.max_concurrency):
                group.create_task(self._lane())

    async def poll(self, ref: Ref) -> None:
        """Ask about `ref` once, now, and take in what comes of it."""
        task = self._watched.task(ref)
        if task is None or task.over:
            return
        self._busy.add(ref)
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

    async def poll_all(self, refs: Iterable[Ref]) -> None:
        """Ask about each of `refs` once, a few at a time, until the gateway wants no more."""
        left = deque(refs)

        async def lane() -> None:
            while left and self._session.gate.open:
                await self.poll(left.popleft())

        await asyncio.gather(*(lane() for _ in range(self._session.account.max_concurrency)))
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
            for ref in self._timetable.take(now):
                self._busy.add(ref)
                self._due.put_nowait(ref)
            next_at = self._timetable.next_at()
            if next_at is None:
                await self._changed.wait()
            else:
                await self._clock.wait(self._changed, next_at - now)

    async def _lane(self) -> None:
        while True:
            ref = await self._due.get()
            await self._unpaused.wait()
            self._busy.discard(ref)
            wait = self._session.gate.wait(self._clock.monotonic())
            problem = self._session.gate.problem
            if wait > 0 and problem is not None:
                self._postpone(ref, problem, wait)
            else:
                await self.poll(ref)

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
