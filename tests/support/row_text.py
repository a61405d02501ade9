"""A row of the list as text."""

from rushes.tui.lines.fit import Cell


def text(cell: Cell) -> str:
    return "".join(piece.text for piece in cell)
