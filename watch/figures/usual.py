"""How long a model's tasks usually take at a gateway, and whether one takes longer than that."""

from collections.abc import Sequence
from datetime import timedelta

from rushes.providers.frozen import frozen
from rushes.watch.figures.percentile import percentile

LAST = 200
"""The tasks that count, the last of the model that succeeded: its speed may change."""

FEWEST = 5
"""Of fewer tasks than these nothing is usual."""

ENOUGH_FOR_LATE = 20
"""Of fewer the slowest one is the 95th percentile, which marks nothing."""

PAST = 1.5
"""How many times as long as is usual a run takes that is past it."""


@frozen
class Usual:
    """Half of so many tasks took no longer than `half`; nineteen of twenty no longer than `late`.

    `late` is None where there are too few to say it.
    """

    tasks: int
    half: timedelta
    late: timedelta | None

    def is_past(self, ran: timedelta | None) -> bool:
        """Whether a run that has taken so long took half as long again as half of them did."""
        return ran is not None and ran > self.half * PAST

    def is_late(self, ran: timedelta | None) -> bool:
        """Whether a run that has taken so long takes longer than nearly all did."""
        return ran is not None and self.late is not None and ran > self.late


def usual(run_ms: Sequence[int]) -> Usual | None:
    """What these runs say, in milliseconds; None where they are too few."""
    ordered = sorted(run_ms)
    if len(ordered) < FEWEST:
        return None
    late = percentile(ordered, 95) if len(ordered) >= ENOUGH_FOR_LATE else None
    return Usual(
        tasks=len(ordered),
        half=timedelta(milliseconds=percentile(ordered, 50)),
        late=None if late is None else timedelta(milliseconds=late),
    )


@frozen
class Compared:
    """What a task is held against: earlier runs of its model, and how long others run now."""

    usual: Usual | None = None
    beside: tuple[timedelta, ...] = ()


ALONE = Compared()
"""Nothing that is known."""
