"""What can be done to a watchlist, be it a file (`file.py`) or shared (`shared.py`)."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rushes.providers.fields import replace
from rushes.watch.query import Query
from rushes.watch.task import Entry, Ref
from rushes.watch.watchlist.contents import Contents
from rushes.watch.watchlist.entries import Edit, EntryAt, Watchlist

if TYPE_CHECKING:
    # Only who edits a list loads what keeps its edits.
    from rushes.watch.watchlist.undo import EntryChange, Undone
    from rushes.watch.watchlist.undo_log import UndoLog


class Reached(NamedTuple):
    """How many tasks that are left out a filter may match, and how many of these are taken in."""

    tasks: int
    read: int


class EditedList(ABC):
    """One list: edits the content that is there now, and remembers the one that it read last.

    `path` tells it from all others. Blocking, and safe to call from several threads.
    """

    def __init__(self, path: Path, undo: "Callable[[], UndoLog] | None") -> None:
        """`undo` opens the log of edits; without it none can be taken back."""
        self.path = path
        self._open_undo = undo
        self._seen = Contents(Watchlist())

    @property
    @abstractmethod
    def is_there(self) -> bool:
        """Whether there is such a list; the first edit makes it."""

    @abstractmethod
    def look(self) -> Contents:
        """As `read`, for one that needs only some of the entries; raises as it does."""

    @abstractmethod
    def reload_if_changed(self) -> Watchlist | None:
        """The list if others changed it since it was read, else None; raises as `read` does."""

    @abstractmethod
    def forget(self) -> None:
        """Have the next `reload_if_changed` return the list even if it has not changed."""

    @abstractmethod
    def close(self) -> None:
        """Let go of what the list is read by."""

    @property
    def left_out(self) -> int:
        """How many tasks of it are not read: only a shared list can be too long for that."""
        return 0

    def reach(self, query: Query) -> Reached:
        """Have the next reading take in what is left out, as far as a filter may match it."""
        return Reached(0, 0)

    def read(self) -> Watchlist:
        """The list as it is now; raises BadWatchlist, of a shared one StoreUnusable."""
        return self.look().watchlist

    def add(self, entries: Iterable[Entry], step: str | None = None) -> Watchlist:
        """Append those entries that are not in the list; returns the new list.

        Edits of one `step` are taken back together.
        Raises BadEntry, BadWatchlist, SaveFailed, of a shared list StoreUnusable, as all edits do.
        """
        entries = tuple(entries)
        refs = [entry.ref for entry in entries]
        return self._edit(refs, lambda now: now.adding(entries), Edit.ADD, step=step)

    def remove(
        self, refs: Iterable[Ref], known: Iterable[Entry] = ()
    ) -> tuple[Watchlist, tuple[EntryAt, ...]]:
        """Remove the entries of these refs; returns the new list and the removed entries.

        Those that are `known` come back with an undo, too, where another removed them just before.
        """
        refs, known = frozenset(refs), tuple(known)
        taken: tuple[EntryAt, ...] = ()

        def change(now: Watchlist) -> Watchlist:
            nonlocal taken
            taken = now.positions_of(refs)
            return now.without(refs)

        return self._edit(refs, change, Edit.REMOVE, known), taken

    def restore(self, removed: Iterable[EntryAt]) -> Watchlist:
        """Put removed entries back at their positions; returns the new list."""
        removed = tuple(removed)
        refs = [one.entry.ref for one in removed]
        return self._edit(refs, lambda now: now.with_back(removed))

    def put(self, *entries: Entry, edit: Edit | None = None) -> Watchlist:
        """Change labels and tags; an entry that is no longer in the file is not restored.

        Only the fields that differ from the entry that we read last are written, so that a tag that
        another program added survives a new label from here.
        """
        seen = self._seen_of(entries)

        def merged(there: Entry, entry: Entry) -> Entry:
            was = seen.get(entry.ref)
            label = there.label if was and was.label == entry.label else entry.label
            tags = there.tags if was and was.tags == entry.tags else entry.tags
            return replace(there, label=label, tags=tags)

        def change(now: Watchlist) -> Watchlist:
            wanted = {entry.ref: entry for entry in entries}
            there = (entry for entry in now.entries if entry.ref in wanted)
            return now.with_entries({old.ref: merged(old, wanted[old.ref]) for old in there})

        return self._edit([entry.ref for entry in entries], change, edit)

    def undo(self) -> "tuple[Watchlist, Undone | None]":
        """Take back the last edit of the last day; the new list, and None where there is none."""
        if (log := self._undo_log) is None:
            return self.read(), None
        from rushes.watch.watchlist.undo import Undone, taken_back

        target = self._target()
        done: Undone | None = None
        tokens: list[str] = []

        def change(now: Watchlist) -> Watchlist:
            nonlocal done
            for step in log.last(target):
                tokens.append(step.token)
                after, done = taken_back(step, now)
                if done.refs or done.left:
                    return after
            done = None
            return now

        return self._edit(None, change, saved=lambda: log.drop(target, tokens)), done

    # -- inside -------------------------------------------------------------------------------

    @abstractmethod
    def _edit(
        self,
        refs: Collection[Ref] | None,
        change: Callable[[Watchlist], Watchlist],
        edit: Edit | None = None,
        known: tuple[Entry, ...] = (),
        saved: Callable[[], object] | None = None,
        step: str | None = None,
    ) -> Watchlist:
        """Save what `change` makes of the list; an `edit` can be taken back.

        No entries but those of `refs` are changed, None: it may be any.
        """

    @abstractmethod
    def _target(self) -> Path:
        """What the log of edits knows the list by."""

    def _note(
        self,
        before: Watchlist,
        after: Watchlist,
        edit: Edit | None,
        known: tuple[Entry, ...],
        step: str | None,
    ) -> None:
        """Keep an edit so that it can be taken back."""
        if edit is not None and (log := self._undo_log) is not None:
            log.note(self._target(), edit, _changes(before, after, known), step)

    @cached_property
    def _undo_log(self) -> "UndoLog | None":
        return self._open_undo() if self._open_undo else None

    def _seen_of(self, entries: tuple[Entry, ...]) -> dict[Ref, Entry]:
        """These entries as we read them last."""
        if len(entries) == 1:
            found = self._seen.find(entries[0].ref)
            return {found.ref: found} if found else {}
        return {entry.ref: entry for entry in self._seen.watchlist.entries}


def _changes(
    before: Watchlist, after: Watchlist, known: tuple[Entry, ...]
) -> "tuple[EntryChange, ...]":
    """What an edit did, task by task; those `known` that were gone before are removed by it."""
    from rushes.watch.watchlist.undo import EntryChange, changes_between

    changes = changes_between(before, after) if after != before else ()
    noted = {change.ref for change in changes}
    end = len(before.entries)
    gone = [EntryChange(EntryAt(end, e), None) for e in known if e.ref not in noted]
    return (*changes, *gone)
