"""The rule below the cards; where a card's frame ends there, the rule closes it."""

from textual.strip import Strip

from rushes.tui.lines.cards import POSTER_WIDTH
from rushes.tui.lines.fit import Cell, Piece
from rushes.tui.lines.roles import Role
from rushes.tui.screen.widgets.paper import Rule


class Floor(Rule):
    """A line across, which may hold the lower edge of a frame."""

    _frame_at: int | None = None

    def close(self, column: int | None) -> None:
        """Close the frame that begins in that column; None is no frame."""
        if column != self._frame_at:
            self._frame_at = column
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line of the widget."""
        column, width, glyphs = self._frame_at, self.size.width, self.glyphs
        if column is None:
            return super().render_line(y)
        left, right = glyphs.corners[2:]
        frame = f"{left}{glyphs.edge * POSTER_WIDTH}{right}"
        after = width - column - len(frame)
        line: Cell = (
            Piece(glyphs.rule * column, Role.RULE),
            Piece(frame, Role.ACCENT),
            Piece(glyphs.rule * after, Role.RULE),
        )
        return self.strip(line)
