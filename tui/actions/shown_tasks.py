"""What of a list is shown: its rows, the cursor, the marks, and what changed a moment ago.

Cursor and marks are refs, never row numbers, so they stay on their tasks when the list is redrawn,
sorted or filtered, and when other tasks are removed.
"""

from collections.abc import Mapping
from datetime import datetime

from rushes.tui.actions.batches import Batch, Branch, Line, Rows
from rushes.tui.actions.glows import Glows
from rushes.watch.query import Query
from rushes.watch.task import Ref, Task

EVERYTHING = Query("")


class ShownTasks:
    """The rows, and what a person points at among them; the subclass `Board` arranges them."""

    def __init__(self) -> None:
        self.cursor: Ref | None = None
        self.marks: set[Ref] = set()
        self.sought = EVERYTHING
        self._tasks: Mapping[Ref, Task] = {}
        self._rows = Rows([])
        self._glows = Glows()
        self._on: Batch | None = None  # the batch whose row has the cursor
        self._home: Ref | None = None
        self._anchor: Ref | None = None
        self._at_end = False

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self._rows.lines)

    @property
    def order(self) -> list[Ref]:
        """The tasks that are let through, in order; those of a shut batch, too."""
        return self._rows.order

    @property
    def total(self) -> int:
        """How many tasks there are, shown or not."""
        return len(self._tasks)

    @property
    def current(self) -> Task | None:
        """The task under the cursor; the first of a batch."""
        return None if self.cursor is None else self._tasks.get(self.cursor)

    @property
    def current_batch(self) -> Batch | None:
        """The batch whose row has the cursor."""
        line = self._rows.lines[self.current_row] if self._rows.lines else None
        return line if isinstance(line, Batch) else None

    @property
    def current_row(self) -> int:
        """The row of the cursor; 0 where nothing is shown."""
        row = self._rows.row(self._on)
        return (self._rows.row(self.cursor) or 0) if row is None else row

    def at(self, row: int) -> Task:
        """The task in a row, the first of a batch; raises IndexError below the last."""
        return self._tasks[self._rows.refs(self._rows.lines[row])[0]]

    def task(self, ref: Ref) -> Task:
        """A task as it is now; raises KeyError for one that is not watched."""
        return self._tasks[ref]

    def line(self, row: int) -> Line:
        """What stands in a row; raises IndexError below the last."""
        return self._rows.lines[row]

    @property
    def has_batches(self) -> bool:
        """Whether any row is a batch."""
        return bool(self._rows.members)

    def members(self, batch: Batch) -> tuple[Task, ...]:
        """The tasks of a batch that are let through, in order."""
        return tuple(map(self._tasks.__getitem__, self._rows.refs(batch)))

    def is_open(self, batch: Batch) -> bool:
        """Whether the tasks of a batch have rows of their own."""
        return self._rows.is_open(batch)

    def branch(self, ref: Ref) -> Branch:
        """Where a task stands in an open batch."""
        return self._rows.branch(ref)

    def row(self, line: Line) -> int | None:
        """Where a task or a batch is shown; None where it is not."""
        return self._rows.row(line)

    def glows(self, line: Line, now: datetime) -> bool:
        """Whether a row changed within the last two seconds."""
        return self._glows.glows(line, now)

    def targets(self) -> tuple[Task, ...]:
        """The tasks that a command acts on: the marked ones in sight, else those of the row."""
        places = self._rows.places
        if seen := [ref for ref in self.marks if ref in places]:
            return tuple(map(self._tasks.__getitem__, sorted(seen, key=places.__getitem__)))
        if batch := self.current_batch:
            return self.members(batch)
        return (self.current,) if self.current else ()

    # -- what a person points at

    def move(self, by: int) -> None:
        """Move the cursor by rows, as far as there are any."""
        self.move_to(self.current_row + by)

    def move_to_end(self) -> None:
        """Put the cursor into the last row, and into each that comes below before it moves."""
        self.move_to(len(self) - 1)
        self._at_end = True

    def move_to(self, row: int) -> None:
        """Put the cursor into a row, or the nearest there is."""
        self._at_end = False
        if self._rows.lines:
            line = self._rows.lines[min(max(0, row), len(self) - 1)]
            self._on = line if isinstance(line, Batch) else None
            self.cursor = self._home = self._rows.refs(line)[0]

    def seek(self, step: int, now: datetime) -> bool:
        """Go to the next (1) or previous (-1) match of the last filter, round the end."""
        count = len(self)
        for distance in range(1, count + 1):
            row = (self.current_row + step * distance) % count
            if self._is_sought(self._rows.lines[row], now):
                self.move_to(row)
                return True
        return False

    def _is_sought(self, line: Line, now: datetime) -> bool:
        if isinstance(line, Batch) and self.is_open(line):
            return False  # its tasks follow
        return any(self.sought.matches(self._tasks[ref], now) for ref in self._rows.refs(line))

    def mark(self) -> None:
        """Mark the task under the cursor, or take its mark away; all of a batch at once."""
        if self.cursor is None:
            return
        refs = set(self._rows.refs(self.current_batch or self.cursor))
        self.marks = self.marks - refs if refs <= self.marks else self.marks | refs
        self._anchor = self.cursor

    def mark_range(self) -> None:
        """Mark everything from the last mark set to the cursor."""
        if self.cursor is None:
            return
        anchor, here = self._rows.row(self._anchor), self.current_row
        first, last = sorted((here if anchor is None else anchor, here))
        for line in self._rows.lines[first : last + 1]:
            self.marks |= set(self._rows.refs(line))
        self._anchor = self.cursor

    def unmark(self) -> None:
        """Take every mark away."""
        self.marks.clear()
        self._anchor = None
