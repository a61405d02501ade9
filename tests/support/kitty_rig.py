"""A dashboard at a terminal that draws pictures itself."""

import os
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from dailies_rig import poster, take
from fake_desk import FakeDesk, settings_of
from manual_clock import ManualClock
from picture_driver import PictureDriver, say_terminal
from PIL import Image
from textual.app import App
from textual.pilot import Pilot

from rushes.tui.screen.app import RushesApp
from rushes.tui.screen.painting.cells import PLACEHOLDER
from rushes.tui.screen.terminal import TerminalNamed
from rushes.tui.screen.terminal_input import Identity
from rushes.watch.task import Task

TAKEN_AWAY = "\x1b_Ga=d"
SENT = "\x1b_Ga=T"


THREE = tuple(take(f"take {n}", ended=60 + n) for n in range(3))


class Kitty(PictureDriver):
    """A driver whose terminal is kitty: it draws nothing, and keeps what it was sent."""

    def __init__(self, app: App[None], **kwargs: object) -> None:
        super().__init__(app, **kwargs)
        self.written: list[str] = []

    def write(self, data: str) -> None:
        self.written.append(data)

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
    size: tuple[int, int] = (120, 34),
    takes: Sequence[Task] = THREE,
    keys: Sequence[str] = ("v",),
) -> AsyncGenerator[tuple[RushesApp, Pilot[None], Kitty]]:
    """A dashboard over takes, each with a picture; the keys have been pressed."""
    say_terminal(patched, "xterm-kitty", size)
    desk = FakeDesk(settings_of(tmp_path, config), clock)
    desk.put(*takes)
    for n, each in enumerate(takes):
        path = tmp_path / f"{n}.png"
        Image.new("RGB", (32, 18), (200, 40, n)).save(path)
        desk.prepared_posters.prepare(each.ref, poster(path))
    app = RushesApp(desk)
    app.driver_class = Kitty
    async with app.run_test(headless=False, size=size) as pilot:
        driver = app._driver  # pyright: ignore[reportPrivateUsage]
        assert isinstance(driver, Kitty)
        app.post_message(TerminalNamed(Identity("kitty(0.41.1)")))
        await pilot.press(*keys)
        await pilot.pause()
        yield app, pilot, driver
    os.close(driver.fileno)
