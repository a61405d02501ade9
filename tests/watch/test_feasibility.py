"""What will not make it, said before it is lost."""

from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rushes.tui.lines.download_words import shortfall_words
from rushes.watch.downloads.forecast import Due, Forecast, forecast

DUE = st.builds(
    Due,
    st.integers(),
    st.none() | st.integers(0, 10**12),
    st.floats(-100, 10**6, allow_nan=False),
)
QUEUE = st.lists(DUE, max_size=12, unique_by=lambda due: due.key)
RATE = st.floats(1, 10**10)


@pytest.mark.parametrize(
    ("files", "rate", "sentence"),
    [
        (
            [Due(1, 1_200_000_000, 240.0)],
            2_100_000.0,
            "1 file will not make it: 1.2 GB in 4 min needs 5.0 MB/s, have 2.1 MB/s",
        ),
        (
            [Due(1, 100_000_000, 240.0), Due(2, 500_000_000, 240.0), Due(3, 600_000_000, 240.0)],
            2_100_000.0,
            "2 of 3 files will not make it: 1.2 GB in 4 min needs 5.0 MB/s, have 2.1 MB/s",
        ),
        (
            [Due(1, 5_000_000_000, 10.0)],
            1_000.0,
            "1 file will not make it: 5.0 GB in 10 s needs 500.0 MB/s, have 1 KB/s",
        ),
        (
            [Due(1, 80_000_000_000, 40_000.0)],
            1.0,
            "1 file will not make it: 80.0 GB in 11 h needs 2.0 MB/s, have 1 B/s",
        ),
        (
            [Due(1, 1_200_000_000, 240.0), Due(2, None, 60.0), Due(3, None, 90.0)],
            2_100_000.0,
            "1 file will not make it: 1.2 GB in 4 min needs 5.0 MB/s, have 2.1 MB/s"
            "; 2 more of unknown size",
        ),
        (
            [Due(1, 1_200_000_000, 240.0), Due(2, None, -1.0)],
            2_100_000.0,
            "1 file will not make it: 1.2 GB in 4 min needs 5.0 MB/s, have 2.1 MB/s",
        ),
    ],
)
def test_sentences(files: list[Due[int]], rate: float, sentence: str) -> None:
    found = forecast(files, rate).shortfall
    assert found is not None
    assert shortfall_words(found) == sentence


def test_nothing_is_said_before_the_speed_is_measured() -> None:
    assert forecast([Due(1, 10**12, 1.0)], None) == Forecast()


@pytest.mark.parametrize("rate", [0.0, 0.4, 0.999])
@pytest.mark.parametrize(
    "file", [Due(1, 1, 86_400.0), Due(1, 0, 60.0), Due(1, 10**12, 60.0), Due(1, None, 60.0)]
)
def test_nothing_is_said_during_a_stall(file: Due[int], rate: float) -> None:
    assert forecast([file], rate) == Forecast()


def test_a_file_of_unknown_length_is_neither_counted_nor_in_the_way() -> None:
    sized = Due(2, 1000, 10.0)
    assert forecast([Due(1, None, 1.0), sized], 100.0) == forecast([sized], 100.0) == Forecast()


def test_a_file_that_dies_on_the_way_holds_the_others_up_until_then_only() -> None:
    files = [Due("huge", 10**9, 10.0), Due("small", 50, 20.0)]
    assert forecast(files, 10.0).lost == {"huge"}


@settings(derandomize=True)
@given(QUEUE, RATE)
def test_something_is_lost_exactly_if_some_deadline_asks_for_more_than_there_is(
    files: list[Due[int]], rate: float
) -> None:
    counted = sorted((d.seconds, d.left) for d in files if d.left is not None and d.seconds > 0)
    sums = accumulate(left for _, left in counted)
    needs = [total / seconds for (seconds, _), total in zip(counted, sums, strict=True)]
    need = max(needs, default=0.0)
    if need > rate * 1.000001:
        assert forecast(files, rate)
    elif need < rate * 0.999999:
        assert not forecast(files, rate)


@settings(derandomize=True)
@given(QUEUE, RATE, st.floats(1, 100))
def test_more_speed_loses_no_more_files(files: list[Due[int]], rate: float, faster: float) -> None:
    assert len(forecast(files, rate * faster).lost) <= len(forecast(files, rate).lost)


@settings(derandomize=True)
@given(QUEUE, RATE)
def test_only_what_is_known_and_in_time_is_said_to_be_lost(
    files: list[Due[int]], rate: float
) -> None:
    found = forecast(files, rate)
    known = {due.key for due in files if due.left is not None and due.seconds > 0}
    assert found.lost <= known
    assert (found.shortfall is not None) == bool(found.lost)
    if found.shortfall is not None:
        assert "needs 0 " not in shortfall_words(found.shortfall)
