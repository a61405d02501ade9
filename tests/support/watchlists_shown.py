"""Lists in a home of the test, and the box that shows them."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from demo_gateway import desk_on
from textual.pilot import Pilot
from textual.widgets import Input
from waiting import PATIENCE

from rushes.tui.screen.app import RushesApp
from rushes.tui.screen.watchlists import WatchlistsScreen
from rushes.tui.screen.widgets.paper import Paper
from rushes.watch.desk import Desk

BROKEN = "version = 1\n[[task]\n"


class Lists:
    """A dashboard over a home of several watchlists, and the box over it while it is open."""

    def __init__(self, app: RushesApp, pilot: Pilot[None], home: Path) -> None:
        self.app = app
        self.pilot = pilot
        self.home = home

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def ask(self, *keys: str) -> None:
        """Open the box, wait until it has read the lists, and press keys in it."""
        await self.press("w")
        await self._until(lambda: self.is_open and bool(self.rows))
        await self.press(*keys)

    async def switch(self, *keys: str) -> None:
        """The same, and have enter open what is chosen."""
        await self.ask(*keys)
        await self.enter()

    async def enter(self) -> None:
        """Press enter in the box, and wait until it is gone."""
        await self.press("enter")
        await self._until(lambda: not self.is_open)

    async def click(self, row: int) -> None:
        """Click on a list, and wait until the box is gone."""
        await self.pilot.click("#lists", offset=(6, row))
        await self._until(lambda: not self.is_open)

    async def _until(self, so: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not so():
                await self.pilot.pause(0.01)

    async def type(self, text: str) -> None:
        self.app.screen.query_one(Input).value = text
        await self.pilot.pause()

    @property
    def is_open(self) -> bool:
        return isinstance(self.app.screen, WatchlistsScreen)

    @property
    def rows(self) -> list[str]:
        return self.app.screen.query_one("#lists", Paper).text.splitlines()

    @property
    def hint(self) -> str:
        return " ".join(self.app.screen.query_one("#hint", Paper).text.split())

    @property
    def told(self) -> list[str]:
        return [notice.text for _at, notice in self.app.dashboard.notices.told]

    @property
    def ids(self) -> list[str]:
        return [ref.id for ref in self.app.dashboard.board.order]

    @property
    def header(self) -> str:
        return self.app.dashboard.query_one("#header", Paper).text

    def written(self, name: str) -> str:
        return (self.home / "watchlists" / f"{name}.toml").read_text()


@asynccontextmanager
async def begun(desk: Desk, home: Path, size: tuple[int, int] = (120, 32)) -> AsyncGenerator[Lists]:
    app = RushesApp(desk)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield Lists(app, pilot, home)


@pytest.fixture
async def lists(tmp_path: Path) -> AsyncGenerator[Lists]:
    """The list "default" of three is open; "film" has one and "wreck" is broken."""
    folder = tmp_path / "watchlists"
    folder.mkdir()
    for name, ids in (("default", ("a-1", "a-2", "a-3")), ("film", ("f-1",))):
        tasks = [
            f'[[task]]\nprovider = "ttapi"\nid = "{each}"\nadded = 2026-11-22T07:0{n}:00Z\n'
            for n, each in enumerate(ids)
        ]
        (folder / f"{name}.toml").write_text("\n".join(["version = 1", *tasks]))
    (folder / "wreck.toml").write_text(BROKEN)
    async with desk_on({"RUSHES_HOME": str(tmp_path)}) as desk, begun(desk, tmp_path) as lists:
        yield lists
