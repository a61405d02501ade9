"""The sheet of themes: the dashboard is shown in each while the cursor is on it."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from textual.theme import Theme

from rushes.providers.language import _
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.screen.choose import Choice, Choose

if TYPE_CHECKING:
    from rushes.tui.screen.dashboard import Dashboard

IN_SIGHT = 7
"""Rows of the sheet: what is under it is what a theme is judged by."""


class ThemeChooser(Choose[str]):
    """A list of themes; `preview` is told of each that the cursor comes to."""

    DEFAULT_CSS = """
    ThemeChooser { background: $background 0%; }
    """

    def __init__(
        self, choices: Sequence[Choice[str]], glyphs: Glyphs, preview: Callable[[str], None]
    ) -> None:
        super().__init__(_("theme"), choices, glyphs)
        self._preview = preview

    @property
    def rows(self) -> int:
        """A few, so that the list stays in sight."""
        return min(IN_SIGHT, super().rows)

    def action_step(self, by: int) -> None:
        """Move the cursor, and show what it is on."""
        super().action_step(by)
        self._preview(self._choices[self._at].value)


def choose_theme(dashboard: "Dashboard") -> None:
    """Ask for a theme; escape goes back to the one before."""
    app, looks = dashboard.app, dashboard.looks
    before = app.theme

    def preview(name: str) -> None:
        app.theme = name

    def chosen(name: str | None) -> None:
        app.theme = name or before
        if name is not None:
            dashboard.run_worker(_keep(dashboard, name))

    ours = {theme.name for theme in looks.themes}
    known = [it for it in app.available_themes.values() if it.ansi or not looks.are_few]
    known.sort(key=lambda it: (it.name not in ours, it.name))
    choices = [Choice(it.name, it.name, _note(it), chosen=it.name == before) for it in known]
    app.push_screen(ThemeChooser(choices, dashboard.glyphs, preview), chosen)


def _note(theme: Theme) -> str:
    if theme.ansi:
        own = _("the terminal's own sixteen colours")
        return own if theme.dark else _("the same, on white")
    return _("dark") if theme.dark else _("light")


async def _keep(dashboard: "Dashboard", name: str) -> None:
    """Have the next start begin with it; what was kept in other colours goes."""
    if not await dashboard.looks.keep_theme(name):
        dashboard.say(_("theme {name} until the end: config.toml has another").format(name=name))
        return
    await dashboard.frames.forget_all()
    dashboard.say(_("theme {name}").format(name=name))
