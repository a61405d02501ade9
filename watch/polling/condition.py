"""Whether an account may be asked now, concluded from what became of the questions so far.

What one task's reply says concerns that task. An account is suspected only where two tasks get no
answer at all, or are refused as strangers, with no good answer between; then one question decides,
and the others are held back for it (interface.md, "Refusals and troubles"). An outage, a throttle
and a refused key hold all tasks once, instead of task by task. Pure: monotonic seconds and
randomness are passed in.
"""

from enum import Enum
from random import Random

from rushes.providers.model import Problem, ProblemKind, Snapshot
from rushes.watch.polling.schedule import after_closing
from rushes.watch.refusals import Throttled
from rushes.watch.task import NO_KEY, Ref

SPREAD = 0.05
"""Seconds over which each task that waited is spread when the gate opens again."""

_NOT_OF_KEY = (ProblemKind.NOT_FOUND, ProblemKind.REFUSED, ProblemKind.MALFORMED)
"""Answers that are given to those only whose key is accepted."""


class ConditionState(Enum):
    """How an account stands."""

    OPEN = "open"
    SUSPECTED = "suspected"
    CLOSED = "closed"


class AccountCondition:
    """An account's gate. `episode` tells answers to what was asked before its last change."""

    def __init__(self, interval: float, rng: Random) -> None:
        self._interval = interval
        self._rng = rng
        self.state = ConditionState.OPEN
        self.problem: Problem | None = None
        self.episode = 0
        self.by_hand = False
        self._closings = 0
        self._closed_until = 0.0
        self._suspects: dict[Ref, Problem] = {}
        self._doubt: Problem | None = None
        self._trusted_until = 0.0
        self._holds: dict[Ref, float] = {}
        self._refused_until = 0.0
        self._disproved_until = 0.0
        self._waiting = 0

    @property
    def open(self) -> bool:
        """True unless the account is known to be in trouble."""
        return self.state is not ConditionState.CLOSED

    @property
    def closed_until(self) -> float:
        """When a closed gate is tried again (monotonic seconds)."""
        return self._closed_until

    @property
    def question_at(self) -> float | None:
        """When the one question is to be asked that decides; None while nothing is in doubt."""
        match self.state:
            case ConditionState.OPEN:
                return None
            case ConditionState.SUSPECTED:
                return 0.0
            case ConditionState.CLOSED:
                return self._closed_until

    @property
    def doubts_key(self) -> bool:
        """Whether the key was refused, be it for one task only."""
        said = (self.problem, self._doubt, *self._suspects.values())
        return any(problem is not None and problem.kind is ProblemKind.AUTH for problem in said)

    @property
    def suspects(self) -> frozenset[Ref]:
        """The tasks whose questions raised the doubt: they can say nothing against it."""
        return frozenset(self._suspects)

    def wait(self, now: float) -> float:
        """Seconds that a task is put off while the gate is closed; few come back at once."""
        self._waiting += 1
        return max(self._closed_until - now, SPREAD) + self.spread(self._waiting)

    def spread(self, waiting: int) -> float:
        """Seconds by chance, within which so many tasks come back."""
        return self._rng.uniform(0, min(self._interval, waiting * SPREAD))

    # -- what became of a question ------------------------------------------------------------

    def answered(self, result: Snapshot | Problem, episode: int, now: float) -> None:
        """Take in an answer that says nothing against the account.

        It was asked in `episode`. To what was asked before the last change an answer proves
        nothing about the time since.
        """
        if self.state is ConditionState.OPEN:
            self._clear(result)
        elif episode == self.episode:
            if self._disproves(result):
                self._believe(now)
            else:
                self._close(self._doubt or self.problem, now)

    def failed(
        self, ref: Ref, problem: Problem, episode: int, now: float, *, alone: bool = False
    ) -> None:
        """Take in a trouble of `ref`'s; `alone` where it is the only task that is asked about.

        Of an outage that was concluded already, what was asked before counts no more.
        """
        if problem.kind is ProblemKind.RATE_LIMITED:
            self._throttle(problem, episode, now)
        elif not concerns_account(problem):
            self._hold(ref, problem, episode, now)
        elif episode != self.episode:
            return
        elif self.state is ConditionState.OPEN:
            self._suspect(ref, problem, now, alone=alone)
        elif self._disproves(problem):
            self._believe(now)
            self._suspect(ref, problem, now, alone=alone)
        else:
            self._close(problem, now)

    def _hold(self, ref: Ref, problem: Problem, episode: int, now: float) -> None:
        """A 503 that asks for a wait holds its task, and the account where a second one came."""
        self._holds = {task: until for task, until in self._holds.items() if until > now}
        others = self._holds.keys() - {ref}
        asks = problem.kind is ProblemKind.UNAVAILABLE and problem.retry_after is not None
        if asks:
            self._holds[ref] = now + (problem.retry_after or 0.0)
        if asks and others and episode == self.episode:
            self._close(problem, now)
        else:
            self.answered(problem, episode, now)

    def _suspect(self, ref: Ref, problem: Problem, now: float, *, alone: bool) -> None:
        again = ref in self._suspects
        self._suspects[ref] = problem
        if problem.code == NO_KEY or (alone and again):
            self._close(problem, now)
        elif len(self._suspects) > 1 and now >= self._trusted_until:
            self.state = ConditionState.SUSPECTED
            self._doubt = problem
            self.episode += 1

    def _clear(self, result: Snapshot | Problem) -> None:
        self._suspects = {
            ref: problem
            for ref, problem in self._suspects.items()
            if not _speaks_against(result, problem)
        }

    def _disproves(self, result: Snapshot | Problem) -> bool:
        doubt = self._doubt or self.problem
        return doubt is None or _speaks_against(result, doubt)

    def _believe(self, now: float) -> None:
        was_suspected = self.state is ConditionState.SUSPECTED
        self.reopen()
        if was_suspected:
            self._trusted_until = now + self._interval

    # -- closing and opening ------------------------------------------------------------------

    def with_another_key(self) -> None:
        """Open it: what was said of the key so far was said of another one."""
        self.reopen()
        self.episode += 1

    def reopen(self) -> None:
        """Whatever was wrong with the account is over."""
        self._disproved_until = self._refused_until
        self.state = ConditionState.OPEN
        self.problem = self._doubt = None
        self.by_hand = False
        self._closings = 0
        self._closed_until = 0.0
        self._suspects.clear()
        self._waiting = 0

    def _close(self, problem: Problem | None, now: float) -> None:
        if problem is None:
            return
        self._closings += 1
        delay = after_closing(problem, self._closings, self._interval, self._rng)
        self._shut(problem, now + delay)

    def _shut(self, problem: Problem, until: float) -> None:
        self.state = ConditionState.CLOSED
        self.problem, self._doubt = problem, None
        self.by_hand = False
        self.episode += 1
        self._closed_until = until
        self._suspects.clear()
        self._waiting = 0
        self._note_refusal(problem, until)

    def _throttle(self, problem: Problem, episode: int, now: float) -> None:
        """Close; of several answers to what was asked at one time the longest wait counts."""
        if episode == self.episode or self.open:
            self._close(problem, now)
        elif problem.retry_after is not None:
            asked = after_closing(problem, 1, self._interval, self._rng)
            self._closed_until = max(self._closed_until, now + asked)

    def shut(self, problem: Problem, until: float) -> bool:
        """Close for what another process met, until then; False where that is nothing new.

        The word of a refused key stands for its time, and comes back to whoever gave it: once the
        key has served, it is over.
        """
        self._note_refusal(problem, until)
        disproved = problem.kind is ProblemKind.AUTH and until <= self._disproved_until
        if self.by_hand or disproved or until <= self._closed_until:
            return False
        self._shut(problem, until)
        return True

    def _note_refusal(self, problem: Problem, until: float) -> None:
        if problem.kind is ProblemKind.AUTH:
            self._refused_until = max(self._refused_until, until)

    def tried_by_hand(self, now: float) -> Throttled | None:
        """Have the next question be asked now, as a person wants it; or why not."""
        left = self._closed_until - now
        if self.problem is None:
            return None
        if self.problem.kind is ProblemKind.RATE_LIMITED and left > 0:
            return Throttled(left)
        self._closed_until = min(self._closed_until, now)
        self.by_hand = True
        return None


def concerns_account(problem: Problem) -> bool:
    """Whether a problem may be the whole account's: its key, its pace, or the way to it."""
    no_reply = problem.kind is ProblemKind.UNAVAILABLE and problem.http_status is None
    return no_reply or problem.kind in (ProblemKind.AUTH, ProblemKind.RATE_LIMITED)


def _speaks_against(result: Snapshot | Problem, doubt: Problem) -> bool:
    """Whether an answer shows that what `doubt` says is not so of the account."""
    if isinstance(result, Snapshot):
        return True
    if result.http_status is None:
        return False
    if doubt.kind is ProblemKind.AUTH:
        # A 200 that was cut short was given to an accepted key, too; some refusals come with 200.
        was_cut = result.kind is ProblemKind.UNAVAILABLE and 200 <= result.http_status < 300
        return result.kind in _NOT_OF_KEY or was_cut
    return True
