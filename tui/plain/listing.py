"""The list of tasks for a terminal: aligned by cells, cut to its width."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from tui.columns import expires_cell, files_cell, status_cell, task_cell
from tui.fit import Cell, Piece, cell_width, fit, width
from tui.glyphs import ASCII, SETS, Glyphs
from tui.plain.ansi import inked
from tui.plain.stream import Stream
from tui.roles import Role
from watch.settings import Glyphs as GlyphSetting
from watch.task import Task

_HEADINGS = ("STATUS", "TASK", "EXPIRES", "FILES", "REF")
_EXPIRES = 16
_TASK_MOST = 32
_GAP = 2


def signs(setting: GlyphSetting, out: Stream) -> Glyphs:
    """The signs to draw with: the person's choice, ASCII where nothing else can be written."""
    return SETS[setting.value] if out.unicode else ASCII


def lines(
    tasks: Sequence[Task], now: datetime, setting: GlyphSetting, out: Stream
) -> Iterator[str]:
    """A line of headings and one for each task; none for no tasks.

    The ref stands last and is cut at its end, so that what is left of it is still a ref.
    """
    if not tasks:
        return
    glyphs = signs(setting, out)
    rows = [_cells(task, now, glyphs) for task in tasks]
    widths = [
        max(width(heading), *(cell_width(row[i]) for row in rows))
        for i, heading in enumerate(_HEADINGS)
    ]
    widths[-1] = max(12, out.width - sum(widths[:-1]) - _GAP * (len(widths) - 1))
    head = tuple((Piece(heading, Role.FAINT, True),) for heading in _HEADINGS)
    for row in (head, *rows):
        pairs = zip(row, widths, strict=True)
        fitted = (fit(cell, cells, glyphs.ellipsis) for cell, cells in pairs)
        text = (" " * _GAP).join(inked(cell, out.colour) for cell in fitted)
        yield text.rstrip()


def _cells(task: Task, now: datetime, glyphs: Glyphs) -> tuple[Cell, ...]:
    label = task.entry.label
    return (
        status_cell(task, now, 28, glyphs, raw=False),
        task_cell(task, _TASK_MOST, glyphs) if label else (Piece(glyphs.nothing, Role.FAINT),),
        expires_cell(task, now, _EXPIRES, glyphs),
        files_cell(task, now, glyphs),
        (Piece(str(task.ref), Role.QUIET),),
    )
