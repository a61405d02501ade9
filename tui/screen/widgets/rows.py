"""Lines of which one is under the cursor: it is kept in sight, and a click chooses another."""

from collections.abc import Sequence

from textual import events
from textual.message import Message
from textual.strip import Strip

from rushes.tui.lines.fit import Cell, Piece
from rushes.tui.lines.roles import Ground, Role
from rushes.tui.screen.widgets.paper import Paper

GUTTER = 2
"""Cells before each line: the cursor and a blank."""


class Rows(Paper):
    """A list to choose from. The lines come without the cursor, which it draws in front of one."""

    DEFAULT_CSS = """
    Rows { scrollbar-gutter: stable; height: 1fr; }
    """

    class Clicked(Message):
        """Posted with the line that was clicked."""

        def __init__(self, row: int) -> None:
            super().__init__()
            self.row = row

    _at: int | None = None

    @property
    def room(self) -> int:
        """Cells for a line: one stays empty before the scroll bar."""
        return max(0, self.scrollable_content_region.width - GUTTER - 1)

    def show_rows(self, lines: Sequence[Cell], at: int | None) -> None:
        """Write these lines; the cursor is in line `at`, in none for None."""
        before, self._at = self._at, at
        self.show(lines)
        if before != at:
            self.refresh()
        if at is not None:
            self._keep_in_sight(at)

    def _keep_in_sight(self, row: int) -> None:
        top, height = self.scroll_offset.y, self.scrollable_content_region.height
        if row < top:
            # The heading above the first row of a group comes into sight with it.
            self.scroll_to(y=row if row > 1 else 0, animate=False)
        elif row >= top + height > top:
            self.scroll_to(y=row - height + 1, animate=False)

    def render_line(self, y: int) -> Strip:
        """One line of the widget."""
        row = y + self.scroll_offset.y
        if row >= len(self.lines):
            return self.strip(())
        here = row == self._at
        cursor = Piece(self.glyphs.cursor if here else " ", Role.ACCENT)
        line = (cursor, Piece(" "), *self.lines[row])
        return self.strip(line, Ground.PANEL_CURSOR if here else None)

    def on_click(self, event: events.Click) -> None:
        """Say which line was clicked."""
        row = event.y + self.scroll_offset.y
        if row < len(self.lines):
            event.stop()
            self.post_message(self.Clicked(row))
