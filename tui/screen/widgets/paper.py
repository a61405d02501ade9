"""Lines of pieces on the screen. All text is shown through here, as segments: never as markup."""

from collections.abc import Sequence
from itertools import zip_longest
from typing import cast

from rich.segment import Segment
from rich.style import Style
from textual import getters
from textual.app import App
from textual.filter import ANSIToTruecolor, LineFilter
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.theme import Theme

from rushes.tui.lines.fit import Cell, Piece, fit, undisputed
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.roles import Ground, Role
from rushes.tui.screen.theme import Inks

STRUCK = Style(strike=True)


class Inked(ScrollView, can_focus=False, inherit_bindings=False):
    """A widget drawn line by line in the theme's colours."""

    app = getters.app(cast("type[App[None]]", App))

    DEFAULT_CSS = """
    Inked { background: $background; scrollbar-size-vertical: 1; overflow-x: hidden; }
    """
    ALLOW_SELECT = False

    def __init__(
        self,
        glyphs: Glyphs,
        *,
        id: str | None = None,  # noqa: A002 - Textual's
        ground: Ground = Ground.PLAIN,
    ) -> None:
        super().__init__(id=id)
        self.glyphs = glyphs
        self.ground = ground
        self._inks: Inks | None = None

    def on_mount(self) -> None:
        """Follow changes of the theme."""
        self.app.theme_changed_signal.subscribe(self, self._recolor)

    def _recolor(self, _: Theme) -> None:
        self._inks = None
        self.recolored()
        self.refresh()

    def recolored(self) -> None:
        """Forget what was drawn in the old colours."""

    @property
    def inks(self) -> Inks:
        """The colours of the theme that is on."""
        if self._inks is None:
            self._inks = Inks(self.app.theme_variables)
        return self._inks

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's filters, without the one that replaces the terminal's own colours in vain."""
        filters = super().get_line_filters()
        if not self.inks.exact:
            return filters
        return [each for each in filters if not isinstance(each, ANSIToTruecolor)]

    def strip(self, line: Cell, ground: Ground | None = None) -> Strip:
        """One line of the screen, as wide as the widget; on its ground, if none is given."""
        cells = self.scrollable_content_region.width
        return Strip(self.segments(line, cells, ground), cells)

    def segments(self, line: Cell, cells: int, ground: Ground | None = None) -> list[Segment]:
        """A line in exactly so many cells; on its own ground unless another is given."""
        style = self.inks.style
        under = self.ground if ground is None else ground
        drawn: list[Segment] = []
        for p in fit(line, cells, self.glyphs.ellipsis):
            if p.text:
                ink = style(p.role, p.ground or under, p.bold)
                drawn.append(Segment(undisputed(p.text), ink + STRUCK if p.struck else ink))
        return drawn


class Paper(Inked):
    """A widget of given lines; only lines that differ are drawn again."""

    def __init__(
        self,
        glyphs: Glyphs,
        *,
        id: str | None = None,  # noqa: A002 - as above
        ground: Ground = Ground.PLAIN,
    ) -> None:
        super().__init__(glyphs, id=id, ground=ground)
        self._lines: tuple[Cell, ...] = ()

    @property
    def least_lines(self) -> int:
        """Its lines in any case: while there are as many nothing is laid out anew."""
        return 0

    @property
    def lines(self) -> tuple[Cell, ...]:
        """What is written."""
        return self._lines

    @property
    def text(self) -> str:
        """What is written, without colours."""
        return "\n".join("".join(piece.text for piece in line).rstrip() for line in self._lines)

    def show(self, lines: Sequence[Cell]) -> None:
        """Write these lines instead of what was there."""
        before, self._lines = self._lines, tuple(lines)
        extent = Size(self.scrollable_content_region.width, max(len(self._lines), self.least_lines))
        if extent != self.virtual_size:
            self.virtual_size = extent
            self.refresh()
            return
        pairs = enumerate(zip_longest(before, self._lines))
        changed = [y for y, (old, new) in pairs if old != new]
        top, width = self.scroll_offset.y, self.size.width
        if changed:
            self.refresh(*(Region(0, y - top, width, 1) for y in changed))

    def rewrite(self, line: Cell) -> bool:
        """Write another line instead of the only one; whether it is to be painted now.

        That is the caller's: see `WholeFrame.paint_line`. Nothing is written where it would take
        another room than what was there.
        """
        fits = len(self._lines) == 1 and self.virtual_size == self.outer_size
        if not fits or self._lines == (line,):
            return False
        self._lines = (line,)
        return True

    def render_line(self, y: int) -> Strip:
        """One line of the widget."""
        row = y + self.scroll_offset.y
        return self.strip(self._lines[row] if row < len(self._lines) else ())


class Rule(Paper):
    """A line across."""

    DEFAULT_CSS = "Rule { height: 1; }"

    def render_line(self, y: int) -> Strip:
        """One line of the widget."""
        return self.strip((Piece(self.glyphs.rule * self.size.width, Role.RULE),))
