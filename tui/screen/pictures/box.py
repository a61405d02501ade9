"""A picture in a box, as large as there is room; a frame lights up where it is chosen."""

from collections.abc import Callable

from rich.segment import Segment
from textual.geometry import Size
from textual.strip import Strip

from rushes.tui.lines.cards import Card, panel_lines
from rushes.tui.lines.fit import Piece
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.roles import Ground, Role
from rushes.tui.screen.pictures.gallery import Gallery
from rushes.tui.screen.widgets.paper import Inked


class PictureBox(Inked):
    """Shows the picture of a card. With `framed` a frame's cells are kept free around it."""

    def __init__(
        self,
        glyphs: Glyphs,
        gallery: Gallery,
        *,
        framed: bool = False,
        id: str | None = None,  # noqa: A002 - Textual's
    ) -> None:
        super().__init__(glyphs, id=id)
        self._gallery = gallery
        self._framed = framed
        self._card: Card | None = None
        self._chosen = False
        self._lines: list[list[Segment]] | None = None
        self._drawn_in = Size()
        self._stop: Callable[[], None] = lambda: None

    def on_mount(self) -> None:
        """Draw a picture once it came."""
        self._stop = self._gallery.listen(self.came)

    def on_unmount(self) -> None:
        """Wait for none any more."""
        self._stop()

    def on_resize(self) -> None:
        """Draw it in the new size."""
        self.came()

    def recolored(self) -> None:
        """Forget what was drawn in the old colours."""
        self._lines = None

    def came(self) -> None:
        """Draw the picture that is there now."""
        self._lines = None
        self.refresh()

    def show_card(self, card: Card | None, *, chosen: bool = False) -> None:
        """Show the picture of that card instead; `chosen` lights the frame."""
        if card is not self._card:
            self._lines = None
        self._card, self._chosen = card, chosen
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line of the widget."""
        width, height = self.size
        if not self._framed:
            return Strip(self._line(y), width)
        glyphs = self.glyphs
        above_left, above_right, below_left, below_right = glyphs.corners
        if not self._chosen:
            blank = Segment(" ", self.inks.style(Role.TEXT, Ground.PLAIN, False))
            inner = [Segment(" " * width, blank.style)] if y in (0, height - 1) else None
            return Strip(inner or [blank, *self._line(y - 1), blank], width)
        edge = glyphs.edge * (width - 2)
        if y == 0:
            return self.strip((Piece(f"{above_left}{edge}{above_right}", Role.ACCENT),))
        if y == height - 1:
            return self.strip((Piece(f"{below_left}{edge}{below_right}", Role.ACCENT),))
        side = Segment(glyphs.side, self.inks.style(Role.ACCENT, Ground.PLAIN, False))
        return Strip([side, *self._line(y - 1), side], width)

    def _line(self, y: int) -> list[Segment]:
        if self._lines is None or self._drawn_in != self.size:
            # Textual draws it in a new size before it tells of that.
            self._lines, self._drawn_in = self._draw(), self.size
        return self._lines[y]

    def _draw(self) -> list[list[Segment]]:
        around = 2 if self._framed else 0
        cells, rows = self.size.width - around, self.size.height - around
        panel = self.inks.style(Role.TEXT, Ground.PANEL, False)
        card = self._card
        if card is None or cells < 1 or rows < 1:
            return [[Segment(" " * max(0, cells), panel)] for _row in range(max(1, rows))]
        poster = self._gallery.poster(card)
        blocks = self._gallery.blocks(poster, cells, rows, panel, dimmed=card.rejected)
        if blocks is not None:
            return blocks
        lines = panel_lines(card, poster, cells, rows, self.glyphs)
        return [self.segments(line, cells, Ground.PANEL) for line in lines]
