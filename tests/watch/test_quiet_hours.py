"""Quiet hours: by local time, over midnight, through nights in which the clocks are changed."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from rushes.watch.quiet_hours import QuietHours, quiet_hours

NEW_YORK = "EST5EDT,M3.2.0,M11.1.0"
"""Changes at 2 o'clock, on 8 March and 1 November 2026; a form that needs no table of zones."""


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", NEW_YORK)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def hours(text: str) -> QuietHours:
    found = quiet_hours(text)
    assert found is not None
    return found


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("quiet", "now", "until"),
    [
        # New York is five hours behind UTC in winter, four in summer.
        ("22:00-08:00", "2026-01-10 02:59", None),
        ("22:00-08:00", "2026-01-10 03:00", "2026-01-10 13:00"),
        ("22:00-08:00", "2026-01-10 12:59", "2026-01-10 13:00"),
        ("22:00-08:00", "2026-01-10 13:00", None),
        ("12:00-14:00", "2026-07-10 16:30", "2026-07-10 18:00"),
        ("12:00-14:00", "2026-07-10 18:00", None),
        ("00:00-24:00", "2026-07-10 18:00", None),
        # A night of nine hours, and one of eleven.
        ("22:00-08:00", "2026-03-08 11:59", "2026-03-08 12:00"),
        ("22:00-08:00", "2026-11-01 12:30", "2026-11-01 13:00"),
        # It is half past one twice: the second time ends them, and the first one begins them.
        ("22:00-01:30", "2026-11-01 05:45", "2026-11-01 06:30"),
        ("01:30-08:00", "2026-11-01 05:30", "2026-11-01 13:00"),
        # It is never half past two: an hour later rather than sooner.
        ("22:00-02:30", "2026-03-08 07:15", "2026-03-08 07:30"),
        ("02:30-08:00", "2026-03-08 07:00", "2026-03-08 12:00"),
    ],
)
@pytest.mark.usefixtures("zone")
def test_they_end_when_the_clock_on_the_wall_says_so(
    quiet: str, now: str, until: str | None
) -> None:
    found = quiet_hours(quiet)
    assert (found.until(utc(now)) if found else None) == (until and utc(until))


@pytest.mark.parametrize(
    "text", ["", "22:00", "22-08", "24:01-08:00", "22:60-08:00", "08:00-08:00", "٢٢:00-08:00"]
)
def test_what_is_no_two_times_of_day_is_none(text: str) -> None:
    assert quiet_hours(text) is None


def test_they_are_written_as_they_are_read() -> None:
    assert str(hours(" 7:05 - 24:00 ")) == "07:05-00:00"
    assert quiet_hours(str(hours("22:00-08:00"))) == hours("22:00-08:00")
