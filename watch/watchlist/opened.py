"""The open watchlist: its edits run off the event loop, one at a time, and can be undone."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from pathlib import Path

from rushes.providers.errors import RushesError
from rushes.providers.frozen import frozen
from rushes.watch.disk.paths import Paths
from rushes.watch.task import Entry, Ref
from rushes.watch.watchlist.entries import BadWatchlist, EntryAt, Watchlist
from rushes.watch.watchlist.file import WatchlistFile, list_names, name_of, path_for

UNDO = 100
"""Removals from a list that can be undone."""

LOCK_SECONDS = 1.0
"""Seconds to wait for another program's save; quitting waits too, for 2 s in all (row 69)."""

Adopt = Callable[[Watchlist], Awaitable[Collection[Ref]]]
"""Starts to watch exactly the tasks of a list; returns the refs that are new."""


@frozen
class Listed:
    """A watchlist of the home: how many tasks it holds, or why it cannot be read."""

    name: str
    tasks: int
    trouble: str = ""


class OpenWatchlist:
    """One watchlist at a time. The result of each edit is adopted before the next edit begins.

    All edits raise BadEntry, BadWatchlist and SaveFailed, and then nothing has changed. Where they
    raise StoreError the list is saved, and the next `reload` adopts it.
    """

    def __init__(self, name: str, paths: Paths, adopt: Adopt) -> None:
        """Open the list of that name or path without reading it; raises BadName."""
        self._paths = paths
        self._adopt = adopt
        self._file = self._at(name)
        self._turn = asyncio.Lock()
        self._removed: dict[str, deque[Sequence[EntryAt]]] = {}
        self.trouble = ""

    @property
    def name(self) -> str:
        """The list's name in the home, else its path."""
        return name_of(self._file.path, self._paths)

    @property
    def path(self) -> Path:
        """The list's file, which need not exist."""
        return self._file.path

    async def load(self) -> None:
        """Read the list and adopt it."""
        async with self._turn:
            await self._take(await asyncio.to_thread(self._file.read))

    async def reload(self) -> None:
        """Adopt what others wrote since; an unreadable list is told of in `trouble`."""
        async with self._turn:
            try:
                changed = await asyncio.to_thread(self._file.reload_if_changed)
                if changed is not None:
                    await self._take(changed)
            except RushesError as error:
                self.trouble = str(error)

    async def switch(self, name: str) -> None:
        """Open another list, whose file may not exist yet.

        Raises BadName, BadWatchlist, StoreError; then the present list stays open.
        """
        file = self._at(name)
        async with self._turn:
            await self._take(await asyncio.to_thread(file.read))
            self._file = file

    async def add(self, entries: Iterable[Entry]) -> list[Ref]:
        """Append entries; returns the refs that were new."""
        async with self._turn:
            wanted = list(entries)
            fresh = await self._take(await asyncio.to_thread(self._file.add, wanted))
            return [entry.ref for entry in wanted if entry.ref in fresh]

    async def remove(self, entries: Sequence[Entry]) -> None:
        """Remove entries; `undo` brings them back at their positions in the file."""
        async with self._turn:
            refs = [entry.ref for entry in entries]
            watchlist, taken = await asyncio.to_thread(self._file.remove, refs)
            # What another removed just before comes back, too, but nobody knows any more where to.
            end = len(watchlist.entries) + len(taken)
            known = {entry.ref: EntryAt(end, entry) for entry in entries}
            back = known | {one.entry.ref: one for one in taken}
            self._removed.setdefault(self.name, deque(maxlen=UNDO)).append(tuple(back.values()))
            await self._take(watchlist)

    async def undo(self) -> list[Ref]:
        """Undo the last removal from this list; returns the refs that are back."""
        async with self._turn:
            removed = self._removed.get(self.name)
            if not removed:
                return []
            fresh = await self._take(await asyncio.to_thread(self._file.restore, removed[-1]))
            return [one.entry.ref for one in removed.pop() if one.entry.ref in fresh]

    async def of_home(self) -> list[Listed]:
        """The watchlists of the home by name."""
        return await asyncio.to_thread(_listed, self._paths)

    async def _take(self, watchlist: Watchlist) -> Collection[Ref]:
        try:
            fresh = await self._adopt(watchlist)
        except RushesError:
            self._file.forget()
            raise
        self.trouble = ""
        return fresh

    def _at(self, name: str) -> WatchlistFile:
        path = path_for(name, self._paths)
        cache = self._paths.cache
        return WatchlistFile(path, LOCK_SECONDS, trusted=self._paths.trusted, cache=cache)


def _listed(paths: Paths) -> list[Listed]:
    return [
        _look(name, WatchlistFile(path_for(name, paths), trusted=paths.trusted, cache=paths.cache))
        for name in list_names(paths)
    ]


def _look(name: str, file: WatchlistFile) -> Listed:
    try:
        return Listed(name, len(file.read().entries))
    except BadWatchlist as error:
        return Listed(name, 0, str(error))
