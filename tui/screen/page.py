"""A sheet of lines that are only read: any key that scrolls scrolls it."""

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from rushes.providers.language import _
from rushes.tui.lines.fit import Cell
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.screen.edges import Hint
from rushes.tui.screen.sheet import Sheet, position_words

SHORTEST = 6
"""Rows of one that is as high as its lines are many, where those are few."""


class Page(Sheet[None]):
    """A sheet of lines. A subclass makes them (`lines`) and calls `write` when they changed."""

    DEFAULT_CSS = """
    Page #lines { height: 1fr; padding: 0 0 0 2; scrollbar-gutter: stable; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,enter", "close", "Close", show=False),
        Binding("j,down", "scroll(1)", show=False),
        Binding("k,up", "scroll(-1)", show=False),
        Binding("ctrl+d,pagedown,space", "scroll_half(1)", show=False),
        Binding("ctrl+u,pageup", "scroll_half(-1)", show=False),
        Binding("g,home", "scroll(-100000)", show=False),
        Binding("G,end", "scroll(100000)", show=False),
    ]

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__(glyphs)
        self._paper = self.paper("lines")

    def content(self) -> ComposeResult:
        """The lines."""
        yield self._paper

    def lines(self, cells: int) -> Sequence[Cell]:
        """The lines in a room of that many cells."""
        raise NotImplementedError

    @property
    def hints(self) -> Sequence[Hint]:
        """The arrows, where there is more than is in sight."""
        scrolls = (Hint(("up", "down"), _("scroll")),) if self._paper.max_scroll_y else ()
        return (*scrolls, self.closing)

    @property
    def position(self) -> str:
        """The last line in sight, and how many there are; signs say where more follows."""
        paper = self._paper
        if not paper.max_scroll_y:
            return ""
        last, lines = paper.scroll_offset.y + paper.size.height, paper.virtual_size.height
        return position_words(min(last, lines), lines, self.more(paper))

    @property
    def text(self) -> str:
        """What is written, without colours."""
        return self._paper.text

    def on_resize(self, _: events.Resize) -> None:
        """Write the lines for the new size."""
        self.call_after_refresh(self.write)

    def write(self) -> None:
        """Write the lines as they are now."""
        if cells := self.line_room:
            self._paper.show(self.lines(cells))
            self.draw_frame()

    def action_scroll(self, rows: int) -> None:
        """Scroll by rows."""
        self._paper.scroll_relative(y=rows, animate=False)

    def action_scroll_half(self, pages: int) -> None:
        """Scroll by half of what is in sight."""
        self.action_scroll(pages * max(1, self._paper.size.height // 2))
