"""Colours by role: two themes of our own, and roles worked out for every theme of Textual."""

from collections.abc import Mapping
from functools import lru_cache

from rich.style import Style
from textual.color import Color
from textual.theme import Theme

from rushes.tui.lines.roles import Ground, Role
from rushes.tui.screen.few_colours import SCROLL_BAR, few_colours, few_colours_style

LEGIBLE = 4.5
"""The least contrast of text to what it lies on (WCAG AA)."""

# Greys of so little hue that 256 colours keep them apart: a warmer dark falls to black there.
_DARK = {
    Role.TEXT.value: "#d9d2c3",
    Role.QUIET.value: "#ada493",
    Role.FAINT.value: "#9c927f",
    Role.RULE.value: "#3a362e",
    Role.FRAME.value: "#6b6150",
    Role.ACCENT.value: "#f2b84b",
    Role.QUEUED.value: "#b79ae0",
    Role.RUNNING.value: "#6fb3e0",
    Role.SUCCEEDED.value: "#8fc46b",
    Role.FAILED.value: "#ef6f5e",
    Role.STOPPED.value: "#ada493",
    Role.WARM.value: "#f2b84b",
    Role.URGENT.value: "#f0913e",
    Role.RUNNING_DIM.value: "#41637a",
    Role.SUCCEEDED_DIM.value: "#587941",
    Ground.CURSOR.value: "#2b2822",
    Ground.PANEL_CURSOR.value: "#2f2b25",
    Ground.GLOW.value: "#26231d",
    Ground.GLOW_CURSOR.value: "#302c24",
    Ground.NOTICE_FAILED.value: "#2a1714",
    Ground.NOTICE_ENDING.value: "#2a1d11",
    Ground.NOTICE_SAVED.value: "#1b2016",
}

_LIGHT = {
    Role.TEXT.value: "#2b261d",
    Role.QUIET.value: "#574f40",
    Role.FAINT.value: "#625a4a",
    Role.RULE.value: "#d3c8b3",
    Role.FRAME.value: "#a2957c",
    Role.ACCENT.value: "#855400",
    Role.QUEUED.value: "#6a45a8",
    Role.RUNNING.value: "#1b5c90",
    Role.SUCCEEDED.value: "#3a661b",
    Role.FAILED.value: "#b0241a",
    Role.STOPPED.value: "#574f40",
    Role.WARM.value: "#855400",
    Role.URGENT.value: "#a34206",
    Role.RUNNING_DIM.value: "#8aa9c0",
    Role.SUCCEEDED_DIM.value: "#9bb086",
    Ground.CURSOR.value: "#ece2cd",
    Ground.PANEL_CURSOR.value: "#e7dcc5",
    Ground.GLOW.value: "#f7ecd2",
    Ground.GLOW_CURSOR.value: "#eee0bf",
    Ground.NOTICE_FAILED.value: "#fbe4de",
    Ground.NOTICE_ENDING.value: "#fbe8d3",
    Ground.NOTICE_SAVED.value: "#e8efdb",
}


def _theme(name: str, ground: str, panel: str, roles: Mapping[str, str], *, dark: bool) -> Theme:
    return Theme(
        name=name,
        dark=dark,
        background=ground,
        surface=panel,
        panel=panel,
        foreground=roles[Role.TEXT.value],
        primary=roles[Role.ACCENT.value],
        secondary=roles[Role.QUEUED.value],
        accent=roles[Role.ACCENT.value],
        warning=roles[Role.URGENT.value],
        error=roles[Role.FAILED.value],
        success=roles[Role.SUCCEEDED.value],
        variables={
            **roles,
            "block-cursor-background": roles[Ground.CURSOR.value],
            "block-cursor-foreground": roles[Role.TEXT.value],
            "block-cursor-blurred-background": roles[Ground.CURSOR.value],
            "input-selection-background": f"{roles[Role.ACCENT.value]} 30%",
            "scrollbar": roles[Role.RULE.value],
            "scrollbar-background": ground,
            "scrollbar-background-hover": ground,
            "scrollbar-background-active": ground,
            "scrollbar-hover": roles[Role.FAINT.value],
            "scrollbar-active": roles[Role.ACCENT.value],
            "scrollbar-corner-color": ground,
        },
    )


DARK = _theme("rushes", "#15130f", "#1d1b17", _DARK, dark=True)
LIGHT = _theme("rushes-light", "#fbf7ef", "#f3ecdf", _LIGHT, dark=False)


def contrast(ink: Color, ground: Color) -> float:
    """The WCAG 2 contrast ratio of two opaque colours, 1 to 21."""
    lighter, darker = sorted((_luminance(ink), _luminance(ground)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: Color) -> float:
    def linear(channel: float) -> float:
        return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(channel) for channel in color.normalized)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _legible(ink: Color, grounds: tuple[Color, ...], away: Color) -> Color:
    """`ink`, moved towards `away` only as far as is needed to be legible on all `grounds`."""
    for step in range(21):
        moved = ink.blend(away, step / 20, alpha=1.0)
        if all(contrast(moved, ground) >= LEGIBLE for ground in grounds):
            return moved
    return away


DIMMED = {Role.RUNNING_DIM: Role.RUNNING, Role.SUCCEEDED_DIM: Role.SUCCEEDED}
"""Roles at half their strength, of bars that belong to another one."""

_SOURCES = {
    Role.TEXT: "foreground",
    Role.ACCENT: "accent",
    Role.QUEUED: "secondary",
    Role.RUNNING: "primary",
    Role.SUCCEEDED: "success",
    Role.FAILED: "error",
    Role.WARM: "warning",
    Role.URGENT: "warning",
}


def role_variables(theme: Theme, generated: Mapping[str, str]) -> dict[str, str]:
    """The colour of every role and ground under a theme that may not know of them.

    `generated` are the variables that Textual derives from the theme.
    """
    if theme.ansi:
        return {**few_colours(dark=theme.dark), **SCROLL_BAR}
    if Role.TEXT.value in theme.variables:
        return {}
    ground = Color.parse(generated["background"])
    text = Color.parse(generated["foreground"])
    extreme = Color.parse("#ffffff" if theme.dark else "#000000")
    accent = Color.parse(generated["accent"])
    rows = {
        Ground.CURSOR: ground.blend(text, 0.12, alpha=1.0),
        Ground.PANEL_CURSOR: Color.parse(generated["panel"]).blend(text, 0.12, alpha=1.0),
        Ground.GLOW: ground.blend(accent, 0.08, alpha=1.0),
        Ground.GLOW_CURSOR: ground.blend(text, 0.12, alpha=1.0).blend(accent, 0.06, alpha=1.0),
    }
    worst = {Ground.NOTICE_FAILED: "error", Ground.NOTICE_ENDING: "warning"}
    for row, source in {**worst, Ground.NOTICE_SAVED: "success"}.items():
        rows[row] = ground.blend(Color.parse(generated[source]), 0.1, alpha=1.0)
    under = (ground, Color.parse(generated["panel"]), *rows.values())
    inks = {role: Color.parse(generated[source]) for role, source in _SOURCES.items()}
    inks[Role.QUIET] = inks[Role.STOPPED] = text.blend(ground, 0.25, alpha=1.0)
    inks[Role.FAINT] = text.blend(ground, 0.4, alpha=1.0)
    # A person's own theme may give some of them.
    given = theme.variables
    inks |= {role: Color.parse(given[role.value]) for role in inks if role.value in given}
    found = {role.value: _legible(ink, under, extreme).hex for role, ink in inks.items()}
    rule = ground.blend(text, 0.2, alpha=1.0).hex
    found[Role.RULE.value] = given.get(Role.RULE.value, rule)
    found[Role.FRAME.value] = ground.blend(text, 0.4, alpha=1.0).hex
    for dim, role in DIMMED.items():
        found[dim.value] = ground.blend(Color.parse(found[role.value]), 0.5, alpha=1.0).hex
    return found | {row.value: color.hex for row, color in rows.items()}


class Inks:
    """Rich styles for segments, from the variables of the theme that is on."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        colors = {
            name.value: Color.parse(variables[name.value]).rich_color
            for names in (Role, Ground)
            for name in names
        }

        @lru_cache(maxsize=256)
        def style(role: Role, ground: Ground, bold: bool) -> Style:
            if not exact:
                return few_colours_style(role, ground, bold, colors[role.value])
            return Style(color=colors[role.value], bgcolor=colors[ground.value], bold=bold)

        self.style = style
        """The style of a role on a ground: `style(role, ground, bold)`."""
        self.exact = exact = all(color.triplet for color in colors.values())
        """Whether none of the colours is the terminal's own."""
