"""Writes to a terminal: where its cursor is, what it draws with, the shortest way elsewhere."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from rushes.tui.screen.painting.cells import HALF_BLOCK, PLACEHOLDER, is_certain
from rushes.tui.screen.painting.inks import Ink, change
from rushes.tui.screen.painting.row import Row

NEAR = 4
"""Cells that are sent again and not leapt over: the leap would take as many bytes."""

BACKSPACES = 3

INDEXES = 3
"""Lines that VT goes down by, one byte for each: terminals read it as LF, and a tty changes only
LF itself (xterm's control sequences; the sources of VTE, kitty, Alacritty, tmux and screen). The
line is on the screen, so nothing scrolls."""


class Written(NamedTuple):
    """Cells that blanks were written for: of line `y` from column `start` up to `end`."""

    y: int
    start: int
    end: int


class Pen:
    """Writes runs of cells. What it draws with stays from one update to the next.

    `ink` is that look; None where it is not known. `blanked` gathers the cells of pictures, for
    which it writes blanks; None where the terminal itself draws a part of a picture for each.
    """

    def __init__(self, blanked: list[Written] | None = None) -> None:
        self.ink: Ink | None = None
        self.blanked = blanked
        self._at: tuple[int, int] | None = None
        self._written: list[str] = []

    def lift(self) -> str:
        """All that was written since the last time; the cursor may be elsewhere afterwards."""
        written = "".join(self._written)
        self._written.clear()
        self._at = None
        return written

    def copy(self, sequences: str) -> None:
        """Write somebody else's sequences, which begin with a look of their own and end plain."""
        self._written.append(sequences)
        self.ink = self._at = None

    def draw(self, y: int, row: Row, start: int, end: int) -> None:
        """Write the cells of line `y` from column `start` up to `end`."""
        inks = row.inks
        while start < end:
            ink, until = inks[start], end
            if start + 1 < end and inks[start + 1] is not ink:
                until = start + 1
                if row.texts[start] == HALF_BLOCK:  # a picture changes its ink with every cell
                    self._single(y, row, start, ink)
                    start = until
                    continue
            elif inks[start:end].count(ink) != end - start:
                until = start + 1
                while inks[until] is ink:
                    until += 1
            start = self._draw(y, row, start, until, ink)

    def _single(self, y: int, row: Row, x: int, ink: Ink) -> None:
        """Write one cell of certain width."""
        if self._at != (y, x):
            self._go(y, x, row)
        if ink is not self.ink:
            self._written.append(change(self.ink, ink))
            self.ink = ink
        self._written.append(row.texts[x])
        self._at = (y, x + 1) if x + 1 < len(row.texts) else None

    def _draw(self, y: int, row: Row, x: int, end: int, ink: Ink) -> int:
        """Write cells of one look, as many as can be written at once; the column after them."""
        cells, doubtful = row.texts[x:end], 0
        text = "".join(cells)
        if not text.isascii():
            count, doubtful = _in_one_go(cells)
            cells, end = cells[:count], x + count
            text = "".join(cells)
            if self.blanked is not None and PLACEHOLDER in text:
                text = _blanked(y, x, cells, self.blanked)
        after = end
        # One of several characters is drawn wider only as two signs: the second is to go.
        may_keep = doubtful if len(next(filter(None, reversed(cells)), "")) == 1 else 0
        while after < min(end + may_keep, len(row.texts)) and row.texts[after] == " ":
            after += 1
        if after > end:
            # Blanks come first: a sign that is drawn wider may keep their place.
            self.draw(y, row, end, after)
        if self._at != (y, x):
            self._go(y, x, row)
        if ink is not self.ink:
            self._written.append(change(self.ink, ink))
            self.ink = ink
        if doubtful and not all(len(cell) == 1 for cell in cells):
            # A terminal that draws them narrower would leave what stood there before.
            self._written += (" " * len(cells), f"\x1b[{x + 1}G")
        self._written.append(text)
        self._at = None if doubtful or end >= len(row.texts) else (y, end)
        return after

    def _go(self, y: int, x: int, row: Row) -> None:
        at = self._at
        ink = self.ink
        if ink and at and at[0] == y and 0 < x - at[1] <= NEAR:
            gap = "".join(row.texts[at[1] : x])
            one_look = row.inks[at[1] : x].count(ink) == x - at[1]
            if one_look and len(gap) == x - at[1] and gap.isascii() and gap.isprintable():
                self._written.append(gap)
                return
        self._written.append(_way(at, y, x))


def _blanked(y: int, x: int, cells: Sequence[str], noted: list[Written]) -> str:
    """The text of cells from column `x` on, with blanks for those of pictures, which are noted."""
    texts: list[str] = []
    for is_picture, run in groupby(cells, lambda cell: cell.startswith(PLACEHOLDER)):
        part = list(run)
        if is_picture:
            noted.append(Written(y, x, x + len(part)))
        texts.append(" " * len(part) if is_picture else "".join(part))
        x += len(part)
    return "".join(texts)


def _in_one_go(cells: Sequence[str]) -> tuple[int, int]:
    """How many cells can be written at once, and how many at their end are of uncertain width.

    After those the cursor may be anywhere, and the rest has to be put where it belongs.
    """
    begun = 0
    doubtful = False
    for at, cell in enumerate(cells):
        if not cell:
            continue
        if not is_certain(cell):
            begun = begun if doubtful else at
            doubtful = True
        elif doubtful:
            return at, at - begun
    return len(cells), len(cells) - begun if doubtful else 0


@lru_cache(maxsize=8192)
def _way(at: tuple[int, int] | None, y: int, x: int) -> str:
    """The shortest sequence that brings the cursor there."""
    whole = f"\x1b[{y + 1};{x + 1}H"
    if at is None or y < at[0]:
        return whole
    down, along = y - at[0], x - at[1]
    ways = [f"\x1b[{x + 1}G", f"\x1b[{along if along > 1 else ''}C"]
    if along <= 0:
        ways = [ways[0], "\b" * -along if -along <= BACKSPACES else f"\x1b[{-along}D"]
    below = "\v" * down if down <= INDEXES else f"\x1b[{down}B"
    return min(below + min(ways, key=len), whole, key=len)
