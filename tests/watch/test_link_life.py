"""When a refused link is tried again, and when it is given up."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rushes.providers.model import Link, Output
from rushes.watch.downloads.job import Job
from rushes.watch.downloads.link_life import LONGEST_PAUSE, Life, LinkTries, life, seconds_left
from rushes.watch.reasons import HttpStatus
from rushes.watch.task import Ref
from rushes.watch.transfer.request import LinkAnswer, LinkRefused

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = 86_400.0


def job(*, left: float | None = None, skew: float = 0.0, finished: float | None = None) -> Job:
    return Job(
        ref=Ref("hiapi", "a"),
        n=1,
        output=Output(kind="video", where=Link("https://cdn.example/a")),
        name="a",
        expires_at=None if left is None else NOON + timedelta(seconds=left),
        skew=timedelta(seconds=skew),
        finished_at=None if finished is None else NOON - timedelta(seconds=finished),
    )


@pytest.mark.parametrize(
    ("link", "state"),
    [
        (job(left=1), Life.FRESH),
        (job(left=0), Life.ENDED),
        (job(left=-1), Life.ENDED),
        (job(left=60, skew=120), Life.ENDED),
        (job(left=-60, skew=-120), Life.FRESH),
        (job(left=60, finished=DAY), Life.FRESH),
        (job(finished=599), Life.FRESH),
        (job(finished=600), Life.OLD),
        (job(), Life.OLD),
    ],
)
def test_a_link_is_fresh_until_its_known_end_by_the_servers_clock_or_for_ten_minutes(
    link: Job, state: Life
) -> None:
    assert life(link, NOON) is state


def refusal(
    answer: LinkAnswer = LinkAnswer.ABSENT, after: float = 0.0, *, key: bool = False
) -> LinkRefused:
    return LinkRefused(HttpStatus(404), answer, after=after, key_refused=key)


def pauses(
    tries: LinkTries, state: Life, answer: LinkAnswer, left: float | None = DAY
) -> list[float]:
    """What is waited after each refusal, until there is no further try or 20 were made."""
    made: list[float] = []
    now = 1000.0
    while len(made) < 20:
        tries.refuse(0, now)
        rest = None if left is None else left - sum(made)
        pause = tries.pause(refusal(answer), state, rest, now)
        if pause is None:
            break
        made.append(pause)
        now += pause
    return made


def test_a_fresh_link_is_tried_again_after_doubling_pauses_of_five_minutes_at_most() -> None:
    made = pauses(LinkTries(), Life.FRESH, LinkAnswer.ABSENT)
    assert made[:8] == [2, 4, 8, 16, 32, 64, 128, 256]
    assert set(made[8:]) == {300}


def test_who_waits_for_three_minutes_has_a_last_try_at_their_end() -> None:
    made = pauses(LinkTries(patience=180), Life.FRESH, LinkAnswer.ABSENT)
    assert made == [2, 4, 8, 16, 32, 64, 54]


@pytest.mark.parametrize("state", [Life.ENDED, Life.OLD])
def test_a_link_that_may_be_dead_is_tried_again_only_where_its_server_is_busy(
    state: Life,
) -> None:
    assert pauses(LinkTries(), state, LinkAnswer.ABSENT) == []
    assert pauses(LinkTries(), state, LinkAnswer.BUSY, None) == [2, 4, 8, 16, 32]


@pytest.mark.parametrize("state", Life)
def test_what_is_final_is_not_tried_again(state: Life) -> None:
    assert pauses(LinkTries(), state, LinkAnswer.FINAL) == []


def test_tries_draw_together_before_the_end() -> None:
    tries = LinkTries(refused=20)
    for left, pause in ((DAY, 300), (500, 250), (20, 10), (3, 2), (0.5, 2)):
        assert tries.pause(refusal(), Life.FRESH, left, 0.0) == pause


@pytest.mark.parametrize(("asked", "waited"), [(0, 2), (1, 2), (77, 77), (9999, LONGEST_PAUSE)])
def test_a_server_is_given_the_time_that_it_asks_for(asked: float, waited: float) -> None:
    tries = LinkTries()
    tries.refuse(0, 0.0)
    assert tries.pause(refusal(LinkAnswer.BUSY, asked), Life.FRESH, DAY, 0.0) == waited


def test_who_waits_three_minutes_does_not_wait_for_a_server_that_wants_ten() -> None:
    tries = LinkTries(patience=180)
    tries.refuse(0, 0.0)
    assert tries.pause(refusal(LinkAnswer.BUSY, 600), Life.FRESH, DAY, 0.0) is None


def test_a_refused_key_is_waited_for_by_those_only_who_have_the_time() -> None:
    for patience, waits in ((None, True), (180, False)):
        tries = LinkTries(patience)
        tries.refuse(0, 0.0)
        pause = tries.pause(refusal(key=True), Life.FRESH, DAY, 0.0)
        assert (pause is not None) == waits


def test_bytes_that_came_begin_the_count_anew() -> None:
    tries = LinkTries(patience=180)
    for now in (0.0, 2.0, 6.0):
        tries.refuse(500, now)
    assert tries.pause(refusal(), Life.FRESH, DAY, 6.0) == 8
    tries.refuse(900, 179.0)
    assert tries.pause(refusal(), Life.FRESH, DAY, 179.0) == 2


@settings(derandomize=True)
@given(
    st.integers(1, 10**6),
    st.none() | st.floats(0.001, 10**7),
    st.floats(0, 10**9),
    st.sampled_from([LinkAnswer.BUSY, LinkAnswer.ABSENT]),
)
def test_a_fresh_link_is_always_tried_again_and_neither_at_once_nor_late(
    refused: int, left: float | None, after: float, answer: LinkAnswer
) -> None:
    pause = LinkTries(refused=refused).pause(refusal(answer, after), Life.FRESH, left, 0.0)
    assert pause is not None
    assert 2 <= pause <= LONGEST_PAUSE
    assert pause >= min(after, LONGEST_PAUSE)


def test_the_time_that_is_left_is_by_the_servers_clock() -> None:
    assert seconds_left(job(left=600, skew=60), NOON) == 540
    assert seconds_left(job(), NOON) is None
