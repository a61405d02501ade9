import pytest

from rushes.watch.durations import BadDuration, duration, seconds_of


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("5s", 5),
        ("30m", 1800),
        ("1h 30m", 5400),
        ("1h30m", 5400),
        ("2d", 172_800),
        ("0.5s", 0.5),
        (" 10 m ", 600),
    ],
)
def test_a_duration_is_read_in_seconds(text: str, seconds: float) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "5", "s", "5 parsecs", "-5s", "1e3s", "٣s", "5s,", "9999999d"]
)
def test_what_is_no_duration_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(BadDuration, match="expected a duration such as 5s"):
        seconds_of(text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (3, "3s"),
        (90, "90s"),
        (0.1, "0.1s"),
        (1800, "30m"),
        (5400, "90m"),
        (172_800, "2d"),
    ],
)
def test_a_length_of_time_is_written_as_it_can_be_read_again(seconds: float, text: str) -> None:
    assert duration(seconds) == text
    assert seconds_of(text) == seconds
