"""Text cut and padded by terminal cells, not by characters (a CJK character takes two)."""

import re
from collections.abc import Iterable

from rich.cells import cell_len, chop_cells, set_cell_size

from rushes.providers.fields import replace
from rushes.providers.frozen import frozen
from rushes.tui.lines.roles import Ground, Role
from rushes.tui.shell.wide_text import parts


@frozen
class Piece:
    """A run of text in one role, on its line's ground or one of its own.

    `command` is the id of what a click on it does; "" for nothing.
    """

    text: str
    role: Role = Role.TEXT
    bold: bool = False
    struck: bool = False
    ground: Ground | None = None
    command: str = ""


Cell = tuple[Piece, ...]


_JOINED = re.compile("\u200d[\u2190-\u2bff\U0001f000-\U0001faff][\ufe0f\U0001f3fb-\U0001f3ff]?")
"""A picture that is joined to the one before it."""


def undisputed(text: str) -> str:
    """`text` with the first picture of those that are joined, equally wide.

    Terminals draw a family of three as two cells, as six or as eight. What is joined in a script,
    as in Persian or Sinhala, stays.
    """
    return _JOINED.sub("", text) if "\u200d" in text else text


def width(text: str) -> int:
    """How many terminal cells `text` takes."""
    return cell_len(text)


def clip(text: str, cells: int, ellipsis: str) -> str:
    """`text`, cut at its end so that it takes at most `cells`."""
    if cell_len(text) <= cells:
        return text
    if cells <= 0:
        return ""
    return set_cell_size(text, cells - 1).rstrip() + ellipsis


def clip_middle(text: str, cells: int, ellipsis: str) -> str:
    """`text`, cut in its middle: the ends of an id tell it from others."""
    if cell_len(text) <= cells:
        return text
    if cells <= 2:
        return clip(text, cells, ellipsis)
    tail = (cells - 1) // 2
    head = set_cell_size(text, cells - 1 - tail)
    ending = set_cell_size(text[::-1], tail)[::-1]
    return head.rstrip() + ellipsis + ending.lstrip()


def cell_width(cell: Iterable[Piece]) -> int:
    """How many terminal cells a cell's pieces take together."""
    return sum(cell_len(piece.text) for piece in cell)


def text_of(lines: Iterable[Cell]) -> str:
    """What lines say, without colours."""
    return "\n".join("".join(piece.text for piece in line).rstrip() for line in lines)


def cut(cell: Iterable[Piece], cells: int, ellipsis: str) -> tuple[list[Piece], int]:
    """The cell cut to at most `cells`, and how many of them it leaves."""
    kept: list[Piece] = []
    room = cells
    for piece in cell:
        if room <= 0:
            break
        taken = cell_len(piece.text)
        if taken > room:
            text = clip(piece.text, room, ellipsis)
            kept.append(replace(piece, text=text))
            room -= cell_len(text)
            break
        kept.append(piece)
        room -= taken
    return kept, room


def fit(cell: Iterable[Piece], cells: int, ellipsis: str, *, right: bool = False) -> Cell:
    """The cell cut or padded to exactly `cells`; padded at its left if `right`."""
    kept, room = cut(cell, cells, ellipsis)
    if room > 0:
        padding = Piece(" " * room)
        kept.insert(0, padding) if right else kept.append(padding)
    return tuple(kept)


def wrap(text: str, cells: int) -> list[str]:
    """`text` in lines of at most `cells`, broken at spaces, and between wide characters."""
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        for n, part in enumerate(parts(word)):
            joined = f"{line}{'' if n else ' '}{part}" if line else part
            if cell_len(joined) <= cells:
                line = joined
                continue
            if line:
                lines.append(line)
            *full, line = chop_cells(part, max(1, cells)) if part else [""]
            lines += full
    return [*lines, line] if line or not lines else lines
