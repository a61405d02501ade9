"""The upper and the lower edge of a sheet's frame, and the keys that are clicked in it. Pure."""

from collections.abc import Iterator, Sequence

from rushes.providers.frozen import frozen
from rushes.tui.actions import keys
from rushes.tui.lines.fit import Cell, Piece, cell_width, clip, fit, width
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.roles import Role

BESIDE = 2
"""Cells of the edge that stand on either side of what is written in it: corner and rule."""


@frozen
class Hint:
    """Keys that work on a sheet, and a word for what they do.

    A click on a key presses it, one on the word presses the last of them. `shown` stands in the
    place of the keys, such as `1-6`; a click there presses nothing where there are no keys.
    """

    keys: tuple[str, ...]
    word: str
    shown: str = ""


@frozen
class Edge:
    """An edge as it is drawn, and its cells that press a key: first, one past the last, the key."""

    line: Cell
    zones: tuple[tuple[int, int, str], ...]

    def key_at(self, x: int) -> str:
        """The key that a click on that cell presses; empty for none."""
        return next((key for start, end, key in self.zones if start <= x < end), "")


def upper_edge(title: str, aside: Cell, cells: int, glyphs: Glyphs) -> Cell:
    """The title at the left, and at the right what belongs to it, where there is room for it."""
    room = cells - 2 * BESIDE - 2
    if cell_width(aside) + width(title) + 4 > room:
        aside = ()
    name = (Piece(clip(title, room, glyphs.ellipsis), Role.ACCENT, True),)
    return _edge(name, aside, cells, glyphs, (glyphs.upper_left, glyphs.upper_right))


def lower_edge(hints: Sequence[Hint], position: str, cells: int, glyphs: Glyphs) -> Edge:
    """The keys at the left and the position at the right; the last key is never left out.

    Where all do not fit, those before the last are left out, from the end.
    """
    aside: Cell = (Piece(position, Role.QUIET),) if position else ()
    room = cells - 2 * BESIDE - 2 - (width(position) + 3 if position else 0)
    shown = list(hints)
    while len(shown) > 1 and _hints_width(shown, glyphs) > room:
        del shown[-2]
    pieces: list[Piece] = []
    zones: list[tuple[int, int, str]] = []
    at = BESIDE + 1
    for hint in shown:
        if pieces:
            pieces.append(Piece("  "))
            at += 2
        for piece, key in _hint(hint, glyphs):
            pieces.append(piece)
            if key:
                zones.append((at, at + width(piece.text), key))
            at += width(piece.text)
    corners = (glyphs.lower_left, glyphs.lower_right)
    return Edge(_edge(tuple(pieces), aside, cells, glyphs, corners), tuple(zones))


def _hint(hint: Hint, glyphs: Glyphs) -> Iterator[tuple[Piece, str]]:
    """The pieces of a hint, each with the key that it presses."""
    last = hint.keys[-1] if hint.keys else ""
    if hint.shown:
        yield Piece(hint.shown, Role.ACCENT, True), last
    else:
        for n, key in enumerate(hint.keys):
            name = keys.shown(key, ascii_only=glyphs.names_arrows)
            yield Piece(f" {name}" if n else name, Role.ACCENT, True), key
    yield Piece(f" {hint.word}", Role.QUIET), last


def _hints_width(hints: Sequence[Hint], glyphs: Glyphs) -> int:
    words = [cell_width(piece for piece, _ in _hint(hint, glyphs)) for hint in hints]
    return sum(words) + 2 * (len(words) - 1)


def _edge(left: Cell, right: Cell, cells: int, glyphs: Glyphs, corners: tuple[str, str]) -> Cell:
    """The rule between two corners, with words let into it at either end."""
    first, last = corners
    rule = glyphs.rule
    blank = Piece(" ")
    begun: Cell = (blank, *left, blank) if left else ()
    ended: Cell = (blank, *right, blank) if right else ()
    between = cells - 2 * BESIDE - cell_width(begun) - cell_width(ended)
    line = (
        Piece(first + rule, Role.FRAME),
        *begun,
        Piece(rule * max(0, between), Role.FRAME),
        *ended,
        Piece(rule + last, Role.FRAME),
    )
    return line if between >= 0 else fit(line, cells, glyphs.ellipsis)
