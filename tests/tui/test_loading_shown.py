"""While history is read behind the frame nothing on the screen lies (reliability.md row 136)."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from fake_desk import FakeDesk, settings_of
from manual_clock import ManualClock
from memory_store import MemoryStore
from sample_tasks import output, task
from textual.pilot import Pilot

from rushes.providers.model import Status
from rushes.tui.screen.app import RushesApp
from rushes.tui.screen.dashboard import Dashboard
from rushes.tui.screen.widgets.paper import Paper
from rushes.watch.task import Task

FIRST = 20


def _tasks() -> list[Task]:
    """The newest first: the third one from the end expires first."""
    return [
        task(
            f"take {n}",
            Status.SUCCEEDED,
            added=n,
            outputs=(output(expires_in=60 if n == 97 else 9000 + n),),
        )
        for n in range(100)
    ]


class Watching:
    def __init__(self, app: RushesApp, desk: FakeDesk, pilot: Pilot[None]) -> None:
        self.app = app
        self.desk = desk
        self.pilot = pilot

    @property
    def dashboard(self) -> Dashboard:
        return self.app.dashboard

    @property
    def header(self) -> str:
        return self.app.screen.query_one("#header", Paper).text

    @property
    def here(self) -> str:
        current = self.dashboard.board.current
        return current.name if current else ""

    async def read(self, most: int = 30) -> None:
        """Have a slice read, and let it be drawn."""
        await self.desk.ledger.read_more(most)
        await self.desk.manual_clock.advance(0.3)
        await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()


@asynccontextmanager
async def _opened(folder: Path, clock: ManualClock) -> AsyncGenerator[Watching]:
    desk = FakeDesk(settings_of(folder), clock)
    assert isinstance(desk.history, MemoryStore)
    desk.history.memory.tasks.update((one.ref, one) for one in _tasks())
    await desk.ledger.adopt((one.entry for one in reversed(_tasks())), FIRST)
    app = RushesApp(desk)
    async with app.run_test(size=(120, 32)) as pilot:
        await pilot.pause()
        yield Watching(app, desk, pilot)


@pytest.fixture
async def watching(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Watching]:
    async with _opened(tmp_path, clock) as it:
        yield it


async def test_nothing_is_counted_before_all_is_read(watching: Watching) -> None:
    assert "reading 80 more tasks" in watching.header
    while watching.desk.ledger.unread:
        assert "✓" not in watching.header
        assert "next loss" not in watching.header
        await watching.read()
    assert "✓ 100" in watching.header
    assert "next loss 00:59  take 97" in watching.header
    assert len(watching.dashboard.board) == 100


async def test_keys_are_obeyed_meanwhile(watching: Watching) -> None:
    await watching.press("j", "j")
    assert watching.here == "take 2"
    await watching.read()
    assert watching.here == "take 2"
    await watching.press("G")
    while watching.desk.ledger.unread:
        await watching.read()
    assert watching.here == "take 99"
    await watching.press("g")
    assert watching.here == "take 0"


async def test_a_filter_finds_what_is_read_after_it(watching: Watching) -> None:
    await watching.press("/", *"take 9", "enter")
    assert len(watching.dashboard.board) == 2
    while watching.desk.ledger.unread:
        await watching.read()
    assert len(watching.dashboard.board) == 19
