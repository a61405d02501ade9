"""A list that a team shares: it is in the shared store, and every edit is one transaction there."""

import threading
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from rushes.providers.frozen import frozen
from rushes.providers.language import _
from rushes.watch.postgres import entry_rows
from rushes.watch.postgres.connection import Connection
from rushes.watch.postgres.entry_rows import Row
from rushes.watch.postgres.session import Session
from rushes.watch.task import Entry, Ref
from rushes.watch.team_faults import StoreAway
from rushes.watch.watchlist.contents import Contents
from rushes.watch.watchlist.editing import EditedList
from rushes.watch.watchlist.entries import Edit, Watchlist
from rushes.watch.watchlist.entries_cache import EntriesCache
from rushes.watch.watchlist.undo_log import extra_in, extra_text

if TYPE_CHECKING:
    from rushes.watch.watchlist.undo_log import UndoLog

_LAST_COPY = b"the last copy of a shared list"


@frozen
class _State:
    """A list as its rows say, with their places; `change` tells it from others, "" is no list."""

    change: str
    watchlist: Watchlist
    places: dict[Ref, float]


class SharedList(EditedList):
    """One list of the store. While that is away it is read as it was last, and not edited."""

    def __init__(
        self,
        name: str,
        path: Path,
        session: Session,
        cache: Path,
        undo: "Callable[[], UndoLog] | None" = None,
    ) -> None:
        """`path` leads to no file; the list's last copy, in the folder `cache`, is known by it."""
        super().__init__(path, undo)
        self._name = name
        self._session = session
        self._cache = EntriesCache(cache)
        self._change: str | None = None
        self._was_away = False
        self._turn = threading.Lock()

    @property
    def is_there(self) -> bool:
        """Whether the store has it, or had it when it was there last."""
        try:
            with self._session.transaction() as connection:
                return bool(entry_rows.change_of(connection, self._name))
        except StoreAway:
            if self._cache.find(self.path, _LAST_COPY) is None:
                raise
            return True

    def look(self) -> Contents:
        """The list as it is, with a note as it was last while the store is away.

        Raises StoreUnusable, also StoreAway where it was never read here.
        """
        with self._turn:
            try:
                return self._load()
            except StoreAway as error:
                return self._last_copy(error)

    def reload_if_changed(self) -> Watchlist | None:
        """The list if others changed it since it was read, else None.

        Raises StoreAway for as long as the store is away; the list is told once after that.
        """
        with self._turn:
            try:
                with self._session.transaction() as connection:
                    now = entry_rows.change_of(connection, self._name)
                if now == self._change and not self._was_away:
                    return None
                loaded = self._load().watchlist
            except StoreAway:
                self._was_away = True
                raise
            self._was_away = False
            return loaded

    def forget(self) -> None:
        """Have the next `reload_if_changed` return the list even if it has not changed."""
        with self._turn:
            self._change = None

    def close(self) -> None:
        """End the connection; a later question makes another."""
        self._session.close()

    # -- inside -------------------------------------------------------------------------------

    def _load(self) -> Contents:
        with self._session.transaction() as connection:
            state = _read(connection, self._name)
        if state.change != self._change:
            self._keep(state.change, state.watchlist)
        return self._seen

    def _keep(self, change: str, watchlist: Watchlist) -> None:
        self._change, self._seen = change, Contents(watchlist)
        self._cache.keep(self.path, _LAST_COPY, watchlist, least=0)

    def _last_copy(self, error: StoreAway) -> Contents:
        kept = self._cache.find(self.path, _LAST_COPY)
        if kept is None:
            raise error
        note = _("{why}; this is the list as it was read last").format(why=error)
        return Contents(kept, exposed=(note,))

    def _edit(
        self,
        change: Callable[[Watchlist], Watchlist],
        edit: Edit | None = None,
        known: tuple[Entry, ...] = (),
        saved: Callable[[], object] | None = None,
        step: str | None = None,
    ) -> Watchlist:
        with self._turn:
            with self._session.transaction() as connection:
                entry_rows.begin_edit(connection, self._name)
                now = _read(connection, self._name)
                after = change(now.watchlist)
                self._note(now.watchlist, after, edit, known, step)
                written = now.change
                if after != now.watchlist:
                    _write(connection, self._name, now, after)
                    written = entry_rows.end_edit(connection, self._name)
            if saved is not None:
                saved()
            # What others wrote before is left for `reload_if_changed` to tell, too.
            seen_all = now.change == self._change
            self._keep(written, after)
            if not seen_all:
                self._change = None
            return after

    def _target(self) -> Path:
        return self.path


def _read(connection: Connection, name: str) -> _State:
    # The mark first: what is written between the two is read, and read once more later.
    change = entry_rows.change_of(connection, name)
    rows = entry_rows.rows_of(connection, name)
    extras = {row.entry.ref: extra_in(row.extra) for row in rows if row.extra}
    watchlist = Watchlist(
        entries=tuple(row.entry for row in rows),
        extra=extra_in(entry_rows.extra_of(connection, name)),
        task_extras=extras,
    )
    return _State(change, watchlist, {row.entry.ref: row.place for row in rows})


def _write(connection: Connection, name: str, before: _State, after: Watchlist) -> None:
    """Write what differs, entry by entry."""
    old = {entry.ref: entry for entry in before.watchlist.entries}
    there = {entry.ref for entry in after.entries}
    if gone := old.keys() - there:
        entry_rows.drop(connection, name, gone)
    changed = [
        Row(place, entry, extra_text(after.task_extras.get(entry.ref, {})))
        for entry, place in zip(after.entries, _placed(before.places, after), strict=True)
        if old.get(entry.ref) != entry
    ]
    if changed:
        entry_rows.put(connection, name, changed)
    if after.extra != before.watchlist.extra:
        entry_rows.set_extra(connection, name, extra_text(after.extra))


def _placed(places: dict[Ref, float], watchlist: Watchlist) -> list[float]:
    """A place for each entry: its own, for a new one between its neighbours, or at the end."""
    known = [places.get(entry.ref) for entry in watchlist.entries]
    ends = [-1, *(n for n, place in enumerate(known) if place is not None), len(known)]
    found: list[float] = []
    for before, after in pairwise(ends):
        start = known[before] if before >= 0 else None
        end = known[after] if after < len(known) else None
        count = after - before
        if start is None:
            start = 0.0 if end is None else end - count
        step = 1.0 if end is None else (end - start) / count
        found += [start + step * n for n in range(1, count)]
        if end is not None:
            found.append(end)
    return found
