"""Brings what the team's store has of tasks into the home's history, which is its copy.

So all that reads a history reads what the team knows. Of each task only a version that the home has
not is sent for.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from math import inf

from rushes.watch.history.reader import HistoryReader
from rushes.watch.postgres import task_rows
from rushes.watch.postgres.known_texts import KnownTexts
from rushes.watch.postgres.session import Session
from rushes.watch.postgres.task_rows import Seen, Version
from rushes.watch.task import Entry, Ref, Task
from rushes.watch.team.marks import Marks

AT_A_TIME = 500
"""Tasks that are fetched in one transaction: others wait no longer for the connection."""

COPY_EVERY = 30.0
"""Seconds between two copies of a task that runs: a start reads its newest state anyway."""

_NEVER = datetime.fromtimestamp(0, UTC)


class Copy:
    """A home's copy of a store's tasks. Blocking; raises StoreUnusable, StoreAway, StoreError."""

    def __init__(
        self,
        session: Session,
        history: HistoryReader,
        marks: Marks,
        texts: KnownTexts | None = None,
    ) -> None:
        """`texts` are those that the store need not send again."""
        self._session = session
        self._texts = texts or KnownTexts()
        self._history = history
        self._marks = marks
        self._copied_at: dict[Ref, float] = {}
        self._held_to = ""

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
        with self._session.statement() as db:
            there = task_rows.changes_of(db, refs)
        self._hold()
        return there

    def bring(self, versions: Mapping[Ref, str]) -> list[Task]:
        """Copy those tasks of which the home's copy is of another version; returns them."""
        return self.bring_again(self._changed(versions))

    def hear(self, versions: Mapping[Ref, Version], now: float) -> list[Task]:
        """As `bring`, of tasks that are read again before long; `now` is monotonic seconds.

        What runs is copied every COPY_EVERY seconds only: it changes with each poll of others.
        """
        heard, ahead = list[Task](), self._session.ahead
        for some in batched(self._changed({ref: it.change for ref, it in versions.items()})):
            told = {ref: versions[ref].seen(self._texts.of(ref), ahead) for ref in some}
            found = {ref: seen for ref, seen in told.items() if seen is not None}
            if rest := [ref for ref in some if ref not in found]:
                found |= self._read(rest)
            kept = {
                ref: seen
                for ref, seen in found.items()
                if seen.task.over or now - self._copied_at.get(ref, -inf) >= COPY_EVERY
            }
            self._keep(kept)
            self._copied_at |= dict.fromkeys(kept, now)
            heard += (seen.task for seen in found.values())
        return heard

    def bring_again(self, refs: Collection[Ref]) -> list[Task]:
        """Copy these tasks, whatever was copied before; returns them."""
        return list(self._fetched(refs))

    def bring_all(self) -> None:
        """Copy all that changed in the store since the last time."""
        with self._session.transaction() as db:
            self._hold()
            since = self._marks.place()
            # First: what is committed between the two looks is seen the next time.
            place = task_rows.horizon(db)
            there = task_rows.every_change(db, since)
        for _task in self._fetched(self._changed(there)):
            pass
        self._marks.note_place(place)

    def _hold(self) -> None:
        """Compare with nothing that was there before another took the store's place."""
        now = self._session.incarnation
        if now != self._held_to:
            self._marks.hold_to(now)
            self._held_to = now

    def _changed(self, versions: Mapping[Ref, str]) -> list[Ref]:
        ours = self._marks.copied(versions)
        return [ref for ref, version in versions.items() if ours.get(ref) != version]

    def _fetched(self, refs: Collection[Ref]) -> Iterator[Task]:
        """These tasks as the store has them, each copied durably before its turn comes."""
        for some in batched(refs):
            found = self._read(some)
            self._keep(found)
            yield from (seen.task for seen in found.values())

    def _read(self, refs: Collection[Ref]) -> dict[Ref, Seen]:
        with self._session.statement() as db:
            entries = [Entry(ref=ref, added=_NEVER) for ref in refs]
            return task_rows.load(db, entries, self._texts, self._session.ahead)

    def _keep(self, found: Mapping[Ref, Seen]) -> None:
        if not found:
            return
        for seen in found.values():
            self._history.save(seen.task)
        self._history.flush()
        self._marks.note_copied({ref: seen.change for ref, seen in found.items()})


def batched(refs: Iterable[Ref]) -> Iterator[list[Ref]]:
    """The same, AT_A_TIME together."""
    rest = iter(refs)
    while some := list(islice(rest, AT_A_TIME)):
        yield some
