"""Brings what the team's store has of tasks into the home's history, which is its copy.

So all that reads a history reads what the team knows. Of each task only a version that the home has
not is sent for.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice

from rushes.watch.history.reader import HistoryReader
from rushes.watch.postgres import task_rows
from rushes.watch.postgres.session import Session
from rushes.watch.task import Entry, Ref, Task
from rushes.watch.team.marks import Marks

AT_A_TIME = 500
"""Tasks that are fetched in one transaction: others wait no longer for the connection."""

_NEVER = datetime.fromtimestamp(0, UTC)


class Copy:
    """A home's copy of a store's tasks. Blocking; raises StoreUnusable, StoreAway, StoreError."""

    def __init__(self, session: Session, history: HistoryReader, marks: Marks) -> None:
        self._session = session
        self._history = history
        self._marks = marks

    def load(self, entries: Iterable[Entry]) -> tuple[dict[Ref, Task], frozenset[Ref]]:
        """The tasks of `entries`, as new as the store's; and those that the store does not have."""
        wanted = {entry.ref: entry for entry in entries}
        there = self.there(wanted)
        self.bring(there)
        tasks = self._history.load(list(wanted.values()))
        # This home forgot them, or lost its history.
        if gone := [ref for ref in there if not tasks[ref].polls]:
            self.bring_again(gone)
            tasks |= self._history.load([wanted[ref] for ref in gone])
        return tasks, frozenset(wanted).difference(there)

    def there(self, refs: Collection[Ref]) -> dict[Ref, str]:
        """The versions of these tasks in the store, as far as they are there."""
        if not refs:
            return {}
        with self._session.transaction() as db:
            return task_rows.changes_of(db, refs)

    def bring(self, versions: Mapping[Ref, str]) -> list[Task]:
        """Copy those tasks of which the home's copy is of another version; returns them."""
        return self.bring_again(self._changed(versions))

    def bring_again(self, refs: Collection[Ref]) -> list[Task]:
        """Copy these tasks, whatever was copied before; returns them."""
        return list(self._fetched(refs))

    def bring_all(self) -> None:
        """Copy all that changed in the store since the last time."""
        since = self._marks.place()
        with self._session.transaction() as db:
            # First: what is committed between the two looks is seen the next time.
            place = task_rows.horizon(db)
            there = task_rows.every_change(db, since)
        for _task in self._fetched(self._changed(there)):
            pass
        self._marks.note_place(place)

    def _changed(self, versions: Mapping[Ref, str]) -> list[Ref]:
        ours = self._marks.copied(versions)
        return [ref for ref, version in versions.items() if ours.get(ref) != version]

    def _fetched(self, refs: Collection[Ref]) -> Iterator[Task]:
        """These tasks as the store has them, each copied durably before its turn comes."""
        rest = iter(refs)
        while some := list(islice(rest, AT_A_TIME)):
            with self._session.transaction() as db:
                found = task_rows.load(db, [Entry(ref=ref, added=_NEVER) for ref in some])
            for seen in found.values():
                self._history.save(seen.task)
            self._history.flush()
            self._marks.note_copied({ref: seen.change for ref, seen in found.items()})
            yield from (seen.task for seen in found.values())
