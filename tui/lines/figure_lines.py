"""Figures as lines: the facts of the whole, and a table of groups that fits the width."""

from collections.abc import Iterator, Sequence

from rushes.tui.lines.figure_words import COLUMNS, FigureColumn, facts, key_heading, key_words
from rushes.tui.lines.fit import Cell, Piece, clip, width
from rushes.tui.lines.roles import Role
from rushes.tui.shell.wide_text import padded
from rushes.watch.figures.totals import By, Figures, Totals

_GAP = 2
_LONGEST_KEY = 32
_NAME = 9


def fact_lines(total: Totals) -> Iterator[Cell]:
    """A line for each fact."""
    for name, words in facts(total):
        yield (Piece(f"{padded(name, _NAME)} ", Role.FAINT), Piece(words))


def table(figures: Figures, room: int, ellipsis: str) -> Iterator[Cell]:
    """An empty line, the heads and a line for each group; nothing for no groups.

    Columns that are missed least go first where the room is short.
    """
    if not figures.groups:
        return
    columns, keys = list(COLUMNS), [_keys(it, figures.by, ellipsis) for it in figures.groups]
    heads = tuple(key_heading(each) for each in figures.by)
    while True:
        rows = [
            (*key, *(column.text(it) for column in columns))
            for key, it in zip(keys, figures.groups, strict=True)
        ]
        titles = (*heads, *(column.heading for column in columns))
        widths = [max(map(width, cells)) for cells in zip(titles, *rows, strict=True)]
        if sum(widths) + _GAP * (len(widths) - 1) <= room or not _drop(columns):
            break
    yield ()
    faint = [Role.FAINT] * len(titles)
    yield _line(titles, faint, widths, len(heads), bold=True)
    for row, it in zip(rows, figures.groups, strict=True):
        roles = [*(Role.TEXT for _ in heads), *(column.role(it) for column in columns)]
        yield _line(row, roles, widths, len(heads))


def _keys(group: Totals, by: Sequence[By], ellipsis: str) -> tuple[str, ...]:
    return tuple(clip(word, _LONGEST_KEY, ellipsis) for word in key_words(group, by))


def _line(
    texts: Sequence[str],
    roles: Sequence[Role],
    widths: Sequence[int],
    keys: int,
    *,
    bold: bool = False,
) -> Cell:
    """The keys at the left of their columns, the figures at the right of theirs."""
    pieces: list[Piece] = []
    for n, (text, role, cells) in enumerate(zip(texts, roles, widths, strict=True)):
        padding = " " * (cells - width(text))
        gap = " " * _GAP if n else ""
        shown = f"{gap}{text}{padding}" if n < keys else f"{gap}{padding}{text}"
        pieces.append(Piece(shown, role, bold))
    return tuple(pieces)


def _drop(columns: list[FigureColumn]) -> bool:
    """Leave out the column that is missed least; False where all are needed."""
    least = max(columns, key=lambda column: column.leaves)
    if not least.leaves:
        return False
    columns.remove(least)
    return True
