"""What of all that is fetched or waits will be lost, at the speed there is (`forecast.py`)."""

from collections.abc import Iterator
from datetime import datetime

from rushes.watch.downloads.forecast import Due, Forecast, forecast
from rushes.watch.downloads.job import OutputKey
from rushes.watch.downloads.runner import Downloads
from rushes.watch.downloads.task_keeper import TaskKeeper
from rushes.watch.event_kinds import EventKind


class LossesAhead:
    """Foresees them, and tells of each once."""

    def __init__(self, keeper: TaskKeeper, downloads: Downloads) -> None:
        self._keeper = keeper
        self._downloads = downloads
        self._told: frozenset[OutputKey] = frozenset()

    @property
    def forecast(self) -> Forecast[OutputKey]:
        """What is foreseen now; nothing before the speed is measured."""
        if (speed := self._downloads.speed) is None:
            return Forecast()  # nothing is said then: what is under way need not be looked at
        return forecast(self._due(self._keeper.clock.now()), speed)

    def tell(self) -> None:
        """Say it once of each file, in one event for all of them."""
        found = self.forecast
        fresh = sorted(found.lost - self._told, key=lambda slot: slot[1])
        if fresh and found.shortfall is not None:
            self._keeper.report(EventKind.SHORTFALL, fresh[0][0], found.shortfall)
        self._told |= found.lost

    def _due(self, now: datetime) -> Iterator[Due[OutputKey]]:
        for job in self._downloads.jobs:
            task = self._keeper.task(job.ref)
            if task is not None and job.expires_at is not None:
                fetch = task.fetches.get(job.n)
                left = fetch.total - fetch.done if fetch and fetch.total is not None else None
                seconds = (job.expires_at - task.server_time(now)).total_seconds()
                yield Due(job.slot, left, seconds)
