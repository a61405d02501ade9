"""A picture file as few enough pixels for cells: two to a cell, one above the other.

Pillow is imported with the first picture that is read, which is done on a thread.
"""

from functools import lru_cache
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

from rushes.providers.frozen import frozen
from rushes.tui.screen.pictures.cell_size import CellSize

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

_STEP = 4
"""Of how many shades one is kept: neighbours that look alike are then sent as one."""


@frozen
class Pixels:
    """The pixels of a picture, row by row, three bytes each: red, green, blue."""

    width: int
    height: int
    data: bytes

    def dimmed(self, parts: int) -> "Pixels":
        """The same with one of so many parts of its light."""
        return Pixels(self.width, self.height, self.data.translate(_darker(parts)))


@lru_cache
def _darker(parts: int) -> bytes:
    return bytes(shade // parts for shade in range(256))


_FEWER_SHADES = bytes(shade // _STEP * _STEP for shade in range(256))


def fitted(width: int, height: int, wide: int, high: int) -> tuple[int, int]:
    """The size of a picture of that form that fills so many pixels as far as it can."""
    scale = min(wide / width, high / height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def cells_of_picture(picture: Pixels, cells: int, rows: int, cell: CellSize) -> tuple[int, int]:
    """The columns and rows that a picture takes of so many, as large as it can be there."""
    wide, high = cells * cell.width, rows * cell.height
    scale = min(wide / picture.width, high / picture.height)
    # A picture that fits but for a pixel that was rounded takes no further cell.
    columns = ceil((picture.width * scale - 1) / cell.width)
    lines = ceil((picture.height * scale - 1) / cell.height)
    return max(1, min(columns, cells)), max(1, min(lines, rows))


def read_pixels(path: Path, cells: int, rows: int) -> Pixels | None:
    """The picture in a file, as large as it is in so many cells; None where it cannot be read."""
    found = _read(path, cells, 2 * rows, larger=True)
    return found and Pixels(found.width, found.height, found.data.translate(_FEWER_SHADES))


def read_fine(cell: CellSize, path: Path, cells: int, rows: int) -> Pixels | None:
    """The picture in the terminal's own pixels, of which there may be more than it has."""
    return _read(path, cells * cell.width, rows * cell.height, larger=False)


def _read(path: Path, width: int, height: int, *, larger: bool) -> Pixels | None:
    small = scaled(path, width, height, larger=larger)
    return small and Pixels(small.width, small.height, small.tobytes())


def scaled(
    path: Path, width: int, height: int, *, larger: bool, smooth: bool = False
) -> "Picture | None":
    """The picture in a file, as large as it is in so many pixels; None where it cannot be read.

    Where it has fewer it is made `larger`, or left as it is; `smooth` without corners then.
    """
    from PIL import Image

    try:
        with Image.open(path, formats=("JPEG", "PNG")) as picture:
            size = fitted(*picture.size, width, height)
            whole = picture.convert("RGB")
            if size > picture.size and not larger:
                size = picture.size
            enlarged = smooth and size > picture.size
            by = Image.Resampling.BICUBIC if enlarged else Image.Resampling.BOX
            return whole.resize(size, by)  # pyright: ignore[reportUnknownMemberType] # its stub may name numpy
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
