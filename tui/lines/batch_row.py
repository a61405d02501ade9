"""A batch as a line of the list: it speaks for its tasks."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from rushes.providers.language import _, plural
from rushes.providers.model import Status
from rushes.tui.lines.batch_summary import BatchSummary
from rushes.tui.lines.columns import files_ratio, loss_cell, ran_words
from rushes.tui.lines.fit import Cell, Piece, cell_width, clip, width
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.layout import GAP, Column, ColumnPlace, Layout
from rushes.tui.lines.roles import STATUS_ROLES, Role
from rushes.tui.lines.rows import Row, line
from rushes.watch.figures.spans import ran_for
from rushes.watch.task import Task

BAR = 9
"""Cells of the bar in the proportions of the statuses."""

LONGEST_FROM = 40
"""Cells of the counts from which on it is said what stands under RUN."""


def batch_cells(told: BatchSummary, place: Layout, row: Row, *, is_open: bool) -> Cell:
    """A whole line for a batch: marks, then every column at its place."""
    shown = [(spot, _cell(told, spot, place, row, is_open=is_open)) for spot in _with_counts(place)]
    return line(shown, place.width, row.glyphs, current=row.current, marked=row.marked)


def _with_counts(place: Layout) -> Iterator[ColumnPlace]:
    """The places, the status and the slot beside it taken together for the counts."""
    why = place.place(Column.WHY)
    for spot in place.places:
        if spot.column is Column.STATUS and why is not None:
            yield ColumnPlace(Column.STATUS, spot.x, why.x + why.width - spot.x)
        elif spot.column is not Column.WHY:
            yield spot


def _cell(told: BatchSummary, spot: ColumnPlace, place: Layout, row: Row, *, is_open: bool) -> Cell:
    glyphs = row.glyphs
    match spot.column:
        case Column.TASK:
            return _name(told, spot.width, glyphs, is_open=is_open)
        case Column.VIA:
            return _one_or_count(told.accounts, row.tag, spot.width, _("{n} vias"))
        case Column.MODEL:
            model = told.models[0] if told.models else ""
            return _one_or_count(told.models, model, spot.width, _("{n} models"))
        case Column.STATUS:
            return _counts(told, spot.width, place, glyphs)
        case Column.RUN:
            longest = _longest(told, row.now)
            words = (longest and ran_words(longest, row.now)) or ""
            return (Piece(words.replace(" ", "") if width(words) > spot.width else words),)
        case Column.EXPIRES:
            return loss_cell(told.ending, row.now, spot.width, glyphs) if told.ending else ()
        case Column.FILES:
            return files_ratio(told.saved, told.wanted, told.saving, row.now, glyphs)
        case Column.PROMPT:
            return (Piece(clip(told.prompt, spot.width, glyphs.ellipsis), Role.QUIET),)
        case _:
            return ()


def _name(told: BatchSummary, cells: int, glyphs: Glyphs, *, is_open: bool) -> Cell:
    sign = glyphs.batch[is_open]
    tag = Piece(f" #{told.tag}", Role.QUEUED, True)
    count = plural("{n} task", "{n} tasks", told.tasks)
    for words in (f"  {count}", f"  {told.tasks}"):
        whole = (Piece(sign, Role.ACCENT), tag, Piece(words, Role.QUIET))
        if cell_width(whole) <= cells:
            return whole
    return (Piece(sign, Role.ACCENT), tag)


def _one_or_count(names: tuple[str, ...], one: str, cells: int, several: str) -> Cell:
    """The only name there is, else how many there are."""
    if len(names) < 2:
        return (Piece(one, Role.QUIET),)
    words = several.format(n=len(names))
    return (Piece(words if width(words) <= cells else str(len(names)), Role.QUIET),)


def _longest(told: BatchSummary, now: datetime) -> Task | None:
    spans = [(span, task) for task in told.ran if (span := ran_for(task, now)) is not None]
    return max(spans, key=lambda each: each[0])[1] if spans else None


def _counts(told: BatchSummary, cells: int, place: Layout, glyphs: Glyphs) -> Cell:
    """The counts; at the right a bar in their proportions, and what stands under RUN."""
    right = list(_bar(told.counts, glyphs))
    if told.ran and cells >= LONGEST_FROM and place.place(Column.RUN) is not None:
        right += [Piece("  "), Piece(_("longest"), Role.FAINT)]
    for blank in (" ", ""):
        left = _signs(told.counts, blank, glyphs)
        gap = cells - cell_width(left) - cell_width(right)
        if gap >= GAP:
            return (*left, Piece(" " * gap), *right)
    return _signs(told.counts, "", glyphs)


def _signs(counts: Mapping[Status | None, int], blank: str, glyphs: Glyphs) -> Cell:
    gap = Piece("  " if blank else " ")
    pieces: list[Piece] = []
    for status, count in counts.items():
        if pieces:
            pieces.append(gap)
        words = f"{glyphs.status(status)}{blank}{count}"
        pieces.append(Piece(words, STATUS_ROLES[status], True))
    return tuple(pieces)


def _bar(counts: Mapping[Status | None, int], glyphs: Glyphs) -> Iterator[Piece]:
    """Cells shared in proportion; each status that there is has one at least."""
    shares = dict.fromkeys(counts, 1)
    for _cell_left in range(BAR - len(counts)):
        poorest = max(counts, key=lambda status: counts[status] / shares[status])
        shares[poorest] += 1
    for status, cells in shares.items():
        yield Piece(glyphs.bar * cells, STATUS_ROLES[status])
