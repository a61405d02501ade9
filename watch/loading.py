"""Reads the history of the tasks that are not in sight, behind the first frame."""

import asyncio
import logging
from collections.abc import Callable

from rushes.providers.language import _
from rushes.watch.clock import Clock
from rushes.watch.ledger import Ledger
from rushes.watch.store import StoreError
from rushes.watch.task import Task

log = logging.getLogger(__name__)

SLICE = 200
"""Tasks that are read in one go: some milliseconds, in which no key is answered."""

RETRY = 2.0
"""Seconds after which what could not be read is tried again."""


class Loading:
    """Reads what the ledger has not read yet; `watch` gets each task that was read.

    `trouble` says why nothing can be read at the moment.
    """

    def __init__(self, ledger: Ledger, watch: Callable[[Task], None], clock: Clock) -> None:
        self._ledger = ledger
        self._watch = watch
        self._clock = clock
        self._running: asyncio.Task[None] | None = None
        self._stepped = asyncio.Event()
        self.trouble = ""

    def begin(self) -> None:
        """Read what there is, unless that is under way."""
        if self._ledger.unread and (self._running is None or self._running.done()):
            self._running = asyncio.create_task(self._read_all())

    async def done(self) -> None:
        """Return once all is read that was begun; at once where that is nothing."""
        if self._running is not None:
            await asyncio.wait({self._running})

    async def settled(self) -> None:
        """Return once all is read, whoever begins with it, or cannot be read at the moment."""
        while self._ledger.unread and not self.trouble:
            await self._stepped.wait()

    def stop(self) -> None:
        """Read no more."""
        if self._running is not None:
            self._running.cancel()

    async def _read_all(self) -> None:
        while self._ledger.unread:
            try:
                for ref in await self._ledger.read_more(SLICE):
                    self._watch(self._ledger.tasks()[ref])
                self.trouble = ""
            except StoreError as error:
                self.trouble = str(error)
            except Exception as error:
                if not self.trouble:
                    log.exception("reading the history")
                self.trouble = _("history: internal error ({name})").format(
                    name=type(error).__name__
                )
            self._stepped.set()  # for those who wait at the moment
            self._stepped.clear()
            if self.trouble:
                await self._clock.sleep(RETRY)
