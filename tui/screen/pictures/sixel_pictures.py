"""Pictures that are drawn by Sixel over the cells that stand for them, behind each frame.

A terminal forgets of such a picture what text was written over. So what was written anew of the
cells is what has to be drawn again, and nothing else.
"""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from rich.segment import Segment
from rich.style import Style

from rushes.tui.screen.painting.cells import PLACEHOLDER
from rushes.tui.screen.painting.pen import Written
from rushes.tui.screen.painting.row import Row
from rushes.tui.screen.pictures.cell_size import CellSize
from rushes.tui.screen.pictures.pictures import Pictures
from rushes.tui.screen.pictures.placeholders import LARGEST
from rushes.tui.screen.pictures.shown import QUARTER, Shown
from rushes.tui.screen.pictures.sixel import BAND, read_sixel
from rushes.tui.screen.pictures.sixel_cells import (
    MOST,
    Part,
    Place,
    all_places,
    cells_of_sixel,
    parts_in_sight,
    place_of,
    tiles,
)

XTERM_KEEPS = 16
"""Pictures that xterm keeps at a time, whether they can be seen or not (MAX_GRAPHICS)."""

WIDE_IN_XTERM = 24
"""Columns of a picture of which there are never so many on a screen: a card has fewer."""

XTERM_DRAWS = 1000
"""Pixels that such a picture is wide and high at most (maxGraphicSize)."""


class SixelPictures:
    """Gives out the cells of pictures, and draws what is in sight of them."""

    def __init__(
        self,
        cell: CellSize,
        came: Callable[[], object],
        lost: Callable[[], object],
        *,
        xterm: bool = False,
    ) -> None:
        """`came` is told when what was waited for can be drawn, `lost` when no cell holds more."""
        self._largest = _cells_in_xterm(cell) if xterm else (LARGEST, LARGEST)
        self.pictures = Pictures(partial(read_sixel, cell, self._largest))
        self.least_cells = WIDE_IN_XTERM if xterm else 0
        self._keeps = XTERM_KEEPS if xterm else None
        self._lost = lost
        self._numbers: dict[Shown, int] = {}
        self._known: list[tuple[Shown, tuple[int, int]]] = []
        self._waiting: set[Place] = set()
        self._drawn = 0
        self._came = came
        self.pictures.listen(self._read)

    def _read(self) -> None:
        if self._waiting:
            self._came()

    def draw(
        self, path: Path, cells: int, rows: int, ground: Style, *, dimmed: bool = False
    ) -> list[list[Segment]] | None:
        """The cells of a picture; None where it is not there yet."""
        wanted = Shown(path, min(cells, LARGEST), min(rows, LARGEST), dimmed)
        number = self._numbers.get(wanted)
        if number is None:
            picture = self.pictures.get(path, wanted.cells, wanted.rows)
            if picture is None:
                return None
            number = self._number(wanted, picture.size)
        return cells_of_sixel(number, self._known[number][1], cells, rows, ground)

    def _number(self, wanted: Shown, size: tuple[int, int]) -> int:
        if len(self._known) >= MOST:
            self._numbers.clear()
            self._known.clear()
            self._waiting.clear()
            self._lost()
        number = self._numbers[wanted] = len(self._known)
        self._known.append((wanted, size))
        return number

    def draw_over(self, screen: Sequence[Row], written: Sequence[Written]) -> str:
        """What draws the pictures whose cells were written, and those that were waited for."""
        places = {
            place_of(screen[y].texts[x], y, x)
            for y, start, end in written
            for x in range(start, end)
            if screen[y].texts[x].startswith(PLACEHOLDER)
        }
        places |= self._waiting
        if not places:
            return ""
        parts = self._parts(screen, places)
        if self._keeps and self._drawn + len(parts) > self._keeps:
            # It lets go of the oldest, which may be in sight.
            parts = self._parts(screen, all_places(screen))
            self._drawn = 0
        drawn = [self._sequence(place, part) for place, part in parts]
        self._waiting = {
            place for (place, _), found in zip(parts, drawn, strict=True) if found is None
        }
        self._drawn += len(parts)
        return "".join(filter(None, drawn))

    def _parts(self, screen: Sequence[Row], places: set[Place]) -> list[tuple[Place, Part]]:
        return [
            (place, tile)
            for place in sorted(places)
            if place.number < len(self._known)
            for part in parts_in_sight(screen, place, self._known[place.number][1])
            for tile in tiles(part, *self._largest)
        ]

    def _sequence(self, place: Place, part: Part) -> str | None:
        """What draws that part; None as long as it is not read. "" where it cannot be."""
        shown, size = self._known[place.number]
        first = next(tiles(Part(0, 0, *size), *self._largest))
        found = self.pictures.get(*shown[:3], *(() if part == first else part))
        if found is None:
            return "" if self.pictures.is_unreadable(shown.path) else None
        if not found.height:
            return ""
        at = f"\x1b[{place.line + part.row + 1};{place.column + part.column + 1}H"
        return at + found.sequence(QUARTER if shown.dimmed else 1)

    def taken_away(self) -> str:
        """What removes all pictures from the terminal: it is cleared."""
        drawn, self._drawn = self._drawn, 0
        self._waiting.clear()
        return "\x1b[2J" if drawn else ""


def _cells_in_xterm(cell: CellSize) -> tuple[int, int]:
    """How many cells a picture has at most there, each of its rows but the last in whole bands."""
    rows = XTERM_DRAWS // cell.height
    return max(1, XTERM_DRAWS // cell.width), max(BAND, rows // BAND * BAND)
