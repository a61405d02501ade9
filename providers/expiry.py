"""When an output can no longer be fetched, as far as anybody said so."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from rushes.providers.model import Basis, ExpiryClaim, Link, Where
from rushes.providers.signed_links import end_of

RENEWABLE = "link renewable"
"""The note of an output whose link dies before its file: the task can be asked for a fresh one."""

_NAMED = (Basis.STATED, Basis.SIGNED)


def signed(where: Where) -> tuple[ExpiryClaim, ...]:
    """The claim that a link's own signature makes; empty where it carries none that we know."""
    if not isinstance(where, Link):
        return ()
    found = end_of(where.url)
    return () if found is None else (ExpiryClaim(Basis.SIGNED, at=found[0], note=found[1]),)


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

    Of what is stated and what is signed the earlier counts, since both have to hold; the documents
    count where neither is there. A documented lifetime counts from `finished_at`, else from the
    last sighting before the finish: early, never late.
    """
    claims = tuple(claims)
    said = [end for basis in _NAMED if (end := _earliest(claims, basis)) is not None]
    if said:
        return min(said, key=lambda end: end[0])
    since = finished_at or last_unfinished
    times = [at for claim in claims if (at := _time(claim, since))]
    return (min(times), Basis.DOCUMENTED) if times else None


def renewable_until(claims: Iterable[ExpiryClaim]) -> datetime | None:
    """The stated end of a file whose link dies before it: until then there are fresh links.

    None where the link lasts as long as the file, or one of both ends is not known.
    """
    claims = tuple(claims)
    file, link = (_earliest(claims, basis) for basis in _NAMED)
    return file[0] if file is not None and link is not None and link[0] < file[0] else None


def _earliest(claims: Iterable[ExpiryClaim], basis: Basis) -> tuple[datetime, Basis] | None:
    times = [claim.at for claim in claims if claim.basis is basis and claim.at is not None]
    return (min(times), basis) if times else None


def _time(claim: ExpiryClaim, since: datetime | None) -> datetime | None:
    if claim.at is not None:
        return claim.at
    if claim.lifetime is not None and since is not None:
        return since + claim.lifetime
    return None
