"""Plans the next question about a task, and tells the account's condition of the last answer."""

from datetime import datetime, timedelta
from random import Random

from rushes.providers.model import Problem, Snapshot
from rushes.watch.clock import Clock
from rushes.watch.polling import late_files
from rushes.watch.polling.schedule import (
    NO_KEY_YET,
    Plan,
    after_answer,
    after_problem,
    not_before,
)
from rushes.watch.polling.session import Session
from rushes.watch.task import NO_KEY, PollReason, PollWhy, Ref, Task


class Planning:
    """Plans the next poll, and reports each answer to the account's condition."""

    def __init__(self, session: Session, clock: Clock, rng: Random) -> None:
        self._card = session.account.provider.card
        self._intervals = session.intervals
        self._condition = session.condition
        self._clock = clock
        self._rng = rng
        self._streaks: dict[Ref, int] = {}

    def after(
        self,
        task: Task,
        result: Snapshot | Problem,
        episode: int,
        took: float,
        *,
        alone: bool,
        again: bool = False,
        asked: float | None = None,
    ) -> Plan | None:
        """The next poll of `task`; None where it is not to be polled again.

        `task` was asked about in that episode of the account's condition, and the answer took so
        many seconds; `alone` is whether it is the only task that the account is asked about.
        `again` is whether the account's condition was told of this very problem, of another task
        that the same question was about. `asked` is the seconds that an answer asked to wait.
        """
        if isinstance(result, Problem) and not again:
            self._condition.failed(task.ref, result, episode, alone=alone)
        plan = self._after(task, result, episode, took)
        interval, now = self._intervals.usual, self._clock.now()
        if plan is not None and isinstance(result, Snapshot):
            plan = not_before(asked, plan)
        plan = late_files.plan(task, result, interval, now) or plan
        if plan is not None and isinstance(result, Snapshot):
            # What the answer took is part of the time between two polls.
            between = max(plan.delay, interval)
            self._intervals.note(task.ref, between / self._intervals.stretch)
        return plan

    def _after(
        self, task: Task, result: Snapshot | Problem, episode: int, took: float
    ) -> Plan | None:
        ref, interval = task.ref, self._intervals.usual
        if isinstance(result, Snapshot):
            self._condition.answered(result, episode)
            self._streaks.pop(ref, None)
            age = _age(task, result, self._clock.now())
            longer = self._intervals.after(task, result)
            card, rng = self._card, self._rng
            return after_answer(result.status, interval, card, age, rng, learned=longer, took=took)
        streak = self._streaks[ref] = self._streaks.get(ref, 0) + 1
        if result.code == NO_KEY:
            return Plan(NO_KEY_YET, PollWhy(PollReason.NO_KEY))
        plan = after_problem(result.kind, streak, result.retry_after, interval, self._rng)
        if not self._condition.open:
            # It is not worth a try before the account is.
            left = self._condition.state.closed_until - self._clock.monotonic()
            wait = left + self._condition.spread(1)
            return Plan(max(plan.delay, wait), plan.why)
        return plan

    def forget(self, ref: Ref) -> None:
        """Count no more for `ref`."""
        self._streaks.pop(ref, None)
        self._intervals.forget(ref)


def _age(task: Task, snapshot: Snapshot, now: datetime) -> float:
    began = snapshot.created_at or task.entry.added
    return (now + task.skew - began) / timedelta(seconds=1)
