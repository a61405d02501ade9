"""A list that a team shares: it is in the shared store, and every edit is one transaction there."""

import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rushes.providers.language import _
from rushes.watch.postgres import entry_rows, window_rows
from rushes.watch.postgres.connection import Connection
from rushes.watch.postgres.entry_rows import Row
from rushes.watch.postgres.session import Session
from rushes.watch.query import Query
from rushes.watch.task import Entry, Ref
from rushes.watch.team_faults import StoreAway
from rushes.watch.watchlist.contents import Contents
from rushes.watch.watchlist.editing import EditedList, Reached
from rushes.watch.watchlist.entries import Edit, Watchlist
from rushes.watch.watchlist.entries_cache import EntriesCache, KeptEntries
from rushes.watch.watchlist.undo_log import extra_in, extra_text

if TYPE_CHECKING:
    from rushes.watch.watchlist.undo import Undone
    from rushes.watch.watchlist.undo_log import UndoLog

WHOLE_WITHIN = 30.0
"""Seconds that it may take to read a list of which nothing is left out, however long it is."""

_LAST_COPY = b"the last copy of a shared list"


class _Made(NamedTuple):
    """What tells the list before an edit from the one after it, and how much longer that is."""

    change_before: str
    change: str
    more: int


class SharedList(EditedList):
    """One list of the store. While that is away it is read as it was last, and not edited.

    With a window only what is open, not saved or new is read, and what was reached for beyond it.
    """

    def __init__(
        self,
        name: str,
        path: Path,
        session: Session,
        cache: Path,
        undo: "Callable[[], UndoLog] | None" = None,
        window: float | None = None,
    ) -> None:
        """`path` leads to no file; the list's last copy, in the folder `cache`, is known by it.

        Tasks that are over and saved are read for `window` seconds after their last change, None:
        for ever.
        """
        super().__init__(path, undo)
        self._name = name
        self._session = session
        self._cache = EntriesCache(cache)
        self._window = window
        self._beyond: frozenset[Ref] = frozenset()
        self._left_out = 0
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
            if self._kept() is None:
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

    @property
    def left_out(self) -> int:
        """How many tasks of the list lie beyond the window, as it was read last."""
        return self._left_out

    def reach(self, query: Query) -> Reached:
        """Have the next reading take in what is left out, as far as a filter may match it.

        No more than MOST tasks, those that were added last, and not those of the filter before.
        Raises StoreUnusable.
        """
        if self._window is None:
            return Reached(0, 0)
        with self._turn:
            with self._session.transaction() as connection:
                found = window_rows.reach(
                    connection, self._name, self._window, query.words, query.terms or ()
                )
            self._beyond = frozenset(found.refs)
            self._change = None
        return Reached(found.tasks, len(found.refs))

    def append(self, entries: Iterable[Entry]) -> int:
        """As `add`, without reading the list, however long it is; how many of them are new."""
        entries = tuple(entries)
        refs = [entry.ref for entry in entries]
        with self._turn:
            with self._session.transaction(self._within) as connection:
                made = self._made(connection, refs, lambda now: now.adding(entries), Edit.ADD)
            self._change = None
            return made.more

    def undo(self) -> "tuple[Watchlist, Undone | None]":
        """Take back this home's last edit of the last day; where there is none, the last removal.

        Whoever removed it, it comes back with place, label and tags for as long as they are kept.
        """
        watchlist, done = super().undo()
        if done is not None or self._open_undo is None:
            return watchlist, done
        from rushes.watch.watchlist.undo import Undone

        with self._session.transaction() as connection:
            rows = entry_rows.last_removed(connection, self._name)
            removed = _listed(connection, self._name, rows)
        if not rows:
            return watchlist, None
        refs = tuple(row.entry.ref for row in rows)
        back = removed.positions_of(refs)
        return self._edit(refs, lambda now: now.with_back(back)), Undone(Edit.REMOVE, refs)

    def forget(self) -> None:
        """Have the next `reload_if_changed` return the list even if it has not changed."""
        with self._turn:
            self._change = None

    def close(self) -> None:
        """End the connection; a later question makes another."""
        self._session.close()

    # -- inside -------------------------------------------------------------------------------

    def _load(self) -> Contents:
        with self._session.transaction(self._within) as connection:
            # The mark first: what is written between the two is read, and read once more later.
            change = entry_rows.change_of(connection, self._name)
            watchlist = self._read(connection)
        if change != self._change:
            self._keep(change, watchlist)
        return self._seen

    def _read(self, connection: Connection) -> Watchlist:
        """What is in the window, or all of the list."""
        if self._window is None:
            rows = entry_rows.rows_of(connection, self._name)
        else:
            rows, self._left_out = window_rows.rows_in_window(
                connection, self._name, self._window, self._beyond
            )
        return _listed(connection, self._name, rows)

    def _keep(self, change: str, watchlist: Watchlist) -> None:
        self._change, self._seen = change, Contents(watchlist)
        self._cache.keep(self._copies[0], _LAST_COPY, watchlist, least=0)

    def _last_copy(self, error: StoreAway) -> Contents:
        kept = self._kept()
        if kept is None:
            raise error
        note = _("{why}; this is the list as it was read last").format(why=error)
        return Contents(kept, exposed=(note,))

    @property
    def _within(self) -> float | None:
        return WHOLE_WITHIN if self._window is None else None

    @property
    def _copies(self) -> tuple[Path, Path]:
        """Where what is read here is kept, and what is read with a window, or without one."""
        whole, window = self.path, self.path / "window"
        return (whole, window) if self._window is None else (window, whole)

    def _kept(self) -> KeptEntries | None:
        found = (self._cache.find(path, _LAST_COPY) for path in self._copies)
        return next((kept for kept in found if kept is not None), None)

    def _edit(
        self,
        refs: Collection[Ref] | None,
        change: Callable[[Watchlist], Watchlist],
        edit: Edit | None = None,
        known: tuple[Entry, ...] = (),
        saved: Callable[[], object] | None = None,
        step: str | None = None,
    ) -> Watchlist:
        with self._turn:
            with self._session.transaction(self._within) as connection:
                made = self._made(connection, refs, change, edit, known, step)
                if edit is Edit.ADD and self._window is not None:
                    self._beyond |= frozenset(refs or ())
                whole = self._read(connection)
            if saved is not None:
                saved()
            # What others wrote before is left for `reload_if_changed` to tell, too.
            seen_all = made.change_before == self._change
            self._keep(made.change, whole)
            if not seen_all:
                self._change = None
            return whole

    def _made(
        self,
        connection: Connection,
        refs: Collection[Ref] | None,
        change: Callable[[Watchlist], Watchlist],
        edit: Edit | None = None,
        known: tuple[Entry, ...] = (),
        step: str | None = None,
    ) -> "_Made":
        """Write an edit, as far as it changes something."""
        entry_rows.begin_edit(connection, self._name)
        before = entry_rows.change_of(connection, self._name)
        now = _now(connection, self._name, refs)
        after = change(now)
        self._note(now, after, edit, known, step)
        if after == now:
            return _Made(before, before, 0)
        _write(connection, self._name, now, after, edit)
        more = len(after.entries) - len(now.entries)
        return _Made(before, entry_rows.end_edit(connection, self._name), more)

    def _target(self) -> Path:
        return self.path


def _listed(connection: Connection, name: str, rows: Sequence[Row]) -> Watchlist:
    extras = {row.entry.ref: extra_in(row.extra) for row in rows if row.extra}
    return Watchlist(
        entries=tuple(row.entry for row in rows),
        extra=extra_in(entry_rows.extra_of(connection, name)),
        task_extras=extras,
    )


def _now(connection: Connection, name: str, refs: Collection[Ref] | None) -> Watchlist:
    """What of the list an edit may change, None: all of it."""
    if refs is None:
        return _listed(connection, name, entry_rows.rows_of(connection, name))
    rows = entry_rows.rows_about(connection, name, refs)
    return _listed(connection, name, [row for row in rows if not row.is_removed])


def _write(
    connection: Connection, name: str, before: Watchlist, after: Watchlist, edit: Edit | None
) -> None:
    """Write what differs, entry by entry."""
    old = {entry.ref: entry for entry in before.entries}
    if gone := old.keys() - {entry.ref for entry in after.entries}:
        # An edit that is taken back was none: what it added cannot come back.
        (entry_rows.drop if edit is None else entry_rows.remove)(connection, name, gone)
    if changed := [entry for entry in after.entries if old.get(entry.ref) != entry]:
        there = entry_rows.rows_about(connection, name, [entry.ref for entry in changed])
        # What was removed comes back to its place; what is added anew goes to the end.
        places = {
            row.entry.ref: row.place
            for row in there
            if row.entry.ref in old or edit is not Edit.ADD
        }
        ends = count(entry_rows.last_place(connection, name) + 1.0)
        rows = [
            Row(
                places[entry.ref] if entry.ref in places else next(ends),
                entry,
                extra_text(after.task_extras.get(entry.ref, {})),
            )
            for entry in changed
        ]
        entry_rows.put(connection, name, rows)
    if after.extra != before.extra:
        entry_rows.set_extra(connection, name, extra_text(after.extra))
