"""The head of a section: its name, a rule, and a note at the end of that."""

from rushes.tui.lines.fit import Cell, Piece, cell_width
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.roles import Role


def section_head(title: str, cells: int, glyphs: Glyphs, note: Cell = ()) -> Cell:
    """A line of that many cells; the note goes where there is no room for any rule beside it."""
    name = Piece(f"{title.upper()} ", Role.FAINT, True)
    end: Cell = (Piece(" "), *note) if note else ()
    rule = cells - cell_width((name, *end))
    if note and rule < 2:
        return section_head(title, cells, glyphs)
    return (name, Piece(glyphs.rule * max(0, rule), Role.RULE), *end)
