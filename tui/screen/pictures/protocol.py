"""How pictures are drawn at a terminal: what it says it is, and what a person chose."""

import re
from enum import Enum

from rushes.watch.config.settings import PictureChoice

_KITTY = re.compile(r"kitty\((\d+)\.(\d+)")
_FIRST_KITTY = (0, 28)
"""The version that came with placeholders; what was before cannot draw them."""


class Protocol(Enum):
    """What a picture is made of."""

    KITTY = "kitty"
    BLOCKS = "blocks"
    NONE = "none"


def protocol_of(choice: PictureChoice, version: str) -> Protocol:
    """How pictures are drawn; `version` is the answer to XTVERSION, "" as long as there is none.

    tmux and GNU screen answer for themselves or not at all, whatever is around them.
    """
    if choice is not PictureChoice.AUTO:
        return _CHOSEN[choice]
    found = _KITTY.match(version)
    known = version.startswith("ghostty ") or (
        found is not None and (int(found[1]), int(found[2])) >= _FIRST_KITTY
    )
    return Protocol.KITTY if known else Protocol.BLOCKS


_CHOSEN = {
    PictureChoice.KITTY: Protocol.KITTY,
    PictureChoice.BLOCKS: Protocol.BLOCKS,
    PictureChoice.OFF: Protocol.NONE,
}
