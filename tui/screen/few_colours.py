"""Roles and grounds in the sixteen colours of a terminal, whose hues are its owner's choice.

No ground is sure to differ from all sixteen inks, so what needs one is in reverse video.
"""

from collections.abc import Mapping
from types import MappingProxyType

from rich.color import Color
from rich.style import Style
from textual.theme import Theme

from rushes.tui.lines.roles import Ground, Role

_PLAIN = "ansi_default"
_OWN = _PLAIN.removeprefix("ansi_")
"""The terminal's own two colours, to Textual and to Rich."""

_INKS: Mapping[Role, str] = MappingProxyType(
    {
        Role.RULE: "ansi_bright_black",
        Role.FRAME: "ansi_bright_black",
        Role.ACCENT: "ansi_yellow",
        Role.QUEUED: "ansi_magenta",
        Role.RUNNING: "ansi_cyan",
        Role.SUCCEEDED: "ansi_green",
        Role.RUNNING_DIM: "ansi_cyan",
        Role.SUCCEEDED_DIM: "ansi_green",
        Role.FAILED: "ansi_red",
        Role.STOPPED: "ansi_bright_black",
        Role.WARM: "ansi_yellow",
        Role.URGENT: "ansi_bright_red",
    }
)

_ON_WHITE: Mapping[str, str] = MappingProxyType({"ansi_yellow": "ansi_blue"})
"""What is put in the place of colours that are not seen on white."""

_BOLD = frozenset({Role.TEXT, Role.URGENT})
"""What is bold: text that is not quiet, and what is urgent."""

_DIM = frozenset({Role.FAINT, Role.RUNNING_DIM, Role.SUCCEEDED_DIM})

_REVERSED: Mapping[Ground, tuple[str, str]] = MappingProxyType(
    {
        Ground.CURSOR: (_OWN, _OWN),
        Ground.PANEL_CURSOR: (_OWN, _OWN),
        Ground.GLOW_CURSOR: (_OWN, _OWN),
        Ground.NOTICE_FAILED: ("red", "bright_white"),
        Ground.NOTICE_ENDING: ("yellow", "black"),
        Ground.NOTICE_SAVED: ("green", "black"),
    }
)
"""The grounds in reverse video: the colour of the ground then, and that of the text."""


def few_colours(*, dark: bool = True) -> dict[str, str]:
    """The colour of every role and ground as a theme variable."""
    inks = {role.value: _INKS.get(role, _PLAIN) for role in Role}
    if not dark:
        inks = {role: _ON_WHITE.get(ink, ink) for role, ink in inks.items()}
    return inks | {ground.value: _PLAIN for ground in Ground}


def few_colours_style(role: Role, ground: Ground, bold: bool, ink: Color) -> Style:
    """How a role of that colour is drawn on a ground: in reverse video a row has one colour."""
    heavy = bold or role in _BOLD
    if (over := _REVERSED.get(ground)) is not None:
        # Many terminals draw what is bold in a brighter colour, which is a patch in a coloured row.
        return Style(color=over[0], bgcolor=over[1], bold=heavy and over[0] == _OWN, reverse=True)
    return Style(color=ink, bgcolor=_OWN, bold=heavy, dim=role in _DIM)


TERMINAL = Theme(
    name="terminal",
    ansi=True,
    primary="ansi_yellow",
    secondary="ansi_magenta",
    accent="ansi_yellow",
    warning="ansi_bright_red",
    error="ansi_red",
    success="ansi_green",
    foreground=_PLAIN,
    background=_PLAIN,
    surface=_PLAIN,
    panel=_PLAIN,
    boost=_PLAIN,
    variables={**few_colours(), "ansi-background": _PLAIN, "ansi-foreground": _PLAIN},
)
"""The theme of terminals that have no others."""

SCROLL_BAR: Mapping[str, str] = MappingProxyType(
    {
        "scrollbar": "ansi_bright_black",
        "scrollbar-hover": _PLAIN,
        "scrollbar-active": "ansi_yellow",
        "scrollbar-background": _PLAIN,
        "scrollbar-background-hover": _PLAIN,
        "scrollbar-background-active": _PLAIN,
        "scrollbar-corner-color": _PLAIN,
        "input-selection-background": _PLAIN,
        "input-selection-foreground": _PLAIN,
    }
)
"""What Textual's themes of sixteen colours have in colours on which nothing else is read."""

CSS = """
Input:ansi > .input--cursor, Input:ansi > .input--selection {
    background: ansi_default; color: ansi_default; text-style: reverse;
}
TextArea:ansi > .text-area--cursor, TextArea:ansi > .text-area--selection {
    background: ansi_default; color: ansi_default; text-style: reverse;
}
"""
"""What is seen of a text field without colours."""
