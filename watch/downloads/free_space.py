"""Free space on the disk: while there is none, one transfer at a time is tried, twice a minute."""

from collections.abc import Callable
from pathlib import Path

from rushes.watch.clock import Clock
from rushes.watch.disk.descriptors import free_bytes
from rushes.watch.reasons import Reason
from rushes.watch.transfer.limits import Limits

LOOK_EVERY = 30.0
"""Seconds between two looks at a disk that was full: at most two tries a minute (row 45)."""


def free_in(directory: Path) -> int:
    """The bytes we may still write below `directory`, 0 where that cannot be told."""
    try:
        return free_bytes(directory)
    except OSError:
        return 0


class FreeSpace:
    """Remembers that the disk was full, and when there is reason to try again."""

    def __init__(
        self,
        directory: Path,
        limits: Limits,
        clock: Clock,
        free: Callable[[Path], int] = free_in,
    ) -> None:
        self.shortage: Reason | None = None
        self._directory = directory
        self._spare = limits.spare
        self._clock = clock
        self._free = free
        self._needed = 0
        self._trying = False
        self._most: int | None = None

    def ran_out(self, reason: Reason, needed: int) -> bool:
        """Note that `needed` bytes did not fit; whether that is news."""
        news = self.shortage is None
        self.shortage, self._needed, self._trying = reason, needed, False
        return news

    def narrow(self, lanes: int) -> None:
        """Note that the system has enough for so many transfers at once, and for no more."""
        self._most = lanes

    def widen(self) -> None:
        """Forget that: later it may have more."""
        self._most = None

    def fitted(self) -> None:
        """Note that the present try met no full disk."""
        if self._trying:
            self.shortage, self._trying = None, False

    @property
    def scarce(self) -> bool:
        """Whether the disk was full when it was last tried."""
        return self.shortage is not None

    @property
    def tight(self) -> bool:
        """Whether that was so, or the system had too little for as many transfers as there were."""
        return self.scarce or self._most is not None

    def lanes(self, parallel: int) -> int:
        """How many transfers may be under way now."""
        if self.scarce:
            return 1 if self._trying else 0
        return parallel if self._most is None else min(parallel, self._most)

    async def wait(self) -> None:
        """Return when a try is worth it: as much is free as was missing, and time has passed."""
        await self._clock.sleep(LOOK_EVERY)
        while self._free(self._directory) < self._needed + self._spare:
            await self._clock.sleep(LOOK_EVERY)
        self._trying = self.scarce
