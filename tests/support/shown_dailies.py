"""The dailies over takes whose pictures a test gives."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from dailies_rig import poster, take
from fake_desk import FakeDesk, settings_of
from manual_clock import ManualClock
from PIL import Image
from textual.pilot import Pilot

from rushes.tui.screen.app import RushesApp
from rushes.tui.screen.dailies.compare import CompareScreen
from rushes.tui.screen.dailies.dailies import DailiesScreen
from rushes.tui.screen.dailies.full import FullPicture
from rushes.tui.screen.machine import Machine
from rushes.tui.screen.opener import Failed, Opener
from rushes.tui.screen.widgets.paper import Paper
from rushes.watch.task import Task


class Dailies:
    """A running dashboard with the dailies over it."""

    def __init__(self, app: RushesApp, pilot: Pilot[None], desk: FakeDesk) -> None:
        self.app = app
        self.pilot = pilot
        self.desk = desk
        self.started: list[str] = []

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    @property
    def screen(self) -> DailiesScreen:
        assert isinstance(self.app.screen, DailiesScreen)
        return self.app.screen

    @property
    def compare(self) -> CompareScreen:
        assert isinstance(self.app.screen, CompareScreen)
        return self.app.screen

    @property
    def full(self) -> FullPicture:
        assert isinstance(self.app.screen, FullPicture)
        return self.app.screen

    @property
    def here(self) -> str:
        current = self.screen.sheet.current
        return current.task.name if current else ""

    @property
    def names(self) -> list[str]:
        return [card.task.name for card in self.screen.sheet.cards]

    def rating(self, name: str) -> int | None:
        tasks = self.desk.ledger.tasks().values()
        return next(task.rating for task in tasks if task.name == name)

    def line(self, name: str) -> str:
        return self.app.screen.query_one(f"#{name}", Paper).text

    @property
    def drawn(self) -> str:
        grid = self.screen.grid
        return "\n".join(grid.render_line(y).text for y in range(grid.size.height))


Start = Callable[..., AbstractAsyncContextManager[Dailies]]


@pytest.fixture
def open_dailies(tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> Start:
    """Opens the dailies of tasks: `open_dailies(*tasks, size=…, config=…, keys=…)`."""
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)

    @asynccontextmanager
    async def begin(
        *tasks: Task,
        size: tuple[int, int] = (120, 34),
        config: str = "",
        keys: tuple[str, ...] = ("v",),
        posters: bool = True,
    ) -> AsyncGenerator[Dailies]:
        desk = FakeDesk(settings_of(tmp_path, config), clock)
        desk.put(*tasks)
        path = tmp_path / "poster.png"
        Image.new("RGB", (32, 18), (200, 40, 40)).save(path)
        for each in tasks if posters else ():
            desk.prepared_posters.prepare(each.ref, poster(path))
        desk.prepared_posters.asked.clear()
        started: list[str] = []

        def spawn(argv: object, failed: Failed) -> None:
            del failed
            started.append(str(argv))

        opener = Opener(spawn=spawn, which=lambda name: f"/bin/{name}", platform="linux")
        app = RushesApp(desk, machine=Machine(opener=opener))
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            dailies = Dailies(app, pilot, desk)
            dailies.started = started
            await dailies.press(*keys)
            yield dailies

    return begin


TEN = tuple(take(f"take {n}", ended=60 + n) for n in range(10))
"""In two rows of five at 120 columns."""
