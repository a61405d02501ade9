"""Whether an account may be asked now, concluded from what became of the questions so far.

A task's reply concerns that task. An account is suspected only where two tasks get no answer at
all, or are refused as strangers, with no good answer between them; then one question decides, and
the others are held back for it (docs/reliability.md). An outage, a throttle and a refused key hold
all tasks once, instead of task by task.
"""

from dataclasses import replace
from datetime import timedelta
from random import Random

from rushes.providers.model import Problem, ProblemKind, Snapshot
from rushes.watch.clock import Clock
from rushes.watch.polling.account_state import Access, AccountState
from rushes.watch.polling.schedule import after_closing
from rushes.watch.refusals import Throttled
from rushes.watch.task import NO_KEY, Ref

SPREAD = 0.05
"""Seconds for each waiting task, over which they come back when the account opens again."""

_NOT_OF_KEY = (ProblemKind.NOT_FOUND, ProblemKind.REFUSED, ProblemKind.MALFORMED)
"""Problems that a gateway reports only to callers whose key it accepted."""


class AccountCondition:
    """Follows one account; `state` is the result.

    `episode` counts its changes: an answer to a question of an earlier episode proves nothing about
    the time since. `by_hand` is whether a person wants a closed account tried.
    """

    def __init__(self, account_id: str, interval: float, clock: Clock, rng: Random) -> None:
        self.state = AccountState(account_id=account_id)
        self.episode = 0
        self.by_hand = False
        self._interval = interval
        self._clock = clock
        self._rng = rng
        self._closings = 0
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
        return self.state.access is not Access.CLOSED

    @property
    def suspected(self) -> bool:
        """Whether one question is to decide about the account."""
        return self.state.access is Access.SUSPECTED

    @property
    def question_at(self) -> float | None:
        """When the one question that decides is due; None while nothing is in doubt."""
        match self.state.access:
            case Access.OPEN:
                return None
            case Access.SUSPECTED:
                return 0.0
            case Access.CLOSED:
                return self.state.closed_until

    @property
    def key_refused(self) -> bool:
        """Whether the account is closed because its key was refused."""
        return _is_auth(self.state.problem)

    @property
    def doubts_key(self) -> bool:
        """Whether the key was refused, even if for one task only."""
        return any(map(_is_auth, (self.state.problem, self._doubt, *self._suspects.values())))

    @property
    def suspects(self) -> frozenset[Ref]:
        """The tasks whose questions raised the doubt: their answers cannot settle it."""
        return frozenset(self._suspects)

    def wait(self) -> float:
        """Seconds that a task is put off while the account is closed; few come back at once."""
        self._waiting += 1
        left = self.state.closed_until - self._clock.monotonic()
        return max(left, SPREAD) + self.spread(self._waiting)

    def spread(self, waiting: int) -> float:
        """A random number of seconds, within which so many tasks come back."""
        return self._rng.uniform(0, min(self._interval, waiting * SPREAD))

    # -- what became of a question ------------------------------------------------------------

    def polled(self) -> None:
        """Note that one of the account's tasks was asked about, here or by another process."""
        self.state = replace(self.state, polled_at=self._clock.now())

    def looked_for_key(self, missing: str) -> None:
        """Note that the key was looked for; `missing` says what to do where there is none."""
        self.state = replace(self.state, key_missing=missing)

    def answered(self, result: Snapshot | Problem, episode: int) -> None:
        """Note an answer, to a question of `episode`, that says nothing against the account."""
        if self.state.access is Access.OPEN:
            self._clear(result)
        elif episode == self.episode:
            if self._disproves(result):
                self._believe()
            else:
                self._close(self._doubt or self.state.problem)

    def failed(self, ref: Ref, problem: Problem, episode: int, *, alone: bool = False) -> None:
        """Note a problem of a task, in answer to a question of `episode`.

        `alone` is whether no other task is asked about. Questions from before an outage was
        concluded do not count again.
        """
        if problem.kind is ProblemKind.RATE_LIMITED:
            self._throttle(problem, episode)
        elif not concerns_account(problem):
            self._hold(ref, problem, episode)
        elif episode != self.episode:
            return
        elif self.state.access is Access.OPEN:
            self._suspect(ref, problem, alone=alone)
        elif self._disproves(problem):
            self._believe()
            self._suspect(ref, problem, alone=alone)
        else:
            self._close(problem)

    def _hold(self, ref: Ref, problem: Problem, episode: int) -> None:
        """Note a 503 that asks for a wait: a second task's closes the account for that time."""
        now = self._clock.monotonic()
        self._holds = {task: until for task, until in self._holds.items() if until > now}
        others = self._holds.keys() - {ref}
        asks = problem.kind is ProblemKind.UNAVAILABLE and problem.retry_after is not None
        if asks:
            self._holds[ref] = now + (problem.retry_after or 0.0)
        if asks and others and episode == self.episode:
            self._close(problem)
        else:
            self.answered(problem, episode)

    def _suspect(self, ref: Ref, problem: Problem, *, alone: bool) -> None:
        again = ref in self._suspects
        self._suspects[ref] = problem
        if problem.code == NO_KEY or (alone and again):
            self._close(problem)
        elif len(self._suspects) > 1 and self._clock.monotonic() >= self._trusted_until:
            self.state = replace(self.state, access=Access.SUSPECTED)
            self._doubt = problem
            self.episode += 1

    def _clear(self, result: Snapshot | Problem) -> None:
        self._suspects = {
            ref: problem
            for ref, problem in self._suspects.items()
            if not _speaks_against(result, problem)
        }

    def _disproves(self, result: Snapshot | Problem) -> bool:
        doubt = self._doubt or self.state.problem
        return doubt is None or _speaks_against(result, doubt)

    def _believe(self) -> None:
        was_suspected = self.suspected
        self.reopen()
        if was_suspected:
            self._trusted_until = self._clock.monotonic() + self._interval

    # -- closing and opening ------------------------------------------------------------------

    def with_another_key(self) -> None:
        """Open the account: the refusals so far were of another key."""
        self.reopen()
        self.episode += 1

    def reopen(self) -> None:
        """Open the account: whatever was wrong with it is over."""
        self._disproved_until = self._refused_until
        self.state = replace(
            self.state,
            access=Access.OPEN,
            problem=None,
            since=None,
            closed_until=0.0,
            retry_at=None,
        )
        self._closings = 0
        self._reset()

    def _close(self, problem: Problem | None) -> None:
        if problem is None:
            return
        self._closings += 1
        delay = after_closing(problem, self._closings, self._interval, self._rng)
        self._shut(problem, self._clock.monotonic() + delay)

    def _shut(self, problem: Problem, until: float) -> None:
        before = self.state.problem
        same = before is not None and before.kind is problem.kind
        since = self.state.since if same else self._clock.now()
        self.state = replace(self.state, access=Access.CLOSED, problem=problem, since=since)
        self._try_at(until)
        self.episode += 1
        self._note_refusal(problem, until)
        self._reset()

    def _reset(self) -> None:
        self._doubt = None
        self.by_hand = False
        self._suspects.clear()
        self._waiting = 0

    def _try_at(self, at: float) -> None:
        """Have the closed account be tried at `at` (monotonic seconds)."""
        left = timedelta(seconds=max(0.0, at - self._clock.monotonic()))
        self.state = replace(self.state, closed_until=at, retry_at=self._clock.now() + left)

    def _throttle(self, problem: Problem, episode: int) -> None:
        """Close; of several throttles in one episode the longest wait counts."""
        if episode == self.episode or self.open:
            self._close(problem)
        elif problem.retry_after is not None:
            wait = after_closing(problem, 1, self._interval, self._rng)
            self._try_at(max(self.state.closed_until, self._clock.monotonic() + wait))

    def shut(self, problem: Problem, until: float) -> bool:
        """Close for what another process met, until then; False where that is nothing new.

        A refusal of a key is kept in the database for its time, and so comes back to the process
        that wrote it. Once the key has served, such an old refusal is ignored.
        """
        self._note_refusal(problem, until)
        disproved = problem.kind is ProblemKind.AUTH and until <= self._disproved_until
        if self.by_hand or disproved or until <= self.state.closed_until:
            return False
        self._shut(problem, until)
        return True

    def _note_refusal(self, problem: Problem, until: float) -> None:
        if problem.kind is ProblemKind.AUTH:
            self._refused_until = max(self._refused_until, until)

    def tried_by_hand(self) -> Throttled | None:
        """Try a closed account now, as a person wants it; None, or why not (Retry-After)."""
        now, problem = self._clock.monotonic(), self.state.problem
        if problem is None:
            return None
        left = self.state.closed_until - now
        if problem.kind is ProblemKind.RATE_LIMITED and left > 0:
            return Throttled(left)
        self._try_at(min(self.state.closed_until, now))
        self.by_hand = True
        return None


def concerns_account(problem: Problem) -> bool:
    """Whether a problem may be the whole account's: its key, its pace, or the way to it."""
    no_reply = problem.kind is ProblemKind.UNAVAILABLE and problem.http_status is None
    return no_reply or problem.kind in (ProblemKind.AUTH, ProblemKind.RATE_LIMITED)


def _is_auth(problem: Problem | None) -> bool:
    return problem is not None and problem.kind is ProblemKind.AUTH


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
