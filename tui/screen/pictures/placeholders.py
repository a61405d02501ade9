"""Cells in whose place kitty draws a picture: which one by their ink, which part by their marks.

From kitty's page "Terminal graphics protocol", under "Unicode placeholders"; in kitty since 0.28,
and in Ghostty. To the rest of the program they are text as any other: what is drawn over them hides
the picture, and what is taken away shows it again.
"""

from functools import lru_cache

from rich.color import Color
from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from rich.style import Style

from rushes.tui.screen.painting.cells import PLACEHOLDER

_RANGES = """
305 30d-30e 310 312 33d-33f 346 34a-34c 350-352 357 35b 363-36f 483-487 592-595 597-599 59c-5a1
5a8-5a9 5ab-5ac 5af 5c4 610-617 657-65b 65d-65e 6d6-6dc 6df-6e2 6e4 6e7-6e8 6eb-6ec 730 732-733
735-736 73a 73d 73f-741 743 745 747 749-74a 7eb-7f1 7f3 816-819 81b-823 825-827 829-82d 951
953-954 f82-f83 f86-f87 135d-135f 17dd 193a 1a17 1a75-1a7c 1b6b 1b6d-1b73 1cd0-1cd2 1cda-1cdb
1ce0 1dc0-1dc1 1dc3-1dc9 1dcb-1dcc 1dd1-1de6 1dfe 20d0-20d1 20d4-20d7 20db-20dc 20e1 20e7 20e9
20f0 2cef-2cf1 2de0-2dff a66f a67c-a67d a6f0-a6f1 a8e0-a8f1 aab0 aab2-aab3 aab7-aab8 aabe-aabf
aac1 fe20-fe26 10a0f 10a38 1d185-1d189 1d1aa-1d1ad 1d242-1d244
"""
"""Signs above a letter that stand for 0, 1, 2 and so on: kitty's table, in hexadecimal."""


def _marks() -> str:
    marks: list[str] = []
    for word in _RANGES.split():
        first, _, last = word.partition("-")
        marks += map(chr, range(int(first, 16), int(last or first, 16) + 1))
    return "".join(marks)


MARKS = _marks()
LARGEST = len(MARKS)
"""Cells that a picture can be wide and high."""


@lru_cache(maxsize=512)
def row_of_placeholders(row: int, cells: int) -> str:
    """The text of one row of a picture that is so many cells wide; both from 0 on."""
    return "".join(f"{PLACEHOLDER}{MARKS[row]}{MARKS[column]}" for column in range(cells))


def placeholders(
    number: int, size: tuple[int, int], cells: int, rows: int, ground: Style
) -> list[list[Segment]]:
    """Picture `number`, of `size` cells, in the middle of so many cells; a list a row."""
    wide, high = size
    left, above = (cells - wide) // 2, (rows - high) // 2
    color = Color.from_triplet(ColorTriplet(number >> 16, number >> 8 & 255, number & 255))
    ink = Style.from_color(color, ground.bgcolor)
    before, behind = Segment(" " * left, ground), Segment(" " * (cells - left - wide), ground)
    lines: list[list[Segment]] = []
    for row in range(-above, rows - above):
        if 0 <= row < high:
            text = Segment(row_of_placeholders(row, wide), ink)
            lines.append([each for each in (before, text, behind) if each.text])
        else:
            lines.append([Segment(" " * cells, ground)])
    return lines
