"""A picture file as few enough pixels for cells: two to a cell, one above the other.

Pillow is imported with the first picture that is read, which is done on a thread.
"""

from functools import lru_cache
from pathlib import Path

from rushes.providers.frozen import frozen

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


def fitted(width: int, height: int, cells: int, rows: int) -> tuple[int, int]:
    """The pixels of a picture of that form that fills so many cells as far as it can."""
    scale = min(cells / width, 2 * rows / height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def read_pixels(path: Path, cells: int, rows: int) -> Pixels | None:
    """The picture in a file, as large as it is in so many cells; None where it cannot be read."""
    from PIL import Image

    try:
        with Image.open(path, formats=("JPEG", "PNG")) as picture:
            size = fitted(*picture.size, cells, rows)
            whole = picture.convert("RGB")
            small = whole.resize(size, Image.Resampling.BOX)  # pyright: ignore[reportUnknownMemberType] # its stub may name numpy
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    return Pixels(*size, small.tobytes().translate(_FEWER_SHADES))
