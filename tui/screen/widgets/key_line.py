"""A line of keys and what they do: each can be clicked in place of being pressed."""

from collections.abc import Sequence

from rushes.providers.frozen import frozen
from rushes.tui.actions.keys import shown
from rushes.tui.lines.fit import Cell, Piece, cell_width
from rushes.tui.lines.roles import Role
from rushes.tui.screen.widgets.click_line import ClickLine

ALWAYS = 2
"""Hints at the end that are never left out: how to get help, and back."""


@frozen
class Hint:
    """Keys that belong together, and what they do in a word or two; a click is the first key."""

    keys: tuple[str, ...]
    word: str


class KeyLine(ClickLine):
    """Shows hints, as many as fit, and a word at its right end; the last two hints always."""

    DEFAULT_CSS = "KeyLine { height: 1; }"

    def show_hints(self, hints: Sequence[Hint], right: Cell = ()) -> None:
        """Write these."""
        room = self.size.width - cell_width(right) - 2
        parts = [self._part(hint) for hint in hints]
        while len(parts) > ALWAYS and sum(map(cell_width, parts)) > room:
            del parts[-ALWAYS - 1]
        gap = Piece(" " * max(0, room + 1 - sum(map(cell_width, parts))))
        line = [piece for part in parts for piece in part]
        self.show([(*line, gap, *right, Piece(" "))])

    def _part(self, hint: Hint) -> Cell:
        key = hint.keys[0]
        return (
            Piece(f" {self._shown(hint.keys)} ", Role.ACCENT, True, command=key),
            Piece(f"{hint.word} ", Role.QUIET, command=key),
        )

    def _shown(self, together: tuple[str, ...]) -> str:
        if len(together) > 2 and all(key.isdigit() for key in together):
            return f"{together[0]}-{together[-1]}"
        return " ".join(shown(key, ascii_only=self.glyphs.names_arrows) for key in together)
