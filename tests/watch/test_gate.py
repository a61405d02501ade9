"""One outage, one throttle, one refused key for all tasks of an account."""

from random import Random

from providers.model import Problem, ProblemKind
from watch.gate import Gate

OFFLINE = Problem(kind=ProblemKind.UNAVAILABLE, message="connection refused")
SERVER_ERROR = Problem(kind=ProblemKind.UNAVAILABLE, message="server error (500)", http_status=500)
THROTTLED = Problem(
    kind=ProblemKind.RATE_LIMITED, message="slow down", http_status=429, retry_after=39.0
)
REFUSED_KEY = Problem(kind=ProblemKind.AUTH, message="invalid key", http_status=401)


def gate() -> Gate:
    return Gate(5.0, Random(1))


def test_an_open_gate_keeps_nobody_waiting() -> None:
    assert gate().wait(0.0) == 0.0


def test_a_lost_connection_closes_it_for_everybody_at_once() -> None:
    it = gate()
    plan = it.troubled(OFFLINE, 100.0)
    assert plan.delay >= 5.0
    assert it.wait(100.0) >= 5.0


def test_one_tasks_server_error_leaves_the_others_alone_but_three_in_a_row_do_not() -> None:
    it = gate()
    it.troubled(SERVER_ERROR, 0.0)
    it.troubled(SERVER_ERROR, 0.0)
    assert it.open
    it.troubled(SERVER_ERROR, 0.0)
    assert not it.open


def test_an_answer_in_between_starts_the_count_again() -> None:
    it = gate()
    for _ in range(2):
        it.troubled(SERVER_ERROR, 0.0)
        it.troubled(SERVER_ERROR, 0.0)
        it.answered(it.closings)
    assert it.open


def test_after_an_outage_a_single_poll_tries_while_the_others_wait() -> None:
    it = gate()
    it.troubled(OFFLINE, 0.0)
    later = it.closed_until + 1
    assert it.wait(later) == 0.0
    assert all(it.wait(later) > 0 for _ in range(10))
    it.answered(it.closings)
    assert it.wait(later) == 0.0


def test_those_who_waited_do_not_come_back_at_once() -> None:
    it = gate()
    it.troubled(OFFLINE, 0.0)
    waits = sorted(it.wait(1.0) for _ in range(100))
    assert waits[-1] - waits[0] > 3.0


def test_an_answer_to_what_was_asked_before_it_closed_does_not_open_it() -> None:
    it = gate()
    asked = it.closings
    it.troubled(THROTTLED, 0.0)
    it.answered(asked)
    assert not it.open


def test_retry_after_is_never_beaten_by_hand_and_an_outage_is() -> None:
    it = gate()
    it.troubled(THROTTLED, 0.0)
    assert it.wait(38.9) > 0
    assert "39s" in it.tried_by_hand(0.0)
    assert it.wait(39.0) == 0.0
    other = gate()
    other.troubled(OFFLINE, 0.0)
    assert other.tried_by_hand(0.0) == ""
    assert other.wait(0.0) == 0.0


def test_a_refused_key_closes_it_until_something_answers() -> None:
    it = gate()
    it.troubled(REFUSED_KEY, 0.0)
    assert not it.open
    it.answered(it.closings)
    assert it.open


def test_a_refusal_that_was_disproved_is_not_believed_again_and_a_new_one_is() -> None:
    it = gate()
    it.troubled(REFUSED_KEY, 0.0)
    told_until = it.closed_until
    it.tried_by_hand(10.0)
    assert not it.shut(REFUSED_KEY, told_until)
    it.answered(it.closings)
    assert not it.shut(REFUSED_KEY, told_until)
    assert it.shut(REFUSED_KEY, told_until + 5.0)


def test_a_throttle_is_believed_whatever_served_before() -> None:
    it = gate()
    it.troubled(REFUSED_KEY, 0.0)
    it.reopen()
    assert it.shut(THROTTLED, 39.0)
    assert it.wait(1.0) >= 38.0
