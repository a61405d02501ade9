"""A dashboard over a desk that a test moves by hand."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from threading import Thread

import pytest
from fake_desk import FakeDesk, settings_of
from manual_clock import ManualClock
from sample_tasks import a_day, finish, output, task
from textual import events
from textual.pilot import Pilot

from rushes.tui.screen.app import RushesApp
from rushes.tui.screen.dashboard import Dashboard
from rushes.tui.screen.machine import Machine
from rushes.tui.screen.opener import Failed, Opener
from rushes.tui.screen.widgets.paper import Paper
from rushes.watch.task import Task


class Screen:
    """A running dashboard, its desk, and what it shows."""

    def __init__(self, app: RushesApp, pilot: Pilot[None], desk: FakeDesk) -> None:
        self.app = app
        self.pilot = pilot
        self.desk = desk
        self.started: list[list[str]] = []
        self.copied: list[str] = []

    @property
    def dashboard(self) -> Dashboard:
        return self.app.dashboard

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def paste(self, text: str) -> None:
        self.app.post_message(events.Paste(text))
        await self.pilot.pause()
        await self.pilot.pause()

    async def pull(self, seconds: float = 0) -> None:
        """Let that much time pass, and have everything drawn."""
        await self.desk.manual_clock.advance(seconds)
        self.dashboard.pull()
        self.dashboard.tick()
        await self.pilot.pause()

    @property
    def here(self) -> str:
        current = self.dashboard.board.current
        return current.name if current else ""

    @property
    def rows(self) -> list[str]:
        """The lines of the table as they are drawn."""
        table = self.dashboard.table
        return [table.render_line(y).text for y in range(len(self.dashboard.board))]

    def line(self, name: str) -> str:
        return self.app.screen.query_one(f"#{name}", Paper).text

    @property
    def told(self) -> list[str]:
        """Everything that was told, oldest first."""
        return [notice.text for _at, notice in self.dashboard.notices.told]

    @property
    def sheet(self) -> str:
        return type(self.app.screen).__name__


Start = Callable[..., AbstractAsyncContextManager[Screen]]


@pytest.fixture
def start(tmp_path: Path, clock: ManualClock) -> Start:
    """Starts a dashboard over tasks: `start(*tasks, size=…, config=…)`."""

    @asynccontextmanager
    async def begin(
        *tasks: Task,
        size: tuple[int, int] = (120, 32),
        config: str = "",
        installed: bool = True,
        opens: bool = True,
        copies: bool = True,
    ) -> AsyncGenerator[Screen]:
        desk = FakeDesk(settings_of(tmp_path, config), clock)
        desk.put(*(tasks or a_day()))
        started: list[list[str]] = []
        copied: list[str] = []

        def spawn(argv: Sequence[str], failed: Failed) -> None:
            started.append(list(argv))
            if not opens:
                # The real one tells of it from a thread of its own.
                teller = Thread(target=failed, args=(3,))
                teller.start()
                teller.join()

        def copy(text: str) -> bool:
            copied.append(text)
            return copies

        program = Opener(
            spawn=spawn, which=lambda name: f"/bin/{name}" if installed else None, platform="linux"
        )
        app = RushesApp(desk, machine=Machine(opener=program, copy=copy))
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            screen = Screen(app, pilot, desk)
            screen.started, screen.copied = started, copied
            yield screen

    return begin


A, B, C = (task(name, added=added) for name, added in (("alpha", 1), ("bravo", 2), ("charlie", 3)))
DONE = finish(task("done", added=0), output(expires_in=700))
