"""A dashboard at a terminal that draws Sixel."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from dailies_rig import poster, take
from fake_desk import FakeDesk, settings_of
from manual_clock import ManualClock
from picture_driver import PictureDriver, say_terminal
from PIL import Image
from sixel_terminal import Color, SixelTerminal
from textual.app import App
from textual.pilot import Pilot

from rushes.tui.screen.app import RushesApp
from rushes.tui.screen.terminal import TerminalNamed
from rushes.tui.screen.terminal_input import Identity

FOOT = Identity("foot(1.16.2)", sixel=True, cell=(10, 20))
RED, GREEN, BLUE = (100, 0, 0), (0, 100, 0), (0, 0, 100)
COLORS = (RED, GREEN, BLUE)
"""What the pictures of the tasks are, one each, in hundredths."""


class SixelDriver(PictureDriver):
    """A driver whose terminal draws Sixel."""

    def __init__(self, app: App[None], **kwargs: object) -> None:
        super().__init__(app, **kwargs)
        self.terminal = SixelTerminal(*(self._size or (80, 24)))

    def write(self, data: str) -> None:
        self.terminal.feed(data)

    def cells(self, color: Color) -> int:
        """In how many cells that colour stands."""
        pixels = self.terminal.screen.pixels.values()
        return sum(color in cell.values() for cell in pixels)

    @property
    def sent(self) -> int:
        """How many pictures were sent since that was asked for last."""
        count, self.terminal.screen.pictures = self.terminal.screen.pictures, 0
        return count


@asynccontextmanager
async def at_sixel(
    tmp_path: Path,
    clock: ManualClock,
    patched: pytest.MonkeyPatch,
    config: str = "",
    *,
    terminal: Identity = FOOT,
    size: tuple[int, int] = (120, 34),
    keys: tuple[str, ...] = ("v",),
) -> AsyncGenerator[tuple[RushesApp, Pilot[None], SixelDriver]]:
    """A dashboard over three tasks with a picture each; the keys have been pressed."""
    say_terminal(patched, "foot", size)
    desk = FakeDesk(settings_of(tmp_path, config), clock)
    for n, color in enumerate(COLORS):
        each = take(f"take {n}", ended=60 + n)
        desk.put(each)
        path = tmp_path / f"{n}.png"
        Image.new("RGB", (320, 180), tuple(round(2.55 * part) for part in color)).save(path)
        desk.prepared_posters.prepare(each.ref, poster(path))
    app = RushesApp(desk)
    app.driver_class = SixelDriver
    async with app.run_test(headless=False, size=size) as pilot:
        driver = app._driver  # pyright: ignore[reportPrivateUsage]
        assert isinstance(driver, SixelDriver)
        app.post_message(TerminalNamed(terminal))
        await pilot.press(*keys)
        await pilot.pause()
        yield app, pilot, driver
    os.close(driver.fileno)
