"""The keys of a screen of its own, under `?`."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from rushes.providers.frozen import frozen
from rushes.providers.language import _
from rushes.tui.actions import keys
from rushes.tui.lines.fit import Cell, Piece, width
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.roles import Role
from rushes.tui.screen.page import Page

_KEYS = 16


@frozen
class KeyHelp:
    """Keys, and what they do in a few words; these are looked up as they are drawn."""

    keys: tuple[str, ...]
    words: str


class KeysSheet(Page):
    """Every key of the screen below."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "close", "Close", show=False),
    ]

    def __init__(self, keys_of_screen: Sequence[KeyHelp], glyphs: Glyphs) -> None:
        super().__init__(glyphs)
        self._keys = keys_of_screen

    @property
    def heading(self) -> str:
        """What it shows."""
        return _("every key")

    def lines(self, cells: int) -> Sequence[Cell]:
        """A line for each key."""
        return [self._line(key) for key in self._keys]

    def _line(self, key: KeyHelp) -> Cell:
        ascii_only = self.glyphs.names_arrows
        shown = " ".join(keys.shown(each, ascii_only=ascii_only) for each in key.keys)
        return (
            Piece(" " * max(0, _KEYS - width(shown))),
            Piece(f"{shown}  ", Role.ACCENT),
            Piece(_(key.words)),
        )
