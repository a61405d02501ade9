"""The lines of the help, made from the commands and their present keys."""

from collections.abc import Sequence

from rushes.tui.actions import keys
from rushes.tui.actions.catalogue import GROUPS, RESERVED, Command, Keymap
from rushes.tui.actions.reasons import Situation
from rushes.tui.lines.fit import Cell, Piece, fit, width
from rushes.tui.lines.glyphs import ASCII, Glyphs
from rushes.tui.lines.roles import Role

TWO_COLUMNS_FROM = 84


def help_lines(
    keymap: Keymap, situation: Situation, cells: int, glyphs: Glyphs
) -> tuple[Cell, ...]:
    """Every command under its group, in two columns where there is room for them."""
    blocks = [
        [
            (Piece(group, Role.ACCENT, True),),
            *(_line(command, keymap, situation, glyphs) for command in commands),
            (),
        ]
        for group, commands in GROUPS.items()
    ]
    always: list[Cell] = [
        (Piece(f"{key.rjust(_KEYS)}  ", Role.FAINT), Piece(text, Role.FAINT))
        for key, text in RESERVED.items()
    ]
    blocks[-1][-1:] = [*always, ()]
    if cells < TWO_COLUMNS_FROM:
        return tuple(line for block in blocks for line in block)
    half = sum(map(len, blocks)) / 2
    left: list[Cell] = []
    right: list[Cell] = []
    for block in blocks:
        (left if len(left) + len(block) / 2 <= half else right).extend(block)
    return _side_by_side(left, right, cells, glyphs.ellipsis)


_KEYS = 13


def _line(command: Command, keymap: Keymap, situation: Situation, glyphs: Glyphs) -> Cell:
    shown = " ".join(keys.shown(key, ascii_only=glyphs is ASCII) for key in keymap.keys[command.id])
    idle = command.why_not(situation)
    return (
        Piece(" " * max(0, _KEYS - width(shown))),
        Piece(f"{shown}  ", Role.FAINT if idle else Role.ACCENT),
        Piece(command.help, Role.FAINT if idle else Role.TEXT),
    )


def _side_by_side(
    left: Sequence[Cell], right: Sequence[Cell], cells: int, ellipsis: str
) -> tuple[Cell, ...]:
    half = (cells - 2) // 2
    rows = max(len(left), len(right))
    pad: list[Cell] = [()]
    return tuple(
        (*fit(one, half, ellipsis), Piece("  "), *other)
        for one, other in zip(
            [*left, *pad * (rows - len(left))], [*right, *pad * (rows - len(right))], strict=True
        )
    )
