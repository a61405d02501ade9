"""How much of what is long is tried: a sample in the suite, all of it with `RUSHES_WHOLE=1`.

It is read once, before each test gets surroundings of its own. A sample is the same at each run.
"""

import os
from collections.abc import Iterable, Sequence
from random import Random
from typing import TypeVar

import pytest

WHOLE = os.environ.get("RUSHES_WHOLE") == "1"
"""Whether everything is tried, for as long as that takes."""

Case = TypeVar("Case")
Count = TypeVar("Count", int, float)


def sample(cases: Iterable[Case], count: int, seed: int | str = 0) -> list[Case]:
    """So many of the cases in their order, or all of them in a whole run."""
    every = list(cases)
    if WHOLE or count >= len(every):
        return every
    return [every[at] for at in sorted(Random(seed).sample(range(len(every)), count))]


def left_out(items: Sequence[pytest.Item]) -> set[pytest.Item]:
    """The cases of tests marked `sampled` that are not in the sample of their test."""
    cases: dict[str, list[pytest.Item]] = {}
    for item in items:
        if item.get_closest_marker("sampled"):
            cases.setdefault(item.nodeid.partition("[")[0], []).append(item)
    left: set[pytest.Item] = set()
    for name, of_it in cases.items():
        marker = of_it[0].get_closest_marker("sampled")
        assert marker is not None
        of_it.sort(key=lambda item: item.nodeid)
        left |= {*of_it} - {*sample(of_it, marker.args[0], name)}
    return left


def rounds(few: Count, many: Count) -> Count:
    """How often something is tried: `few` times, or `many` in a whole run."""
    return many if WHOLE else few
