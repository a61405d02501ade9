"""The table of tasks; it draws only the lines in sight, so ten thousand tasks cost no more."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip

from rushes.tui.actions.board import Board
from rushes.tui.lines.columns import Row, cells
from rushes.tui.lines.fit import Cell, Piece
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.layout import MARKS, TICKING, Layout, layout
from rushes.tui.lines.roles import Ground, Role
from rushes.tui.lines.standstill import stilled
from rushes.tui.screen.internal_errors import InternalErrors, internal
from rushes.tui.screen.widgets.paper import Inked
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
        internal_errors: InternalErrors,
    ) -> None:
        super().__init__(glyphs, id="table")
        self.troubles: Mapping[str, Trouble] = {}
        self.paused = False
        self.tags: Mapping[str, str] = {}
        self._board = board
        self._now = now
        self._internal_errors = internal_errors
        self._layout = layout(80)
        self._drawn: dict[Ref, tuple[object, Strip]] = {}
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
        self._layout = layout(max(1, self.scrollable_content_region.width))
        self._drawn.clear()
        self.show()

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

    def changed(self, refs: Iterable[Ref]) -> None:
        """Draw the lines of these tasks again, where they are in sight."""
        rows = [row for ref in refs if (row := self._board.row(ref)) is not None]
        self._repaint_rows(rows)

    def tick(self, awaits: Callable[[Ref], bool]) -> None:
        """Draw again the lines that show passing time.

        `awaits` tells whether an end of a task's outputs is still to come.
        """
        places = [place for place in self._layout.places if place.column in TICKING]
        left = places[0].x
        width = places[-1].x + places[-1].width - left
        top = self.scroll_offset.y
        ticking = [
            Region(left, y, width, 1)
            for y in range(min(self.size.height, len(self._board) - top))
            if not (task := self._board.at(top + y)).over or awaits(task.ref)
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
        known, now = self._board.at(row), self._now()
        task = stilled(known) if self.paused else known
        look = Row(
            now=now,
            glyphs=self.glyphs,
            account=self.troubles.get(task.ref.provider),
            tag=self.tags.get(task.ref.provider, ""),
            current=task.ref == self._board.cursor,
            marked=task.ref in self._board.marks,
        )
        ground = _ground(current=look.current, glowing=self._board.glows(task.ref, now))
        face = (task, int(now.timestamp()), look.account, look.current, look.marked, ground)
        drawn = self._drawn.get(task.ref)
        if drawn is not None and drawn[0] == face:
            return drawn[1]
        strip = self.strip(self._cells(task, look), ground)
        if len(self._drawn) >= KEPT_LINES:
            self._drawn.clear()
        self._drawn[task.ref] = (face, strip)
        return strip

    def _cells(self, task: Task, look: Row) -> Cell:
        try:
            return cells(task, self._layout, look)
        except Exception as error:  # noqa: BLE001 - one task's fault is that task's (S8)
            self._internal_errors.caught(f"drawing {task.ref}", error)
            words = f"{self.glyphs.alert} {task.name}  {internal(error)}"
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
