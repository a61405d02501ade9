"""A task as a line of the list, computed from the task, the time and the layout alone."""

from collections.abc import Mapping
from datetime import datetime

from rushes.providers.frozen import frozen
from rushes.providers.language import Words
from rushes.tui.lines.columns import (
    files_cell,
    loss_cell,
    ran_words,
    status_word_cell,
    task_cell,
)
from rushes.tui.lines.fit import Cell, Piece, cell_width, clip, cut, fit, width
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.layout import GAP, RIGHT_ALIGNED, Column, ColumnPlace, Layout
from rushes.tui.lines.list_columns import RENDERINGS
from rushes.tui.lines.roles import Role
from rushes.tui.lines.why import charged_words, why_cell
from rushes.watch.config.listing import ListColumn
from rushes.watch.figures.usual import Usual
from rushes.watch.sorting import SortKey
from rushes.watch.task import Task, Trouble

HEADS: Mapping[Column, str] = Words(
    {
        Column.TASK: "TASK",
        Column.VIA: "VIA",
        Column.MODEL: "MODEL",
        Column.STATUS: "STATUS",
        Column.RUN: "RUN",
        Column.EXPIRES: "EXPIRES",
        Column.FILES: "FILES",
        Column.PROMPT: "PROMPT",
        Column.ERROR: "ERROR",
        Column.TAGS: "TAGS",
        Column.ADDED: "ADDED",
        Column.CREATED: "CREATED",
        Column.FINISHED: "FINISHED",
        Column.SIZE: "SIZE",
        Column.RATING: "RATING",
        Column.ID: "ID",
        Column.REF: "REF",
        Column.LABEL: "LABEL",
        Column.RAW: "RAW",
        Column.PROGRESS: "%",
        Column.PROBLEM: "PROBLEM",
    }
)
"""What stands over a column; WHY, beside the status, has no head."""

SORT_NAMES: Mapping[SortKey, str] = Words(
    {
        SortKey.ADDED: "added",
        SortKey.NAME: "task",
        SortKey.VIA: "via",
        SortKey.STATUS: "status",
        SortKey.RUN: "run",
        SortKey.EXPIRES: "expires",
        SortKey.MODEL: "model",
        SortKey.RATING: "rating",
        SortKey.FILES: "files",
        SortKey.SIZE: "size",
        SortKey.CREATED: "created",
        SortKey.FINISHED: "finished",
        SortKey.PROMPT: "prompt",
        SortKey.ERROR: "error",
        SortKey.TAGS: "tags",
        SortKey.ID: "id",
        SortKey.REF: "ref",
    }
)
"""What an order is called."""

SORTED_BY: Mapping[Column, SortKey] = {
    Column[key.name]: key for key in SortKey if key is not SortKey.NAME
} | {Column.TASK: SortKey.NAME}
"""What a column is sorted by."""


@frozen
class Row:
    """What a row needs besides its task: the time, the signs, trouble of its account, its tag.

    `usual` is how long tasks of its model take; None where that is not known. `branch` stands
    before the name of a task in an open batch.
    """

    now: datetime
    glyphs: Glyphs
    account: Trouble | None = None
    tag: str = ""
    current: bool = False
    marked: bool = False
    usual: Usual | None = None
    branch: str = ""


def cells(task: Task, place: Layout, row: Row) -> Cell:
    """A whole line for the task: marks, then every column at its place, exactly as wide."""
    spots = _run_on(task, place, row)
    return line(
        [(spot, _cell(task, spot, place, row)) for spot in spots], place.width, row.glyphs,
        current=row.current, marked=row.marked,
    )  # fmt: skip


def line(
    shown: list[tuple[ColumnPlace, Cell]],
    wide: int,
    glyphs: Glyphs,
    *,
    current: bool = False,
    marked: bool = False,
) -> Cell:
    """A line of cells at their places, behind its marks."""
    pieces: list[Piece] = [
        Piece(glyphs.cursor if current else " ", Role.ACCENT),
        Piece(glyphs.mark if marked else " ", Role.ACCENT),
    ]
    x = end = len(pieces)
    for spot, cell in shown:
        kept, room = cut(cell, spot.width, glyphs.ellipsis)
        start = spot.x + room if spot.column in RIGHT_ALIGNED else spot.x
        if kept:
            pieces += (Piece(" " * (start - x)), *kept)
            x = start + spot.width - room
        end = spot.x + spot.width
    if end > wide:
        return fit(pieces, wide, glyphs.ellipsis)
    return (*pieces, Piece(" " * (wide - x)))


def _run_on(task: Task, place: Layout, row: Row) -> tuple[ColumnPlace, ...]:
    """The places of a task's cells: the slot beside the status runs on over what is empty.

    So a reason has room on a narrow screen, where no run time stands between.
    """
    columns = [spot.column for spot in place.places]
    ending = [Column.WHY, Column.EXPIRES, Column.FILES]
    if columns[-3:] != ending or _expires(task, place.places[-2], place, row):
        return place.places
    if files_cell(task, row.now, row.glyphs):
        return place.places
    why, last = place.places[-3], place.places[-1]
    return (*place.places[:-3], ColumnPlace(Column.WHY, why.x, last.x + last.width - why.x))


def _cell(task: Task, spot: ColumnPlace, place: Layout, row: Row) -> Cell:
    glyphs, now = row.glyphs, row.now
    match spot.column:
        case Column.TASK:
            name = task_cell(task, spot.width - width(row.branch), glyphs, bold=row.current)
            return (Piece(row.branch, Role.RULE), *name) if row.branch else name
        case Column.VIA:
            return (Piece(row.tag if place.short_names else task.ref.provider, Role.QUIET),)
        case Column.STATUS:
            return status_word_cell(task, glyphs)
        case Column.WHY:
            return _why(task, spot, place, row)
        case Column.RUN:
            return _ran(task, now, spot.width, glyphs)
        case Column.EXPIRES:
            return _expires(task, spot, place, row)
        case Column.FILES:
            return files_cell(task, now, glyphs)
        case _:
            words = RENDERINGS[ListColumn[spot.column.name]].words(task, now)
            return (Piece(clip(words, spot.width, glyphs.ellipsis), Role.QUIET),)


def _why(task: Task, spot: ColumnPlace, place: Layout, row: Row) -> Cell:
    """The slot beside the status; where it has run on, with what a failure cost at its end."""
    cost = charged_words(task) if _has_run_on(spot, place) else ""
    room = spot.width - (width(cost) + GAP if cost else 0)
    why = why_cell(task, row.now, room, row.glyphs, account=row.account, usual=row.usual)
    if not cost:
        return why
    return (*fit(why, room + GAP, row.glyphs.ellipsis), Piece(cost, Role.URGENT))


def _has_run_on(spot: ColumnPlace, place: Layout) -> bool:
    usual = place.place(Column.WHY)
    return usual is not None and spot.width > usual.width


def _expires(task: Task, spot: ColumnPlace, place: Layout, row: Row) -> Cell:
    cost = charged_words(task) if place.place(Column.RUN) is not None else ""
    if cost:
        return (Piece(cost, Role.URGENT),)
    return loss_cell(task, row.now, spot.width, row.glyphs)


def _ran(task: Task, now: datetime, cells_wide: int, glyphs: Glyphs) -> Cell:
    """The run time; without its blank where it is too long."""
    words = ran_words(task, now) or ""
    if width(words) > cells_wide:
        words = words.replace(" ", "")
    return (Piece(words, Role.QUIET if task.over else Role.TEXT),)


@frozen
class Heads:
    """The line of heads, and the cells of it that sort: first, one past the last, by what."""

    line: Cell
    zones: tuple[tuple[int, int, SortKey], ...]

    def key_at(self, x: int) -> SortKey | None:
        """What a click on that cell sorts by; None for nothing."""
        return next((key for start, end, key in self.zones if start <= x < end), None)


def heads(place: Layout, sort: SortKey, descending: bool, glyphs: Glyphs) -> Heads:
    """The heads, the one in force with its arrow; at their end one whose column is not shown."""
    arrow = glyphs.descending if descending else glyphs.ascending
    shown: list[tuple[ColumnPlace, Cell]] = []
    zones: list[tuple[int, int, SortKey]] = []
    hidden = all(SORTED_BY.get(spot.column) is not sort for spot in place.places)
    for spot in place.places:
        key = SORTED_BY.get(spot.column)
        in_force = key is sort
        head = HEADS.get(spot.column, "")
        ink = Role.ACCENT if in_force else Role.FAINT
        words = f"{head} {arrow}" if in_force else head
        if in_force and width(words) > spot.width + GAP - 1:
            words = f"{head[:1]}{arrow}"
        cell: Cell = (Piece(words, ink, True),)
        shown.append((_with_gap(spot, cell), cell))
        if key is not None:
            zones.append((spot.x, spot.x + spot.width, key))
    if hidden:
        _say_hidden(shown, f"{SORT_NAMES[sort]} {arrow}")
    return Heads(line(shown, place.width, glyphs), tuple(zones))


def _with_gap(spot: ColumnPlace, head: Cell) -> ColumnPlace:
    """The place of a head: one that is wider than its column takes of the gap behind it."""
    wanted = min(cell_width(head), spot.width + GAP - 1)
    return ColumnPlace(spot.column, spot.x, max(spot.width, wanted))


def _say_hidden(shown: list[tuple[ColumnPlace, Cell]], words: str) -> None:
    """Say what is sorted by at the right end of the last head that has room for it."""
    for n, (spot, head) in reversed(list(enumerate(shown))):
        room = spot.width - cell_width(head) - GAP
        if spot.column not in RIGHT_ALIGNED and room >= width(words):
            gap = Piece(" " * (spot.width - cell_width(head) - width(words)))
            shown[n] = (spot, (*head, gap, Piece(words, Role.ACCENT)))
            return
