"""One frozen value says what holds an account, since when, until when, and what its key lacks."""

from datetime import UTC, datetime, timedelta

from conditions import INTERVAL, Condition, condition, fails, succeeds
from fake_gateway import KEY, Gateway, session_with
from manual_clock import ManualClock

from rushes.providers.model import Problem, ProblemKind
from rushes.watch.polling.account_state import Access, AccountState
from rushes.watch.task import Ref, Trouble

A = Ref("hiapi", "a")
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
THROTTLED = Problem(kind=ProblemKind.RATE_LIMITED, message="slow down", retry_after=39.0)
RESET = Problem(kind=ProblemKind.UNAVAILABLE, message="connection reset")


def at(it: Condition, seconds: float) -> float:
    """Move both clocks to that second after noon."""
    it.clock.wall = NOON + timedelta(seconds=seconds)
    return seconds


def test_an_account_about_which_nothing_is_known_may_be_asked() -> None:
    assert condition().state == AccountState(account_id="hiapi")
    assert condition().state.trouble is None


def test_what_holds_an_account_is_told_with_since_when_and_until_when() -> None:
    it = condition()
    fails(it, A, THROTTLED, at(it, 0.0))
    again = NOON + timedelta(seconds=39)
    assert (it.state.access, it.state.closed_until) == (Access.CLOSED, 39.0)
    assert it.state.trouble == Trouble(
        kind=ProblemKind.RATE_LIMITED, message="slow down", code=None, since=NOON, retry_at=again
    )


def test_a_trouble_that_goes_on_keeps_its_beginning_and_another_one_begins_anew() -> None:
    it = condition()
    fails(it, A, THROTTLED, at(it, 0.0))
    fails(it, A, THROTTLED, at(it, 40.0))
    assert (it.state.since, it.state.retry_at) == (NOON, NOON + timedelta(seconds=79))
    fails(it, A, RESET, at(it, 80.0))
    assert it.state.since == NOON + timedelta(seconds=80)


def test_by_hand_the_next_try_is_now() -> None:
    it = condition()
    for _ in range(2):
        fails(it, A, RESET, at(it, 0.0), alone=True)
    it.clock.ticks = at(it, 1.0)
    assert it.tried_by_hand() is None
    assert it.state.retry_at == NOON + timedelta(seconds=1)


def test_a_good_answer_ends_it() -> None:
    it = condition()
    fails(it, A, THROTTLED, at(it, 0.0))
    succeeds(it, at(it, 40.0))
    it.polled()
    assert it.state == AccountState(account_id="hiapi", polled_at=NOON + timedelta(seconds=40))


def test_a_value_once_given_does_not_change() -> None:
    it = condition()
    before = it.state
    fails(it, A, THROTTLED)
    assert before == AccountState(account_id="hiapi")
    assert before is not it.state


async def test_a_missing_key_is_told_until_it_is_found(clock: ManualClock) -> None:
    keys = iter([None, KEY])
    its = session_with(clock, Gateway(clock, str), lambda: next(keys))
    assert its.condition.state.key_missing == ""
    await its.key()
    assert its.condition.state.key_missing == "set A_TEST_KEY"
    await clock.advance(INTERVAL * 10)
    await its.key()
    assert its.condition.state.key_missing == ""
