"""Pixels as segments: the upper half of a cell in the ink of its sign, the lower in its ground."""

from functools import lru_cache
from itertools import groupby

from rich.color import Color, ColorType
from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from rich.style import Style

from rushes.tui.screen.pictures.pixels import Pixels

KNOWN_INKS = 2048
"""Pairs of colours that are kept: those of some twenty cards."""

_NONE = -1
"""A pixel that is none of the picture's."""


def half_blocks(
    pixels: Pixels, cells: int, rows: int, ground: Style, sign: str
) -> list[list[Segment]]:
    """The picture in the middle of so many cells, a list a row; around it there is `ground`."""
    left = (cells - pixels.width) // 2
    above = (2 * rows - pixels.height) // 2 & ~1
    right = cells - left - pixels.width
    lines: list[list[Segment]] = []
    for row in range(rows):
        upper = _row(pixels, 2 * row - above)
        lower = _row(pixels, 2 * row + 1 - above)
        if upper is None and lower is None:
            lines.append([Segment(" " * cells, ground)])
            continue
        nothing = (_NONE,) * pixels.width
        line = [Segment(" " * left, ground)] if left else []
        for pair, run in groupby(zip(upper or nothing, lower or nothing, strict=True)):
            line.append(Segment(sign * sum(1 for _ in run), _ink(*pair, ground)))
        if right:
            line.append(Segment(" " * right, ground))
        lines.append(line)
    return lines


def _row(pixels: Pixels, y: int) -> tuple[int, ...] | None:
    """The pixels of a row, one number each; None where the picture has no such row."""
    if not 0 <= y < pixels.height:
        return None
    start, stride = 3 * y * pixels.width, 3 * pixels.width
    data = pixels.data[start : start + stride]
    return tuple(
        red << 16 | green << 8 | blue
        for red, green, blue in zip(data[::3], data[1::3], data[2::3], strict=True)
    )


@lru_cache(maxsize=KNOWN_INKS)
def _ink(upper: int, lower: int, ground: Style) -> Style:
    around = ground.bgcolor or Color.default()
    return Style.from_color(
        around if upper == _NONE else _color(upper), around if lower == _NONE else _color(lower)
    )


@lru_cache(maxsize=KNOWN_INKS)
def _color(pixel: int) -> Color:
    # Color.from_triplet would make its name, which nothing asks for.
    triplet = ColorTriplet(pixel >> 16, pixel >> 8 & 255, pixel & 255)
    return Color("", ColorType.TRUECOLOR, triplet=triplet)
