"""The line at the bottom: the keys that work here and now, and what the list shows."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import Enum

from rushes.providers.frozen import frozen
from rushes.providers.language import _
from rushes.tui.actions import keys
from rushes.tui.actions.catalogue import BY_ID
from rushes.tui.actions.keymap import Keymap
from rushes.tui.actions.reasons import Situation
from rushes.tui.lines.fit import Cell, Piece, cell_width
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.roles import Role
from rushes.tui.lines.words import rough


class Place(Enum):
    """Where keys go."""

    LIST = "list"
    DETAILS = "details"


@frozen(kw_only=True)
class FooterState:
    """What the right end says. `polled_at`: when any gateway was asked last (UTC)."""

    shown: int
    total: int
    marked: int
    filter: str
    view: str
    polled_at: datetime | None
    now: datetime


WIDE = 160
"""Columns from which the keys of the list are all said."""

_ALL = [
    "download",
    "open",
    "picture",
    "dailies",
    "mark",
    "label",
    "tags",
    "fold",
    "copy",
    "add",
    "filter",
    "sort",
    "watchlists",
    "downloads",
    "figures",
    "help",
    "palette",
]
_SOME = ["download", "open", "add", "dailies", "filter", "sort", "mark", "help", "palette"]

_OF_PLACE: Mapping[Place, Sequence[str]] = {
    Place.LIST: _SOME,
    Place.DETAILS: [
        "back",
        "down",
        "up",
        "download",
        "open",
        "picture",
        "copy",
        "label",
        "tags",
        "help",
        "palette",
    ],
}
"""The keys of each place in the order in which they stand."""

_FIRST = ("help", "palette", "back")
"""What is said before all else: the rest can be found there."""


def footer(
    keymap: Keymap,
    situation: Situation,
    state: FooterState,
    cells: int,
    glyphs: Glyphs,
    place: Place = Place.LIST,
) -> Cell:
    """One line exactly `cells` wide; keys that do not fit are left out, the last first.

    Each key and its word name their command: a click on them runs it.
    """
    names = _ALL if place is Place.LIST and cells >= WIDE else _OF_PLACE[place]
    hints = {
        name: _hint(name, keymap.key(name), glyphs)
        for name in names
        if name in BY_ID and keymap.key(name) and not BY_ID[name].why_not(situation)
    }
    wanted = sum(map(cell_width, hints.values()))
    right = next((end for end in _right_ends(state) if wanted + cell_width(end) < cells), ())
    right = right or _right_ends(state)[-1]
    room = cells - cell_width(right)
    kept: set[str] = set()
    for name in sorted(hints, key=lambda name: name not in _FIRST):
        if cell_width(hints[name]) <= room:
            room -= cell_width(hints[name])
            kept.add(name)
    left = [piece for name, hint in hints.items() if name in kept for piece in hint]
    gap = Piece(" " * (cells - cell_width(left) - cell_width(right)))
    return (*left, gap, *right)


def _hint(name: str, key: str, glyphs: Glyphs) -> Cell:
    shown = keys.shown(key, ascii_only=glyphs.names_arrows)
    return (
        Piece(f" {shown} ", Role.ACCENT, True, command=name),
        Piece(f"{_(BY_ID[name].label)} ", Role.QUIET, command=name),
    )


def _right_ends(state: FooterState) -> tuple[Cell, Cell]:
    """What the list shows, with the time of the last poll, and without it."""
    parts: list[Piece] = []
    if state.marked:
        parts.append(Piece(_("{n} marked").format(n=state.marked), Role.ACCENT))
    if state.filter:
        parts.append(Piece(f"/{state.filter}", Role.ACCENT))
    if state.view:
        parts.append(Piece(state.view, Role.ACCENT))
    if state.shown != state.total:
        shown = _("{n} of {all}").format(n=state.shown, all=state.total)
        parts.append(Piece(shown, Role.QUIET))
    if state.polled_at is None:
        return _spaced(parts), _spaced(parts)
    span = rough(state.now - state.polled_at)
    polled = Piece(_("polled {span} ago").format(span=span), Role.FAINT)
    return _spaced([*parts, polled]), _spaced(parts)


def _spaced(parts: Sequence[Piece]) -> Cell:
    line: list[Piece] = []
    for part in parts:
        line += [Piece("  "), part]
    return (*line, Piece(" "))
