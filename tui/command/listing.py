"""The list of tasks for a terminal: aligned by cells, cut to its width."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from rushes.providers.language import _
from rushes.tui.lines.ansi import inked
from rushes.tui.lines.columns import expires_cell, files_cell, status_cell, task_cell
from rushes.tui.lines.fit import Cell, Piece, cell_width, fit, width
from rushes.tui.lines.glyphs import Glyphs, signs
from rushes.tui.lines.layout import Column
from rushes.tui.lines.list_columns import RENDERINGS
from rushes.tui.lines.roles import Role
from rushes.tui.lines.rows import HEADS
from rushes.tui.shell.stream import Stream
from rushes.watch.config.listing import ListColumn
from rushes.watch.config.settings import GlyphSet
from rushes.watch.task import Task

_HEADINGS = ("STATUS", "TASK", "EXPIRES", "FILES", "REF")
_TASK, _REF = 1, 4
_EXPIRES = 16
_TASK_LEAST, _TASK_MOST = 12, 32
_REF_LEAST = 12
_GAP = 2
_LEAST = 8
"""Cells to which a chosen column is cut at most."""


def lines(tasks: Sequence[Task], now: datetime, setting: GlyphSet, out: Stream) -> Iterator[str]:
    """A line of headings and one for each task; none for no tasks.

    The ref stands last and is cut at its end, so that what is left of it is still a ref; where it
    is cut, a task without a label is named by its id. The last columns go first where room is
    short.
    """
    if not tasks:
        return
    glyphs = signs(setting, out)

    def made(cells: int = _TASK_MOST, *, named: bool) -> list[tuple[Cell, ...]]:
        return [_row(task, now, glyphs, cells, named=named) for task in tasks]

    rows = made(named=False)
    widths = _wanted(rows)
    if _line(widths) > out.width:
        widths = _widths(_wanted(made(named=True)), out.width)
        rows = made(widths[_TASK], named=True)
    head = tuple((Piece(_(heading), Role.FAINT, True),) for heading in _HEADINGS)
    for row in (head, *rows):
        fitted = (
            fit(cell, cells, glyphs.ellipsis) for cell, cells in zip(row, widths, strict=False)
        )
        text = (" " * _GAP).join(inked(cell, out.colour) for cell in fitted)
        yield text.rstrip()


def chosen_lines(
    tasks: Sequence[Task],
    columns: Sequence[ListColumn],
    now: datetime,
    setting: GlyphSet,
    out: Stream,
) -> Iterator[str]:
    """The same with these columns, the wide ones cut where room is short; none for no tasks."""
    if not tasks:
        return
    glyphs = signs(setting, out)
    wanted = [RENDERINGS[column] for column in columns]
    rows = [tuple(each.shown(task, now, glyphs) for each in wanted) for task in tasks]
    heads = [HEADS[Column[column.name]] for column in columns]
    widths = [
        max(width(head), *(cell_width(row[i]) for row in rows)) for i, head in enumerate(heads)
    ]
    while _line(widths) > out.width and max(widths) > _LEAST:
        widest = widths.index(max(widths))
        spare = _line(widths) - out.width
        others = max([wide for i, wide in enumerate(widths) if i != widest], default=0)
        widths[widest] = max(_LEAST, min(widths[widest] - 1, max(others, widths[widest] - spare)))
    for row in (tuple((Piece(head, Role.FAINT, True),) for head in heads), *rows):
        cells = (
            fit(cell, wide, glyphs.ellipsis, right=each.right)
            for cell, wide, each in zip(row, widths, wanted, strict=True)
        )
        yield (" " * _GAP).join(inked(cell, out.colour) for cell in cells).rstrip()


def _wanted(rows: Sequence[tuple[Cell, ...]]) -> list[int]:
    """The cells that each column needs to be whole."""
    return [
        max(width(heading), *(cell_width(row[i]) for row in rows))
        for i, heading in enumerate(_HEADINGS)
    ]


def _line(widths: Sequence[int]) -> int:
    return sum(widths) + _GAP * (len(widths) - 1)


def _widths(wanted: Sequence[int], room: int) -> list[int]:
    """The cells that each column gets, of as many as there is room for, TASK at least."""
    status, task, expires, files, ref = wanted
    widths = [status, min(task, _TASK_LEAST), expires, files, min(ref, _REF_LEAST)]
    while len(widths) > 2 and _line(widths) > room:
        widths.pop()
    for column in (_TASK, _REF):
        if column < len(widths):
            spare = max(0, room - _line(widths))
            widths[column] = min(wanted[column], widths[column] + spare)
    return widths


def _row(task: Task, now: datetime, glyphs: Glyphs, cells: int, *, named: bool) -> tuple[Cell, ...]:
    called = named or task.entry.label
    return (
        status_cell(task, now, 28, glyphs, raw=False),
        task_cell(task, cells, glyphs) if called else (Piece(glyphs.nothing, Role.FAINT),),
        expires_cell(task, now, _EXPIRES, glyphs),
        files_cell(task, now, glyphs),
        (Piece(str(task.ref), Role.QUIET),),
    )
