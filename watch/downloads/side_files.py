"""Removes the side files of saved outputs once history has them (reliability.md row 84)."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from rushes.watch.asset import OutputState
from rushes.watch.downloads.destinations import Destinations, SavedOutput
from rushes.watch.task import Ref, Task


class SideFiles:
    """Looks at what is saved of `tasks`, and at the side files that kills have left of it before.

    `is_noted` waits until history has all that was handed to it, and says whether it has.
    """

    def __init__(
        self,
        destinations: Destinations,
        tasks: Callable[[], Mapping[Ref, Task]],
        is_noted: Callable[[], Awaitable[bool]],
    ) -> None:
        self._destinations = destinations
        self._tasks = tasks
        self._is_noted = is_noted
        self._settled = frozenset[SavedOutput]()

    async def look(self) -> None:
        """Remove those of what is noted by now."""
        saved = self._saved()
        if not saved <= self._settled and await self._is_noted():
            await self._settle(saved)

    async def end(self) -> None:
        """The same once history was closed, and had everything."""
        await self._settle(self._saved())

    async def _settle(self, saved: frozenset[SavedOutput]) -> None:
        await asyncio.to_thread(self._destinations.settle, saved - self._settled)
        self._settled = saved

    def _saved(self) -> frozenset[SavedOutput]:
        return frozenset(
            SavedOutput(task.ref, n, fetch.path)
            for task in self._tasks().values()
            for n, fetch in task.fetches.items()
            if fetch.state is OutputState.DOWNLOADED and fetch.path is not None
        )
