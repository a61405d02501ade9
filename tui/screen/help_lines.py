"""The lines of the help, made from the commands and their present keys."""

from collections.abc import Iterable, Sequence
from itertools import zip_longest

from rushes.providers.language import _
from rushes.tui.actions import keys
from rushes.tui.actions.catalogue import Command
from rushes.tui.actions.keymap import RESERVED, Keymap
from rushes.tui.actions.reasons import Situation
from rushes.tui.lines.fit import Cell, Piece, fit, width
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.roles import Role
from rushes.tui.lines.section_head import section_head
from rushes.tui.screen.command_groups import Groups, found, keys_of

_GAP = 2
"""Cells between columns; one where the longest description has no room otherwise."""


class HelpLines:
    """Writes the help for one set of commands and keys."""

    def __init__(
        self, keymap: Keymap, situation: Situation, glyphs: Glyphs, groups: Groups
    ) -> None:
        self._keymap = keymap
        self._situation = situation
        self._glyphs = glyphs
        self._groups = groups
        every = [command for commands in groups.values() for command in commands]
        keyed = [*map(self._shown_keys, every), *RESERVED]
        self._key = max(map(width, keyed), default=0)
        self._name = max((width(command.label) for command in every), default=0)
        about = [*(command.help for command in every), *map(_, RESERVED.values())]
        self._about = max(map(width, about), default=0)
        self._gap = _GAP

    def whole(self, cells: int) -> tuple[Cell, ...]:
        """Every command under its group, in two columns where both are whole."""
        half = (cells - _GAP) // 2
        least = self._key + self._name + self._about
        beside = half >= least + 2 * _GAP
        self._gap = _GAP if beside or cells >= least + 2 * _GAP else 1
        room = half if beside else cells
        blocks = [
            [section_head(_(group), room, self._glyphs), *map(self._line, commands), ()]
            for group, commands in self._groups.items()
        ]
        blocks.append(
            [section_head(_("Always"), room, self._glyphs), *self._reserved(RESERVED), ()]
        )
        if not beside:
            return tuple(line for block in blocks for line in block)[:-1]
        return self._side_by_side(*_halves(blocks), half)

    def found(self, text: str) -> tuple[Cell, ...]:
        """What a key or a name finds, the best first."""
        commands = found(self._groups, text, self._key_names)
        kept = [key for key in RESERVED if key == text]
        lines = (*self._reserved(kept), *map(self._line, commands))
        return lines or ((Piece(_("no key and no name is like that"), Role.FAINT),),)

    def _key_names(self, command: Command) -> tuple[str, ...]:
        return keys_of(command, self._keymap, ascii_only=self._glyphs.names_arrows)

    def _shown_keys(self, command: Command) -> str:
        return " ".join(self._key_names(command))

    def _line(self, command: Command) -> Cell:
        idle = bool(command.why_not(self._situation))
        shown = self._shown_keys(command)
        return (
            Piece(" " * (self._key - width(shown))),
            Piece(shown, Role.FAINT if idle else Role.ACCENT, not idle),
            Piece(" " * self._gap),
            Piece(command.label, Role.FAINT if idle else Role.TEXT),
            Piece(" " * (self._name - width(command.label) + self._gap)),
            Piece(command.help, Role.FAINT if idle else Role.QUIET),
        )

    def _reserved(self, kept: Iterable[str]) -> Iterable[Cell]:
        for key in kept:
            shown = keys.shown(key)
            before = Piece(" " * (self._key - width(shown)))
            words = Piece(" " * self._gap + _(RESERVED[key]), Role.QUIET)
            yield (before, Piece(shown, Role.ACCENT, True), words)

    def _side_by_side(
        self, left: Sequence[Cell], right: Sequence[Cell], half: int
    ) -> tuple[Cell, ...]:
        pairs = zip_longest(left, right, fillvalue=())
        cut = self._glyphs.ellipsis
        return tuple((*fit(one, half, cut), Piece(" " * _GAP), *other) for one, other in pairs)


def _halves(blocks: Sequence[Sequence[Cell]]) -> tuple[list[Cell], list[Cell]]:
    """The blocks in two columns, each whole, as even as their order allows."""
    half = sum(map(len, blocks)) / 2
    left: list[Cell] = []
    right: list[Cell] = []
    for block in blocks:
        first = not right and len(left) + len(block) / 2 <= half
        (left if first else right).extend(block)
    return left[:-1], right[:-1]
