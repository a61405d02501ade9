"""Of several claims about an end the right one counts."""

from datetime import UTC, datetime, timedelta

import pytest

from rushes.providers.expiry import deadline, documented, renewable_until, stated
from rushes.providers.model import Basis, ExpiryClaim

AT = datetime(2026, 4, 27, 10, 0, tzinfo=UTC)

HOUR = timedelta(hours=1)
DAY = documented(24 * HOUR)


def signed(at: datetime) -> tuple[ExpiryClaim, ...]:
    return (ExpiryClaim(Basis.SIGNED, at=at),)


@pytest.mark.parametrize(
    ("said", "sealed", "right"),
    [
        (AT + HOUR, AT, (AT, Basis.SIGNED)),
        (AT, AT + HOUR, (AT, Basis.STATED)),
        (AT, AT, (AT, Basis.STATED)),
    ],
)
def test_of_a_stated_and_a_signed_end_the_earlier_counts(
    said: datetime, sealed: datetime, right: tuple[datetime, Basis]
) -> None:
    assert deadline((*DAY, *signed(sealed), *stated(said)), AT - 25 * HOUR, None) == right


def test_the_documents_count_only_where_nothing_else_names_an_end() -> None:
    assert deadline((*DAY, *stated(AT + 48 * HOUR)), AT, None) == (AT + 48 * HOUR, Basis.STATED)
    assert deadline((*DAY, *signed(AT + 48 * HOUR)), AT, None) == (AT + 48 * HOUR, Basis.SIGNED)
    assert deadline(DAY, AT, None) == (AT + 24 * HOUR, Basis.DOCUMENTED)


def test_a_link_that_ends_before_its_file_can_be_renewed_until_then() -> None:
    late = stated(AT + HOUR)
    assert renewable_until((*signed(AT), *late)) == AT + HOUR
    assert renewable_until((*signed(AT), *late, *stated(AT + 2 * HOUR))) == AT + HOUR
    assert renewable_until((*signed(AT + HOUR), *late)) is None
    assert renewable_until((*signed(AT + 2 * HOUR), *late)) is None
    assert renewable_until((*signed(AT), *DAY)) is None
    assert renewable_until(late) is None


def test_within_one_basis_the_earliest_counts() -> None:
    assert deadline((*stated(AT + HOUR), *stated(AT)), None, None) == (AT, Basis.STATED)


def test_a_lifetime_counts_from_the_finish_else_from_the_last_unfinished_sighting() -> None:
    assert deadline(DAY, AT, AT - HOUR) == (AT + 24 * HOUR, Basis.DOCUMENTED)
    assert deadline(DAY, None, AT) == (AT + 24 * HOUR, Basis.DOCUMENTED)
    assert deadline(DAY, None, None) is None


def test_nothing_known_is_no_deadline() -> None:
    assert deadline((*stated(None), *documented(None)), AT, AT) is None
