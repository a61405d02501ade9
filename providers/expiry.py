"""When an output can no longer be fetched, as far as anybody said so.

The signature families and their parameters are those of the storage services' own documents; the
seeds show OSS V1 (`Expires=`, seed 003) and `exp` in milliseconds (seed 004).
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

from providers.model import Basis, ExpiryClaim, Link, Where

_EARLIEST = 946_684_800
_LATEST = 4_102_444_800
_MILLISECONDS_FROM = 100_000_000_000
_ABSOLUTE_FROM = 1_000_000_000


def signed(where: Where) -> tuple[ExpiryClaim, ...]:
    """The claim that a link's own signature makes; empty where it carries none that we know."""
    if not isinstance(where, Link):
        return ()
    query = _parameters(where.url)
    for family in _FAMILIES:
        at = family(query)
        if at is not None:
            return (ExpiryClaim(Basis.SIGNED, at=at, note=family.__name__.strip("_")),)
    return ()


def stated(at: datetime | None) -> tuple[ExpiryClaim, ...]:
    """The claim of a field of the reply; empty where the field gave no time."""
    return () if at is None else (ExpiryClaim(Basis.STATED, at=at),)


def documented(lifetime: timedelta | None, note: str = "") -> tuple[ExpiryClaim, ...]:
    """The claim of the documents: a lifetime counted from the task's finish."""
    return (
        () if lifetime is None else (ExpiryClaim(Basis.DOCUMENTED, lifetime=lifetime, note=note),)
    )


def deadline(
    claims: Iterable[ExpiryClaim], finished_at: datetime | None, last_unfinished: datetime | None
) -> tuple[datetime, Basis] | None:
    """The expiry that counts and its basis, None where nothing is known.

    The first basis that exists wins, within it the earliest time. A documented lifetime counts
    from `finished_at`, else from the last sighting before the finish: early, never late.
    """
    claims = tuple(claims)
    since = finished_at or last_unfinished
    for basis in Basis:
        times = [at for claim in claims if claim.basis is basis and (at := _time(claim, since))]
        if times:
            return min(times), basis
    return None


def _time(claim: ExpiryClaim, since: datetime | None) -> datetime | None:
    if claim.at is not None:
        return claim.at
    if claim.lifetime is not None and since is not None:
        return since + claim.lifetime
    return None


def _parameters(url: str) -> dict[str, str]:
    query = url.partition("?")[2].partition("#")[0]
    found: dict[str, str] = {}
    for pair in query.split("&")[:100]:
        name, _, value = pair.partition("=")
        found.setdefault(unquote(name).lower(), unquote(value))
    return found


def _number(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch(r"[0-9]{1,15}", text) else None


def _unix(number: int | None) -> datetime | None:
    if number is not None and number >= _MILLISECONDS_FROM:
        number //= 1000
    if number is None or not _EARLIEST <= number <= _LATEST:
        return None
    return datetime.fromtimestamp(number, UTC)


def _sane(at: datetime) -> datetime | None:
    """The same, unless it could not even be shown in every zone."""
    return at if _EARLIEST <= at.timestamp() <= _LATEST else None


def _after(date: str | None, seconds: int | None) -> datetime | None:
    if seconds is None:
        return None
    if seconds >= _ABSOLUTE_FROM:
        # One page of OSS V4 calls its `x-oss-expires` a Unix time: both readings are honoured.
        return _unix(seconds)
    try:
        start = datetime.strptime(date or "", "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        return _sane(start + timedelta(seconds=seconds))
    except (ValueError, OverflowError):
        return None


def _dated(query: Mapping[str, str]) -> datetime | None:
    """AWS SigV4, Google V4, Volcengine TOS and OSS V4: a date, and seconds after it."""
    for prefix in ("x-amz", "x-goog", "x-tos", "x-oss"):
        at = _after(query.get(f"{prefix}-date"), _number(query.get(f"{prefix}-expires")))
        if at is not None:
            return at
    return None


def _tencent(query: Mapping[str, str]) -> datetime | None:
    """COS: `q-sign-time=start;end`, both Unix seconds."""
    times = [query[name] for name in ("q-sign-time", "q-key-time") if name in query]
    ends = [at for text in times if (at := _unix(_number(text.partition(";")[2])))]
    return min(ends, default=None)


def _azure(query: Mapping[str, str]) -> datetime | None:
    """A shared access signature: `se` in ISO 8601, beside a `sig`."""
    if "sig" not in query:
        return None
    try:
        at = datetime.fromisoformat(query.get("se", ""))
        return _sane(at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC))
    except (ValueError, OverflowError):
        return None


def _expires(query: Mapping[str, str]) -> datetime | None:
    """OSS V1, AWS V2, CloudFront, GCS V2: `Expires` in Unix seconds; one in ms is taken too."""
    return _unix(_number(query.get("expires")))


def _exp(query: Mapping[str, str]) -> datetime | None:
    """The `exp` beside a `sig` of DimiLinks' image links: Unix milliseconds (seed 004)."""
    return _unix(_number(query.get("exp"))) if "sig" in query else None


_FAMILIES = (_dated, _tencent, _azure, _expires, _exp)
