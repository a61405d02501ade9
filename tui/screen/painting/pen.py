"""Writes to a terminal: where its cursor is, what it draws with, the shortest way elsewhere."""

from collections.abc import Sequence
from functools import lru_cache

from rushes.tui.screen.painting.cells import is_certain
from rushes.tui.screen.painting.inks import PLAIN, Ink, change
from rushes.tui.screen.painting.row import Row

NEAR = 4
"""Cells that are sent again and not leapt over: the leap would take as many bytes."""

BACKSPACES = 3


class Pen:
    """Writes runs of cells. What it draws with stays from one update to the next.

    `ink` is that look; None where it is not known.
    """

    def __init__(self) -> None:
        self.ink: Ink | None = None
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
        """Write the known cells of line `y` from column `start` up to `end`."""
        texts, inks, written = row.texts, row.inks, self._written
        x = start
        while x < end:
            ink = inks[x] or PLAIN
            until = x + 1
            while until < end and inks[until] is inks[x]:
                until += 1
            cells = [text or "" for text in texts[x:until]]
            text, lost = "".join(cells), False
            if not text.isascii():
                count, lost = _in_one_go(cells)
                cells, until = cells[:count], x + count
                text = "".join(cells)
            self._go(y, x, row)
            if ink is not self.ink:
                written.append(change(self.ink, ink))
                self.ink = ink
            if lost and not all(len(cell) == 1 for cell in cells):
                # A terminal that draws them narrower would leave what stood there before.
                written += (" " * len(cells), f"\x1b[{x + 1}G")
            written.append(text)
            self._at = None if lost or until >= len(texts) else (y, until)
            x = until

    def _go(self, y: int, x: int, row: Row) -> None:
        if self._at == (y, x):
            return
        if self._at is not None and self._at[0] == y and 0 < x - self._at[1] <= NEAR:
            gap = slice(self._at[1], x)
            texts = [text or "" for text in row.texts[gap]]
            if row.inks[gap].count(self.ink) == len(texts) == len("".join(texts).encode()):
                self._written += texts
                return
        self._written.append(_way(self._at, y, x))


def _in_one_go(cells: Sequence[str]) -> tuple[int, bool]:
    """How many of the cells can be written at once, and if the cursor is anywhere afterwards.

    After characters of uncertain width the rest is put where it belongs.
    """
    lost = False
    for at, cell in enumerate(cells):
        if cell and not is_certain(cell):
            lost = True
        elif cell and lost:
            return at, True
    return len(cells), lost


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
    below = f"\x1b[{down if down > 1 else ''}B" if down else ""
    return min(below + min(ways, key=len), whole, key=len)
