"""The open watchlist: its edits run off the event loop, one at a time, and can be undone.

Others may be watched beside it (`beside.py`): what is adopted is always all of them together.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rushes.providers.errors import RushesError
from rushes.providers.frozen import frozen
from rushes.watch.clock import Clock
from rushes.watch.disk.paths import Paths
from rushes.watch.query import Query
from rushes.watch.task import Entry, Ref
from rushes.watch.team_faults import StoreUnusable
from rushes.watch.watchlist.beside import NONE_BESIDE, Beside, ListsBeside
from rushes.watch.watchlist.editing import EditedList, Reached
from rushes.watch.watchlist.entries import BadWatchlist, Edit, Watchlist
from rushes.watch.watchlist.file import WatchlistFile, list_names, path_for
from rushes.watch.watchlist.named import SHARED, OpenTeam, list_called, title_of

if TYPE_CHECKING:
    from rushes.watch.watchlist.undo import Undone
    from rushes.watch.watchlist.undo_log import UndoLog

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

    All edits raise BadEntry, BadWatchlist, SaveFailed and, of a shared list, StoreUnusable; then
    nothing has changed. Where they raise StoreError the list is saved, and the next `reload` adopts
    it.
    """

    def __init__(
        self,
        name: str,
        paths: Paths,
        adopt: Adopt,
        clock: Clock,
        team: OpenTeam,
        beside: Beside = NONE_BESIDE,
    ) -> None:
        """Open the list of that name or path without reading it; raises BadName.

        `team` opens the store of shared lists.
        """
        self._paths = paths
        self._team = team
        self._clock = clock
        self._adopt = adopt
        self._file = self._at(name)
        self._name = title_of(name, paths)
        self._own: Watchlist = Watchlist()
        self._beside = ListsBeside(beside, self.name, paths, team) if beside else None
        self._turn = asyncio.Lock()
        self._undone: Undone | None = None
        self._trouble = ""

    @property
    def troubles(self) -> tuple[str, ...]:
        """What is wrong with the list, and with those beside it, at the moment; a sentence each."""
        beside = self._beside.troubles if self._beside is not None else ()
        return (self._trouble, *beside) if self._trouble else beside

    @property
    def name(self) -> str:
        """The list's name in the home, else its path."""
        return self._name

    @property
    def path(self) -> Path:
        """The list's file, which need not exist; of a shared list what tells it from others."""
        return self._file.path

    @property
    def left_out(self) -> int:
        """How many tasks of the list are too old to be watched; `reach` finds them."""
        return self._file.left_out

    async def reach(self, query: Query) -> Reached:
        """Adopt those that are left out, as far as a filter may match them; raises StoreUnusable.

        Those that were added last, where there are many, in the place of those of the last filter.
        """
        async with self._turn:
            if not self._file.left_out:
                return Reached(0, 0)
            found = await asyncio.to_thread(self._file.reach, query)
            await self._take(await asyncio.to_thread(self._file.read))
            return found

    def list_of(self, ref: Ref) -> str:
        """The name, without a folder, of the first list that a task is on; else the open one's."""
        if self._beside is None or any(entry.ref == ref for entry in self._own.entries):
            return self.path.stem
        return (self._beside.path_of(ref) or self.path).stem

    async def close(self) -> None:
        """Let go of what the lists are read by."""
        async with self._turn:
            await asyncio.to_thread(self._file.close)
            if self._beside is not None:
                await asyncio.to_thread(self._beside.close)

    async def load(self) -> None:
        """Read the list and adopt it; where there are others one that cannot be read is told of."""
        async with self._turn:
            if self._beside is None:
                await self._take(await asyncio.to_thread(self._file.read))
                return
            own = await asyncio.to_thread(self._read_all)
            await self._take(own or self._own)

    async def reload(self) -> None:
        """Adopt what others wrote since; an unreadable list is told of in `troubles`."""
        async with self._turn:
            try:
                changed = await asyncio.to_thread(self._read_all)
                if changed is not None:
                    await self._take(changed)
            except RushesError as error:
                self._trouble = str(error)

    async def switch(self, name: str) -> None:
        """Open another list, whose file may not exist yet.

        Raises BadName, BadWatchlist, StoreError; then the present list stays open.
        """
        file = self._at(name)
        async with self._turn:
            await self._take(await asyncio.to_thread(file.read))
            self._file, self._name, self._undone = file, title_of(name, self._paths), None

    async def add(self, entries: Iterable[Entry], step: str | None = None) -> list[Ref]:
        """Append entries; returns the refs that were new.

        Edits of one `step` are taken back together.
        """
        async with self._turn:
            wanted = list(entries)
            fresh = await self._take(await asyncio.to_thread(self._file.add, wanted, step))
            return [entry.ref for entry in wanted if entry.ref in fresh]

    async def remove(self, entries: Sequence[Entry]) -> None:
        """Remove entries; `undo` brings them back at their positions in the file."""
        async with self._turn:
            refs = [entry.ref for entry in entries]
            # What another removed just before comes back, too.
            watchlist, _ = await asyncio.to_thread(partial(self._file.remove, refs, known=entries))
            await self._take(watchlist)

    async def put(self, entries: Sequence[Entry], edit: Edit) -> list[Ref]:
        """Save the labels and tags of entries; returns the refs that are on this list."""
        async with self._turn:
            watchlist = await asyncio.to_thread(partial(self._file.put, *entries, edit=edit))
            await self._take(watchlist)
            there = {entry.ref for entry in watchlist.entries}
            return [entry.ref for entry in entries if entry.ref in there]

    async def undo(self) -> "Undone | None":
        """Take back the last edit of this list, whoever made it; None where there is none."""
        async with self._turn:
            if self._undone is None:
                watchlist, self._undone = await asyncio.to_thread(self._file.undo)
            else:  # it was saved, and could not be adopted
                watchlist = await asyncio.to_thread(self._file.read)
            if self._undone is not None:
                await self._take(watchlist)
            done, self._undone = self._undone, None
            return done

    async def of_home(self) -> list[Listed]:
        """The watchlists of the home by name, then those of the team where its store is there."""
        return await asyncio.to_thread(lambda: [*_listed(self._paths), *_shared(self._team)])

    def _read_all(self) -> Watchlist | None:
        """The list with what others wrote since, in it or in those beside it; None for nothing."""
        changed = self._beside is not None and self._beside.reload()
        try:
            own = self._file.reload_if_changed()
        except RushesError as error:
            self._trouble = str(error)
            return self._own if changed else None
        if own is not None:
            self._trouble = ""
        return own or (self._own if changed else None)

    async def _take(self, watchlist: Watchlist) -> Collection[Ref]:
        """Adopt the list, and those beside it."""
        try:
            fresh = await self._adopt(self._together(watchlist))
        except RushesError:
            self._file.forget()
            raise
        if watchlist is not self._own:
            self._own, self._trouble = watchlist, ""
        return fresh

    def _together(self, watchlist: Watchlist) -> Watchlist:
        """The list and those beside it as one; of a task in several of them the first entry."""
        if self._beside is None:
            return watchlist
        entries = {entry.ref: entry for entry in watchlist.entries}
        for entry in self._beside.entries:
            entries.setdefault(entry.ref, entry)
        return replace(watchlist, entries=tuple(entries.values()))

    def _at(self, name: str) -> EditedList:
        return list_called(
            name,
            self._paths,
            self._team,
            undo=self._undo_log,
            lock_seconds=LOCK_SECONDS,
            windowed=True,
        )

    def _undo_log(self) -> "UndoLog":
        from rushes.watch.watchlist.undo_log import UndoLog  # with the first edit

        return UndoLog(self._paths.undo, self._clock)


def _listed(paths: Paths) -> list[Listed]:
    return [
        _look(name, WatchlistFile(path_for(name, paths), trusted=paths.trusted, cache=paths.cache))
        for name in list_names(paths)
    ]


def _shared(team: OpenTeam) -> list[Listed]:
    """The lists of the team; none without a store, and none while it is away."""
    try:
        return [Listed(f"{SHARED}{one.name}", one.tasks) for one in team().lists()]
    except StoreUnusable:
        return []


def _look(name: str, file: WatchlistFile) -> Listed:
    try:
        return Listed(name, len(file.read().entries))
    except BadWatchlist as error:
        return Listed(name, 0, str(error))
