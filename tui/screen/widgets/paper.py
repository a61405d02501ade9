"""Lines of pieces on the screen. All text is shown through here, as segments: never as markup."""

from collections.abc import Sequence
from itertools import zip_longest
from typing import cast

from rich.segment import Segment
from textual import getters
from textual.app import App
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.theme import Theme

from rushes.tui.lines.fit import Cell, Piece, fit
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.roles import Ground, Role
from rushes.tui.screen.theme import Inks


class Inked(ScrollView, can_focus=False, inherit_bindings=False):
    """A widget drawn line by line in the theme's colours."""

    app = getters.app(cast("type[App[None]]", App))

    DEFAULT_CSS = """
    Inked { background: $background; scrollbar-size-vertical: 1; overflow-x: hidden; }
    """
    ALLOW_SELECT = False

    def __init__(self, glyphs: Glyphs, *, id: str | None = None) -> None:  # noqa: A002 - Textual's
        super().__init__(id=id)
        self.glyphs = glyphs
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

    def strip(self, line: Cell, ground: Ground = Ground.PLAIN) -> Strip:
        """One line of the screen, as wide as the widget."""
        style = self.inks.style
        cells = self.scrollable_content_region.width
        pieces = fit(line, cells, self.glyphs.ellipsis)
        segments = [Segment(p.text, style(p.role, ground, p.bold)) for p in pieces if p.text]
        return Strip(segments, cells)


class Paper(Inked):
    """A widget of given lines; only lines that differ are drawn again."""

    def __init__(self, glyphs: Glyphs, *, id: str | None = None) -> None:  # noqa: A002 - as above
        super().__init__(glyphs, id=id)
        self._lines: tuple[Cell, ...] = ()

    @property
    def least_lines(self) -> int:
        """Its lines in any case: while there are as many nothing is laid out anew."""
        return 0

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
