"""Percentiles by nearest rank: each is a value that was really there."""

from collections.abc import Sequence
from math import ceil


def percentile(ordered: Sequence[int], percent: int) -> int:
    """The value by nearest rank among some in ascending order; there has to be one."""
    return ordered[ceil(percent * len(ordered) / 100) - 1]
