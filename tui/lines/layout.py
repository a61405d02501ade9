"""The columns of a table of a given width, and where each of them begins.

Widths come from the room and from the whole list, never from the rows in sight, so that nothing
moves while it is scrolled.
"""

from collections.abc import Iterable, Sequence
from enum import Enum, auto

from rushes.providers.frozen import frozen
from rushes.providers.model import Status
from rushes.tui.lines.extents import Extents
from rushes.tui.lines.fit import width
from rushes.tui.lines.words import status_word
from rushes.watch.config.listing import ListColumn


class Column(Enum):
    """A column: one of `[list] columns`, or WHY, the slot beside the status."""

    TASK = auto()
    VIA = auto()
    MODEL = auto()
    STATUS = auto()
    WHY = auto()
    RUN = auto()
    EXPIRES = auto()
    FILES = auto()
    PROMPT = auto()
    ERROR = auto()
    TAGS = auto()
    ADDED = auto()
    CREATED = auto()
    FINISHED = auto()
    SIZE = auto()
    RATING = auto()
    ID = auto()
    REF = auto()
    LABEL = auto()
    RAW = auto()
    PROGRESS = auto()
    PROBLEM = auto()


RIGHT_ALIGNED = frozenset({Column.RUN, Column.FILES, Column.SIZE, Column.PROGRESS})
TICKING = frozenset({Column.STATUS, Column.WHY, Column.RUN, Column.EXPIRES, Column.FILES})
"""The columns that have to be drawn again as time passes."""

MARKS, GAP, END = 3, 2, 1
"""Cells of the marks at the left, between two columns, and before the scroll bar."""

USUAL = (
    (Column.TASK, 0),
    (Column.VIA, 80),
    (Column.MODEL, 120),
    (Column.STATUS, 0),
    (Column.WHY, 80),
    (Column.RUN, 88),
    (Column.EXPIRES, 0),
    (Column.FILES, 0),
    (Column.PROMPT, 153),
)
"""The columns in their order, and the cells from which on there is each of them."""

NAMES_FROM, WIDE_FROM = 104, 120
"""Cells from which on an account has its name, and the slot beside the status its width."""

TASK_LEAST, TASK_SHORT, TASK_MOST, TASK_WIDEST = 8, 18, 40, 60
WHY_LEAST, WHY_WIDE_LEAST, WHY_MOST = 14, 18, 29
PROMPT_LEAST, TAGS_FROM, TAGS_CELLS = 16, 40, 14
NAME_LEAST, NAME_MOST, MODEL_LEAST, MODEL_MOST = 3, 10, 8, 16

UNMEASURED = Extents(label=20, account=9)
"""What a list is laid out for of which nothing is known."""

_CELLS = {
    Column.RUN: 7,
    Column.ERROR: 24,
    Column.ADDED: 12,
    Column.CREATED: 12,
    Column.FINISHED: 12,
    Column.SIZE: 8,
    Column.RATING: 6,
    Column.ID: 24,
    Column.REF: 30,
    Column.LABEL: 16,
    Column.RAW: 12,
    Column.PROGRESS: 4,
    Column.PROBLEM: 12,
    Column.TAGS: TAGS_CELLS,
}


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

    def place(self, column: Column) -> ColumnPlace | None:
        """Where a column is; None where there is no room for it."""
        return next((place for place in self.places if place.column is column), None)

    @property
    def short_names(self) -> bool:
        """Whether an account has two letters for its name."""
        via = self.place(Column.VIA)
        return via is not None and via.width < NAME_LEAST


def layout(cells: int, extents: Extents | None = None, chosen: Sequence[ListColumn] = ()) -> Layout:
    """The layout for a table that many cells wide, of the usual columns or of those `chosen`.

    Of chosen ones that there is no room for, the last are left out.
    """
    widest = extents or UNMEASURED
    shown = list(_chosen(chosen, cells + 1) if chosen else _usual(widest, cells + 1))
    while len(shown) > 1 and _spare(shown, cells, widest) < _least(shown, cells):
        del shown[-1]
    shared = _share(shown, cells, widest)
    places: list[ColumnPlace] = []
    x = MARKS
    for column in (*shown, *(it for it in shared if it not in shown)):
        place = ColumnPlace(column, x, shared.get(column) or _fixed(column, cells + 1, widest))
        places.append(place)
        x += place.width + GAP
    return Layout(cells, tuple(places))


def _usual(widest: Extents, room: int) -> Iterable[Column]:
    """The usual columns, without those that no task of the list has anything for."""
    for column, least in USUAL:
        empty = (column is Column.MODEL and not widest.model) or (
            column is Column.PROMPT and not widest.prompt
        )
        if room >= least and not empty:
            yield column


def _chosen(chosen: Iterable[ListColumn], room: int) -> Iterable[Column]:
    for name in chosen:
        yield Column[name.name]
        if name is ListColumn.STATUS and room >= dict(USUAL)[Column.WHY]:
            yield Column.WHY


_FLEXIBLE = frozenset({Column.TASK, Column.WHY, Column.MODEL, Column.PROMPT})
"""What shares the room that the others leave."""


def _fixed(column: Column, room: int, widest: Extents) -> int:
    """How wide a column is that takes no part in sharing."""
    named = room >= NAMES_FROM
    match column:
        case Column.VIA:
            return min(NAME_MOST, max(NAME_LEAST, widest.account)) if named else 2
        case Column.STATUS:
            return 2 + max(width(status_word(status)) for status in (None, *Status))
        case Column.EXPIRES:
            return 8 if room < dict(USUAL)[Column.VIA] else 14 if named else 13
        case Column.FILES:
            return 6 if named else 5
        case _:
            return _CELLS[column]


def _spare(shown: Sequence[Column], cells: int, widest: Extents) -> int:
    """What is left for the columns that share."""
    fixed = sum(_fixed(it, cells + 1, widest) for it in shown if it not in _FLEXIBLE)
    return cells - MARKS - END - fixed - GAP * (len(shown) - 1)


def _least(shown: Sequence[Column], cells: int) -> int:
    why = WHY_LEAST if cells + 1 < WIDE_FROM else WHY_WIDE_LEAST
    least = {
        Column.TASK: TASK_LEAST,
        Column.WHY: why,
        Column.MODEL: MODEL_LEAST,
        Column.PROMPT: PROMPT_LEAST,
    }
    return sum(least.get(column, 0) for column in shown)


def _share(shown: Sequence[Column], cells: int, widest: Extents) -> dict[Column, int]:
    """How wide the columns are that share the room: a name comes first, the prompt last.

    With a prompt of 40 cells there are tags as well, where the list has any.
    """
    spare, given = _spare(shown, cells, widest), dict[Column, int]()
    wanted = {
        Column.TASK: (TASK_LEAST, max(TASK_SHORT, min(widest.label, TASK_MOST))),
        Column.MODEL: (MODEL_LEAST, max(MODEL_LEAST, min(widest.model, MODEL_MOST))),
        Column.WHY: (_least((Column.WHY,), cells), WHY_MOST),
        Column.PROMPT: (PROMPT_LEAST, max(PROMPT_LEAST, widest.prompt)),
    }
    rest = [it for it in wanted if it in shown]
    for n, column in enumerate(rest):
        others = sum(wanted[it][0] for it in rest[n + 1 :])
        given[column] = max(1, min(wanted[column][1], spare - others))
        spare -= given[column]
    prompt = given.get(Column.PROMPT, 0)
    if widest.tags and Column.TAGS not in shown and prompt + spare >= TAGS_FROM:
        given[Column.TAGS] = TAGS_CELLS
        spare -= TAGS_CELLS + GAP
        if spare < 0:
            given[Column.PROMPT] = prompt + spare
            spare = 0
    if Column.TASK in given:
        more = max(0, min(spare, min(widest.label, TASK_WIDEST) - given[Column.TASK]))
        given[Column.TASK] += more
        spare -= more
    if rest and spare > 0:
        given[rest[-1]] += spare
    return given
