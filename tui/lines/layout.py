"""The columns of a table of a given width, and where each of them begins."""

from enum import Enum

from rushes.providers.frozen import frozen


class Column(Enum):
    """A column by its heading."""

    TASK = "TASK"
    TAG = ""
    VIA = "VIA"
    STATUS = "STATUS"
    RUN = "RUN"
    EXPIRES = "EXPIRES"
    FILES = "FILES"


RIGHT_ALIGNED = frozenset({Column.RUN, Column.FILES})
TICKING = frozenset({Column.STATUS, Column.RUN, Column.EXPIRES, Column.FILES})
"""The columns that have to be drawn again as time passes."""


@frozen
class ColumnPlace:
    """Where a column begins on a line and how wide it is, in cells."""

    column: Column
    x: int
    width: int


@frozen
class Layout:
    """The columns that a width has room for, left to right. The first three cells are marks."""

    width: int
    places: tuple[ColumnPlace, ...]

    @property
    def compact(self) -> bool:
        """Whether the layout is the narrow one, without the column VIA."""
        return all(place.column is not Column.VIA for place in self.places)


MARKS = 3
FULL_FROM = 84


def layout(cells: int) -> Layout:
    """The layout for a table that many cells wide."""
    if cells >= FULL_FROM:
        spare = max(0, cells - 87)
        status = 26 + min(10, spare // 3)
        wanted = [
            (Column.TASK, 0, 2),
            (Column.VIA, 9 + min(5, spare // 6), 1),
            (Column.STATUS, status, 1),
            (Column.RUN, 8, 2),
            (Column.EXPIRES, 14, 1),
            (Column.FILES, 5, 0),
        ]
    else:
        wanted = [
            (Column.TASK, 0, 2),
            (Column.TAG, 2, 2),
            (Column.STATUS, 14 + min(8, max(0, (cells - 61) // 2)), 1),
            (Column.EXPIRES, 14, 1),
            (Column.FILES, 5, 0),
        ]
    task = max(4, cells - MARKS - sum(wide + gap for _, wide, gap in wanted))
    places: list[ColumnPlace] = []
    x = MARKS
    for column, wide, gap in wanted:
        place = ColumnPlace(column, x, wide or task)
        places.append(place)
        x += place.width + gap
    return Layout(cells, tuple(places))
