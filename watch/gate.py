"""Whether an account may be asked now.

One outage, one throttle and one refused key concern all tasks of an account: they close its gate
once, instead of backing off task by task. Pure: monotonic seconds and randomness are passed in.
"""

from random import Random

from providers.model import Problem, ProblemKind
from watch.schedule import Plan, after_problem

OUTAGE_FROM = 3
"""Server errors in a row that make an outage of them; a connection that fails is one at once."""

SPREAD = 0.05
"""Seconds over which each task that waited is spread when the gate opens again."""


class Gate:
    """An account's gate: open, closed until a time, or open a crack for one poll that tries."""

    def __init__(self, interval: float, rng: Random) -> None:
        self._interval = interval
        self._rng = rng
        self._streak = 0
        self._closings = 0
        self._closed_until = 0.0
        self._refused_until = 0.0
        self._disproved_until = 0.0
        self._trying = False
        self._waiting = 0
        self.problem: Problem | None = None
        self.by_hand = False

    @property
    def open(self) -> bool:
        """True while nothing keeps the account from being asked."""
        return self.problem is None

    @property
    def closed_until(self) -> float:
        """When it may be tried again (monotonic seconds); past while it is open."""
        return self._closed_until

    def wait(self, now: float) -> float:
        """Seconds for which a poll has to wait, spread so that those who wait do not come at once.

        0 lets it through. While the account is in trouble only one poll at a time is let through.
        """
        if self.open:
            return 0.0
        left = self._closed_until - now
        if left <= 0 and not self._trying:
            self._trying = True
            return 0.0
        self._waiting += 1
        spread = min(self._interval, self._waiting * SPREAD)
        return max(left, SPREAD) + self._rng.uniform(0, spread)

    @property
    def closings(self) -> int:
        """How often it was closed so far: tells an answer from before a closing from one after."""
        return self._closings

    def answered(self, closings: int) -> None:
        """The gateway answered what was asked when so many closings had been.

        An answer to what was asked before the last closing proves nothing about the time since.
        """
        if closings == self._closings:
            self.reopen()

    def reopen(self) -> None:
        """Whatever was wrong with the account is over."""
        self._disproved_until = self._refused_until
        self._streak = 0
        self._closed_until = 0.0
        self._trying = False
        self._waiting = 0
        self.problem = None
        self.by_hand = False

    def troubled(self, problem: Problem, now: float) -> Plan:
        """Close for what `problem` says about the account; the plan is that of the asking task."""
        self._trying = False
        self.by_hand = False
        self._streak += 1
        plan = after_problem(
            problem.kind, self._streak, problem.retry_after, self._interval, self._rng
        )
        if problem.http_status is None or self._streak >= OUTAGE_FROM or _of_account(problem):
            self.problem = problem
            self._waiting = 0
            self._closings += 1
            self._closed_until = now + plan.delay
            self._note_refusal(problem, self._closed_until)
        return plan

    def shut(self, problem: Problem, until: float) -> bool:
        """Close for what another process met, until then; False where that is nothing new.

        The word of a refused key stands for its time, and comes back to whoever gave it: once the
        key has served, it is over.
        """
        self._note_refusal(problem, until)
        disproved = problem.kind is ProblemKind.AUTH and until <= self._disproved_until
        if self.by_hand or disproved or until <= self._closed_until:
            return False
        self.problem = problem
        self._trying = False
        self._waiting = 0
        self._closings += 1
        self._closed_until = until
        return True

    def _note_refusal(self, problem: Problem, until: float) -> None:
        if problem.kind is ProblemKind.AUTH:
            self._refused_until = max(self._refused_until, until)

    def tried_by_hand(self, now: float) -> str:
        """Let the next poll through, a person asked for it; or say why not (Retry-After stands)."""
        left = self._closed_until - now
        kind = self.problem.kind if self.problem else None
        if kind is ProblemKind.RATE_LIMITED and left > 0:
            return f"throttled: the gateway asked to wait {left:.0f}s"
        self._closed_until = min(self._closed_until, now)
        self._trying = False
        self.by_hand = True
        return ""


def _of_account(problem: Problem) -> bool:
    return problem.kind in (ProblemKind.AUTH, ProblemKind.RATE_LIMITED)


def concerns_account(problem: Problem) -> bool:
    """Whether a problem is about the account or the gateway, rather than about one task."""
    return _of_account(problem) or problem.kind is ProblemKind.UNAVAILABLE
