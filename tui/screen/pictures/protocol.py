"""How pictures are drawn at a terminal: what it says it is, and what a person chose."""

import re
from enum import Enum

from rushes.tui.screen.terminal_input import Identity
from rushes.watch.config.settings import PictureChoice

_KITTY = re.compile(r"kitty\((\d+)\.(\d+)")
_FIRST_KITTY = (0, 28)
"""The version that came with placeholders; what was before cannot draw them."""

_LEAVING_PARTS = ("tmux ", "Zellij", "Konsole ")
"""Multiplexers answer for themselves, and pass pictures on that they draw over in ways of their
own. Konsole draws Sixel beyond its cells, where nothing takes it away (seen in 22.12)."""

_XTERM = "XTerm("


class Protocol(Enum):
    """What a picture is made of."""

    KITTY = "kitty"
    SIXEL = "sixel"
    BLOCKS = "blocks"
    NONE = "none"

    @property
    def is_fine(self) -> bool:
        """Whether the terminal draws them, in its own pixels."""
        return self in (Protocol.KITTY, Protocol.SIXEL)


def protocol_of(choice: PictureChoice, terminal: Identity) -> Protocol:
    """How pictures are drawn at that terminal.

    tmux and GNU screen answer for themselves or not at all, whatever is around them.
    """
    version = terminal.version
    if choice is not PictureChoice.AUTO:
        return _CHOSEN[choice]
    found = _KITTY.match(version)
    known = version.startswith("ghostty ") or (
        found is not None and (int(found[1]), int(found[2])) >= _FIRST_KITTY
    )
    if known:
        return Protocol.KITTY
    sixel = terminal.sixel and not version.startswith(_LEAVING_PARTS)
    return Protocol.SIXEL if sixel else Protocol.BLOCKS


def is_xterm(terminal: Identity) -> bool:
    """Whether it is xterm, which keeps few pictures."""
    return terminal.version.startswith(_XTERM)


_CHOSEN = {
    PictureChoice.KITTY: Protocol.KITTY,
    PictureChoice.SIXEL: Protocol.SIXEL,
    PictureChoice.BLOCKS: Protocol.BLOCKS,
    PictureChoice.OFF: Protocol.NONE,
}
