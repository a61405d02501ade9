"""The cards of the dailies, drawn line by line: only those in sight are drawn and asked for."""

from collections.abc import Callable, Collection, Iterator

from rich.segment import Segment
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip

from rushes.tui.actions.contact_sheet import ContactSheet, Section
from rushes.tui.lines.card_grid import LEFT, Band, GridLayout, grid_layout
from rushes.tui.lines.cards import (
    CARD_WIDTH,
    POSTER_WIDTH,
    Card,
    model_line,
    name_line,
    panel_lines,
)
from rushes.tui.lines.fit import Cell, Piece
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.roles import Ground, Role
from rushes.tui.screen.pictures.gallery import Gallery
from rushes.tui.screen.widgets.paper import Inked
from rushes.watch.downloads.job import OutputKey
from rushes.watch.posters.poster import PosterState
from rushes.watch.task import Ref

KEPT_CARDS = 30
"""Drawn cards that are kept for scrolling over them again; a screen's in any case."""

TEXT_LINES = 2

Lines = list[list[Segment]]


class CardGrid(Inked, can_focus=True):
    """Shows a contact sheet. It changes only the cursor, and only by the mouse."""

    DEFAULT_CSS = """
    CardGrid { height: 1fr; scrollbar-gutter: stable; }
    """

    class Picked(Message):
        """The mouse put the cursor elsewhere; twice quickly asks for the picture in full."""

        def __init__(self, *, twice: bool) -> None:
            super().__init__()
            self.twice = twice

    class Scrolled(Message):
        """Another line is at the top."""

    def __init__(
        self,
        sheet: ContactSheet,
        glyphs: Glyphs,
        gallery: Gallery,
        head: Callable[[Section, int], Cell],
    ) -> None:
        """`head` gives the line above a section, in so many cells."""
        super().__init__(glyphs, id="grid")
        self._sheet = sheet
        self._gallery = gallery
        self._head = head
        self._layout = GridLayout(1, 1, ())
        self._drawn: dict[OutputKey, Lines] = {}
        self._awaited: set[OutputKey] = set()
        self._epoch = gallery.epoch
        self._cursor: OutputKey | None = None

    @property
    def columns(self) -> int:
        """Cards in a row."""
        return self._layout.columns

    @property
    def rows(self) -> int:
        """Rows of cards in sight."""
        return max(1, self.size.height // self._layout.card_height)

    def recolored(self) -> None:
        """Forget what was drawn in the old colours."""
        self._drawn.clear()

    def on_resize(self) -> None:
        """Lay the cards out for the new size."""
        self.show()

    # -- what it shows ------------------------------------------------------------------------

    def show(self) -> None:
        """Draw the sheet anew, the cursor's card where it was on the screen."""
        if not self.size.height:
            return  # how many cards there is room for is not known yet
        self._drawn.clear()
        self._awaited.clear()
        before, lines = self._layout, self.size.height
        sections = [len(section.cards) for section in self._sheet.sections]
        self._layout = grid_layout(sections, self.screen.size.width, lines)
        self._cursor = self._sheet.cursor
        if self._layout != before or self.virtual_size.height != self._layout.height(lines):
            self.virtual_size = Size(self.size.width, self._layout.height(lines))
        self._follow()
        self.refresh()

    def moved(self) -> None:
        """Draw the cursor's old card and its new one."""
        before, self._cursor = self._cursor, self._sheet.cursor
        self.redraw([key for key in (before, self._cursor) if key])
        self._follow()

    def changed(self, refs: Collection[Ref]) -> None:
        """Draw the cards of these tasks again, where they are in sight."""
        self.redraw([key for key in self._drawn if key[0] in refs])

    def came(self) -> None:
        """Draw the cards again that waited for a picture, or all where the terminal has none."""
        if self._epoch != self._gallery.epoch:
            self._epoch = self._gallery.epoch
            self.show()
        else:
            self.redraw([*self._awaited])

    def redraw(self, keys: Collection[OutputKey]) -> None:
        """Draw these cards again, where they are in sight."""
        for key in keys:
            self._drawn.pop(key, None)
            self._awaited.discard(key)
        top, size = self.scroll_offset.y, self.size
        regions = [
            Region(x, y - top, CARD_WIDTH, height + 1)
            for key in keys
            if (place := self._sheet.place_of(key)) is not None
            for x, y, height in [self._box(place)]
            if y < top + size.height and y + height >= top
        ]
        if regions:
            self.refresh(*(region.intersection(size.region) for region in regions))

    def _box(self, place: int) -> tuple[int, int, int]:
        band = self._layout.bands[self._layout.band_of(place)]
        return LEFT + (place - band.start) * CARD_WIDTH, band.y, band.height

    def _follow(self) -> None:
        if self._sheet.cards:
            top, lines = self.scroll_offset.y, self.size.height
            to = self._layout.top_for(self._sheet.place, top, lines)
            if to != top:
                self.scroll_to(y=to, animate=False, immediate=True)

    def place_above(self, by: int) -> int:
        """The place that many rows above the cursor; below it for a positive `by`."""
        return self._layout.above(self._sheet.place, by) if self._is_laid_out else 0

    @property
    def _is_laid_out(self) -> bool:
        """Whether there are cards, and it is known how many there is room for."""
        return bool(self._sheet.cards and self._layout.bands)

    @property
    def section_at_top(self) -> Section | None:
        """The section that the line at the top belongs to."""
        band = self._layout.band_at(self.scroll_offset.y)
        sections = self._sheet.sections
        return sections[band.section] if band and band.section < len(sections) else None

    def closing(self) -> int | None:
        """The column of the frame that is to be closed below the grid; None where none is."""
        if not self._is_laid_out:
            return None
        x, y, height = self._box(self._sheet.place)
        return x if y + height == self.scroll_offset.y + self.size.height else None

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Tell of it."""
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self.post_message(self.Scrolled())

    # -- drawing ------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """One line of the widget."""
        row, width = y + self.scroll_offset.y, self.scrollable_content_region.width
        layout, band = self._layout, self._layout.band_at(row)
        above = layout.band_at(row - 1)
        closes = above if above is not None and above.y + above.height == row else None
        if band is None:
            return Strip(self._crop(self._gap(None, closes), width), width)
        if not band.count:
            if row > band.y:
                section = self._sheet.sections[band.section]
                return Strip(self.segments(self._head(section, width), width), width)
            return Strip(self._crop(self._gap(None, closes), width), width)
        line = self._gap(band, closes) if row == band.y else self._cards(band, row - band.y)
        return Strip(self._crop(line, width), width)

    def _crop(self, line: list[Segment], width: int) -> list[Segment]:
        short = width - sum(segment.cell_length for segment in line)
        plain = self.inks.style(Role.TEXT, Ground.PLAIN, False)
        if short < 0:
            return Segment.adjust_line_length(line, width)
        return [*line, Segment(" " * short, plain)] if short else line

    def _gap(self, opens: Band | None, closes: Band | None) -> list[Segment]:
        """The line between two rows: where a frame begins or ends, or nothing."""
        place, columns = self._sheet.place if self._sheet.cards else -1, self._layout.columns
        corners, edge = self.glyphs.corners, self.glyphs.edge * POSTER_WIDTH
        for band, left, right in ((opens, *corners[:2]), (closes, *corners[2:])):
            if band is not None and band.start <= place < band.start + band.count:
                before = LEFT + (place - band.start) * CARD_WIDTH
                line = Piece(" " * before), Piece(f"{left}{edge}{right}", Role.ACCENT)
                return self.segments(line, LEFT + columns * CARD_WIDTH)
        return []

    def _cards(self, band: Band, y: int) -> list[Segment]:
        plain = self.inks.style(Role.TEXT, Ground.PLAIN, False)
        side = Segment(self.glyphs.side, self.inks.style(Role.ACCENT, Ground.PLAIN, False))
        blank, place = Segment(" ", plain), self._sheet.place
        line = [Segment(" " * LEFT, plain)]
        for at in range(band.start, band.start + band.count):
            edge = side if at == place else blank
            line += (edge, *self._lines_of(at)[y - 1], edge)
        return line

    def _lines_of(self, place: int) -> Lines:
        card = self._sheet.cards[place]
        lines = self._drawn.get(card.key)
        if lines is None:
            if len(self._drawn) >= max(KEPT_CARDS, 2 * self.rows * self.columns):
                self._drawn.clear()
            lines = self._drawn[card.key] = [*self._draw(card)]
        return lines

    def _draw(self, card: Card) -> Iterator[list[Segment]]:
        """A card's lines below the frame's, each POSTER_WIDTH wide."""
        glyphs, current = self.glyphs, card.key == self._cursor
        rows = self._layout.card_height - 1 - TEXT_LINES
        poster = self._gallery.poster(card)
        panel = self.inks.style(Role.TEXT, Ground.PANEL, False)
        drawn = self._gallery.blocks(poster, POSTER_WIDTH, rows, panel, dimmed=card.rejected)
        if drawn is not None:
            yield from drawn
        else:
            if poster.state in (PosterState.READY, PosterState.MAKING):
                self._awaited.add(card.key)
            for said in panel_lines(card, poster, POSTER_WIDTH, rows, glyphs):
                yield self.segments(said, POSTER_WIDTH, Ground.PANEL)
        ground = Ground.CURSOR if current else Ground.PLAIN
        marked = card.key in self._sheet.marks
        name = name_line(card, glyphs, marked=marked, current=current)
        yield self.segments(name, POSTER_WIDTH, ground)
        yield self.segments(model_line(card, poster.media, glyphs), POSTER_WIDTH, ground)

    # -- the mouse ----------------------------------------------------------------------------

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the card that was clicked."""
        place = self._layout.card_at(event.x, event.y + self.scroll_offset.y)
        if place is not None and place < len(self._sheet):
            self._sheet.put_cursor(self._sheet.cards[place].key)
            self.moved()
            self.post_message(self.Picked(twice=event.chain == 2))

    def _on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._wheel(event, self._layout.card_height)

    def _on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._wheel(event, -self._layout.card_height)

    def _wheel(self, event: events.MouseEvent, lines: int) -> None:
        event.stop()
        event.prevent_default()  # Textual would scroll by some lines more
        self.scroll_relative(y=lines, animate=False, immediate=True)
