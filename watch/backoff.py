"""Exponential back-off with jitter: the seconds to wait before another try. Pure."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

_MAX_EXPONENT = 10
"""No cap of ours is more than 2**10 times its base; a larger power could overflow."""


def span(attempt: int, base: float, cap: float, factor: float = 2.0) -> float:
    """Seconds: `base`, times `factor` for each of the attempts so far, never more than `cap`."""
    return min(cap, base * factor ** min(attempt, _MAX_EXPONENT))


def back_off(
    attempt: int,
    base: float,
    cap: float,
    rng: "Random",
    *,
    factor: float = 2.0,
    certain: float = 0.0,
) -> float:
    """Seconds drawn from a span, so that those who failed together do not come back together.

    `certain` is the share of the span that is always waited: 0 is full jitter (reliability.md R5).
    """
    seconds = span(attempt, base, cap, factor)
    return rng.uniform(certain * seconds, seconds)
