"""One worker per account: takes the tasks that come due and asks about them.

What comes due at once is leased at once (`turns.py`), so that no two processes ask about one task.
A few lanes (`lanes.py`) then ask at the same time, each at its pace (`pace.py`): there is no
asyncio task per watched task. While the account is in doubt, only the question that decides is
asked (`trials.py`). Requests are never cancelled in flight (reliability.md M16): a stopped worker
only stops taking the next.
"""

import asyncio
import logging
from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager
from random import Random

from rushes.providers.model import Problem, Snapshot
from rushes.watch.clock import Clock
from rushes.watch.polling import late_files
from rushes.watch.polling.agreement import Agreement
from rushes.watch.polling.broadcast import Broadcast
from rushes.watch.polling.condition import ConditionState
from rushes.watch.polling.due import DueTasks
from rushes.watch.polling.lanes import Lanes, Repute
from rushes.watch.polling.pace import lane_time
from rushes.watch.polling.planning import Planning
from rushes.watch.polling.schedule import Plan
from rushes.watch.polling.session import PollAnswer, Session, fault_of_ours
from rushes.watch.polling.tally import Tally
from rushes.watch.polling.task_source import TaskSource
from rushes.watch.polling.trials import Trials
from rushes.watch.polling.turns import Alone, Sharing, Turn
from rushes.watch.refusals import Throttled
from rushes.watch.task import Ref, Task

log = logging.getLogger(__name__)

BATCH = 10
"""Tasks a lane that are leased in one go at most: what is leased has to be asked about soon."""

ANOTHER_ASKED = "another rushes asked"


class Poller:
    """Keeps one account's tasks polled, at its pace."""

    def __init__(
        self,
        session: Session,
        watched: TaskSource,
        clock: Clock,
        rng: Random,
        sharing: Sharing | None = None,
    ) -> None:
        self.tally = Tally()
        self.account = session.account
        self._session = session
        self.gate = session.gate
        self.watched = watched
        self.clock = clock
        self._sharing = sharing or Alone()
        self.agreement = Agreement(session, self._sharing)
        self._lanes = Lanes(session.account.max_concurrency)
        self._due = DueTasks(clock, self._lanes.repute)
        self._at_once = asyncio.Semaphore(session.account.max_concurrency)
        self.members: set[Ref] = set()
        self._by_hand: set[Ref] = set()
        self._asking: set[Ref] = set()
        self._put_off: set[Ref] = set()
        self._planning = Planning(session.account, session.gate, clock, rng)
        self._gate_moved = Broadcast()
        self._trials = Trials(
            session, clock, self._gate_moved, ask=self._ask_instead, look=self._follow_gate
        )
        self._unpaused = asyncio.Event()
        self._unpaused.set()

    def watch(self, task: Task) -> None:
        """Have `task` polled: at once, or when its interval since the last poll is over."""
        if task.closed or task.ref in self._due.busy:
            return
        delay = 0.0
        if task.last_polled_at is not None:
            delay = self._interval - (self.clock.now() - task.last_polled_at).total_seconds()
        delay = min(max(delay, 0.0), self._interval)
        self._put(task.ref, self._until_late_files(task) if task.over else delay)

    def forget(self, ref: Ref) -> None:
        """Stop polling `ref`."""
        self._due.discard(ref)
        self._planning.forget(ref)
        self._lanes.forget(ref)
        self._trials.forget(ref)
        for refs in (self.members, self._by_hand, self._put_off):
            refs.discard(ref)

    def poll_now(self, refs: Iterable[Ref]) -> Throttled | None:
        """Poll without waiting for the interval; or why not: Retry-After is never beaten."""
        why_not = self.gate.tried_by_hand(self.clock.monotonic())
        if why_not is not None:
            return why_not
        self._session.look_again()
        for ref in refs:
            if ref not in self._due.busy:
                self._by_hand.add(ref)
                self._put(ref, 0.0)
        self._follow_gate()
        return None

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
                group.create_task(self._due.run())
                group.create_task(self._trials.run(self._askable))
                for kind in Repute:
                    group.create_task(self._take_turns(kind))
                for _ in range(self._lanes.count):
                    group.create_task(self._lane())
        finally:
            self._sharing.leave(self._interval)

    async def poll(self, ref: Ref) -> bool:
        """Ask about `ref` once, now, and take in what comes of it; whether anything was sent."""
        task = self.watched.task(ref)
        return task is not None and not task.closed and await self.ask_about(task)

    async def ask_about(self, task: Task) -> bool:
        """Ask about `task` now, over or not; whether anything was sent."""
        ref, episode, began = task.ref, self.gate.episode, self.clock.monotonic()
        self._due.busy.add(ref)
        self._asking.add(ref)
        self._by_hand.discard(ref)
        self._put_off.discard(ref)
        try:
            answer = await self._session.ask(ref)
        except Exception as error:
            # One task's fault must not stop its account; it is shown on its row.
            log.exception("asking about %s", ref)
            answer = PollAnswer(fault_of_ours(error))
        finally:
            self._due.busy.discard(ref)
            self._asking.discard(ref)
        # From the answer on: when the question arrived there nobody here knows.
        now = self.clock.monotonic()
        self._note(ref, answer, now - began)
        try:
            self._take_in(task, answer, episode)
        except Exception as error:
            log.exception("taking in what was heard of %s", ref)
            self.postpone(ref, fault_of_ours(error), self._interval)
        self._sharing.done(ref, now + self._interval if answer.asked else now)
        self._follow_gate()
        if answer.asked and self.gate.episode != episode:
            await self.agreement.tell_closed()
        return answer.asked

    def _note(self, ref: Ref, answer: PollAnswer, seconds: float) -> None:
        self.tally = self.tally.with_answer(answer)
        well = isinstance(answer.result, Snapshot)
        self._lanes.note(ref, well=well, seconds=seconds)
        if well:
            self._trials.answered(ref)

    def room(self) -> AbstractAsyncContextManager[None]:
        """Room for one question, among all processes of this machine."""
        return self._sharing.slot(self._lanes.count)

    async def decide(self, refs: Iterable[Ref]) -> bool:
        """Ask the question that decides about the account, if one is due; whether it was sent."""
        return await self._trials.decide(self._tasks_of(refs) or self._askable())

    # -- the question that decides ------------------------------------------------------------

    def _askable(self) -> list[Task]:
        """The tasks that may be asked about this moment."""
        if not self._unpaused.is_set():
            return []
        return self._tasks_of(self._by_hand & self.members) or self._tasks_of(self.members)

    def _tasks_of(self, refs: Iterable[Ref]) -> list[Task]:
        tasks = (self.watched.task(ref) for ref in refs if ref not in self._asking)
        return [task for task in tasks if task is not None and not task.closed]

    async def _ask_instead(self, task: Task) -> bool:
        """Ask about `task` out of its turn, in a lane's place; whether anything was sent."""
        self._due.take_out(task.ref)
        async with self._at_once, self.room():
            # Only the task that was answered last is asked before its time.
            early = self.gate.by_hand or self.gate.state is ConditionState.SUSPECTED
            (turn,) = (await self.agreement.turns([task], {task.ref} if early else ())).turns
            self._follow_gate()
            at = self.gate.question_at
            now = self.clock.monotonic()
            if turn.news is not None:
                self.watched.learned(turn.news, Plan(self._interval, ANOTHER_ASKED))
            if not turn.granted or at is None or at > now:
                self._sharing.done(task.ref, now)
                self._put(task.ref, max(turn.wait, self._interval))
                return False
            asked = await self.poll(task.ref)
            await self.rest_until(now + self._lane_time())
            return asked

    def _follow_gate(self) -> None:
        """Let everybody know how the gate stands; those who waited for it come back."""
        if self.gate.state is ConditionState.OPEN and self._put_off:
            back, self._put_off = self._put_off, set()
            for ref in back:
                if ref in self._due:
                    self._put(ref, self.gate.spread(len(back)))
        self._gate_moved.set()

    @property
    def _interval(self) -> float:
        return self.account.poll_interval

    def _put(self, ref: Ref, delay: float) -> None:
        if ref not in self.members:
            self.members.add(ref)
            self._gate_moved.set()
        self._due.put(ref, delay)

    async def _take_turns(self, kind: Repute) -> None:
        """Lease what is due, a batch at a time, and hand it on to the lanes as they come free."""
        while True:
            refs = [await self._due.first(kind)]
            await self._unpaused.wait()
            while self.gate.state is ConditionState.SUSPECTED:
                await self._gate_moved.wait()
            refs += self._due.more(kind, BATCH * self._lanes.count - 1)
            refs = [ref for ref in refs if not self._due.was_taken_out(ref)]
            problem = self.gate.problem
            if problem is not None:
                for ref in refs:
                    self._due.busy.discard(ref)
                    self.postpone(ref, problem, self.gate.wait(self.clock.monotonic()))
                continue
            for turn in await self.turns_for(refs):
                self._lanes.put(turn, kind)
            await self._lanes.room(kind)

    async def turns_for(self, refs: Iterable[Ref]) -> list[Turn]:
        """The turns that are granted; the others are put off until they may be worth a try."""
        self._due.busy.update(refs)
        tasks = [task for ref in refs if (task := self.watched.task(ref)) and not task.closed]
        taken = await self.agreement.turns(tasks, self._by_hand.intersection(refs))
        self._follow_gate()
        self._due.busy.difference_update(refs)
        for ref in set(refs).difference(turn.ref for turn in taken.turns):
            # Removed, so that no turn was asked for, and perhaps back by now.
            if (task := self.watched.task(ref)) is not None:
                self.watch(task)
        granted: list[Turn] = []
        for turn in taken.turns:
            if self.watched.task(turn.ref) is None:
                continue
            late = self._until_late_files(turn.news or self.watched.task(turn.ref))
            wait = max(turn.wait, late)
            if turn.news is not None:
                self.watched.learned(turn.news, Plan(wait, ANOTHER_ASKED))
            task = self.watched.task(turn.ref)
            if turn.granted and not late:
                self._due.busy.add(turn.ref)
                granted.append(turn)
            elif task is not None and not task.closed:
                self._put(turn.ref, wait)
                if turn.granted:
                    self._sharing.done(turn.ref, self.clock.monotonic())
            else:
                self.forget(turn.ref)
        return granted

    async def _lane(self) -> None:
        while True:
            turn, kind = await self._lanes.take()
            try:
                async with self._at_once, self.room():
                    await self._use(turn)
            finally:
                self._lanes.free(kind)

    async def _use(self, turn: Turn) -> None:
        """Ask about the task whose turn it is, unless that was so a while ago."""
        now = self.clock.monotonic()
        if self._due.was_taken_out(turn.ref):
            return
        late = now > turn.use_by or not self._unpaused.is_set()
        if late or self.gate.state is not ConditionState.OPEN:
            if not late:
                self._sharing.done(turn.ref, now)
            self._due.stand_in_line(turn.ref)
            return
        self._due.busy.discard(turn.ref)
        task = self.watched.task(turn.ref)
        if task is None or task.closed:
            self._sharing.done(turn.ref, now)
        else:
            time = self._lane_time()
            if await self.poll(turn.ref):
                await self.rest_until(now + time)

    def _lane_time(self) -> float:
        return lane_time(self.account, len(self._due))

    def _until_late_files(self, task: Task | None) -> float:
        """Seconds until a success without files is to be asked about again; 0: now, or by hand."""
        if task is None or task.ref in self._by_hand:
            return 0.0
        return late_files.wait(task, self._interval, self.clock.now())

    async def rest_until(self, at: float) -> None:
        """Let a lane rest until `at` (monotonic seconds)."""
        if (left := at - self.clock.monotonic()) > 0:
            await self.clock.sleep(left)

    def postpone(self, ref: Ref, problem: Problem, wait: float) -> None:
        """Put the task off for so many seconds, for what holds the account."""
        if self.watched.task(ref) is not None:
            self._put(ref, wait)
            self._put_off.add(ref)
            self.watched.postponed(ref, problem, Plan(wait, "the account waits"))

    def _take_in(self, task: Task, answer: PollAnswer, episode: int) -> None:
        alone = self.members <= {task.ref}
        plan = self._planning.after(task, answer.result, episode, alone=alone)
        now = self.clock.now()
        plan = late_files.plan(task, answer.result, self._interval, now) or plan
        if self.watched.task(task.ref) is None:
            # What it said of the account holds all the same.
            self.forget(task.ref)
            return
        if isinstance(answer.result, Problem) and plan is not None and not answer.asked:
            self.watched.postponed(task.ref, answer.result, plan)
        else:
            self.watched.heard(task.ref, answer.result, answer.reply, plan)
        after = self.watched.task(task.ref)
        if plan is not None and after is not None and not after.closed:
            self._put(task.ref, plan.delay)
            if not self.gate.open:
                # What holds it is the account's: it comes back with the others.
                self._put_off.add(task.ref)
        else:
            self.forget(task.ref)
