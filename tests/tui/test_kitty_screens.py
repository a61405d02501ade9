"""The dashboard at a terminal that draws pictures itself (row 294)."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from dailies_rig import poster, take
from emulated_terminal import EmulatedDriver
from fake_desk import FakeDesk, settings_of
from manual_clock import ManualClock
from PIL import Image
from textual.app import App
from textual.pilot import Pilot
from waiting import until

from rushes.tui.screen.app import RushesApp
from rushes.tui.screen.painting.cells import PLACEHOLDER
from rushes.tui.screen.pictures.kitty import FIRST
from rushes.tui.screen.terminal import TerminalNamed

TAKEN_AWAY = "\x1b_Ga=d"
SENT = "\x1b_Ga=T"


class Kitty(EmulatedDriver):
    """A driver whose terminal is kitty: it draws nothing, and keeps what it was sent."""

    def __init__(self, app: App[None], **kwargs: object) -> None:
        super().__init__(app, **kwargs)
        self.written: list[str] = []
        self.fileno = os.open(os.devnull, os.O_RDONLY)

    def write(self, data: str) -> None:
        self.written.append(data)

    def start_application_mode(self) -> None:
        super().start_application_mode()
        self.in_use = True

    def stop_application_mode(self) -> None:
        self.write(self.take_pictures())

    def close(self) -> None:
        self.in_use = False

    def count(self, what: str) -> int:
        """How often that was written."""
        return "".join(self.written).count(what)

    @property
    def drawn(self) -> set[int]:
        """The numbers of the pictures that stand there, as a terminal reads them."""
        rows = self.painting._rows  # pyright: ignore[reportPrivateUsage]
        cells = (each for row in rows for each in zip(row.texts, row.inks, strict=True))
        inks = {ink.ink for text, ink in cells if text.startswith(PLACEHOLDER)}
        colors = [map(int, ink.split(";")[2:]) for ink in inks]
        return {red << 16 | green << 8 | blue for red, green, blue in colors}


@asynccontextmanager
async def in_kitty(
    tmp_path: Path,
    clock: ManualClock,
    patched: pytest.MonkeyPatch,
    config: str = "",
    *,
    columns: int = 120,
) -> AsyncGenerator[tuple[RushesApp, Pilot[None], Kitty]]:
    """The dailies of three takes."""
    patched.setenv("COLORTERM", "truecolor")
    patched.setenv("TERM", "xterm-kitty")
    patched.setenv("COLUMNS", str(columns))
    patched.setenv("LINES", "34")
    patched.delenv("NO_COLOR", raising=False)
    desk = FakeDesk(settings_of(tmp_path, config), clock)
    takes = [take(f"take {n}", ended=60 + n) for n in range(3)]
    desk.put(*takes)
    for n, each in enumerate(takes):
        path = tmp_path / f"{n}.png"
        Image.new("RGB", (32, 18), (200, 40, n)).save(path)
        desk.prepared_posters.prepare(each.ref, poster(path))
    app = RushesApp(desk)
    app.driver_class = Kitty
    async with app.run_test(headless=False, size=(columns, 34)) as pilot:
        driver = app._driver  # pyright: ignore[reportPrivateUsage]
        assert isinstance(driver, Kitty)
        app.post_message(TerminalNamed("kitty(0.41.1)"))
        await pilot.press("v")
        await pilot.pause()
        yield app, pilot, driver
    os.close(driver.fileno)


async def test_each_picture_is_sent_once_and_drawn_by_placeholders(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with in_kitty(tmp_path, clock, monkeypatch) as (_app, pilot, kitty):
        await until(lambda: kitty.count(SENT) == 3)
        await until(lambda: kitty.count(PLACEHOLDER) >= 3 * 6 * 21)
        for key in ("right", "right", "left"):
            await pilot.press(key)
        await pilot.pause()
        assert kitty.count(SENT) == 3
        assert "▀" not in "".join(kitty.written)


async def test_a_sheet_over_them_leaves_the_others_as_they_are(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with in_kitty(tmp_path, clock, monkeypatch, columns=200) as (_app, pilot, kitty):
        await until(lambda: kitty.count(PLACEHOLDER) >= 3 * 6 * 21)
        await pilot.pause()
        assert kitty.drawn == {FIRST, FIRST + 1, FIRST + 2}
        kitty.written.clear()
        await pilot.press("question_mark")
        await pilot.pause()
        # The third is under the sheet. A tint of the others' ink would name other pictures.
        assert kitty.drawn == {FIRST, FIRST + 1}
        await pilot.press("escape")
        await until(lambda: kitty.drawn == {FIRST, FIRST + 1, FIRST + 2})
        assert kitty.count(SENT) == 0


async def test_they_are_taken_away_with_the_terminal_and_sent_again_when_it_is_back(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with in_kitty(tmp_path, clock, monkeypatch) as (app, pilot, kitty):
        await until(lambda: kitty.count(SENT) == 3)
        monkeypatch.setattr(Kitty, "can_suspend", True)
        with app.suspend():
            assert kitty.count(TAKEN_AWAY) == 3
        await pilot.pause()
        await until(lambda: kitty.count(SENT) == 6)
        await pilot.press("ctrl+l")
        await until(lambda: kitty.count(SENT) == 9)
    assert kitty.count(TAKEN_AWAY) == 6


@pytest.mark.parametrize(
    ("config", "variable"), [('pictures = "blocks"', ""), ("", "NO_COLOR"), ("", "256")]
)
async def test_nothing_is_sent_where_blocks_are_wanted_or_colours_are_not_exact(
    tmp_path: Path,
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
    config: str,
    variable: str,
) -> None:
    async with in_kitty(tmp_path, clock, monkeypatch, config) as (app, pilot, kitty):
        if variable == "NO_COLOR":
            app.no_color = True
        elif variable:
            app.console._color_system = 2  # pyright: ignore
        kitty.written.clear()
        app.dashboard.pictures.look()
        await pilot.press("escape", "v")
        await pilot.pause()
        assert kitty.count(SENT) == kitty.count(PLACEHOLDER) == 0


async def test_none_are_drawn_where_they_are_off(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with in_kitty(tmp_path, clock, monkeypatch, 'pictures = "off"') as (app, pilot, kitty):
        await pilot.pause()
        assert kitty.count(SENT) == 0
        assert "▀" not in "".join(kitty.written)
        assert "pictures = off" in "".join(kitty.written)
        assert app.dashboard.gallery.without is not None
