"""What the dashboard looks like at this terminal: its themes, its signs, its colours."""

import asyncio
import os
import sys
from collections.abc import Collection
from dataclasses import replace

from textual.theme import Theme

from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.screen.colour_depth import ColourDepth, colour_depth
from rushes.tui.screen.few_colours import TERMINAL
from rushes.tui.screen.glyph_choice import glyphs_for
from rushes.tui.screen.own_theme import textual_theme
from rushes.tui.screen.screen_state import ScreenState
from rushes.tui.screen.theme import DARK, LIGHT
from rushes.watch.config.settings import Settings
from rushes.watch.config.themes import OwnThemes, read_themes
from rushes.watch.disk.paths import Paths

ON_WHITE = "ansi-light"
"""The theme of Textual that is for sixteen colours on white."""

FEW = (TERMINAL.name, "ansi-dark", ON_WHITE)


class Looks:
    """The looks that a person chose, as far as the terminal can show them.

    `depth` is how many colours it has, None where that is left to Textual. `faults` says what is
    wrong with themes of a person's own.
    """

    def __init__(
        self,
        settings: Settings,
        state: ScreenState | None = None,
        own: OwnThemes | None = None,
        *,
        depth: ColourDepth | None = None,
        on_white: bool = False,
        term: str = "",
        encoding: str = "utf-8",
    ) -> None:
        self._settings = settings
        self._state = state or ScreenState()
        self._drawn = (term, encoding)
        self._own_theme = ON_WHITE if on_white else TERMINAL.name
        self.depth = depth
        self.faults = own.faults if own else ()
        self.themes: tuple[Theme, ...] = (
            *(DARK, LIGHT, TERMINAL),
            *map(textual_theme, own.themes if own else ()),
        )
        """Those that Textual does not have."""

    @property
    def are_few(self) -> bool:
        """Whether the terminal has too few colours for any themes but those made of them."""
        return self.depth in (ColourDepth.SIXTEEN, ColourDepth.NONE)

    def theme_at_start(self, known: Collection[str]) -> str:
        """The name of the theme of a start, out of those that there are."""
        wanted = (self._settings.theme or "", self._state.theme)
        if self.are_few:
            return next((name for name in wanted if name in FEW), self._own_theme)
        return next((name for name in wanted if name in known), DARK.name)

    async def keep_theme(self, name: str) -> bool:
        """Have the next start begin with a theme; False where config.toml has another one."""
        await asyncio.to_thread(self._state.keep_theme, name)
        return self._settings.theme in (None, name)

    @property
    def glyphs(self) -> Glyphs:
        """The signs that the terminal is drawn on with, as far as is known."""
        term, encoding = self._drawn
        found = glyphs_for(
            self._settings.glyphs, term=term, encoding=encoding, doubles=self._state.doubles
        )
        return found if self._settings.motion else replace(found, bar_half=found.track)

    def measured(self, cells: int) -> bool:
        """Take in how wide the terminal draws a sign of ambiguous width; whether that is news."""
        doubles = cells == 2
        if cells not in (1, 2) or doubles is self._state.doubles:
            return False
        self._state.doubles = doubles
        return True

    def keep_measured(self) -> None:
        """Have the next start at such a terminal begin with the same signs; blocks."""
        self._state.keep_doubles()


def looks_at_terminal(settings: Settings, paths: Paths) -> Looks:
    """The looks at the terminal of this process; reads what is kept of them."""
    return Looks(
        settings,
        ScreenState(paths.state, os.environ),
        read_themes(paths.config.parent),
        depth=colour_depth(os.environ),
        on_white=os.environ.get("COLORFGBG", "").endswith((";15", ";7")),
        term=os.environ.get("TERM", ""),
        encoding=sys.__stderr__.encoding if sys.__stderr__ else "utf-8",
    )
