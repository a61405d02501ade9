"""Removes the side files of saved outputs once history has them (reliability.md row 84)."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from rushes.watch.asset import OutputState
from rushes.watch.changes import Reader
from rushes.watch.downloads.destinations import Destinations, SavedOutput
from rushes.watch.task import Ref, Task


class SideFiles:
    """Looks at what is saved of `tasks`, and at the side files that kills have left of it before.

    `reader` tells which of them changed. `is_noted` waits until history has all that was handed to
    it, and says whether it has.
    """

    def __init__(
        self,
        destinations: Destinations,
        tasks: Callable[[], Mapping[Ref, Task]],
        reader: Reader,
        is_noted: Callable[[], Awaitable[bool]],
    ) -> None:
        self._destinations = destinations
        self._tasks = tasks
        self._reader = reader
        self._is_noted = is_noted
        self._saved = dict[Ref, frozenset[SavedOutput]]()
        self._unsettled = set[SavedOutput]()

    async def look(self) -> None:
        """Remove those of what is noted by now."""
        self._take()
        if self._unsettled and await self._is_noted():
            await self._settle()

    async def end(self) -> None:
        """The same once history was closed, and had everything."""
        self._take()
        await self._settle()

    async def _settle(self) -> None:
        settled = frozenset(self._unsettled)
        await asyncio.to_thread(self._destinations.settle, settled)
        self._unsettled -= settled

    def _take(self) -> None:
        """Note what was saved, and is not any more, since the last time."""
        tasks, changes = self._tasks(), self._reader.take()
        fetched = (ref for ref, task in tasks.items() if task.fetches)
        for ref in {*fetched, *self._saved} if changes.layout else changes.refs:
            before = self._saved.pop(ref, frozenset())
            now = _saved(tasks[ref]) if ref in tasks else frozenset[SavedOutput]()
            self._unsettled -= before - now
            self._unsettled |= now - before
            if now:
                self._saved[ref] = now


def _saved(task: Task) -> frozenset[SavedOutput]:
    return frozenset(
        SavedOutput(task.ref, n, fetch.path)
        for n, fetch in task.fetches.items()
        if fetch.state is OutputState.DOWNLOADED and fetch.place is not None
    )
