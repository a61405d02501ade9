"""How many colours a terminal can show, from the variables that tell of it.

Rich, which Textual asks, goes by COLORTERM and the end of TERM alone. A multiplexer hands on the
COLORTERM of the terminal around it, whether it can pass such colours on or not; a terminal of
twenty years ago has none; one that is reached by ssh comes without COLORTERM.
"""

from collections.abc import Mapping
from enum import Enum


class ColourDepth(Enum):
    """How many colours there are; the values are Textual's names."""

    TRUE = "truecolor"
    INDEXED = "256"
    SIXTEEN = "standard"
    NONE = "none"


_ONE_COLOUR = ("vt", "dumb")
_TRUE = ("kitty", "alacritty", "foot", "ghostty", "wezterm", "contour", "direct")
_SIXTEEN = ("linux", "cygwin", "ansi")
_XTERM_WITH_TRUE = 331
"""The version of xterm from which it takes 24 bits; it removes COLORTERM."""

_NAMED = {
    depth.value: depth for depth in (ColourDepth.TRUE, ColourDepth.INDEXED, ColourDepth.SIXTEEN)
}


def colour_depth(environ: Mapping[str, str]) -> ColourDepth:
    """How many colours to draw with. NO_COLOR comes first, then TEXTUAL_COLOR_SYSTEM."""
    if environ.get("NO_COLOR"):
        return ColourDepth.NONE
    if named := _NAMED.get(environ.get("TEXTUAL_COLOR_SYSTEM", "")):
        return named
    term = environ.get("TERM", "").strip().lower()
    if term.startswith(_ONE_COLOUR):
        return ColourDepth.NONE
    if term.startswith(_SIXTEEN):
        return ColourDepth.SIXTEEN
    says_true = environ.get("COLORTERM", "").strip().lower() in ("truecolor", "24bit")
    if environ.get("TMUX"):
        # It turns what it is sent into what the terminal around it has.
        return ColourDepth.TRUE if says_true else ColourDepth.INDEXED
    if environ.get("STY") or term.startswith("screen"):
        # GNU screen before 5 takes 24 bits for something else, and 5 has to be told to pass them.
        return ColourDepth.INDEXED if "256" in term else ColourDepth.SIXTEEN
    if says_true or any(name in term for name in _TRUE) or _is_new_xterm(environ):
        return ColourDepth.TRUE
    return ColourDepth.INDEXED if "256" in term else ColourDepth.SIXTEEN


def _is_new_xterm(environ: Mapping[str, str]) -> bool:
    number = environ.get("XTERM_VERSION", "").removeprefix("XTerm(").removesuffix(")")
    return number.isdecimal() and int(number) >= _XTERM_WITH_TRUE
