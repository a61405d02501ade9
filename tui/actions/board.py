"""The arranged list: which tasks are shown, in which order, and where the cursor and marks are.

Cursor and marks are refs, never row numbers, so they stay on their tasks when the list is redrawn,
sorted or filtered, and when other tasks are removed.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from rushes.tui.actions.batches import ANY, Batches, Line, Rows
from rushes.tui.actions.shown_tasks import EVERYTHING, ShownTasks
from rushes.tui.actions.sorted_tasks import RECHECK, SortedTasks
from rushes.watch.query import Query
from rushes.watch.sorting import SortKey, SortOrder
from rushes.watch.task import Ref, Task

REST = timedelta(seconds=3)
"""How long a new order waits before rows move, unless a key is pressed before."""

USUAL_ORDER = SortOrder(SortKey.ADDED, descending=True)
"""The order in which a list begins, where the settings say nothing."""


class Board(ShownTasks):
    """The arranged list. After a change, `order`, `cursor` and `marks` say what it became."""

    def __init__(self, usual: SortOrder = USUAL_ORDER, batch: str = ANY) -> None:
        """`usual` is the order in which it begins; `batch` says which tag folds."""
        super().__init__()
        self._usual = usual
        self.batches = Batches(batch)
        self.arranged = 0  # how often the order was made anew
        self.filter = EVERYTHING
        self.view = EVERYTHING
        self._sorted = SortedTasks()
        self._sorted.by(usual.key, descending=usual.descending)
        self._waiting_since: datetime | None = None
        self._regrouped = False  # tags are others since it was arranged
        self._checked_at: datetime | None = None

    # -- looking ------------------------------------------------------------------------------

    @property
    def is_whole(self) -> bool:
        """Whether it is as it begins: everything is shown in the usual order, nothing marked."""
        plain = SortOrder(self.sort, self.descending) == self._usual
        return plain and not (self.filter or self.view or self.marks or self.batches.is_on)

    @property
    def sort(self) -> SortKey:
        """What the list is sorted by."""
        return self._sorted.key

    @property
    def descending(self) -> bool:
        """Whether the greatest value comes first."""
        return self._sorted.descending

    # -- what changes by itself ---------------------------------------------------------------

    def take(
        self, tasks: Mapping[Ref, Task], changed: Iterable[Ref], layout: bool, now: datetime
    ) -> set[Ref]:
        """Take in what changed at the desk, and return the refs whose rows look different now.

        A new order is applied later, by `tick` or `apply_waiting`, unless tasks came or went.
        """
        first = not self._glows
        self._tasks = tasks
        touched = set(changed) & tasks.keys()
        if layout:
            touched |= tasks.keys() - self._glows.refs
            for ref in self._glows.refs - tasks.keys():
                self._forget(ref)
        revalued = {ref for ref in touched if self._observe(tasks[ref], now, silent=first)}
        if layout:
            self._arrange(now)
        elif self._waiting_since is None and (
            self._regrouped
            or any(self._moves(ref, now, revalued=ref in revalued) for ref in touched)
        ):
            self._waiting_since = now
        return touched

    def extend(self, tasks: Mapping[Ref, Task], read: Iterable[Ref], now: datetime) -> None:
        """Take in tasks that were there before, and were read only now: the newest ones first.

        In the order in which tasks are listed at first they come below the others. In another one
        the rows move at the next `tick` or `apply_waiting`.
        """
        self._tasks = tasks
        fresh = [ref for ref in read if ref in tasks and ref not in self._glows.refs]
        for ref in fresh:
            self._observe(tasks[ref], now, silent=True)
        shown = self._let_through(fresh, now)
        if not shown:
            return
        if self._are_last(shown[0]):
            self._rows.append(shown)
            if self._at_end:
                self.move_to_end()
            elif self.cursor is None:
                self.move_to(0)
        elif self._waiting_since is None:
            self._waiting_since = now - REST

    def prepare(self, now: datetime) -> None:
        """Sort all tasks, before the first key that needs them in order has to wait for it."""
        self._sorted.order(self._tasks, now)

    def reset(self, tasks: Mapping[Ref, Task], now: datetime) -> None:
        """Show another watchlist's tasks from the top, with no marks and no glowing rows."""
        self._glows.clear()
        self._sorted.clear()
        if self.batches.is_on:
            self.batches.begin(())
        self._rows, self.cursor, self._home, self._on = Rows([]), None, None, None
        self._at_end = False
        self.unmark()
        self.take(tasks, (), layout=True, now=now)

    def tick(self, now: datetime) -> set[Line]:
        """Apply an order that has waited REST; return the rows that stopped glowing."""
        timed = self.filter.timed or self.view.timed or self.sort is SortKey.RUN
        if timed and (self._checked_at is None or now - self._checked_at >= RECHECK):
            self._checked_at = now
            everything = self._sorted.order(self._tasks, now)
            if self._waiting_since is None and self._let_through(everything, now) != self.order:
                self._waiting_since = now
        if self._waiting_since is not None and now - self._waiting_since >= REST:
            self._arrange(now)
        return self._glows.dark(now)

    def apply_waiting(self, now: datetime) -> bool:
        """Apply an order that waits, as before a key acts; return whether there was one."""
        waited = self._waiting_since is not None
        if waited:
            self._arrange(now)
        return waited

    # -- what a person changes ----------------------------------------------------------------

    def set_filter(self, query: Query, now: datetime) -> None:
        """Show only what the filter matches."""
        # While a word is typed on, only what is shown can be what will be.
        still = self._waiting_since is None and not self.view.timed
        among = self.order if still and query.narrows(self.filter) else None
        self.filter = query
        if query:
            self.sought = query
        self._arrange(now, among)

    def set_view(self, view: Query, now: datetime) -> None:
        """Change between the views of the number keys."""
        self.view = view
        self._arrange(now)

    def show_whole(self, now: datetime) -> None:
        """Arrange it as it begins, with the cursor in the first row."""
        if not self.is_whole:
            self.filter = self.view = EVERYTHING
            self.unmark()
            self.batches.end()
            self.order_by(self._usual.key, now, descending=self._usual.descending)
        self.move_to(0)

    def order_by(self, key: SortKey, now: datetime, *, descending: bool) -> None:
        """Change the order."""
        self._sorted.by(key, descending=descending)
        self._arrange(now)

    def fold(self, now: datetime) -> None:
        """Fold the batches, or show each task in a row of its own."""
        if self.batches.is_on:
            self.batches.end()
        else:
            self.batches.begin(self._tasks.values())
        self._arrange(now)

    def switch_batch(self, now: datetime) -> None:
        """Open the batch under the cursor, or shut it; the cursor stays in its row."""
        if batch := self.current_batch:
            self.batches.switch(batch)
            self._arrange(now)
            self._on = batch

    # -- inside -------------------------------------------------------------------------------

    def _observe(self, task: Task, now: datetime, *, silent: bool) -> bool:
        """Note how a task looks; return whether it is to be sorted by another value now."""
        ref = task.ref
        if self._glows.note(ref, task) and not silent:
            self._glows.light(ref, now)
            if batch := self._rows.batch_of(ref):
                self._glows.light(batch, now)
        if self.batches.is_on and self.batches.note(task):
            self._regrouped = True
        return self._sorted.note(task, now)

    def _moves(self, ref: Ref, now: datetime, *, revalued: bool) -> bool:
        """Whether a task that changed may belong elsewhere than where its row is, or is none."""
        place = self._rows.places.get(ref)
        if bool(self._let_through((ref,), now)) is (place is None):
            return True
        around = () if place is None else self.order[max(0, place - 1) : place + 2]
        return revalued and not self._sorted.are_in_order(around)

    def _are_last(self, first: Ref) -> bool:
        """Whether the rows that begin with this one belong below all that are there."""
        newest_first = self.sort is SortKey.ADDED and self.descending
        if not newest_first or self._waiting_since is not None or self.batches.is_on:
            return False
        added = self._tasks[first].entry.added
        return not self.order or added <= self._tasks[self.order[-1]].entry.added

    def _let_through(self, refs: Sequence[Ref], now: datetime) -> list[Ref]:
        """Those of `refs` that view and filter let through, in their order."""
        return list(self.view.among(self._tasks, self.filter.among(self._tasks, refs, now), now))

    def _forget(self, ref: Ref) -> None:
        for record in (self._glows, self._sorted, self.batches):
            record.forget(ref)
        self.marks.discard(ref)

    def _arrange(self, now: datetime, among: Sequence[Ref] | None = None) -> None:
        """Sort and filter all tasks, and put the cursor on its task or near it.

        `among` are the only ones that may be shown, in their order, where they are known.
        """
        everything = self._sorted.order(self._tasks, now)
        before = self._rows
        self._rows = self.batches.rows(
            self._let_through(everything if among is None else among, now)
        )
        self._waiting_since, self._regrouped = None, False
        self.arranged += 1
        is_hidden = self._home in self._tasks
        # Where it is only hidden the cursor waits nearby, and comes back when the filter lets it.
        self.cursor = self._nearest(self._home, everything) if is_hidden else self._survivor(before)
        if self._on is not None and not self._rows.refs(self._on):
            self._on = None
        if self._on is not None and self.cursor not in self._rows.refs(self._on):
            self.cursor = self._rows.refs(self._on)[0]
        if not is_hidden:
            self._home = self.cursor

    def _nearest(self, home: Ref | None, everything: list[Ref]) -> Ref | None:
        if home is None or home in self._rows.places:
            return home
        return _closest(everything, everything.index(home), self._rows.places)

    def _survivor(self, before: Rows) -> Ref | None:
        place = before.places.get(self.cursor) if self.cursor else None
        found = None if place is None else _closest(before.order, place, self._rows.places)
        return found or (self.order[0] if self.order else None)


def _closest(refs: list[Ref], start: int, among: Mapping[Line, int]) -> Ref | None:
    """The nearest ref to position `start` that is in `among`; of two as near, the one below."""
    for distance in range(len(refs)):
        for row in (start + distance, start - distance):
            if 0 <= row < len(refs) and refs[row] in among:
                return refs[row]
    return None
