"""A history that knows whether it still owes somebody an answer."""

from collections.abc import Collection, Iterable
from pathlib import Path

from rushes.watch.clock import Clock
from rushes.watch.history.store import History
from rushes.watch.store import LeaseRequest, Leases
from rushes.watch.task import Ref


class CountedHistory(History):
    """For a clock that is moved by hand: it waits for this one's thread (`ManualClock.threads`)."""

    owed = 0

    def __init__(self, path: Path, *, clock: Clock | None = None) -> None:
        super().__init__(path, clock=clock)
        self.path = path

    def busy(self) -> bool:
        """Whether a question is not answered yet."""
        return self.owed > 0

    async def take(self, request: LeaseRequest) -> Leases:
        self.owed += 1
        try:
            return await super().take(request)
        finally:
            self.owed -= 1

    async def note_watched(self, refs: Iterable[Ref]) -> None:
        self.owed += 1
        try:
            await super().note_watched(refs)
        finally:
            self.owed -= 1

    async def prune(self, keep: float | None, watched: Collection[Ref]) -> int:
        self.owed += 1
        try:
            return await super().prune(keep, watched)
        finally:
            self.owed -= 1
