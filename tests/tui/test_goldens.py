"""Each screen as a picture, held to the one that was looked at: `tests/tui/goldens/*.svg`.

A sample of them runs with the suite. `RUSHES_WHOLE=1` runs all; with `RUSHES_GOLDENS=write` as well
they are made anew (then look at what changed, before it is committed).
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fake_desk import FakeDesk, settings_of
from goldens import hold
from manual_clock import ManualClock
from sample_tasks import a_day
from sampling import sample
from svg_frame import svg_of
from textual.widgets import Input

from rushes.providers.language import Language
from rushes.tui.screen.app import RushesApp
from rushes.tui.shell.catalogue import talk

SIZES = ((80, 24), (120, 32), (200, 60))

FIRST = "first"
"""The screen of a list that holds nothing."""

SCREENS = {
    FIRST: "",
    "list": "g",
    "details": "g tab",
    "picture": "g i",
    "folded": "f g",
    "label": "g l",
    "copy": "g c",
    "dailies": "v",
    "figures": "F",
    "theme": "t",
    "marked": "g space j space",
    "filter": "slash r i d g e",
    "no-match": "slash z z z",
    "add": "a",
    "downloads": "T",
    "watchlists": "w",
    "sort": "s",
    "palette": "ctrl+p",
    "help": "question_mark",
    "notices": "e",
}
"""Each screen by the keys that lead to it."""


def _looks() -> Iterator[tuple[str, tuple[int, int], str]]:
    """All screens in all sizes, dark; and in the middle size in each of the other looks."""
    for screen in SCREENS:
        for size in SIZES:
            yield screen, size, "dark"
        for look in LOOKS:
            if look != "dark":
                yield screen, SIZES[1], look


LOOKS = {
    "dark": "",
    "light": 'theme = "rushes-light"\n',
    "sixteen": 'theme = "terminal"\n',
    "ascii": 'glyphs = "ascii"\n',
    "zh": "",
}
"""The looks by the settings that make them."""

DOWNLOADS = '[download]\ndir = "/videos"\n'
"""A folder that is called the same at each run."""

LOOKED_AT = sample(_looks(), 8)


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    """Leave the language as it was."""
    yield
    talk(Language.EN)


@pytest.mark.parametrize(("screen", "size", "look"), LOOKED_AT)
async def test_a_screen_is_as_it_was_when_it_was_looked_at(
    screen: str, size: tuple[int, int], look: str, tmp_path: Path, clock: ManualClock
) -> None:
    talk(Language.ZH if look == "zh" else Language.EN)
    settings = settings_of(tmp_path, LOOKS[look] + DOWNLOADS)
    desk = FakeDesk(replace(settings, file="/home/me/.config/rushes/config.toml"), clock)
    desk.put(*(() if screen == FIRST else a_day()))
    app = RushesApp(desk)
    async with app.run_test(size=size) as pilot:
        await pilot.press(*SCREENS[screen].split())
        await pilot.pause()
        for line in app.screen.query(Input):
            line.cursor_blink = False  # which would go by the machine's clock
        app.dashboard.tick()
        await pilot.pause()
        seen = svg_of(app)
    columns, rows = size
    hold(f"{screen}-{columns}x{rows}-{look}", seen)
