"""Edits of a watchlist as values, and what the list is without one of them.

What others changed since is left alone: each task is judged by itself. `undo_log.py` keeps edits.
"""

from dataclasses import replace

from rushes.providers.frozen import frozen
from rushes.watch.task import Entry, Ref
from rushes.watch.watchlist.entries import Edit, EntryAt, Watchlist


@frozen
class EntryChange:
    """One task of an edit: `before` is None for one that was added, `after` for one removed."""

    before: EntryAt | None
    after: Entry | None

    @property
    def ref(self) -> Ref:
        """The task."""
        entry = self.after or (self.before and self.before.entry)
        assert entry is not None  # noqa: S101 - one of them is there
        return entry.ref


@frozen
class Step:
    """What one undo takes back: an edit, or all that one command did."""

    edit: Edit
    token: str
    changes: tuple[EntryChange, ...]


@frozen
class Undone:
    """What an undo did: the tasks that are as before, and those left as others made them since."""

    edit: Edit
    refs: tuple[Ref, ...]
    left: tuple[Ref, ...] = ()


def changes_between(before: Watchlist, after: Watchlist) -> tuple[EntryChange, ...]:
    """What differs between two states of a list, task by task."""
    old = {entry.ref: (place, entry) for place, entry in enumerate(before.entries)}
    new = {entry.ref: entry for entry in after.entries}
    found = [
        EntryChange(_at(before, *old[entry.ref]) if entry.ref in old else None, entry)
        for entry in after.entries
        if entry.ref not in old or old[entry.ref][1] != entry
    ]
    gone = (at for ref, at in old.items() if ref not in new)
    return (*found, *(EntryChange(_at(before, *at), None) for at in gone))


def _at(watchlist: Watchlist, place: int, entry: Entry) -> EntryAt:
    return EntryAt(place, entry, watchlist.task_extras.get(entry.ref, {}))


def taken_back(step: Step, now: Watchlist) -> tuple[Watchlist, Undone]:
    """The list without that step, and what became of its tasks; the others stay as they are."""
    there = {entry.ref: entry for entry in now.entries}
    gone: list[Ref] = []
    back: list[EntryAt] = []
    changed: dict[Ref, Entry] = {}
    left: list[Ref] = []
    for change in step.changes:
        ref, current, was = change.ref, there.get(change.ref), change.before
        if was is None:
            if current is not None:
                (gone if current == change.after else left).append(ref)
        elif change.after is None:
            if current is None:
                back.append(was)
        elif current is None:
            left.append(ref)
        elif (entry := _merged(current, was.entry, change.after)) != current:
            changed[ref] = entry
        elif not _is_back(current, was.entry, change.after):
            left.append(ref)
    after = now.without(gone).with_entries(changed).with_back(back)
    refs = (*gone, *changed, *(one.entry.ref for one in back))
    return after, Undone(step.edit, refs, tuple(left))


def _merged(current: Entry, before: Entry, after: Entry) -> Entry:
    """An entry with what an edit changed as before, where nobody changed it since."""
    label = before.label if current.label == after.label else current.label
    if current.tags == after.tags:
        return replace(current, label=label, tags=before.tags)
    kept = [tag for tag in current.tags if tag in before.tags or tag not in after.tags]
    missing = [tag for tag in before.tags if tag not in (*after.tags, *kept)]
    return replace(current, label=label, tags=(*kept, *missing))


def _is_back(current: Entry, before: Entry, after: Entry) -> bool:
    """Whether what an edit changed is as it was."""
    return before.label in (after.label, current.label)
