"""Throws away what arrived of canceled outputs."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from rushes.providers.errors import RushesError
from rushes.watch.downloads.job import Job, OutputKey

log = logging.getLogger(__name__)


class Clearing:
    """The outputs whose parts are being removed: until that is done they are not begun again.

    `clear` removes the part of a job; `on_end` is called once one is removed.
    """

    def __init__(self, clear: Callable[[Job], Awaitable[None]], on_end: Callable[[], None]) -> None:
        self._clear = clear
        self._on_end = on_end
        self._works: dict[OutputKey, asyncio.Task[None]] = {}

    @property
    def slots(self) -> frozenset[OutputKey]:
        """The outputs in question."""
        return frozenset(self._works)

    def begin(self, job: Job) -> None:
        """Remove the part of a job, unless that is under way."""
        if job.slot not in self._works:
            self._works[job.slot] = asyncio.create_task(self._cleared(job))

    def cancel(self) -> None:
        """Wait for none of it any more."""
        for work in self._works.values():
            work.cancel()

    async def _cleared(self, job: Job) -> None:
        try:
            await self._clear(job)
        except (RushesError, OSError) as error:
            log.warning("what arrived of %s could not be removed: %s", job.ref, error)
        finally:
            del self._works[job.slot]
            self._on_end()
