"""Colours that can be read, in every theme there is."""

import pytest
from rich.terminal_theme import DEFAULT_TERMINAL_THEME
from textual.color import Color
from textual.filter import ANSIToTruecolor
from textual.theme import BUILTIN_THEMES, Theme

from rushes.providers.model import Status
from rushes.tui.lines.glyphs import UNICODE
from rushes.tui.lines.roles import STATUS_ROLES, Ground, Role
from rushes.tui.screen.few_colours import TERMINAL
from rushes.tui.screen.theme import DARK, DIMMED, LEGIBLE, LIGHT, Inks, contrast, role_variables

THEMES = [DARK, LIGHT, TERMINAL, *BUILTIN_THEMES.values()]


def variables(theme: Theme) -> dict[str, str]:
    generated = {**theme.to_color_system().generate(), **theme.variables}
    return generated | role_variables(theme, generated)


@pytest.mark.parametrize("theme", [t for t in THEMES if not t.ansi], ids=lambda t: t.name)
def test_text_of_every_role_can_be_read_on_every_ground(theme: Theme) -> None:
    colors = variables(theme)
    grounds = [ground.value for ground in Ground]
    for role in Role:
        if role in (Role.RULE, Role.FRAME, *DIMMED):
            continue  # rules, frames and the dark cells of a gauge carry no text
        for ground in grounds:
            ratio = contrast(Color.parse(colors[role.value]), Color.parse(colors[ground]))
            assert ratio >= LEGIBLE, (role, ground, round(ratio, 2))


def test_contrast_is_measured_as_the_guidelines_do() -> None:
    black, white = Color.parse("#000000"), Color.parse("#ffffff")
    assert contrast(black, white) == pytest.approx(21)
    assert contrast(Color.parse("#777777"), white) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", THEMES, ids=lambda t: t.name)
def test_every_theme_has_a_style_for_every_role(theme: Theme) -> None:
    inks = Inks(variables(theme))
    for role in Role:
        for ground in Ground:
            style = inks.style(role, ground, True)
            assert style.bold or style.reverse
            assert style.color is not None


@pytest.mark.parametrize("theme", THEMES, ids=lambda t: t.name)
def test_no_colour_is_replaced_where_none_is_the_terminals_own(theme: Theme) -> None:
    colors = variables(theme)
    inks, filtered = Inks(colors), ANSIToTruecolor(DEFAULT_TERMINAL_THEME)
    ground = Color.parse(colors[Ground.PLAIN.value]).rich_color
    styles = [inks.style(role, each, True) for role in Role for each in Ground]
    alike = [filtered.truecolor_style(style, ground) for style in styles] == styles
    assert inks.exact is alike is not theme.ansi


def test_every_status_has_a_role() -> None:
    assert set(STATUS_ROLES) == {None, *Status}


NAMES = {1: "red", 2: "green", 3: "yellow", 4: "blue", 5: "magenta", 6: "cyan", 8: "bright_black"}
FEW = [theme for theme in THEMES if theme.ansi]


@pytest.mark.parametrize("theme", FEW, ids=lambda t: t.name)
def test_eight_statuses_are_told_apart_in_sixteen_colours(theme: Theme) -> None:
    style = Inks(variables(theme)).style
    inks = {status: style(STATUS_ROLES[status], Ground.PLAIN, False).color for status in Status}
    names = {status.value: NAMES.get(ink.number or 0) for status, ink in inks.items() if ink}
    seen = "yellow" if theme.dark else "blue"  # yellow is not, on white
    assert names == {
        "queued": "magenta",
        "running": "cyan",
        "finalizing": seen,
        "unknown": seen,
        "succeeded": "green",
        "failed": "red",
        "canceled": "bright_black",
        "gone": "bright_black",
    }
    looks = {(names[status.value], UNICODE.status(status)) for status in Status}
    assert len(looks) == len(Status)
    urgent = style(Role.URGENT, Ground.PLAIN, False)
    assert urgent.bold
    assert urgent.color
    assert urgent.color.number == 9


@pytest.mark.parametrize("theme", FEW, ids=lambda t: t.name)
def test_the_cursor_row_is_in_reverse_video_where_no_ground_is_sure_to_differ(
    theme: Theme,
) -> None:
    style = Inks(variables(theme)).style
    for role in Role:
        look = style(role, Ground.CURSOR, False)
        assert look.reverse
        assert look.color == look.bgcolor
        assert not style(role, Ground.PLAIN, False).reverse
    assert style(Role.TEXT, Ground.PLAIN, False).bold
    assert not style(Role.QUIET, Ground.PLAIN, False).bold


@pytest.mark.parametrize("theme", FEW, ids=lambda t: t.name)
def test_the_scroll_bar_is_grey_and_what_is_in_force_is_no_status(theme: Theme) -> None:
    colors = variables(theme)
    assert colors["scrollbar"] == "ansi_bright_black"
    assert colors[Role.ACCENT.value] != colors[Role.SUCCEEDED.value]
