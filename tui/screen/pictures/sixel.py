"""A picture as Sixel: bands of six lines of pixels, each drawn once for every colour in it.

From the "VT330/VT340 Programmer Reference Manual", volume 2, chapter 14. Pillow is imported with
the first picture that is read, which is done on a thread.
"""

import re
from functools import lru_cache
from pathlib import Path

from rushes.providers.frozen import frozen
from rushes.tui.screen.pictures.cell_size import CellSize
from rushes.tui.screen.pictures.pixels import scaled

BAND = 6
"""Lines of pixels that are drawn at once."""

COLORS = 96
"""Colours of a picture, in dots of which it is drawn: most terminals have 256, and more would take
longer. Octrees choose them ten times as fast as Pillow's median cut, and dotted as well."""


@frozen
class Sixel:
    """A picture, or a part of one, as a terminal is sent it; `size` are the cells of all of it."""

    width: int
    height: int
    size: tuple[int, int]
    palette: bytes
    data: bytes

    def sequence(self, parts: int = 1) -> str:
        """What draws it where the cursor is, with one of so many parts of its light.

        Pixels that it does not have stay as they are.
        """
        about = f'0;1;0q"1;1;{self.width};{self.height}{_inks(self.palette, parts)}'
        return f"\x1bP{about}{self.data.decode('ascii')}\x1b\\"


@lru_cache(maxsize=256)
def _inks(palette: bytes, parts: int) -> str:
    """What gives the colours their numbers, in hundredths."""
    colors = zip(*(palette[n::3] for n in range(3)), strict=True)
    return "".join(
        "#{};2;{};{};{}".format(n, *(round(shade / parts / 2.55) for shade in color))
        for n, color in enumerate(colors)
    )


def read_sixel(
    cell: CellSize, largest: tuple[int, int], path: Path, cells: int, rows: int, *part: int
) -> Sixel | None:
    """The picture in a file, as large as it is in so many cells; None where it cannot be read.

    `part` is the first column and row, and the columns and rows, of a part of it. Without one it
    is what of it is within the `largest` columns and rows.
    """
    from PIL import Image

    whole = scaled(path, cells * cell.width, rows * cell.height, larger=True, smooth=True)
    if whole is None:
        return None
    columns, lines = -(-whole.width // cell.width), -(-whole.height // cell.height)
    left, top, wide, high = part or (0, 0, *largest)
    x, y = left * cell.width, top * cell.height
    width = min(whole.width - x, wide * cell.width)
    room = min(high, lines - top) * cell.height
    height = drawn_height(min(whole.height - y, room), room)
    few = whole.quantize(COLORS, method=Image.Quantize.FASTOCTREE)
    reduced = whole.quantize(palette=few, dither=Image.Dither.FLOYDSTEINBERG)
    indexes = reduced.crop((x, y, x + width, y + height)).tobytes()
    palette = bytes(few.getpalette("RGB") or ())[: 3 * COLORS]
    return Sixel(width, height, (columns, lines), palette, bands(width, indexes))


def drawn_height(height: int, room: int) -> int:
    """The pixels that are drawn of so many, one above the other, in cells of `room` pixels.

    A band that is not full may not reach into the cells below: some terminals clear those.
    """
    return height if -(-height // BAND) * BAND <= room else room // BAND * BAND


_SIGNS = bytes(range(63, 127)) + bytes(192)
_RUN = re.compile(rb"(.)\1{3,}")


def bands(width: int, indexes: bytes) -> bytes:
    """The bands of a picture with one byte a pixel, the number of its colour."""
    step = BAND * width
    return b"-".join(
        _band(width, indexes[start : start + step]) for start in range(0, len(indexes), step)
    )


def _band(width: int, indexes: bytes) -> bytes:
    rows = [indexes[start : start + width] for start in range(0, len(indexes), width)]
    drawn: list[bytes] = []
    for color in sorted(set(indexes)):
        # All columns at once, as the digits of one number: a byte for each.
        columns = 0
        for row, table in zip(rows, _tables(color), strict=False):
            if color in row:
                columns |= int.from_bytes(row.translate(table), "big")
        signs = columns.to_bytes(width, "big").translate(_SIGNS).rstrip(b"?")
        drawn.append(b"#%d%s" % (color, _RUN.sub(_shorter, signs)))
    return b"$".join(drawn)


@lru_cache(maxsize=COLORS)
def _tables(color: int) -> list[bytes]:
    """For each row of a band what turns the colour into the row's bit, and all others into 0."""
    return [bytes(color) + bytes((1 << bit,)) + bytes(255 - color) for bit in range(BAND)]


def _shorter(run: re.Match[bytes]) -> bytes:
    return b"!%d%s" % (len(run[0]), run[1])
