"""Keeps the tasks of one account polled.

One loop (`Poller.run`) leases the tasks that are due (`turns.py`), so that no two processes ask
about one task, and starts a lane for each, an asyncio task for one poll, at the account's pace
(`pace.py`). While the account is in doubt only the question that decides is asked (`trials.py`).
Requests are never cancelled in flight (M16 in docs/reliability.md): a stopped poller starts none.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from math import inf
from random import Random

from rushes.providers.model import Problem
from rushes.watch.clock import Clock
from rushes.watch.polling import late_files
from rushes.watch.polling.account_state import Access, AccountState
from rushes.watch.polling.agreement import Agreement
from rushes.watch.polling.due import BY_HAND, DueTasks, first_due, urgency
from rushes.watch.polling.lanes import Health, Lanes
from rushes.watch.polling.members import Members
from rushes.watch.polling.pace import Pace
from rushes.watch.polling.question import Outcome, Questions
from rushes.watch.polling.schedule import Plan
from rushes.watch.polling.session import Session
from rushes.watch.polling.task_source import TaskSource
from rushes.watch.polling.together import Together
from rushes.watch.polling.trials import Trials
from rushes.watch.polling.turns import Alone, Sharing, Turn
from rushes.watch.refusals import Throttled
from rushes.watch.store import USE_WITHIN
from rushes.watch.task import PollReason, PollWhy, Ref, Task


class Poller:
    """Polls one account's tasks, its `members`; the `pace` tells when a question may be sent."""

    def __init__(
        self,
        session: Session,
        tasks: TaskSource,
        clock: Clock,
        rng: Random,
        sharing: Sharing | None = None,
    ) -> None:
        self.account = session.account
        self.session = session
        self.condition = session.condition
        self.tasks = tasks
        self.clock = clock
        self.rng = rng
        self._sharing = sharing or Alone(clock)
        self.agreement = Agreement(session, self._sharing)
        self._intervals = session.intervals
        self.questions = Questions(session, tasks, clock, rng)
        self.together = Together(session, self.questions, clock)
        self.pace = Pace(session.account, self._intervals, clock, self._sharing)
        self._lanes = Lanes(self.pace.limit, self.together.limit, self.together.can_join)
        self.due = DueTasks(
            clock,
            self._lanes.health,
            lambda ref: urgency(tasks.task(ref)),
            self._intervals.shortest,
            self.together.gather,
        )
        self.members = Members(tasks)
        self._trials = Trials(session, clock, ask=self._ask_instead, follow=self._follow_condition)
        self._changed = asyncio.Event()
        self._paused = False
        self._wakes_at = inf
        self._was_open = True

    @property
    def state(self) -> AccountState:
        """The state of the account."""
        every = self.pace.asked_every() if self.members.polled else None
        return replace(self.condition.state, asked_every=every)

    def watch(self, task: Task) -> None:
        """Have `task` polled: at once, or when its interval since the last poll is over."""
        if task.closed or task.ref in self.due.busy:
            return
        delay, place = first_due(task, self._intervals.of(task), self.clock)
        self._intervals.expect(task)
        self.put(task.ref, self._until_late_files(task) if task.over else delay, place)

    def forget(self, ref: Ref) -> None:
        """Stop polling `ref`."""
        self.due.discard(ref)
        self.together.forget(ref)
        self._lanes.forget(ref)
        self._trials.forget(ref)
        self.members.forget(ref)
        self._changed.set()

    def poll_now(self, refs: Iterable[Ref]) -> Throttled | None:
        """Poll without waiting for the interval; None, or why not: a Retry-After is waited out."""
        if (why_not := self.condition.tried_by_hand()) is not None:
            return why_not
        self.session.look_again()
        for ref in refs:
            if ref not in self.due.busy:
                self.members.by_hand.add(ref)
                self.put(ref, 0.0, BY_HAND)
        self._follow_condition()
        return None

    def pause(self) -> None:
        """Start no further poll until `resume`."""
        self._paused = True

    def resume(self) -> None:
        """Go on."""
        self._paused = False
        self._changed.set()

    async def run(self) -> None:
        """Poll until cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._trials.run(self._askable))
                group.create_task(self._intervals.recall(self.tasks))
                while True:
                    self._changed.clear()
                    self._wakes_at = inf
                    next_due = self.due.look()
                    self._lanes.start(group, self._use)
                    if await self._lease():
                        continue
                    if next_due is None:
                        await self._changed.wait()
                    else:
                        self._wakes_at = self.clock.monotonic() + next_due
                        await self.clock.wait(self._changed, next_due)
        finally:
            self._sharing.leave(self._intervals.shortest)

    async def poll(self, ref: Ref) -> bool:
        """Ask about `ref` once, now, and take in what comes of it; whether anything was sent."""
        task = self.tasks.task(ref)
        if task is None or task.closed:
            return False
        return any(outcome.asked for outcome in (await self.ask_about(task)).values())

    async def ask_about(self, *tasks: Task) -> Mapping[Ref, Outcome]:
        """Ask about `tasks` now, over or not, in one request; what came of it where it told any."""
        refs, episode = [task.ref for task in tasks], self.condition.episode
        began = self.clock.monotonic()
        self.due.busy.update(refs)
        self.members.begin(refs)
        try:
            outcomes = await self.together.ask(tasks, self.members.polled)
        finally:
            self.due.busy.difference_update(refs)
            self.members.asking.difference_update(refs)
        for task in tasks:
            self._take_in(task, outcomes.get(task.ref), began)
        self._follow_condition()
        is_new = self.condition.episode != episode
        if is_new and any(outcome.asked for outcome in outcomes.values()):
            await self.agreement.tell_closed()
        return outcomes

    def _take_in(self, task: Task, outcome: Outcome | None, began: float) -> None:
        # Count the interval from the answer: when the question arrived there is unknown here.
        ref, now = task.ref, self.clock.monotonic()
        if outcome is None:  # told nothing of: it is asked about next
            self._sharing.done(ref, now)
            if self.tasks.task(ref) is not None:
                self.put(ref, 0.0)
            return
        self._lanes.note(ref, well=outcome.well, seconds=now - began)
        if outcome.asked:
            self.pace.answered(began, now, throttled=outcome.throttled)
            self._lanes.resize(self.pace.limit)
        if outcome.well:
            self._trials.answered(ref)
        if outcome.delay is None:
            self.forget(ref)
        else:
            self.put(ref, outcome.delay, place=now + outcome.delay)
            if not self.condition.open:
                # What holds it is the account's: it comes back with the others.
                self.members.put_off.add(ref)
        after = self.tasks.task(ref) or task
        self._intervals.ended(after)
        free_in = min(self._intervals.of(after), outcome.delay or inf)
        self._sharing.done(ref, now + free_in if outcome.asked else now)

    def learn(self, news: Task, wait: float) -> None:
        """Take over what another process heard of a task; it is asked about after `wait`."""
        self.condition.polled()
        self.pace.heard()
        self.tasks.learned(news, Plan(wait, PollWhy(PollReason.ELSEWHERE)))
        self._intervals.ended(self.tasks.task(news.ref))

    async def decide(self, refs: Iterable[Ref]) -> bool:
        """Ask the question that decides about the account, if one is due; whether it was sent."""
        return await self._trials.decide(self.members.open(refs) or self._askable())

    # -- the question that decides ------------------------------------------------------------

    def _askable(self) -> list[Task]:
        """The tasks that may be asked about this moment."""
        return [] if self._paused else self.members.askable()

    async def _ask_instead(self, task: Task) -> bool:
        """Ask about `task` out of its turn, in a lane's place; whether anything was sent."""
        self.due.take_out(task.ref)
        async with self.pace.room():
            await self.pace.start()
            # Only the task that was answered last is asked before its time.
            early = self.condition.by_hand or self.condition.suspected
            (turn,) = (await self.agreement.turns([task], {task.ref} if early else ())).turns
            self._follow_condition()
            at = self.condition.question_at
            now = self.clock.monotonic()
            if turn.news is not None:
                self.learn(turn.news, self._intervals.of(turn.news))
            if not turn.granted or at is None or at > now:
                self._sharing.done(task.ref, now)
                self.put(task.ref, max(turn.wait, self._intervals.of(task)), turn.place)
                return False
            return await self.poll(task.ref)

    def _follow_condition(self) -> None:
        """Act on the account's condition; once it is open, what was put off comes back."""
        was_open, self._was_open = self._was_open, self.condition.state.access is Access.OPEN
        if was_open and self._was_open and not self.members.put_off:
            return
        if self._was_open and self.members.put_off:
            back, self.members.put_off = self.members.put_off, set()
            for ref in back:
                if ref in self.due:
                    self.put(ref, self.condition.spread(len(back)))
        self._trials.changed.set()
        self._changed.set()

    # -- what is due --------------------------------------------------------------------------

    def put(self, ref: Ref, delay: float, place: float | None = None) -> None:
        """Have a task polled in so many seconds, and give it its place among those that wait."""
        if ref not in self.members.polled:
            self.members.polled.add(ref)
            self._trials.changed.set()
        self.due.put(ref, delay, place)
        if self.clock.monotonic() + delay < self._wakes_at:
            self._changed.set()

    async def _lease(self) -> bool:
        """Lease what is due for the lanes, a batch at a time; whether there was anything."""
        if self._paused or self.condition.suspected or not self.due.waiting:
            return False
        lanes, due = self._lanes, self.due
        wanted = [kind for kind in Health if lanes.wants(kind, due.first(kind))]
        refs = [ref for kind in wanted for ref in due.take(kind, lanes.leased)]
        problem = self.condition.state.problem
        if problem is not None:
            for ref in refs:
                self.due.busy.discard(ref)
                self.postpone(ref, problem, self.condition.wait())
        elif refs:
            for turn in await self.turns_for(refs):
                lanes.put(turn, lanes.health(turn.ref), due.place(turn.ref))
        return bool(refs)

    async def turns_for(self, refs: Iterable[Ref]) -> list[Turn]:
        """Lease tasks; the turns that were granted. The other tasks are put off."""
        self.due.busy.update(refs)
        tasks = [task for ref in refs if (task := self.tasks.task(ref)) and not task.closed]
        by_hand, waited = self.members.by_hand.intersection(refs), self.due.waited(refs)
        taken = await self.agreement.turns(tasks, by_hand, waited)
        self._follow_condition()
        self.due.busy.difference_update(refs)
        for ref in set(refs).difference(turn.ref for turn in taken.turns):
            # It was removed, so no turn was asked for; it may be watched again by now.
            if (task := self.tasks.task(ref)) is not None:
                self.watch(task)
        granted: list[Turn] = []
        for turn in taken.turns:
            if self.tasks.task(turn.ref) is None:
                continue
            late = self._until_late_files(turn.news or self.tasks.task(turn.ref))
            wait = max(turn.wait, late)
            if turn.news is not None:
                self.learn(turn.news, wait)
            task = self.tasks.task(turn.ref)
            if turn.granted and not late:
                self.due.busy.add(turn.ref)
                granted.append(turn)
            elif task is not None and not task.closed:
                self.put(turn.ref, wait, turn.place)
                if turn.granted:
                    self._sharing.done(turn.ref, self.clock.monotonic())
            else:
                self.forget(turn.ref)
        return granted

    # -- in a lane ----------------------------------------------------------------------------

    async def _use(self, turns: Sequence[Turn]) -> None:
        """Ask about the tasks whose turn it is, but for turns that are too old."""
        async with self.pace.room():
            if turns := [turn for turn in turns if self._is_current(turn)]:
                await self.pace.start()
                if tasks := [task for turn in turns if (task := self._taken_up(turn))]:
                    await self.ask_about(*tasks)
        if self.due.waiting:
            self._changed.set()

    def _is_current(self, turn: Turn) -> bool:
        """Whether a turn may be used; else its task is due again, unless it was taken out."""
        now = self.clock.monotonic()
        if self.due.was_taken_out(turn.ref):
            return False
        late = now > turn.use_by or self._paused
        if late or self.condition.state.access is not Access.OPEN:
            if not late:
                self._sharing.done(turn.ref, now)
            self.due.queue(turn.ref)
            return False
        return True

    def _taken_up(self, turn: Turn) -> Task | None:
        """The task whose turn is used now; None where it is not to be asked about any more."""
        if not self._is_current(turn):
            return None
        now, task = self.clock.monotonic(), self.tasks.task(turn.ref)
        self._lanes.used(now - turn.use_by + USE_WITHIN)
        self.due.busy.discard(turn.ref)
        if task is None or task.closed:
            self._sharing.done(turn.ref, now)
            return None
        self.pace.waited(self.due.place(turn.ref))
        return task

    def _until_late_files(self, task: Task | None) -> float:
        """Seconds until a success without files is asked about again; 0 for now, and by hand."""
        if task is None or task.ref in self.members.by_hand:
            return 0.0
        return late_files.wait(task, self._intervals.of(task), self.clock.now())

    def postpone(self, ref: Ref, problem: Problem, wait: float) -> None:
        """Put the task off for so many seconds, because of a problem of its account."""
        if self.tasks.task(ref) is not None:
            self.put(ref, wait)
            self.members.put_off.add(ref)
            self.tasks.postponed(ref, problem, Plan(wait, PollWhy(PollReason.ACCOUNT)))
