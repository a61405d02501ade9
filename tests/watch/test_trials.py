"""When an account that is in doubt or in trouble is asked, and about which task."""

import asyncio
from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from conditions import GOOD, INTERVAL, Condition, condition, fails, succeeds
from fake_gateway import KEY, Gateway, entry, session_with
from manual_clock import ManualClock

from rushes.providers.model import Problem, ProblemKind, Snapshot
from rushes.providers.secret import Secret
from rushes.watch.polling.account_state import Access
from rushes.watch.polling.condition import AccountCondition
from rushes.watch.polling.session import Session
from rushes.watch.polling.trials import Trials
from rushes.watch.refusals import Throttled
from rushes.watch.task import Ref, Task

A, B, C = (Ref("hiapi", name) for name in "abc")

RESET = Problem(kind=ProblemKind.UNAVAILABLE, message="connection reset")
REFUSED_KEY = Problem(kind=ProblemKind.AUTH, message="invalid key", http_status=401)
THROTTLED = Problem(
    kind=ProblemKind.RATE_LIMITED, message="slow down", http_status=429, retry_after=39.0
)


def by_hand(it: Condition, now: float) -> Throttled | None:
    it.clock.ticks = now
    return it.tried_by_hand()


def closed(problem: Problem, now: float = 0.0, it: Condition | None = None) -> Condition:
    it = it or condition()
    for ref in (A, B, C):
        fails(it, ref, problem, now)
    assert it.state.access is Access.CLOSED
    return it


def waits(it: Condition, problem: Problem, count: int) -> list[float]:
    """Seconds from trial to trial, each of which is answered with the same problem."""
    now, waited = 0.0, list[float]()
    for _ in range(count):
        assert it.question_at is not None
        waited.append(it.question_at - now)
        now = it.question_at
        fails(it, A, problem, now)
    return waited


# -- when ----------------------------------------------------------------------------------------


def test_a_refused_account_is_asked_after_1_2_4_8_and_then_each_15_minutes() -> None:
    waited = waits(closed(REFUSED_KEY), REFUSED_KEY, 7)
    for wait, minutes in zip(waited, [1, 2, 4, 8, 15, 15, 15], strict=True):
        assert minutes * 60 <= wait <= minutes * 66


def test_after_a_good_answer_the_minutes_begin_anew() -> None:
    it = closed(REFUSED_KEY)
    waits(it, REFUSED_KEY, 5)
    succeeds(it, 5000.0)
    assert it.state.access is Access.OPEN
    closed(REFUSED_KEY, 6000.0, it)
    assert 6060.0 <= it.state.closed_until <= 6066.0


def test_trials_of_an_outage_come_ever_less_often_and_one_answer_ends_it() -> None:
    it = closed(RESET)
    waited = waits(it, RESET, 6)
    assert INTERVAL <= waited[0] <= 1.3 * INTERVAL
    assert all(INTERVAL <= wait <= 60.0 for wait in waited)
    assert waited[-1] >= 30.0
    succeeds(it, 300.0)
    assert it.state.access is Access.OPEN
    assert it.state.problem is None


def test_another_key_opens_at_once_and_refusals_of_the_old_one_count_no_more() -> None:
    it = closed(REFUSED_KEY)
    before = it.episode
    it.with_another_key()
    assert it.state.access is Access.OPEN
    for ref in (A, B, C):
        fails(it, ref, REFUSED_KEY, 1.0, asked_in=before)
    assert it.state.access is Access.OPEN


@pytest.mark.parametrize("problem", [REFUSED_KEY, RESET])
def test_by_hand_the_question_is_asked_at_once_and_once(problem: Problem) -> None:
    it = closed(problem)
    assert by_hand(it, 1.0) is None
    assert it.question_at is not None
    assert it.question_at <= 1.0
    fails(it, A, problem, 1.0)
    assert it.question_at >= 1.0 + INTERVAL
    assert by_hand(it, 2.0) is None
    succeeds(it, 2.0)
    assert it.state.access is Access.OPEN


def test_retry_after_is_not_beaten_by_hand() -> None:
    it = condition()
    fails(it, A, THROTTLED, 0.0)
    assert by_hand(it, 0.0) == Throttled(39.0)
    assert it.question_at == 39.0
    assert by_hand(it, 39.0) is None


# -- what another process met --------------------------------------------------------------------


def test_what_another_process_met_holds_until_then() -> None:
    it = condition()
    assert it.shut(THROTTLED, 39.0)
    assert (it.state.access, it.question_at) == (Access.CLOSED, 39.0)
    assert not it.shut(THROTTLED, 39.0)
    assert it.shut(THROTTLED, 50.0)


def test_what_another_process_met_settles_what_was_in_doubt() -> None:
    it = condition()
    for ref in (A, B):
        fails(it, ref, REFUSED_KEY, 0.0)
    assert it.state.access is Access.SUSPECTED
    assert it.shut(REFUSED_KEY, 60.0)
    assert (it.state.access, it.question_at) == (Access.CLOSED, 60.0)


def test_a_refusal_that_was_disproved_is_not_believed_again_and_a_new_one_is() -> None:
    it = closed(REFUSED_KEY)
    told_until = it.state.closed_until
    by_hand(it, 10.0)
    assert not it.shut(REFUSED_KEY, told_until)
    succeeds(it, 10.0)
    assert not it.shut(REFUSED_KEY, told_until)
    assert it.shut(REFUSED_KEY, told_until + 5.0)


def test_a_throttle_is_believed_whatever_served_before() -> None:
    it = closed(REFUSED_KEY)
    it.reopen()
    assert it.shut(THROTTLED, 39.0)
    assert it.wait() >= 38.0


# -- about which task ----------------------------------------------------------------------------


class Account:
    """Three tasks, and trials that note whom they ask; the answer is what the test says."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.key = KEY
        self.asked: list[tuple[float, Ref]] = []
        self.answer: Problem | Snapshot = GOOD
        self.looked = 0
        self.sent = True
        gateway = Gateway(clock, str)
        self.session: Session = session_with(clock, gateway, lambda: self.key)
        self.trials = Trials(self.session, clock, ask=self._ask, follow=self._look)
        self.tasks = {
            entry(name).ref: Task(
                entry=entry(name), last_polled_at=clock.now() - timedelta(seconds=ago)
            )
            for name, ago in (("a", 10), ("b", 30), ("c", 20))
        }

    @property
    def condition(self) -> AccountCondition:
        return self.session.condition

    async def _ask(self, task: Task) -> bool:
        if self.sent:
            now = self.clock.monotonic()
            self.asked.append((now, task.ref))
            self.tasks[task.ref] = replace(task, last_polled_at=self.clock.now())
            if isinstance(self.answer, Snapshot):
                self.condition.answered(self.answer, self.condition.episode)
            else:
                self.condition.failed(task.ref, self.answer, self.condition.episode)
        return self.sent

    def _look(self) -> None:
        self.looked += 1
        self.trials.changed.set()

    def known(self) -> Collection[Task]:
        return self.tasks.values()

    def fail(self, *refs: Ref, problem: Problem = RESET) -> None:
        for ref in refs:
            self.condition.failed(ref, problem, self.condition.episode)
        self.trials.changed.set()


async def test_nothing_is_asked_while_nothing_is_in_doubt(clock: ManualClock) -> None:
    it = Account(clock)
    it.fail(A)
    assert not await it.trials.decide(it.known())
    assert it.asked == []


async def test_in_doubt_the_task_that_was_answered_last_is_asked(clock: ManualClock) -> None:
    it = Account(clock)
    for ref in (A, C, A):
        it.trials.answered(ref)
    it.fail(B, C)
    assert await it.trials.decide(it.known())
    assert [ref for _, ref in it.asked] == [A]
    assert it.condition.state.access is Access.OPEN


async def test_a_task_that_is_forgotten_is_not_asked(clock: ManualClock) -> None:
    it = Account(clock)
    for ref in (C, A):
        it.trials.answered(ref)
    it.trials.forget(A)
    it.fail(B, Ref("hiapi", "of-another-list"))
    await it.trials.decide(it.known())
    assert [ref for _, ref in it.asked] == [C]


async def test_in_doubt_and_none_answered_yet_the_one_that_waited_longest_is_asked(
    clock: ManualClock,
) -> None:
    it = Account(clock)
    it.fail(A, C)
    await it.trials.decide(it.known())
    assert [ref for _, ref in it.asked] == [B]


async def test_who_was_never_asked_waited_longest(clock: ManualClock) -> None:
    it = Account(clock)
    it.tasks[C] = replace(it.tasks[C], last_polled_at=None)
    it.fail(A, B)
    await it.trials.decide(it.known())
    assert [ref for _, ref in it.asked] == [C]


async def test_trials_of_a_closed_account_go_to_each_task_in_its_turn(clock: ManualClock) -> None:
    it = Account(clock)
    it.trials.answered(A)
    it.answer = REFUSED_KEY
    it.fail(A, B, C, problem=REFUSED_KEY)
    run = asyncio.create_task(it.trials.run(it.known))
    began = clock.monotonic()
    await clock.advance(31 * 60)
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)
    assert [ref for _, ref in it.asked] == [B, C, A, B]
    times = [began, *(at for at, _ in it.asked)]
    for (before, after), minutes in zip(pairwise(times), [1, 2, 4, 8], strict=True):
        assert minutes * 60 <= after - before <= minutes * 66


async def test_where_nobody_can_be_asked_it_is_tried_again_each_second(clock: ManualClock) -> None:
    it = Account(clock)
    it.sent = False
    it.fail(A, B)
    run = asyncio.create_task(it.trials.run(it.known))
    await clock.advance(3.0)
    it.sent = True
    await clock.advance(1.0)
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)
    assert len(it.asked) == 1
    assert it.condition.state.access is Access.OPEN


async def test_while_the_key_is_refused_another_one_opens_as_soon_as_it_is_found(
    clock: ManualClock,
) -> None:
    it = Account(clock)
    await it.session.key()
    it.fail(A, B, C, problem=REFUSED_KEY)
    run = asyncio.create_task(it.trials.run(it.known))
    await clock.advance(10.0)
    it.key = Secret("another-test-key")
    await clock.advance(35.0)
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)
    assert it.condition.state.access is Access.OPEN
    assert it.looked > 0
    assert it.asked == []
