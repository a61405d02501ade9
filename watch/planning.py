"""What follows from a poll: when its task is asked about next, and what it says of the account."""

from datetime import datetime, timedelta
from random import Random

from providers.model import Problem, ProblemKind, Snapshot
from watch.clock import Clock
from watch.gate import Gate, concerns_account
from watch.schedule import Plan, after_answer, after_problem, at_interval
from watch.settings import Account
from watch.task import Ref, Task


class Planning:
    """Counts the polls in a row that told nothing, and opens and closes the account's gate."""

    def __init__(self, account: Account, gate: Gate, clock: Clock, rng: Random) -> None:
        self._account = account
        self._gate = gate
        self._clock = clock
        self._rng = rng
        self._streaks: dict[Ref, int] = {}

    def after(self, task: Task, result: Snapshot | Problem, closings: int) -> Plan | None:
        """The next poll, None for none; `task` was asked about after so many closings."""
        ref, interval = task.ref, self._account.poll_interval
        if isinstance(result, Snapshot):
            self._gate.answered(closings)
            self._streaks.pop(ref, None)
            age = _age(task, result, self._clock.now())
            card = self._account.provider.card
            return after_answer(result.status, interval, card, age, self._rng)
        streak = self._streaks[ref] = self._streaks.get(ref, 0) + 1
        if result.kind is ProblemKind.AUTH and closings != self._gate.closings:
            # That may have been another key than the one of now.
            return at_interval(interval, self._rng)
        if concerns_account(result):
            plan = self._gate.troubled(result, self._clock.monotonic())
            if result.kind is not ProblemKind.UNAVAILABLE:
                return plan
        else:
            self._gate.answered(closings)
        return after_problem(result.kind, streak, result.retry_after, interval, self._rng)

    def forget(self, ref: Ref) -> None:
        """Count no more for `ref`."""
        self._streaks.pop(ref, None)


def _age(task: Task, snapshot: Snapshot, now: datetime) -> float:
    began = snapshot.created_at or task.entry.added
    return (now + task.skew - began) / timedelta(seconds=1)
