"""Pictures that the terminal draws itself: each is sent once, and then shown by placeholders.

From kitty's page "Terminal graphics protocol". Nothing is answered (`q=2`), and nothing is drawn by
what is sent, so that it may go out between any two frames.
"""

import zlib
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.segment import Segment
from rich.style import Style

from rushes.tui.screen.pictures.cell_size import CellSize
from rushes.tui.screen.pictures.pictures import Pictures
from rushes.tui.screen.pictures.pixels import Pixels, cells_of_picture
from rushes.tui.screen.pictures.placeholders import LARGEST, placeholders
from rushes.tui.screen.pictures.shown import QUARTER, Shown

FIRST = 0x52_00_01
"""The number of the first picture: another program at the same terminal counts from 1 on."""

AT_MOST = 512
"""Pictures that the terminal holds; then all are taken from it, and what is in sight sent anew."""

CHUNK = 4096
"""Characters of a picture in one sequence."""


class KittyPictures:
    """Gives out the cells of pictures, and sends the terminal what it needs to draw them."""

    least_cells = 0

    def __init__(
        self,
        pictures: Pictures[Pixels],
        cell: CellSize,
        send: Callable[[str], object],
        lost: Callable[[], object],
    ) -> None:
        """`send` sends to the terminal; `lost` is told when what was drawn shows nothing more."""
        self.pictures = pictures
        self._cell = cell
        self._send = send
        self._lost = lost
        self._sent: dict[Shown, tuple[int, tuple[int, int]]] = {}

    def draw(
        self, path: Path, cells: int, rows: int, ground: Style, *, dimmed: bool = False
    ) -> list[list[Segment]] | None:
        """The cells of a picture; None where it is not there yet."""
        cells_there, rows_there = min(cells, LARGEST), min(rows, LARGEST)
        wanted = Shown(path, cells_there, rows_there, dimmed)
        found = self._sent.get(wanted)
        if found is None:
            pixels = self.pictures.get(path, cells_there, rows_there)
            if pixels is None:
                return None
            found = self._transmit(wanted, pixels.dimmed(QUARTER) if dimmed else pixels)
        return placeholders(*found, cells, rows, ground)

    def _transmit(self, wanted: Shown, pixels: Pixels) -> tuple[int, tuple[int, int]]:
        if len(self._sent) >= AT_MOST:
            self._send(self.taken_away())
            self._lost()
        number = FIRST + len(self._sent)
        size = cells_of_picture(pixels, wanted.cells, wanted.rows, self._cell)
        self._send("".join(transmission(number, size, pixels)))
        self._sent[wanted] = number, size
        return number, size

    def taken_away(self) -> str:
        """What removes all pictures from the terminal; they are sent anew when they are drawn."""
        numbers = [number for number, _ in self._sent.values()]
        self._sent.clear()
        return "".join(f"\x1b_Ga=d,d=I,q=2,i={number}\x1b\\" for number in numbers)


def transmission(number: int, size: tuple[int, int], pixels: Pixels) -> Iterator[str]:
    """The sequences that give a terminal a picture, to be drawn in so many columns and rows."""
    payload = b64encode(zlib.compress(pixels.data, 1)).decode()
    about = f"a=T,U=1,q=2,f=24,o=z,s={pixels.width},v={pixels.height},i={number}"
    about += f",c={size[0]},r={size[1]},"
    for start in range(0, len(payload), CHUNK):
        more = int(start + CHUNK < len(payload))
        yield f"\x1b_G{about}m={more};{payload[start : start + CHUNK]}\x1b\\"
        about = "q=2,"
