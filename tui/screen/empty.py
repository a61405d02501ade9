"""Texts in the place of the list: for no tasks, no matches, or a terminal that is too small."""

import shlex

from rushes.tui.actions import keys
from rushes.tui.actions.catalogue import Keymap
from rushes.tui.lines.arrange import SMALLEST
from rushes.tui.lines.fit import Cell, Piece, cell_width, width
from rushes.tui.lines.roles import Role
from rushes.watch.watchlist.default import DEFAULT_WATCHLIST


def _centred(line: Cell, cells: int) -> Cell:
    return (Piece(" " * max(0, (cells - cell_width(line)) // 2)), *line)


def empty(keymap: Keymap, watchlist: str, cells: int, rows: int) -> list[Cell]:
    """Three lines that say how to add tasks to the list of that name."""
    option = "" if watchlist == DEFAULT_WATCHLIST else f" -w {shlex.quote(watchlist)}"
    lessons = (
        (keys.shown(keymap.key("add")), "paste ids, a link, a curl line, a whole log"),
        (f"rushes add{option} ID", "the same from a shell, or from a script"),
        ("rushes demo", "see it all with a gateway of its own"),
    )
    column = max(width(name) for name, _ in lessons)
    lines: list[Cell] = [
        (Piece(name.rjust(column), Role.ACCENT, True), Piece(f"   {text}", Role.QUIET))
        for name, text in lessons
    ]
    left = max(0, (cells - max(map(cell_width, lines))) // 2)
    title = _centred((Piece("Nothing is watched yet", Role.TEXT),), cells)
    above: list[Cell] = [()] * max(0, (rows - 5) // 2)
    return [*above, title, (), *((Piece(" " * left), *line) for line in lines)]


def no_match(shown: str, keymap: Keymap, cells: int, rows: int) -> list[Cell]:
    """Why a list with tasks in it shows none."""
    above: list[Cell] = [()] * max(0, (rows - 2) // 2)
    back = keys.shown(keymap.key("back"))
    return [
        *above,
        _centred((Piece(f"Nothing is {shown}" if shown else "Nothing matches", Role.TEXT),), cells),
        _centred((Piece(f"{back} ", Role.ACCENT), Piece("shows all tasks", Role.QUIET)), cells),
    ]


def calm(cells: int, rows: int) -> list[Cell]:
    """One line for a terminal that is too small."""
    wide, high = SMALLEST
    text = f"rushes needs {wide} by {high}, this is {cells} by {rows}"
    above: list[Cell] = [()] * max(0, (rows - 1) // 2)
    return [*above, _centred((Piece(text, Role.QUIET),), cells)]
