"""The clock of a server whose answer comes out of a cache."""

from datetime import UTC, datetime, timedelta

import pytest

from rushes.providers.reply import Reply

DATE = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("age", "seconds"),
    [("", 0), ("0", 0), ("300", 300), (" 300 ", 300), ("-5", 0), ("1e3", 0), ("999999999", 0)],
)
def test_age_counts_from_the_date_unless_it_is_absurd(age: str, seconds: int) -> None:
    headers = {"date": "Sun, 22 Nov 2026 12:00:00 GMT", "age": age}
    assert Reply(200, headers, b"").date == DATE + timedelta(seconds=seconds)
