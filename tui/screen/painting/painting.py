"""What stands on the terminal, and the bytes that turn it into what shall stand there."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence

from rich.color import ColorSystem, ColorType
from rich.color_triplet import ColorTriplet
from rich.console import COLOR_SYSTEMS, Console
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.strip import Strip

from rushes.tui.screen.painting.cells import cells_of, without_pictures
from rushes.tui.screen.painting.inks import PLAIN, RESET, Ink, ink_of, ink_of_colors
from rushes.tui.screen.painting.pen import Pen, Written
from rushes.tui.screen.painting.row import Row

log = logging.getLogger(__name__)

KNOWN_STYLES = 4096

Pieces = list[tuple[int, Strip]]
"""Strips of one line, with the columns where they begin."""

DrawOver = Callable[[Sequence[Row], Sequence[Written]], str]
"""Draws pictures over the cells that stand for them, of which those were written anew."""


class Changes(CompositorUpdate):
    """What Textual sends instead of an update: sequences, then perhaps the update as it was.

    `sent` once it took them.
    """

    def __init__(self, sequences: str, then: CompositorUpdate | None = None) -> None:
        self._sequences, self._then = sequences, then
        self.sent = False

    def render_segments(self, console: Console) -> str:
        """The sequences."""
        self.sent = True
        return self._sequences + (self._then.render_segments(console) if self._then else "")


class Painting:
    """Remembers every cell of a terminal, and makes of Textual's updates what is new in them.

    Whoever else writes to the terminal's cells, or changes what it draws with, calls `forget`.
    """

    def __init__(self, draw_over: DrawOver | None = None) -> None:
        """Without `draw_over` the terminal draws pictures where there are cells of them."""
        self._width = 0
        self._rows: list[Row] = []
        self._draw_over = draw_over
        self._pen = self._new_pen()
        self._inks: dict[Style | None, Ink] = {}
        self._told = False

    def _new_pen(self) -> Pen:
        return Pen(None if self._draw_over is None else [])

    def forget(self) -> None:
        """Take nothing for granted: what is drawn next is sent, whatever it is."""
        self._rows = []
        self._pen = self._new_pen()
        self._inks.clear()

    def drawn_over(self) -> str:
        """What draws pictures over the cells that were written, and those that were waited for."""
        blanked = self._pen.blanked
        if self._draw_over is None or blanked is None:
            return ""
        written = [*blanked]
        blanked.clear()
        return self._draw_over(self._rows, written)

    def changes(self, update: CompositorUpdate, console: Console) -> Changes | None:
        """What an update changes; None if all of it stands there already.

        An update that is not understood is sent as Textual would: the screen lives whatever is
        wrong here (S8).
        """
        try:
            for y, left, right, pieces in self._lines(update):
                self._line(y, left, right, pieces, console)
            sequences = self._pen.lift() + self.drawn_over()
        except Exception as error:
            self.forget()
            if not self._told:
                log.error("painting", exc_info=error)
            self._told = True
            return Changes(RESET, update)
        return Changes(sequences) if sequences else None

    def _lines(self, update: CompositorUpdate) -> Iterator[tuple[int, int, int, Pieces]]:
        """The lines of an update, from and up to which column, and what lies there."""
        if type(update) is ChopsUpdate:
            chops, ends = update.chops, update.chop_ends
            self._fit(ends[0][-1], len(chops))
            for y, left, right in update.spans:
                pieces = [
                    (x, strip)
                    for end, (x, strip) in zip(ends[y], chops[y].items(), strict=True)
                    if strip is not None and x < right and end > left
                ]
                yield y, left, right, pieces
        elif type(update) is LayoutUpdate:
            x, top, width, height = update.region
            self._fit(x + width, top + height)
            for y, strips in enumerate(update.strips, top):
                yield y, x, x + width, _side_by_side(x, strips)
        else:
            raise TypeError(type(update))

    def _fit(self, width: int, height: int) -> None:
        if (self._width, len(self._rows)) != (width, height):
            self._width = width
            self._rows = [Row(width) for _ in range(height)]

    def _line(self, y: int, left: int, right: int, pieces: Pieces, console: Console) -> None:
        row, width, inks = self._rows[y], self._width, self._inks
        for x, strip in pieces:
            if row.strips.get(x) is strip:
                continue
            begun = at = x
            texts: list[str] = []
            looks: list[Ink] = []
            for text, style, control in strip:
                cells = cells_of(text)
                ink = inks.get(style) or self._ink(style, console)
                if control or cells is None or ink is None or at + len(cells) > width:
                    self._copy(y, pieces, console)
                    return
                end = at + len(cells)
                if at < right and end > left:
                    texts += cells
                    looks += [ink] * len(cells)
                elif not texts:
                    begun = end
                at = end
            row.put(begun, texts, looks)
            if left <= x and at <= right:
                row.strips[x] = strip
        for start, end in row.runs():
            self._pen.draw(y, row, start, end)

    def _copy(self, y: int, pieces: Pieces, console: Console) -> None:
        """Send strips as Textual would; what then stands on that line is not known."""
        self._rows[y] = Row(self._width)
        for x, strip in pieces:
            if self._draw_over is not None:
                strip = without_pictures(strip)
            self._pen.copy(f"{RESET}\x1b[{y + 1};{x + 1}H{strip.render(console)}")

    def _ink(self, style: Style | None, console: Console) -> Ink | None:
        """The look of a style; None for a link, which is more than a look."""
        ink = PLAIN
        if style is not None:
            if style.link:
                return None
            system = COLOR_SYSTEMS.get(console.color_system or "", ColorSystem.TRUECOLOR)
            colors = _exact_colors(style) if system is ColorSystem.TRUECOLOR else None
            # Textual keeps the sequences of the last 16,384 styles: each cell of a picture is one.
            ink = ink_of_colors(*colors) if colors else ink_of(Strip.render_ansi(style, system))
        if len(self._inks) >= KNOWN_STYLES:
            self._inks.clear()
        self._inks[style] = ink
        return ink


def _exact_colors(style: Style) -> tuple[ColorTriplet, ColorTriplet] | None:
    """The ink and the ground of a style that is nothing else, both exact; None for any other."""
    ink, ground = style.color, style.bgcolor
    if ink is None or ground is None or style._set_attributes:  # pyright: ignore[reportPrivateUsage]
        return None
    above, below = ink.triplet, ground.triplet
    exact = ink.type is ground.type is ColorType.TRUECOLOR
    return (above, below) if exact and above is not None and below is not None else None


def _side_by_side(x: int, strips: Iterable[Strip]) -> Pieces:
    pieces: Pieces = []
    for strip in strips:
        pieces.append((x, strip))
        x += strip.cell_length
    return pieces
