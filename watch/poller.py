"""One worker per account: takes the tasks that come due and asks about them.

What comes due at once is leased at once (`watch/lease.py`), so that no two processes ask about one
task. A few lanes then ask at the same time, each at its pace (`watch/pace.py`): there is no asyncio
task per watched task. Requests are never cancelled in flight (reliability.md M16): a stopped worker
only stops taking the next.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Iterable, Sequence
from datetime import datetime
from random import Random

from providers.model import Problem, ProblemKind
from watch import late_files
from watch.buckets import Buckets
from watch.clock import Clock
from watch.lease import Alone, Sharing, Turn, Turns
from watch.pace import lane_time
from watch.planning import Planning
from watch.schedule import Plan
from watch.session import Answer, Session
from watch.task import Ref, Task
from watch.watched import Watched

log = logging.getLogger(__name__)

BATCH = 10
"""Tasks a lane that are leased in one go at most: what is leased has to be asked about soon."""

ANOTHER_ASKED = "another rushes asked"


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
        self._sharing = sharing or Alone()
        self._timetable = Buckets()
        self._due: asyncio.Queue[Ref] = asyncio.Queue()
        self._turns: asyncio.Queue[Turn] = asyncio.Queue(session.account.max_concurrency)
        self._by_hand: set[Ref] = set()
        self._busy: set[Ref] = set()
        self._planning = Planning(session.account, session.gate, clock, rng)
        self._changed = asyncio.Event()
        self._unpaused = asyncio.Event()
        self._unpaused.set()

    def watch(self, task: Task) -> None:
        """Have `task` polled: at once, or when its interval since the last poll is over."""
        if task.closed or task.ref in self._busy:
            return
        delay = 0.0
        if task.last_polled_at is not None:
            delay = self._interval - (self._clock.now() - task.last_polled_at).total_seconds()
        delay = min(max(delay, 0.0), self._interval)
        self._put(task.ref, self._until_late_files(task) if task.over else delay)

    def forget(self, ref: Ref) -> None:
        """Stop polling `ref`."""
        self._timetable.discard(ref)
        self._planning.forget(ref)
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
                for _ in range(self._lanes):
                    group.create_task(self._lane())
        finally:
            self._sharing.leave(self._interval)

    async def poll(self, ref: Ref) -> bool:
        """Ask about `ref` once, now, and take in what comes of it; whether anything was sent."""
        task = self._watched.task(ref)
        return task is not None and not task.closed and await self._ask_about(task)

    async def ask_again(self, ref: Ref, since: datetime) -> None:
        """Have fresh links of a task that is over: ask, or take over what another process heard.

        What it heard before `since`, when a link was refused, is not fresh.
        """
        while (task := self._watched.task(ref)) is not None and self._session.gate.open:
            (turn,) = (await self._agree([task], frozenset())).turns
            if turn.granted:
                async with self._sharing.slot(self._lanes):
                    await self._ask_about(task)
                return
            if turn.news is None or self._watched.task(ref) is None:
                await self._clock.sleep(turn.wait)
                continue
            self._watched.learned(turn.news, Plan(turn.wait, ANOTHER_ASKED))
            heard_at = turn.news.last_polled_at
            if heard_at is not None and heard_at >= since:
                return

    async def _ask_about(self, task: Task) -> bool:
        ref = task.ref
        self._busy.add(ref)
        self._by_hand.discard(ref)
        closings = self._session.gate.closings
        try:
            answer = await self._session.ask(ref)
        except Exception as error:
            # One task's fault must not stop its account; it is shown on its row.
            log.exception("asking about %s", ref)
            answer = Answer(_fault_of_ours(error))
        finally:
            self._busy.discard(ref)
        try:
            self._take_in(task, answer, closings)
        except Exception as error:
            log.exception("taking in what was heard of %s", ref)
            self._postpone(ref, _fault_of_ours(error), self._interval)
        # From the answer on: when the question arrived there nobody here knows.
        now = self._clock.monotonic()
        self._sharing.done(ref, now + self._interval if answer.asked else now)
        if answer.asked and self._session.gate.closings > closings:
            await self._tell_others()
        return answer.asked

    async def _tell_others(self) -> None:
        """Tell other processes what holds the whole account."""
        try:
            key = await self._session.key_mark()
        except Exception:
            log.exception("looking for the key of %s", self._session.account.id)
            return
        gate = self._session.gate
        # The look may have found another key, and opened the gate again.
        if gate.problem is not None:
            self._sharing.shut(gate.problem, gate.closed_until, key)

    async def poll_all(self, refs: Iterable[Ref]) -> None:
        """Ask once about each of `refs` whose turn it is, until the gateway wants no more."""
        left = deque(refs)
        time = lane_time(self._session.account, len(left))

        async def lane(turns: deque[Turn]) -> None:
            while turns and self._session.gate.open:
                async with self._sharing.slot(self._lanes):
                    if not turns or not self._session.gate.open:
                        return
                    turn = turns.popleft()
                    now = self._clock.monotonic()
                    if now > turn.use_by:
                        left.append(turn.ref)
                    elif await self.poll(turn.ref) and (turns or left):
                        await self._rest_until(now + time)

        while left and self._session.gate.open:
            some = [left.popleft() for _ in range(min(len(left), BATCH * self._lanes))]
            turns = deque(await self._turns_for(some))
            await asyncio.gather(*(lane(turns) for _ in range(self._lanes)))
            left.extend(turn.ref for turn in turns)
        problem = self._session.gate.problem
        while left and problem is not None:
            self._postpone(left.popleft(), problem, self._interval)

    # -- inside -------------------------------------------------------------------------------

    @property
    def _lanes(self) -> int:
        return self._session.account.max_concurrency

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

    async def _take_turns(self) -> None:
        """Lease what is due, a batch at a time, and hand it on to the lanes as they come free."""
        while True:
            refs = [await self._due.get()]
            await self._unpaused.wait()
            while len(refs) < BATCH * self._lanes and not self._due.empty():
                refs.append(self._due.get_nowait())
            for turn in await self._turns_for(refs):
                await self._turns.put(turn)

    async def _turns_for(self, refs: Iterable[Ref]) -> list[Turn]:
        """The turns that are granted; the others are put off until they may be worth a try."""
        self._busy.update(refs)
        tasks = [task for ref in refs if (task := self._watched.task(ref)) and not task.closed]
        taken = await self._agree(tasks, frozenset(self._by_hand.intersection(refs)))
        self._busy.difference_update(refs)
        self._watch_again(set(refs).difference(turn.ref for turn in taken.turns))
        granted: list[Turn] = []
        for turn in taken.turns:
            if self._watched.task(turn.ref) is None:
                continue
            late = self._until_late_files(turn.news or self._watched.task(turn.ref))
            wait = max(turn.wait, late)
            if turn.news is not None:
                self._watched.learned(turn.news, Plan(wait, ANOTHER_ASKED))
            task = self._watched.task(turn.ref)
            if turn.granted and not late:
                self._busy.add(turn.ref)
                granted.append(turn)
            elif task is not None and not task.closed:
                self._put(turn.ref, wait)
                if turn.granted:
                    self._sharing.done(turn.ref, self._clock.monotonic())
            else:
                self.forget(turn.ref)
        return granted

    def _watch_again(self, refs: Iterable[Ref]) -> None:
        """Take up those that were removed, so that no turn was asked for, and are back by now."""
        for ref in refs:
            if (task := self._watched.task(ref)) is not None:
                self.watch(task)

    async def _agree(self, tasks: Sequence[Task], by_hand: frozenset[Ref]) -> Turns:
        try:
            key = await self._session.key_mark()
            taken = await self._sharing.take(tasks, self._interval, key, by_hand)
        except Exception:
            # An account must not stand still over this: whoever cannot agree asks alone.
            log.exception("agreeing on turns at %s", self._session.account.id)
            return await Alone().take(tasks, self._interval, "", by_hand)
        if taken.shut is not None:
            self._session.gate.shut(taken.shut.problem, taken.shut.until)
        return taken

    async def _lane(self) -> None:
        while True:
            turn = await self._turns.get()
            async with self._sharing.slot(self._lanes):
                now = self._clock.monotonic()
                if now > turn.use_by or not self._unpaused.is_set():
                    self._due.put_nowait(turn.ref)
                    continue
                self._busy.discard(turn.ref)
                task = self._watched.task(turn.ref)
                if task is None or task.closed:
                    # Nor may it be the one poll that tries an account in trouble.
                    self._sharing.done(turn.ref, now)
                    continue
                wait = self._session.gate.wait(now)
                problem = self._session.gate.problem
                if wait > 0 and problem is not None:
                    self._sharing.done(turn.ref, now)
                    self._postpone(turn.ref, problem, wait)
                else:
                    tasks = len(self._timetable) + len(self._busy)
                    time = lane_time(self._session.account, tasks)
                    if await self.poll(turn.ref):
                        await self._rest_until(now + time)

    def _until_late_files(self, task: Task | None) -> float:
        """Seconds until a success without files is to be asked about again; 0: now, or by hand."""
        if task is None or task.ref in self._by_hand:
            return 0.0
        return late_files.wait(task, self._interval, self._clock.now())

    async def _rest_until(self, at: float) -> None:
        if (left := at - self._clock.monotonic()) > 0:
            await self._clock.sleep(left)

    def _postpone(self, ref: Ref, problem: Problem, wait: float) -> None:
        if self._watched.task(ref) is not None:
            self._put(ref, wait)
            self._watched.postponed(ref, problem, Plan(wait, "the account waits"))

    def _take_in(self, task: Task, answer: Answer, closings: int) -> None:
        plan = self._planning.after(task, answer.result, closings)
        now = self._clock.now()
        plan = late_files.plan(task, answer.result, self._interval, now) or plan
        if self._watched.task(task.ref) is None:
            # What it said of the account holds all the same.
            self.forget(task.ref)
            return
        if isinstance(answer.result, Problem) and plan is not None and not answer.asked:
            self._watched.postponed(task.ref, answer.result, plan)
        else:
            self._watched.heard(task.ref, answer.result, answer.reply, plan)
        after = self._watched.task(task.ref)
        if plan is not None and after is not None and not after.closed:
            self._put(task.ref, plan.delay)
        else:
            self.forget(task.ref)


def _fault_of_ours(error: Exception) -> Problem:
    return Problem(kind=ProblemKind.MALFORMED, message=f"internal error ({type(error).__name__})")
