"""The line at the bottom: the keys that matter most, and what the list shows."""

from datetime import datetime

from rushes.providers.frozen import frozen
from rushes.tui.actions import keys
from rushes.tui.actions.catalogue import COMMANDS, Command, Keymap
from rushes.tui.actions.reasons import Situation
from rushes.tui.lines.fit import Cell, Piece, cell_width
from rushes.tui.lines.glyphs import ASCII, Glyphs
from rushes.tui.lines.roles import Role
from rushes.tui.lines.words import rough


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


_SHOWN = sorted((command for command in COMMANDS if command.footer), key=lambda c: c.footer)


def footer(
    keymap: Keymap, situation: Situation, state: FooterState, cells: int, glyphs: Glyphs
) -> Cell:
    """One line exactly `cells` wide; keys that do not fit are left out, the last first."""
    right = _right_end(state)
    hints = {
        command.id: _hint(command, keymap.key(command.id), situation, glyphs)
        for command in _SHOWN
        if keymap.key(command.id)
    }
    room = cells - cell_width(right) - 2
    kept: set[str] = set()
    # The help says whatever else there was no room for.
    for command_id in sorted(hints, key="help".__ne__):
        room -= cell_width(hints[command_id])
        if room < 0:
            break
        kept.add(command_id)
    left = [piece for name, hint in hints.items() if name in kept for piece in hint]
    gap = Piece(" " * (cells - cell_width(left) - cell_width(right)))
    return (*left, gap, *right)


def _hint(command: Command, key: str, situation: Situation, glyphs: Glyphs) -> Cell:
    able = not command.why_not(situation)
    shown = keys.shown(key, ascii_only=glyphs is ASCII)
    return (
        Piece(f" {shown} ", Role.ACCENT if able else Role.FAINT, able),
        Piece(f"{command.label} ", Role.QUIET if able else Role.FAINT),
    )


def _right_end(state: FooterState) -> Cell:
    parts: list[Piece] = []
    if state.marked:
        parts.append(Piece(f"{state.marked} marked", Role.ACCENT))
    if state.filter:
        parts.append(Piece(f"/{state.filter}", Role.ACCENT))
    if state.view:
        parts.append(Piece(state.view, Role.ACCENT))
    if state.shown != state.total:
        parts.append(Piece(f"{state.shown} of {state.total}", Role.QUIET))
    if state.polled_at is not None:
        parts.append(Piece(f"polled {rough(state.now - state.polled_at)} ago", Role.FAINT))
    line: list[Piece] = []
    for part in parts:
        line += [Piece("  "), part]
    return (*line, Piece(" "))
