"""An account's condition, and what becomes of questions at seconds that a test names."""

from random import Random

from manual_clock import ManualClock

from rushes.providers.model import Problem, Snapshot, Status
from rushes.watch.polling.condition import AccountCondition
from rushes.watch.task import Ref

INTERVAL = 5.0
GOOD = Snapshot(status=Status.RUNNING, raw_status="running")


class Condition(AccountCondition):
    """An account's condition whose clock stands at 0 until something happens later."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.clock.ticks = 0.0
        super().__init__("hiapi", INTERVAL, self.clock, Random(1))


def condition() -> Condition:
    """The condition of an account about which nothing is known yet."""
    return Condition()


def fails(
    it: Condition,
    ref: Ref,
    problem: Problem,
    now: float = 0.0,
    *,
    asked_in: int | None = None,
    alone: bool = False,
) -> None:
    """A trouble comes back at that second, of what was asked just now or in that episode."""
    it.clock.ticks = now
    it.failed(ref, problem, it.episode if asked_in is None else asked_in, alone=alone)


def succeeds(
    it: Condition, now: float = 0.0, result: Snapshot | Problem = GOOD, asked_in: int | None = None
) -> None:
    """An answer comes back at that second, to what was asked just now or in that episode."""
    it.clock.ticks = now
    it.answered(result, it.episode if asked_in is None else asked_in)
