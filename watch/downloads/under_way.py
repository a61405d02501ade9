"""The transfers that are under way, by the output that each is of, and what they come to."""

import asyncio
from collections.abc import Iterator

from rushes.watch.asset import Fetch
from rushes.watch.downloads.active import ActiveTransfer
from rushes.watch.downloads.job import OutputKey


class UnderWay(dict[OutputKey, ActiveTransfer]):
    """All of them together."""

    @property
    def fetching(self) -> int:
        """How many fetch; the others put what they fetched into a bucket."""
        return sum(not run.puts for run in self.values())

    @property
    def useful(self) -> int:
        """How many of these get on."""
        return sum(not (run.crawls or run.puts) for run in self.values())

    @property
    def rate(self) -> float:
        """Bytes a second."""
        return sum(run.rate for run in self.values())

    @property
    def speed(self) -> float | None:
        """As `rate`, but None until there is something that was measured long enough."""
        speeds = [run.speed for run in self.values() if run.speed is not None]
        return sum(speeds) if speeds else None

    @property
    def fits(self) -> bool:
        """Whether one that tries if there is room could write."""
        return any(run.probe and run.wrote for run in self.values())

    @property
    def tasks(self) -> list[asyncio.Task[Fetch | None]]:
        """What sees each of them through."""
        return [run.task for run in self.values() if run.task is not None]

    def progress(self, seconds: float) -> Iterator[tuple[ActiveTransfer, Fetch]]:
        """How far each is of which that has changed; it was measured last `seconds` ago."""
        for run in list(self.values()):
            fetch = run.measure(seconds)
            if fetch != run.shown:
                yield run, fetch
