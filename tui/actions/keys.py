"""Names of keys: as people write them in config.toml, and as Textual reports them."""

import re
import unicodedata

from rushes.providers.language import _

_MOVING = ("up", "down", "left", "right", "home", "end", "pageup", "pagedown")
_EDITING = ("enter", "escape", "tab", "space", "backspace", "delete", "insert")
_NAMED = frozenset((*_MOVING, *_EDITING, *(f"f{n}" for n in range(1, 13))))

_MODIFIERS = ("ctrl", "alt", "shift")

_SAME_BYTE = {"h": "backspace", "i": "tab", "m": "enter", "[": "escape"}
"""What ctrl and this is to every terminal that knows no newer protocol."""

# What Textual calls a character otherwise than Unicode does.
_SHORTER = {
    "slash": "solidus",
    "backslash": "reverse_solidus",
    "at": "commercial_at",
    "minus": "hyphen-minus",
    "plus": "plus_sign",
    "underscore": "low_line",
}

_SHOWN = {
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "escape": "esc",
    "pageup": "pgup",
    "pagedown": "pgdn",
    "ctrl+@": "ctrl+space",
}


def canonical(key: str) -> str | None:
    """The one spelling of a key: `slash` and `/` are the same. None where it is no key."""
    if len(key) == 1:
        return key if key.isprintable() and not key.isspace() else None
    *modifiers, base = key.split("+") if not key.endswith("++") else [*key[:-2].split("+"), "+"]
    modifiers = [modifier.casefold() for modifier in modifiers]
    if len(set(modifiers)) < len(modifiers) or not set(modifiers) <= set(_MODIFIERS):
        return None
    found = _base(base, modified=bool(modifiers))
    if found is None:
        return None
    ordered = [modifier for modifier in _MODIFIERS if modifier in modifiers]
    written = "+".join([*ordered, found])
    # Terminals send the same byte for both.
    return "ctrl+@" if written == "ctrl+space" else written


def _base(name: str, *, modified: bool) -> str | None:
    if name.casefold() in _NAMED:
        return name.casefold()
    if len(name) == 1 and name.isprintable() and not name.isspace():
        return name.casefold() if modified else name
    try:
        return unicodedata.lookup(_SHORTER.get(name, name).replace("_", " "))
    except KeyError:
        return None


def cannot_arrive(key: str) -> str:
    """Why a terminal without the Kitty protocol cannot send a canonical key; "" if it can.

    What Textual makes of each was seen with 8.2.8: alt and a digit or a sign is a letter of its
    own there, as on a Mac.
    """
    if len(key) == 1:
        return ""
    *held, base = key.split("+") if not key.endswith("++") else [*key[:-2].split("+"), "+"]
    if not held or base in _MOVING or base in ("delete", "insert") or re.fullmatch(r"f\d+", base):
        return ""
    letter = len(base) == 1 and base.isascii() and base.isalpha()
    if held == ["ctrl"] and (same := _SAME_BYTE.get(base)):
        return _("terminals send it as {same}").format(same=same)
    if held == ["shift"] and letter:
        return _("it comes as {upper}").format(upper=base.upper())
    arrives = (
        (held == ["ctrl"] and (letter or base in "@\\]^_"))
        or (held in (["alt"], ["alt", "shift"]) and letter)
        or (held == ["shift"] and base == "tab")
    )
    return "" if arrives else _("only terminals with the Kitty keyboard protocol send it")


def shown(key: str, *, ascii_only: bool = False) -> str:
    """A key as a footer shows it."""
    if ascii_only and key in ("up", "down", "left", "right"):
        return key
    return _("space") if key == "space" else _SHOWN.get(key, key)
