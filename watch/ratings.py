"""What a person thinks of an output: 1 to 5, 0 where it is rejected."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from rushes.providers.frozen import frozen

REJECTED = 0
BEST = 5

_LATER = timedelta(microseconds=1)


@frozen
class Rating:
    """A rating and when it was given (UTC); `value` None is one that was taken back."""

    value: int | None
    at: datetime


Ratings = Mapping[int, Rating]
"""The ratings of a task's outputs, by their numbers."""


def is_rating(value: int | None) -> bool:
    """Whether there is such a rating."""
    return value is None or REJECTED <= value <= BEST


def stepped(rating: int | None, by: int) -> int:
    """The rating one step up or down. A step never rejects: that has a key of its own."""
    return max(REJECTED + 1, min(BEST, (rating or 0) + by))


def latest(ours: Ratings, theirs: Ratings) -> Ratings:
    """Of two processes' ratings of one task those that were given last."""
    if not theirs:
        return ours
    return dict(sorted((*theirs.items(), *ours.items()), key=lambda rating: rating[1].at))


def rated(ratings: Ratings, n: int, value: int | None, now: datetime) -> Ratings:
    """`ratings` with a new one of output `n`; it is the last one, also where a clock was set back.

    Raises ValueError where there is no such rating.
    """
    if not is_rating(value):
        raise ValueError(f"a rating is {REJECTED} to {BEST} or None")
    before = ratings.get(n)
    at = now if before is None else max(now, before.at + _LATER)
    return {**ratings, n: Rating(value, at)}
