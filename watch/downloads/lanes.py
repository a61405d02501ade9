"""Decides which waiting file begins though all lanes are taken, so that none waits in vain. Pure.

Nor is anything put into a bucket beside one that has haste: a link dies, a staged file does not.

A transfer may crawl for days, and its server may give no second try: it is neither ended nor parked
for others. They begin beside it instead. So nothing is fetched twice, and no account starves.
"""

from collections.abc import Collection, Iterable
from datetime import datetime

from rushes.providers.frozen import frozen
from rushes.watch.downloads.job import Job
from rushes.watch.downloads.link_life import seconds_left

WAITS = 30.0
"""Seconds for which an account that has no lane waits for one to come free."""

NEAR = 60.0
"""Seconds before the end of its link at which a file waits for a lane no longer."""

USEFUL = 32 * 1024
"""Bytes a second: a transfer that is slower gives its lane to a file whose end is near."""

CRAWLS_AFTER = 10.0
"""Seconds for which a transfer is measured before it is called slow."""


HASTE = 600.0
"""Seconds before the end of a link at which its file, while it waits, has nothing put beside it."""


@frozen
class Pressure:
    """What is under way where no lane is free, at `now` (our clock, UTC) and `at` (monotonic).

    `served` are the accounts that have a lane. `gives_way`: a slow transfer gives its lane.
    """

    served: Collection[str]
    gives_way: bool
    now: datetime
    at: float

    def begins(self, job: Job, since: float) -> bool:
        """Whether a job that waits since then (monotonic seconds) begins all the same."""
        left = seconds_left(job, self.now)
        is_near = left is not None and 0 < left < NEAR
        if job.ref.provider not in self.served:
            return is_near or self.at - since >= WAITS
        return is_near and self.gives_way


def has_haste(waiting: Iterable[Job], now: datetime) -> bool:
    """Whether the link of one of these ends so soon that nothing is put before it is fetched."""
    ends = (seconds_left(job, now) for job in waiting)
    return any(left is not None and 0 < left < HASTE for left in ends)
