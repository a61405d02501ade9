"""A person's rating as the five signs that a screen shows."""

from rushes.providers.language import _
from rushes.tui.lines.fit import Cell, Piece
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.roles import Role
from rushes.watch.ratings import BEST, REJECTED


def stars(rating: int | None, glyphs: Glyphs) -> Cell:
    """A rating in five cells: those that are missing are dots; a rejected one is out."""
    if rating == REJECTED:
        return (Piece(f"0 {_('out')}", Role.QUIET),)
    given = rating or 0
    return (
        Piece(glyphs.rated * given, Role.ACCENT),
        Piece(glyphs.unrated * (BEST - given), Role.FAINT),
    )
