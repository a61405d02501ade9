"""The table of tasks; it draws only the lines in sight, so ten thousand tasks cost no more."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip

from rushes.tui.actions.batches import Batch, Branch, Line
from rushes.tui.actions.board import Board
from rushes.tui.lines.batch_row import batch_cells
from rushes.tui.lines.batch_summary import BatchSummary, summary
from rushes.tui.lines.extents import Extents
from rushes.tui.lines.fit import Cell, Piece
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.layout import MARKS, TICKING, Layout, layout
from rushes.tui.lines.roles import Ground, Role
from rushes.tui.lines.rows import Row, cells
from rushes.tui.lines.standstill import stilled
from rushes.tui.screen.internal_errors import InternalErrors, internal
from rushes.tui.screen.widgets.paper import Inked
from rushes.watch.config.listing import ListColumn
from rushes.watch.figures.usual import Usual
from rushes.watch.task import Ref, Task, Trouble

KEPT_LINES = 500
"""Drawn lines that are kept for scrolling over them again."""


class TaskTable(Inked, can_focus=True):
    """Shows the board. It changes only the board's cursor, and only by the mouse."""

    DEFAULT_CSS = """
    TaskTable { height: 1fr; scrollbar-gutter: stable; }
    """

    class Picked(Message):
        """The mouse put the cursor elsewhere; twice quickly asks for the details."""

        def __init__(self, *, twice: bool) -> None:
            super().__init__()
            self.twice = twice

    def __init__(
        self,
        board: Board,
        glyphs: Glyphs,
        now: Callable[[], datetime],
        usual: Callable[[Task], Usual | None],
        internal_errors: InternalErrors,
        chosen: Sequence[ListColumn] = (),
    ) -> None:
        super().__init__(glyphs, id="table")
        self._chosen = chosen
        self._extents = Extents()
        self.troubles: Mapping[str, Trouble] = {}
        self.paused = False
        self.glow = True
        """Whether a row that changed is lit for a moment."""
        self.tags: Mapping[str, str] = {}
        self._board = board
        self._now = now
        self._usual = usual
        self._internal_errors = internal_errors
        self._layout = layout(80)
        self._fitted: tuple[int, Extents] | None = None
        self._drawn: dict[Line, tuple[object, Strip]] = {}
        self._told: dict[Batch, tuple[int, BatchSummary]] = {}
        self._cursor_row = 0

    @property
    def columns(self) -> Layout:
        """Where the columns are."""
        return self._layout

    def recolored(self) -> None:
        """Forget what was drawn in the old colours."""
        self._drawn.clear()

    def on_resize(self) -> None:
        """Fit the columns to the new width."""
        self._layout = self._fitting()
        self._drawn.clear()
        self.show()

    def measure(self, tasks: Iterable[Task], *, anew: bool = False) -> None:
        """Take in how wide the texts of these are; `anew`: of no others."""
        self._extents = (Extents() if anew else self._extents).grown(tasks)

    def fit_columns(self) -> bool:
        """Give the columns the room that what was measured takes; whether they are others now."""
        fitting = self._fitting()
        if fitting == self._layout:
            return False
        self._layout = fitting
        self.show()
        return True

    def _fitting(self) -> Layout:
        """The layout for the width there is; the last one while it is not shown."""
        room = self.scrollable_content_region.width, self._extents
        if room == self._fitted or room[0] <= 1:
            return self._layout
        self._fitted = room
        return layout(*room, self._chosen)

    # -- drawing ------------------------------------------------------------------------------

    def show(self) -> None:
        """Draw the board anew, the cursor where it was on the screen."""
        self._drawn.clear()
        board = self._board
        place = self._cursor_row - self.scroll_offset.y
        size = Size(self._layout.width, len(board))
        if size != self.virtual_size:
            self.virtual_size = size
        self._cursor_row = board.current_row
        if board.cursor is not None:
            # The task under the finger stays under the finger, whatever moved around it.
            self.scroll_to(y=self._cursor_row - place, animate=False)
        self._follow()
        self.refresh()

    def grew(self) -> None:
        """Show that there are more rows below; those that come into sight are drawn."""
        before, size = self.virtual_size.height, self.size
        self.virtual_size = Size(self._layout.width, len(self._board))
        if before < self.scroll_offset.y + size.height:
            self.refresh()
        self.moved()

    def moved(self) -> None:
        """Draw the cursor's old line and its new one."""
        before, self._cursor_row = self._cursor_row, self._board.current_row
        if before != self._cursor_row:
            self._repaint_rows((before, self._cursor_row))
            self._follow()

    def changed(self, lines: Iterable[Line]) -> None:
        """Draw the rows of these again, where they are in sight."""
        rows = {row for line in lines if (row := self._board.row(line)) is not None}
        self._repaint_rows(rows)

    def tick(self, awaits: Callable[[Ref], bool]) -> None:
        """Draw again the lines that show passing time.

        `awaits` tells whether an end of a task's outputs is still to come.
        """
        places = [place for place in self._layout.places if place.column in TICKING]
        if not places:
            return
        left = places[0].x
        width = places[-1].x + places[-1].width - left
        top = self.scroll_offset.y
        ticking = [
            Region(left, y, width, 1)
            for y in range(min(self.size.height, len(self._board) - top))
            if self._ticks(self._board.line(top + y), awaits)
        ]
        if ticking:
            self.refresh(*ticking)

    def _repaint_rows(self, rows: Iterable[int]) -> None:
        top, size = self.scroll_offset.y, self.size
        lines = [row - top for row in rows if 0 <= row - top < size.height]
        if lines:
            self.refresh(*(Region(0, y, size.width, 1) for y in lines))

    def _follow(self) -> None:
        top, height = self.scroll_offset.y, self.scrollable_content_region.height
        if self._cursor_row < top:
            self.scroll_to(y=self._cursor_row, animate=False)
        elif self._cursor_row >= top + height > top:
            self.scroll_to(y=self._cursor_row - height + 1, animate=False)

    def render_line(self, y: int) -> Strip:
        """One line of the widget."""
        row = y + self.scroll_offset.y
        if row >= len(self._board):
            return self.strip(())
        line, now = self._board.line(row), self._now()
        look = self._look(line, self._board.at(row), row, now)
        glowing = self.glow and self._board.glows(line, now)
        ground = _ground(current=look.current, glowing=glowing)
        told: object = self._batch(line) if isinstance(line, Batch) else self._known(row)
        face = (told, int(now.timestamp()), look.account, look.current, look.marked, look.branch,
                ground, look.usual)  # fmt: skip
        drawn = self._drawn.get(line)
        if drawn is not None and drawn[0] == face:
            return drawn[1]
        strip = self.strip(self._cells(line, row, look), ground)
        if len(self._drawn) >= KEPT_LINES:
            self._drawn.clear()
        self._drawn[line] = (face, strip)
        return strip

    def _known(self, row: int) -> Task:
        known = self._board.at(row)
        return stilled(known) if self.paused else known

    def _look(self, line: Line, task: Task, row: int, now: datetime) -> Row:
        """What a row needs besides its task; a batch is marked where all of it is."""
        board = self._board
        if isinstance(line, Batch):
            is_marked = bool(board.marks) and all(t.ref in board.marks for t in board.members(line))
            branch = ""
        else:
            is_marked = line in board.marks
            branch = _branch(board.branch(line), self.glyphs)
        return Row(
            now=now,
            glyphs=self.glyphs,
            account=self.troubles.get(task.ref.provider),
            tag=self.tags.get(task.ref.provider, ""),
            current=row == board.current_row,
            marked=is_marked,
            usual=self._usual(task),
            branch=branch,
        )

    def _batch(self, batch: Batch) -> BatchSummary:
        """What a batch says, looked up once a second at most: it may have any number of tasks."""
        now = self._now()
        second, told = self._told.get(batch, (-1, None))
        if told is None or second != int(now.timestamp()):
            told = summary(batch, self._board.members(batch), now)
            self._told[batch] = (int(now.timestamp()), told)
        return told

    def _ticks(self, line: Line, awaits: Callable[[Ref], bool]) -> bool:
        """Whether a row shows a time that goes on."""
        if isinstance(line, Batch):
            drawn, told = self._told.get(line), self._batch(line)
            if drawn is None or drawn[1] != told or not told.over:
                return True
            return told.ending is not None and awaits(told.ending.ref)
        task = self._board.task(line)
        return not task.over or awaits(line)

    def _cells(self, line: Line, row: int, look: Row) -> Cell:
        try:
            if isinstance(line, Batch):
                told, is_open = self._batch(line), self._board.is_open(line)
                return batch_cells(told, self._layout, look, is_open=is_open)
            return cells(self._known(row), self._layout, look)
        except Exception as error:  # noqa: BLE001 - one task's fault is that task's (S8)
            what = self._board.at(row)
            self._internal_errors.caught(f"drawing {what.ref}", error)
            words = f"{self.glyphs.alert} {what.name}  {internal(error)}"
            return (Piece(" " * MARKS), Piece(words, Role.FAILED))

    # -- the mouse ----------------------------------------------------------------------------

    def on_click(self, event: events.Click) -> None:
        """Put the cursor into the row that was clicked."""
        row = event.y + self.scroll_offset.y
        if row < len(self._board):
            self._board.move_to(row)
            self.moved()
            self.post_message(self.Picked(twice=event.chain == 2))


def _ground(*, current: bool, glowing: bool) -> Ground:
    if current:
        return Ground.GLOW_CURSOR if glowing else Ground.CURSOR
    return Ground.GLOW if glowing else Ground.PLAIN


def _branch(branch: Branch, glyphs: Glyphs) -> str:
    """What stands before the name of a task in an open batch."""
    if branch is Branch.NONE:
        return ""
    return f"{glyphs.branches[branch is Branch.LAST]} "
