"""The one formula of all delays between tries, with the delays that each user of it had before."""

from random import Random

import pytest

from rushes.watch.backoff import back_off, span


@pytest.mark.parametrize(
    ("attempt", "seconds"), [(0, 2.0), (1, 4.0), (3, 16.0), (7, 256.0), (8, 300.0), (5000, 300.0)]
)
def test_a_span_doubles_up_to_its_cap(attempt: int, seconds: float) -> None:
    assert span(attempt, base=2.0, cap=300.0) == seconds


def test_a_span_grows_by_its_factor() -> None:
    assert [span(n, base=3.0, cap=60.0, factor=4.0) for n in range(4)] == [3.0, 12.0, 48.0, 60.0]


@pytest.mark.parametrize("attempt", range(9))
def test_a_transfer_waits_with_full_jitter_up_to_half_a_minute(attempt: int) -> None:
    drawn = back_off(attempt, base=1.0, cap=30.0, rng=Random(attempt))
    assert drawn == Random(attempt).uniform(0, min(30.0, 2.0**attempt))


@pytest.mark.parametrize("attempt", range(9))
def test_a_poll_is_jittered_over_the_latter_half_of_its_span(attempt: int) -> None:
    drawn = back_off(attempt, base=3.0, cap=60.0, rng=Random(attempt), certain=0.5)
    whole = min(60.0, 3.0 * 2.0**attempt)
    assert drawn == Random(attempt).uniform(whole / 2, whole)
