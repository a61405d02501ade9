"""Cells that stand for a part of a picture that we draw over them: which, its row and its column.

To the painter they are text as any other. Where they lie on the screen after a frame, the picture
is in sight; what was drawn over them hides it.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from rich.segment import Segment
from rich.style import Style

from rushes.tui.screen.painting.cells import PLACEHOLDER
from rushes.tui.screen.painting.row import Row
from rushes.tui.screen.pictures.placeholders import LARGEST, MARKS, row_of_placeholders

_VALUES = {mark: value for value, mark in enumerate(MARKS)}

MOST = LARGEST * LARGEST
"""Pictures that can be told apart."""


class Place(NamedTuple):
    """Where a picture lies: its number, and the line and column of its first cell, from 0 on."""

    number: int
    line: int
    column: int


class Part(NamedTuple):
    """Cells of a picture that are in sight: its columns and rows from 0 on, and how many."""

    column: int
    row: int
    columns: int
    rows: int


def _tail(number: int) -> str:
    return MARKS[number // LARGEST] + MARKS[number % LARGEST]


@lru_cache(maxsize=1024)
def _row_of(number: int, row: int, cells: int) -> list[str]:
    """The cells of one row of a picture; the list is shared."""
    tail, plain = _tail(number), row_of_placeholders(row, cells)
    return [f"{plain[start : start + 3]}{tail}" for start in range(0, len(plain), 3)]


def cells_of_sixel(
    number: int, size: tuple[int, int], cells: int, rows: int, ground: Style
) -> list[list[Segment]]:
    """Picture `number`, of `size` cells, in the middle of so many cells; a list a row."""
    wide, high = size
    left, above = (cells - wide) // 2, (rows - high) // 2
    before, behind = Segment(" " * left, ground), Segment(" " * (cells - left - wide), ground)
    lines: list[list[Segment]] = []
    for row in range(-above, rows - above):
        if 0 <= row < high:
            text = Segment("".join(_row_of(number, row, wide)), ground)
            lines.append([each for each in (before, text, behind) if each.text])
        else:
            lines.append([Segment(" " * cells, ground)])
    return lines


def place_of(cell: str, line: int, column: int) -> Place:
    """Where the picture lies that a cell, at that line and column of the screen, is a part of."""
    row, at, high, low = (_VALUES[mark] for mark in cell[1:5])
    return Place(high * LARGEST + low, line - row, column - at)


def parts_in_sight(screen: Sequence[Row], place: Place, size: tuple[int, int]) -> list[Part]:
    """The fewest parts, each as high as it can be, that are in sight of a picture there.

    Nothing of it is on the last line of the screen: a terminal might scroll.
    """
    wide, high = size
    seen: list[list[bool]] = []
    for row in range(high):
        line = place.line + row
        if not 0 <= line < len(screen) - 1:
            seen.append([False] * wide)
            continue
        cells = _row_of(place.number, row, wide)
        left = max(0, place.column)
        there = screen[line].texts[left : place.column + wide]
        inside = zip(there, cells[left - place.column :], strict=False)
        before = [False] * (left - place.column)
        found = before + [text == cell for text, cell in inside]
        seen.append(found + [False] * (wide - len(found)))
    columns = [list(_runs(column)) for column in zip(*seen, strict=True)]
    return [
        Part(column, row, count, rows)
        for column, count, runs in _alike(columns)
        for row, rows in runs
    ]


def tiles(part: Part, columns: int, rows: int) -> Iterator[Part]:
    """The part in pieces of at most so many columns and rows."""
    column, row, wide, high = part
    for y in range(0, high, rows):
        for x in range(0, wide, columns):
            yield Part(column + x, row + y, min(columns, wide - x), min(rows, high - y))


def _runs(seen: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Where each run of cells in sight begins, and how long it is."""
    at = 0
    for is_seen, run in groupby(seen):
        count = sum(1 for _ in run)
        if is_seen:
            yield at, count
        at += count


def _alike(
    columns: list[list[tuple[int, int]]],
) -> Iterator[tuple[int, int, list[tuple[int, int]]]]:
    """Neighbours with the same runs: the first of them, how many they are, and the runs."""
    at = 0
    for runs, neighbours in groupby(columns):
        count = sum(1 for _ in neighbours)
        yield at, count, runs
        at += count


def all_places(screen: Sequence[Row]) -> set[Place]:
    """Where pictures lie, as far as any of their cells is in sight."""
    return {
        place_of(cell, y, x)
        for y, row in enumerate(screen)
        for x, cell in enumerate(row.texts)
        if cell.startswith(PLACEHOLDER)
    }
