"""When a task is asked about again."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sampling import rounds

from rushes.providers.dimilinks import CARD as DIMILINKS
from rushes.providers.hiapi import CARD as HIAPI
from rushes.providers.model import ProblemKind, Status
from rushes.watch.polling.schedule import (
    RETRY_AFTER_CAP,
    Plan,
    after_answer,
    after_problem,
    back_off,
    not_before,
)
from rushes.watch.polling.timetable import WIDTH, Timetable
from rushes.watch.task import PollReason, PollWhy, Ref


@pytest.mark.parametrize("status", [s for s in Status if s.terminal])
def test_a_terminal_task_is_never_asked_again(status: Status) -> None:
    assert after_answer(status, 5.0, HIAPI, 10.0, Random(1)) is None


@pytest.mark.parametrize(
    ("asked", "waited", "reason"),
    [
        (None, 5.0, PollReason.INTERVAL),
        (2.0, 5.0, PollReason.INTERVAL),
        (30.0, 30.0, PollReason.RETRY_AFTER),
        (1e9, RETRY_AFTER_CAP, PollReason.RETRY_AFTER_CAPPED),
    ],
)
def test_an_answer_may_put_off_the_next_question_and_never_hastens_it(
    asked: float | None, waited: float, reason: PollReason
) -> None:
    plan = not_before(asked, Plan(5.0, PollWhy(PollReason.INTERVAL, 5.0)))
    assert (plan.delay, plan.why.reason) == (waited, reason)


def test_no_word_to_wait_hastens_a_plan_that_is_later_than_the_cap() -> None:
    plan = Plan(600.0, PollWhy(PollReason.INTERVAL, 600.0))
    assert not_before(1e9, plan) == plan
    assert after_problem(ProblemKind.RATE_LIMITED, 1, 1e9, 600.0, Random(1)).delay == 600.0


@settings(derandomize=True, max_examples=rounds(30, 1000))
@given(interval=st.floats(0.1, 600), seed=st.integers(0, 999))
def test_a_running_task_is_asked_within_a_tenth_after_its_interval_and_never_before(
    interval: float, seed: int
) -> None:
    plan = after_answer(Status.RUNNING, interval, HIAPI, 10.0, Random(seed))
    assert plan is not None
    assert interval <= plan.delay <= interval * 1.1 + 1e-9


def test_an_unknown_status_is_asked_about_more_slowly() -> None:
    plan = after_answer(Status.UNKNOWN, 5.0, HIAPI, 10.0, Random(1))
    assert plan is not None
    assert plan.delay >= 20.0


def test_past_the_documents_advice_a_task_is_asked_six_times_more_slowly_and_not_given_up() -> None:
    before = after_answer(Status.RUNNING, 3.0, DIMILINKS, 599.0, Random(1))
    after = after_answer(Status.RUNNING, 3.0, DIMILINKS, 601.0, Random(1))
    assert before is not None
    assert after is not None
    assert before.delay < 3.4
    assert after.delay >= 18.0


@pytest.mark.parametrize(
    ("asked", "waited"), [(0.0, 5.0), (39.0, 39.0), (120.0, 120.0), (1e9, RETRY_AFTER_CAP)]
)
def test_retry_after_is_obeyed_up_to_a_cap_and_never_shortens_the_interval(
    asked: float, waited: float
) -> None:
    plan = after_problem(ProblemKind.RATE_LIMITED, 1, asked, 5.0, Random(1))
    assert plan.delay == waited
    capped = asked > RETRY_AFTER_CAP
    reason = PollReason.RETRY_AFTER_CAPPED if capped else PollReason.RETRY_AFTER
    assert plan.why == PollWhy(reason, asked)


@settings(derandomize=True, max_examples=rounds(30, 1000))
@given(streak=st.integers(1, 50), interval=st.floats(0.5, 60), seed=st.integers(0, 999))
def test_back_off_stays_between_the_interval_and_its_cap(
    streak: int, interval: float, seed: int
) -> None:
    assert interval <= back_off(streak, interval, Random(seed)) <= 60.0


class Unlucky(Random):
    """Draws the least each time."""

    def uniform(self, a: float, b: float) -> float:
        return min(a, b)


@pytest.mark.parametrize("interval", [3.0, 5.0, 10.0, 15.0])
def test_even_with_bad_luck_there_are_six_tries_in_a_minute_at_most(interval: float) -> None:
    """Row 9, at the shortest and the longest of the built-in intervals."""
    tries = [0.0]
    for streak in range(1, 10):
        tries.append(tries[-1] + back_off(streak, interval, Unlucky()))
    assert sum(at < 60.0 for at in tries) <= 6


def test_back_off_grows_with_the_streak() -> None:
    early = sum(back_off(1, 2.0, Random(seed)) for seed in range(200))
    late = sum(back_off(5, 2.0, Random(seed)) for seed in range(200))
    assert late > 3 * early


def test_a_refused_poll_is_repeated_slowly_and_a_bad_answer_on_time() -> None:
    assert after_problem(ProblemKind.REFUSED, 1, None, 5.0, Random(1)).delay >= 30.0
    assert after_problem(ProblemKind.MALFORMED, 1, None, 5.0, Random(1)).delay <= 5.5


def test_a_timetable_gives_what_is_due_and_never_early() -> None:
    table = Timetable()
    late, soon = Ref("hiapi", "late"), Ref("hiapi", "soon")
    table.put(late, 10.0)
    table.put(soon, 1.01)
    assert table.take(1.0) == []
    assert table.take(1.01 + WIDTH) == [soon]
    assert table.next_at() == pytest.approx(10.0)
    table.put(late, 20.0)
    assert table.take(19.0) == []
    assert late in table
    table.discard(late)
    assert table.next_at() is None
    assert len(table) == 0
