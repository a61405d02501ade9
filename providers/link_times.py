"""Parses the forms in which the signers of links write a time.

Each function returns an aware UTC time; None for text of another form and for times outside of
2000–2100, which mean "never", are a mistake, or are no times.
"""

import re
from datetime import UTC, datetime, timedelta

EARLIEST = 946_684_800
"""2000-01-01 in Unix seconds: no link was signed before."""

LATEST = 4_102_444_800
"""2100-01-01 in Unix seconds: a later end is meant as "never"."""

_MILLISECONDS_FROM = 100_000_000_000
_DIGITS = re.compile(r"[0-9]{1,15}")
_HEXADECIMAL = re.compile(r"[0-9A-Fa-f]{8}")
_BASIC = re.compile(r"[0-9]{8}T[0-9]{6}Z")
_EXTENDED = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,7})?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?"
)


def number(text: str) -> int | None:
    """A decimal number without a sign, of fifteen digits at most; None for other text."""
    return int(text) if _DIGITS.fullmatch(text) else None


def unix(seconds: float | None) -> datetime | None:
    """The time at a number of Unix seconds."""
    # Not a number is outside of any range, too.
    if seconds is None or not EARLIEST <= seconds <= LATEST:
        return None
    return datetime.fromtimestamp(seconds, UTC)


def seconds(text: str) -> datetime | None:
    """Unix seconds in decimal digits."""
    return unix(number(text))


def milliseconds(text: str) -> datetime | None:
    """Unix milliseconds in decimal digits; the fraction of a second is left out."""
    said = number(text)
    return None if said is None else unix(said // 1000)


def by_size(text: str) -> datetime | None:
    """Unix seconds in decimal digits, or milliseconds where the number is above 10^11."""
    said = number(text)
    return milliseconds(text) if said is not None and said >= _MILLISECONDS_FROM else unix(said)


def hexadecimal(text: str) -> datetime | None:
    """Unix seconds in eight hexadecimal digits."""
    return unix(int(text, 16)) if _HEXADECIMAL.fullmatch(text) else None


def basic(text: str) -> datetime | None:
    """ISO 8601's basic form in UTC: `20270301T120000Z`."""
    return _parsed(text.replace("Z", "+0000")) if _BASIC.fullmatch(text) else None


def extended(text: str) -> datetime | None:
    """ISO 8601's extended form: a date, a time with or without seconds, an offset; else UTC."""
    return _parsed(text) if _EXTENDED.fullmatch(text) else None


def after(start: datetime | None, lifetime: int | None) -> datetime | None:
    """The time `lifetime` seconds after `start`."""
    if start is None or lifetime is None:
        return None
    try:
        return _sane(start + timedelta(seconds=lifetime))
    except OverflowError:
        return None


def _parsed(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
        return _sane(at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC))
    except (ValueError, OverflowError):
        return None


def _sane(at: datetime) -> datetime | None:
    return at if EARLIEST <= at.timestamp() <= LATEST else None
