"""What the history gives for a page of figures: sums, days, hours and reasons of one range."""

from collections.abc import Mapping, Sequence

from rushes.providers.frozen import frozen
from rushes.watch.figures.model import Model
from rushes.watch.figures.totals import By, Tally
from rushes.watch.task import Ref

DAYS = 14
"""Days of which each is counted, the last of them today."""


@frozen(kw_only=True)
class Asked:
    """Which tasks are added up, and how.

    Those that ended since then (Unix seconds; None for ever) and those under way; of `refs` alone
    where that is given.
    """

    by: tuple[By, ...]
    since: float | None = None
    refs: frozenset[Ref] | None = None


@frozen
class FailedFor:
    """So many tasks failed for that reason, `charged` of them were paid for; "" is none given."""

    reason: str
    number: int
    charged: int


@frozen(kw_only=True)
class Gathered:
    """The sums by group and of the whole, by model; and of each model's ends how many a day.

    `hours` are what succeeded and what failed in each hour of the day, here; `reasons` those of the
    newest failures, the most frequent first.
    """

    groups: Sequence[Tally]
    whole: Sequence[Tally]
    days: Mapping[Model, Sequence[int]]
    hours: Sequence[tuple[int, int]]
    reasons: Sequence[FailedFor]
