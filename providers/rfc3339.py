"""Times as text and back: RFC 3339 in UTC, with a Z."""

from datetime import UTC, datetime
from typing import overload


def rfc3339(moment: datetime | None) -> str | None:
    """`2026-04-25T01:20:00Z`, whole seconds, what is over left out; None for None."""
    return moment and _utc(moment, "seconds")


def rfc3339_ms(moment: datetime | None) -> str | None:
    """`2026-04-25T01:20:00.250Z`, always three digits: for when we saw something."""
    return moment and _utc(moment, "milliseconds")


@overload
def rfc3339_exact(moment: datetime) -> str: ...
@overload
def rfc3339_exact(moment: datetime | None) -> str | None: ...
def rfc3339_exact(moment: datetime | None) -> str | None:
    """`2026-04-25T01:20:00.250001Z`, as many digits as there are: for what is read back."""
    return moment and _utc(moment, "auto")


def read_rfc3339(text: str) -> datetime:
    """The UTC time that one of the above wrote; raises ValueError, also where a zone is missing."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    return moment if moment.tzinfo is UTC else moment.astimezone(UTC)


def _utc(moment: datetime, precision: str) -> str:
    utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return f"{utc.isoformat(timespec=precision)[:-6]}Z"
