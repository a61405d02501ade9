"""The arranged list: which tasks are shown, in which order, and where the cursor and marks are.

Cursor and marks are refs, never row numbers, so they stay on their tasks when the list is redrawn,
sorted or filtered, and when other tasks are removed.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from rushes.tui.actions.sorted_tasks import RECHECK, SortedTasks
from rushes.watch.query import Query
from rushes.watch.sorting import SortKey
from rushes.watch.task import Ref, Task

GLOW = timedelta(seconds=2)
"""How long a row that changed stands out."""

REST = timedelta(seconds=3)
"""How long a new order waits before rows move, unless a key is pressed before."""

_EVERYTHING = Query("")


class Board:
    """The arranged list. After a change, `order`, `cursor` and `marks` say what it became."""

    def __init__(self) -> None:
        self.order: list[Ref] = []
        self.arranged = 0  # how often the order was made anew
        self.cursor: Ref | None = None
        self.marks: set[Ref] = set()
        self.filter = _EVERYTHING
        self.view = _EVERYTHING
        self.sought = _EVERYTHING
        self._sorted = SortedTasks()
        self._tasks: Mapping[Ref, Task] = {}
        self._faces: dict[Ref, object] = {}
        self._glows: dict[Ref, datetime] = {}
        self._rows: dict[Ref, int] = {}
        self._home: Ref | None = None
        self._anchor: Ref | None = None
        self._at_end = False
        self._waiting_since: datetime | None = None
        self._checked_at: datetime | None = None

    # -- looking ------------------------------------------------------------------------------

    @property
    def is_whole(self) -> bool:
        """Whether it is as it begins: everything is shown in the usual order, nothing marked."""
        plain = self.sort is SortKey.ADDED and self.descending
        return plain and not (self.filter or self.view or self.marks)

    def __len__(self) -> int:
        return len(self.order)

    @property
    def sort(self) -> SortKey:
        """What the list is sorted by."""
        return self._sorted.key

    @property
    def descending(self) -> bool:
        """Whether the greatest value comes first."""
        return self._sorted.descending

    @property
    def total(self) -> int:
        """How many tasks there are, shown or not."""
        return len(self._tasks)

    @property
    def current(self) -> Task | None:
        """The task under the cursor."""
        return None if self.cursor is None else self._tasks.get(self.cursor)

    @property
    def current_row(self) -> int:
        """The row of the cursor; 0 where nothing is shown."""
        return self._rows.get(self.cursor, 0) if self.cursor else 0

    def at(self, row: int) -> Task:
        """The task in a row; raises IndexError below the last."""
        return self._tasks[self.order[row]]

    def row(self, ref: Ref) -> int | None:
        """Where a task is shown; None where it is not."""
        return self._rows.get(ref)

    def glows(self, ref: Ref, now: datetime) -> bool:
        """Whether the task changed within the last two seconds."""
        lit = self._glows.get(ref)
        return lit is not None and now - lit < GLOW

    def targets(self) -> tuple[Task, ...]:
        """The tasks that a command acts on: the marked ones in sight, else the current one."""
        if seen := [row for ref in self.marks if (row := self._rows.get(ref)) is not None]:
            return tuple(map(self.at, sorted(seen)))
        return (self.current,) if self.current else ()

    # -- what changes by itself ---------------------------------------------------------------

    def take(
        self, tasks: Mapping[Ref, Task], changed: Iterable[Ref], layout: bool, now: datetime
    ) -> set[Ref]:
        """Take in what changed at the desk, and return the refs whose rows look different now.

        A new order is applied later, by `tick` or `apply_waiting`, unless tasks came or went.
        """
        first = not self._faces
        self._tasks = tasks
        touched = set(changed) & tasks.keys()
        if layout:
            touched |= tasks.keys() - self._faces.keys()
            for ref in self._faces.keys() - tasks.keys():
                self._forget(ref)
        revalued = {ref for ref in touched if self._observe(tasks[ref], now, silent=first)}
        if layout:
            self._arrange(now)
        elif self._waiting_since is None and any(
            self._moves(ref, now, revalued=ref in revalued) for ref in touched
        ):
            self._waiting_since = now
        return touched

    def extend(self, tasks: Mapping[Ref, Task], read: Iterable[Ref], now: datetime) -> None:
        """Take in tasks that were there before, and were read only now: the newest ones first.

        In the order in which tasks are listed at first they come below the others. In another one
        the rows move at the next `tick` or `apply_waiting`.
        """
        self._tasks = tasks
        fresh = [ref for ref in read if ref in tasks and ref not in self._faces]
        for ref in fresh:
            self._observe(tasks[ref], now, silent=True)
        shown = self._let_through(fresh, now)
        if not shown:
            return
        if self._are_last(shown[0]):
            self._rows.update((ref, row) for row, ref in enumerate(shown, len(self.order)))
            self.order += shown
            if self._at_end:
                self.move_to_end()
            elif self.cursor is None:
                self.move_to(0)
        elif self._waiting_since is None:
            self._waiting_since = now - REST

    def reset(self, tasks: Mapping[Ref, Task], now: datetime) -> None:
        """Show another watchlist's tasks from the top, with no marks and no glowing rows."""
        for record in (self._faces, self._glows, self._sorted):
            record.clear()
        self.order, self.cursor, self._home = [], None, None
        self._at_end = False
        self.unmark()
        self.take(tasks, (), layout=True, now=now)

    def tick(self, now: datetime) -> set[Ref]:
        """Apply an order that has waited REST; return the refs that stopped glowing."""
        timed = self.filter.timed or self.view.timed or self.sort is SortKey.RUN
        if timed and (self._checked_at is None or now - self._checked_at >= RECHECK):
            self._checked_at = now
            everything = self._sorted.order(self._tasks, now)
            if self._waiting_since is None and self._let_through(everything, now) != self.order:
                self._waiting_since = now
        if self._waiting_since is not None and now - self._waiting_since >= REST:
            self._arrange(now)
        dark = {ref for ref in self._glows if not self.glows(ref, now)}
        for ref in dark:
            del self._glows[ref]
        return dark

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
            self.filter = self.view = _EVERYTHING
            self.unmark()
            self.order_by(SortKey.ADDED, now, descending=True)
        self.move_to(0)

    def order_by(self, key: SortKey, now: datetime, *, descending: bool) -> None:
        """Change the order."""
        self._sorted.by(key, descending=descending)
        self._arrange(now)

    def move(self, by: int) -> None:
        """Move the cursor by rows, as far as there are any."""
        self.move_to(self.current_row + by)

    def move_to_end(self) -> None:
        """Put the cursor into the last row, and into each that comes below before it moves."""
        self.move_to(len(self.order) - 1)
        self._at_end = True

    def move_to(self, row: int) -> None:
        """Put the cursor into a row, or the nearest there is."""
        self._at_end = False
        if self.order:
            self.cursor = self._home = self.order[min(max(0, row), len(self.order) - 1)]

    def seek(self, step: int, now: datetime) -> bool:
        """Go to the next (1) or previous (-1) match of the last filter, round the end."""
        count = len(self.order)
        for distance in range(1, count + 1):
            row = (self.current_row + step * distance) % count
            if self.sought.matches(self.at(row), now):
                self.move_to(row)
                return True
        return False

    def mark(self) -> None:
        """Mark the task under the cursor, or take its mark away."""
        if self.cursor is not None:
            self.marks ^= {self.cursor}
            self._anchor = self.cursor

    def mark_range(self) -> None:
        """Mark everything from the last mark set to the cursor."""
        if self.cursor is None:
            return
        anchor = self._rows.get(self._anchor) if self._anchor else None
        here = self.current_row
        first, last = sorted((here if anchor is None else anchor, here))
        self.marks |= set(self.order[first : last + 1])
        self._anchor = self.cursor

    def unmark(self) -> None:
        """Take every mark away."""
        self.marks.clear()
        self._anchor = None

    # -- inside -------------------------------------------------------------------------------

    def _observe(self, task: Task, now: datetime, *, silent: bool) -> bool:
        """Note how a task looks; return whether it is to be sorted by another value now."""
        ref = task.ref
        face = _face(task)
        if not silent and self._faces.get(ref) != face:
            self._glows[ref] = now
        self._faces[ref] = face
        return self._sorted.note(task, now)

    def _moves(self, ref: Ref, now: datetime, *, revalued: bool) -> bool:
        """Whether a task that changed may belong elsewhere than where its row is, or is none."""
        row = self._rows.get(ref)
        if bool(self._let_through((ref,), now)) is (row is None):
            return True
        around = () if row is None else self.order[max(0, row - 1) : row + 2]
        return revalued and not self._sorted.are_in_order(around)

    def _are_last(self, first: Ref) -> bool:
        """Whether the rows that begin with this one belong below all that are there."""
        if not (self.sort is SortKey.ADDED and self.descending) or self._waiting_since is not None:
            return False
        added = self._tasks[first].entry.added
        return not self.order or added <= self._tasks[self.order[-1]].entry.added

    def _let_through(self, refs: Sequence[Ref], now: datetime) -> list[Ref]:
        """Those of `refs` that view and filter let through, in their order."""
        return list(self.view.among(self._tasks, self.filter.among(self._tasks, refs, now), now))

    def _forget(self, ref: Ref) -> None:
        for record in (self._faces, self._glows):
            record.pop(ref, None)
        self._sorted.forget(ref)
        self.marks.discard(ref)

    def _arrange(self, now: datetime, among: Sequence[Ref] | None = None) -> None:
        """Sort and filter all tasks, and put the cursor on its task or near it.

        `among` are the only ones that may be shown, in their order, where they are known.
        """
        everything = self._sorted.order(self._tasks, now)
        before, rows_before = self.order, self._rows
        self.order = self._let_through(everything if among is None else among, now)
        self._rows = dict(zip(self.order, range(len(self.order)), strict=True))
        self._waiting_since = None
        self.arranged += 1
        if self._home in self._tasks:
            # Only hidden: the cursor waits nearby and comes back when the filter lets it.
            self.cursor = self._nearest(self._home, everything)
        else:
            self.cursor = self._survivor(before, rows_before)
            self._home = self.cursor

    def _nearest(self, home: Ref | None, everything: list[Ref]) -> Ref | None:
        if home is None or home in self._rows:
            return home
        return _closest(everything, everything.index(home), self._rows)

    def _survivor(self, before: list[Ref], rows: Mapping[Ref, int]) -> Ref | None:
        row = rows.get(self.cursor) if self.cursor else None
        found = None if row is None else _closest(before, row, self._rows)
        return found or (self.order[0] if self.order else None)


def _closest(refs: list[Ref], start: int, among: Mapping[Ref, int]) -> Ref | None:
    """The nearest ref to position `start` that is in `among`; of two as near, the one below."""
    for distance in range(len(refs)):
        for row in (start + distance, start - distance):
            if 0 <= row < len(refs) and refs[row] in among:
                return refs[row]
    return None


def _face(task: Task) -> object:
    """The parts of a task whose change makes its row glow; polls and bytes are no part of it."""
    return (
        task.status,
        task.raw_status,
        task.entry,
        task.trouble and task.trouble.kind,
        {n: fetch.state for n, fetch in task.fetches.items()},
    )
