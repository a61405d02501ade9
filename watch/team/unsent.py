"""What waits to be saved in the team's store: kept in the home's history, sent once it is back."""

import asyncio
import logging
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from itertools import islice
from threading import Lock

from rushes.providers.errors import RushesError
from rushes.watch.history.store import History
from rushes.watch.postgres.store import PostgresStore
from rushes.watch.postgres.thread import COMMIT_WITHIN
from rushes.watch.task import Entry, Ref
from rushes.watch.team.marks import Marks

log = logging.getLogger(__name__)

AWAY_AFTER = 2.0
"""Seconds after which a store that does not answer counts as away, and is no more waited for."""

AT_A_TIME = 500
"""Tasks that are sent in one commit."""

_NEVER = datetime.fromtimestamp(0, UTC)


class Unsent:
    """The marks of what the history has and the shared store has not, kept up to date."""

    def __init__(self, shared: PostgresStore, history: History, marks: Marks) -> None:
        self._shared = shared
        self._history = history
        self._marks = marks
        self._lock = Lock()
        self._committed: dict[Ref, str] = {}
        self._incarnation = ""
        self.count = 0
        """How many tasks wait to be sent."""

    def committed(self, versions: Mapping[Ref, str]) -> None:
        """Note what was saved and is as the home has it; may be called from any thread."""
        with self._lock:
            self._committed |= versions

    async def find(self) -> None:
        """Find what earlier processes could not send. Raises StoreError."""
        self.count = len(await asyncio.to_thread(self._marks.unsent))

    async def look(self) -> None:
        """Do what is to be done at the moment; what goes wrong is logged, and done the next time.

        Nothing of it is waited for by anybody but for `keep`.
        """
        try:
            if self._shared.incarnation != self._incarnation:
                await self._find_lost()
            away = self._shared.away_for
            if away is not None and away > AWAY_AFTER:
                await self.keep()
            elif away is None and self.count:
                await self._send()
            await self.note_committed()
        except RushesError as error:
            log.info("not sent to the shared store yet: %s", error)

    async def keep(self) -> None:
        """Return once all that is not in the shared store is durable here. Raises StoreError."""
        refs = self._shared.withdraw()
        if refs:
            self.count += len(refs)
            await self._history.flush()
            await asyncio.to_thread(self._marks.note_unsent, refs)
            await self.find()

    async def _find_lost(self) -> None:
        """Find what has to be sent anew since a replica, or a backup, took the store's place."""
        now = self._shared.incarnation
        await asyncio.to_thread(self._marks.hold_to, now)
        await self.find()
        self._incarnation = now

    async def _send(self) -> None:
        """Send what waits, oldest marks first, some at a time; raises StoreError, StoreUnusable."""
        marks = await asyncio.to_thread(self._marks.unsent)
        rest = iter(marks.items())
        while some := dict(islice(rest, AT_A_TIME)):
            await self._save(some)
            await self._shared.flush(COMMIT_WITHIN)
            await asyncio.to_thread(self._marks.sent, some)
        await self.find()

    async def _save(self, refs: Collection[Ref]) -> None:
        known = await self._history.load(Entry(ref=ref, added=_NEVER) for ref in refs)
        for task in known.values():
            self._shared.save(task)

    async def note_committed(self) -> None:
        """Note of which versions the home's copies are by now. Raises StoreError."""
        with self._lock:
            versions, self._committed = self._committed, {}
        if versions:
            await self._history.flush()
            await asyncio.to_thread(self._marks.note_copied, versions)
