"""Colours that can be read, in every theme there is."""

import pytest
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme

from rushes.providers.model import Status
from rushes.tui.lines.roles import STATUS_ROLES, Ground, Role
from rushes.tui.screen.theme import DARK, LEGIBLE, LIGHT, Inks, contrast, role_variables

THEMES = [DARK, LIGHT, *BUILTIN_THEMES.values()]


def variables(theme: Theme) -> dict[str, str]:
    generated = {**theme.to_color_system().generate(), **theme.variables}
    return generated | role_variables(theme, generated)


@pytest.mark.parametrize("theme", [t for t in THEMES if not t.ansi], ids=lambda t: t.name)
def test_text_of_every_role_can_be_read_on_every_ground(theme: Theme) -> None:
    colors = variables(theme)
    grounds = [*(ground.value for ground in Ground), "panel"]
    for role in Role:
        if role is Role.RULE:
            continue  # rules and the dark cells of a gauge carry no text
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
            assert style.bold
            assert style.color is not None


def test_every_status_has_a_role() -> None:
    assert set(STATUS_ROLES) == {None, *Status}
