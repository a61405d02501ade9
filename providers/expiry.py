"""Works out when an output can no longer be fetched, from what replies, links and documents say."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from rushes.providers.language import catalogued
from rushes.providers.model import Basis, ExpiryClaim, Link, Where

RENEWABLE = catalogued("link renewable")
"""The note of an output whose link expires before its file: a poll brings a fresh link."""

_NAMED = (Basis.STATED, Basis.SIGNED)


def signed(where: Where) -> tuple[ExpiryClaim, ...]:
    """The claim of a link's own signature; empty where it has no signature of a known family."""
    if not isinstance(where, Link):
        return ()
    # Only what reads a reply needs it: what is remembered has its claims beside it.
    from rushes.providers.signed_links import end_of

    found = end_of(where.url)
    return () if found is None else (ExpiryClaim(Basis.SIGNED, at=found[0], note=found[1]),)


def stated(at: datetime | None) -> tuple[ExpiryClaim, ...]:
    """The claim of a reply's field; empty where the field held no time."""
    return () if at is None else (ExpiryClaim(Basis.STATED, at=at),)


def documented(lifetime: timedelta | None, note: str = "") -> tuple[ExpiryClaim, ...]:
    """The claim of the provider's documents: a lifetime counted from the task's finish."""
    return (
        () if lifetime is None else (ExpiryClaim(Basis.DOCUMENTED, lifetime=lifetime, note=note),)
    )


def deadline(
    claims: Iterable[ExpiryClaim], finished_at: datetime | None, last_unfinished: datetime | None
) -> tuple[datetime, Basis] | None:
    """The expiry that counts, with its basis; None where nothing is known.

    The earlier of the stated and the signed end counts, as a link needs both to hold; a documented
    lifetime counts where there is neither. It begins at `finished_at`, else at the last sighting of
    the task before its finish, so that the deadline may be early and is never late.
    """
    claims = tuple(claims)
    said = [end for basis in _NAMED if (end := _earliest(claims, basis)) is not None]
    if said:
        return min(said, key=lambda end: end[0])
    since = finished_at or last_unfinished
    times = [at for claim in claims if (at := _time(claim, since))]
    return (min(times), Basis.DOCUMENTED) if times else None


def renewable_until(claims: Iterable[ExpiryClaim]) -> datetime | None:
    """The stated end of a file whose link expires earlier: until then a poll brings a fresh link.

    None where the link lasts as long as the file, or where either end is not known.
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
