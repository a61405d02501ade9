"""When an account is in trouble, and when only its tasks are."""

import pytest
from conditions import GOOD, INTERVAL, Condition, condition, fails, succeeds
from hypothesis import given
from hypothesis import strategies as st

from rushes.providers.model import Problem, ProblemKind, Snapshot
from rushes.watch.polling.account_state import Access
from rushes.watch.polling.condition import SPREAD
from rushes.watch.task import NO_KEY, Ref

A, B, C = (Ref("hiapi", name) for name in "abc")

RESET = Problem(kind=ProblemKind.UNAVAILABLE, message="connection reset")
TIMED_OUT = Problem(kind=ProblemKind.UNAVAILABLE, message="no answer within 30 s")
CUT = Problem(kind=ProblemKind.UNAVAILABLE, message="cut short", http_status=200)
SERVER_ERROR = Problem(kind=ProblemKind.UNAVAILABLE, message="server error (500)", http_status=500)
BUSY = Problem(
    kind=ProblemKind.UNAVAILABLE, message="come later", http_status=503, retry_after=20.0
)
THROTTLED = Problem(
    kind=ProblemKind.RATE_LIMITED, message="slow down", http_status=429, retry_after=39.0
)
REFUSED_KEY = Problem(kind=ProblemKind.AUTH, message="invalid key", http_status=401)
REFUSED_IN_BODY = Problem(kind=ProblemKind.AUTH, message="invalid key", http_status=200, code="401")
WITHOUT_KEY = Problem(kind=ProblemKind.AUTH, message="set A_KEY", code=NO_KEY)
PAGE = Problem(kind=ProblemKind.REFUSED, message="a web page", http_status=403)
NOT_FOUND = Problem(kind=ProblemKind.NOT_FOUND, message="no such task", http_status=404)
MALFORMED = Problem(kind=ProblemKind.MALFORMED, message="no JSON", http_status=200)


def suspected(problem: Problem = RESET, now: float = 0.0) -> Condition:
    it = condition()
    fails(it, A, problem, now)
    fails(it, B, problem, now)
    assert it.state.access is Access.SUSPECTED
    return it


def closed(problem: Problem = RESET, now: float = 0.0) -> Condition:
    it = suspected(problem, now)
    fails(it, C, problem, now)
    assert it.state.access is Access.CLOSED
    return it


# -- what one task's reply says concerns that task -----------------------------------------------


@pytest.mark.parametrize("problem", [CUT, SERVER_ERROR, PAGE, NOT_FOUND, MALFORMED, BUSY])
def test_a_reply_with_a_status_line_is_that_tasks_trouble_however_often_it_comes(
    problem: Problem,
) -> None:
    it = condition()
    for _ in range(50):
        fails(it, A, problem)
    assert it.state.access is Access.OPEN


@pytest.mark.parametrize("problem", [CUT, SERVER_ERROR, PAGE, NOT_FOUND, MALFORMED])
def test_not_even_of_many_tasks_does_such_a_reply_concern_the_account(problem: Problem) -> None:
    it = condition()
    for n in range(50):
        fails(it, Ref("hiapi", f"t{n}"), problem)
    assert it.state.access is Access.OPEN


@pytest.mark.parametrize("problem", [RESET, TIMED_OUT, REFUSED_KEY, REFUSED_IN_BODY])
def test_one_task_that_is_not_answered_or_refused_is_that_tasks_trouble(problem: Problem) -> None:
    it = condition()
    for _ in range(50):
        fails(it, A, problem)
    assert it.state.access is Access.OPEN
    assert it.question_at is None


# -- one question decides ------------------------------------------------------------------------


@pytest.mark.parametrize("first", [RESET, REFUSED_KEY])
@pytest.mark.parametrize("second", [TIMED_OUT, REFUSED_KEY, REFUSED_IN_BODY])
def test_a_second_tasks_trouble_has_one_question_asked_at_once(
    first: Problem, second: Problem
) -> None:
    it = condition()
    fails(it, A, first, 100.0)
    fails(it, B, second, 100.0)
    assert it.state.access is Access.SUSPECTED
    assert it.open
    assert it.state.problem is None
    assert it.question_at is not None
    assert it.question_at <= 100.0


@pytest.mark.parametrize("problem", [RESET, REFUSED_KEY])
def test_a_good_answer_in_between_means_that_nothing_is_in_doubt(problem: Problem) -> None:
    it = condition()
    for n in range(20):
        fails(it, Ref("hiapi", f"t{n}"), problem)
        succeeds(it)
    assert it.state.access is Access.OPEN


def test_an_error_that_the_gateway_answers_shows_that_it_can_be_reached() -> None:
    it = condition()
    fails(it, A, RESET)
    fails(it, C, SERVER_ERROR)
    fails(it, B, RESET)
    assert it.state.access is Access.OPEN


def test_a_server_error_shows_nothing_of_the_key_and_a_cut_200_does() -> None:
    it = condition()
    fails(it, A, REFUSED_KEY)
    fails(it, C, CUT)
    fails(it, B, REFUSED_KEY)
    assert it.state.access is Access.OPEN
    fails(it, C, SERVER_ERROR)
    fails(it, A, REFUSED_KEY)
    assert it.state.access is Access.SUSPECTED


@pytest.mark.parametrize(
    ("doubt", "answer"),
    [
        (RESET, GOOD),
        (RESET, CUT),
        (RESET, SERVER_ERROR),
        (RESET, NOT_FOUND),
        (REFUSED_KEY, GOOD),
        (REFUSED_KEY, CUT),
        (REFUSED_KEY, NOT_FOUND),
        (REFUSED_KEY, MALFORMED),
        (REFUSED_IN_BODY, GOOD),
    ],
)
def test_an_answer_to_the_question_leaves_the_troubles_with_their_tasks(
    doubt: Problem, answer: Snapshot | Problem
) -> None:
    it = suspected(doubt)
    if isinstance(answer, Snapshot):
        succeeds(it)
    else:
        fails(it, C, answer)
    assert it.state.access is Access.OPEN
    assert it.question_at is None


def test_a_refusal_answers_whether_the_gateway_can_be_reached_and_is_one_tasks_again() -> None:
    it = suspected(RESET)
    fails(it, C, REFUSED_KEY)
    assert it.state.access is Access.OPEN


@pytest.mark.parametrize(
    ("doubt", "answer"),
    [
        (RESET, TIMED_OUT),
        (REFUSED_KEY, REFUSED_KEY),
        (REFUSED_KEY, RESET),
        (REFUSED_KEY, SERVER_ERROR),
        (REFUSED_KEY, REFUSED_IN_BODY),
        (REFUSED_IN_BODY, REFUSED_IN_BODY),
    ],
)
def test_where_the_question_is_not_answered_the_account_is_in_trouble(
    doubt: Problem, answer: Problem
) -> None:
    it = suspected(doubt)
    fails(it, C, answer)
    assert it.state.access is Access.CLOSED
    assert it.state.problem in (doubt, answer)


def test_after_a_good_answer_no_such_question_is_asked_for_one_interval() -> None:
    it = suspected(RESET, 100.0)
    succeeds(it, 100.0)
    for n in range(50):
        fails(it, Ref("hiapi", f"t{n}"), RESET, 100.0 + INTERVAL - 0.1)
    assert it.state.access is Access.OPEN
    fails(it, A, RESET, 100.0 + INTERVAL)
    assert it.state.access is Access.SUSPECTED


def test_what_was_asked_before_the_question_does_not_answer_it() -> None:
    it = condition()
    before = it.episode
    fails(it, A, RESET)
    fails(it, B, RESET)
    succeeds(it, 0.0, asked_in=before)
    fails(it, C, RESET, 0.0, asked_in=before)
    fails(it, C, SERVER_ERROR, 0.0, asked_in=before)
    assert it.state.access is Access.SUSPECTED


# -- an account with one open task ---------------------------------------------------------------


@pytest.mark.parametrize("problem", [REFUSED_KEY, REFUSED_IN_BODY, RESET])
def test_the_only_open_task_is_asked_once_more_before_the_account_closes(problem: Problem) -> None:
    it = condition()
    fails(it, A, problem, alone=True)
    assert it.state.access is Access.OPEN
    fails(it, A, problem, INTERVAL, alone=True)
    assert it.state.access is Access.CLOSED
    assert it.state.problem == problem


def test_the_only_open_tasks_second_refusal_counts_only_without_a_good_answer_between() -> None:
    it = condition()
    for _ in range(5):
        fails(it, A, REFUSED_KEY, alone=True)
        succeeds(it)
    assert it.state.access is Access.OPEN


def test_without_any_key_the_account_is_closed_at_once() -> None:
    it = condition()
    fails(it, A, WITHOUT_KEY)
    assert it.state.access is Access.CLOSED
    assert it.state.problem == WITHOUT_KEY


# -- an outage is one event ----------------------------------------------------------------------


def test_an_outage_is_one_event_however_many_replies_it_cost() -> None:
    it = condition()
    before = it.episode
    for n in range(2):
        fails(it, Ref("hiapi", f"t{n}"), RESET, 0.0, asked_in=before)
    fails(it, C, RESET, 0.1)
    until = it.state.closed_until
    for n in range(30):
        fails(it, Ref("hiapi", f"t{n}"), RESET, 0.2, asked_in=before)
    assert it.state.closed_until == until
    assert until <= 0.1 + 1.3 * INTERVAL


def test_late_troubles_of_an_outage_that_is_over_start_no_new_one() -> None:
    it = condition()
    before = it.episode
    fails(it, A, RESET)
    fails(it, B, RESET)
    fails(it, C, RESET)
    succeeds(it, 6.0)
    for n in range(30):
        fails(it, Ref("hiapi", f"t{n}"), RESET, 7.0, asked_in=before)
    assert it.state.access is Access.OPEN


def test_those_who_waited_do_not_come_back_at_once() -> None:
    it = closed()
    it.clock.ticks = 1.0
    left = it.state.closed_until - 1.0
    waits = sorted(it.wait() for _ in range(100))
    assert waits[0] >= left
    assert waits[-1] - waits[0] > 3.0
    assert it.spread(3) <= 3 * SPREAD


def test_an_answer_to_what_was_asked_before_it_closed_does_not_open_it() -> None:
    it = condition()
    before = it.episode
    fails(it, A, THROTTLED)
    succeeds(it, 1.0, asked_in=before)
    assert it.state.access is Access.CLOSED


# -- throttled, or told to wait ------------------------------------------------------------------


def test_a_throttle_closes_the_account_at_once() -> None:
    it = condition()
    fails(it, A, THROTTLED, 100.0)
    assert it.state.access is Access.CLOSED
    assert it.state.closed_until == 139.0


def test_of_several_throttles_of_one_moment_the_longest_wait_counts() -> None:
    it = condition()
    before = it.episode
    fails(it, A, THROTTLED, 0.0, asked_in=before)
    longer = Problem(kind=ProblemKind.RATE_LIMITED, message="slower", retry_after=60.0)
    fails(it, B, longer, 1.0, asked_in=before)
    fails(it, C, THROTTLED, 2.0, asked_in=before)
    assert it.state.closed_until == 61.0


def test_a_503_that_asks_for_a_wait_holds_the_account_once_a_second_task_gets_one() -> None:
    it = condition()
    fails(it, A, BUSY)
    fails(it, A, BUSY, 19.0)
    assert it.state.access is Access.OPEN
    fails(it, B, BUSY, 20.0)
    assert it.state.access is Access.CLOSED
    assert it.state.closed_until == 40.0


def test_a_503_whose_wait_is_over_holds_nobody_else() -> None:
    it = condition()
    fails(it, A, BUSY)
    fails(it, B, BUSY, 20.5)
    assert it.state.access is Access.OPEN


# -- whatever comes ------------------------------------------------------------------------------

_RESULTS = [GOOD, RESET, TIMED_OUT, CUT, SERVER_ERROR, BUSY, THROTTLED, REFUSED_KEY, WITHOUT_KEY,
            PAGE, NOT_FOUND, MALFORMED, REFUSED_IN_BODY]  # fmt: skip


@given(
    st.lists(
        st.tuples(
            st.sampled_from(_RESULTS),
            st.integers(0, 3),
            st.integers(0, 3),
            st.floats(0, 30),
            st.booleans(),
        ),
        max_size=40,
    )
)
def test_whatever_is_answered_a_doubt_has_a_question_and_one_good_answer_opens(
    history: list[tuple[Snapshot | Problem, int, int, float, bool]],
) -> None:
    it, now = condition(), 0.0
    for result, n, episodes_ago, later, alone in history:
        now += later
        asked_in = max(0, it.episode - episodes_ago)
        if isinstance(result, Snapshot):
            succeeds(it, now, result, asked_in)
        else:
            fails(it, Ref("hiapi", f"t{n}"), result, now, asked_in=asked_in, alone=alone)
        match it.state.access:
            case Access.OPEN:
                assert it.question_at is None
            case Access.SUSPECTED:
                assert it.question_at is not None
                assert it.question_at <= now
            case Access.CLOSED:
                assert it.state.problem is not None
                assert it.question_at == it.state.closed_until <= now + 990.0
    succeeds(it, now)
    assert it.state.access is Access.OPEN
    assert it.state.problem is None
    assert it.question_at is None
