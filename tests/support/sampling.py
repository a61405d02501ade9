"""How much of what is long is tried: a sample in the suite, all of it with `RUSHES_WHOLE=1`.

It is read once, before each test gets surroundings of its own. A sample is the same at each run.
"""

import os
from collections.abc import Iterable
from random import Random
from typing import TypeVar

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


def rounds(few: Count, many: Count) -> Count:
    """How often something is tried: `few` times, or `many` in a whole run."""
    return many if WHOLE else few
