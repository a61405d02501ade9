"""What is kept for the next start is the list as that start shows it, and nothing else."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from fake_desk import FakeDesk
from sample_tasks import a_day, finish, task
from textual.pilot import Pilot
from waiting import until

from rushes.providers.model import Status
from rushes.tui.screen.app import RushesApp
from rushes.tui.screen.frame_keeper import EVERY
from rushes.tui.shell.frame_file import NO_AGE
from rushes.tui.shell.kept_frames import KeptFrames
from rushes.watch.disk.paths import Paths

OVER = [
    task(name, added=added, status=Status.FAILED)
    for added, name in enumerate(("alpha", "bravo", "charlie"))
]


class Noted(KeptFrames):
    """Frames that are noted and written nowhere."""

    def __init__(self) -> None:
        super().__init__(Paths.under(Path("nowhere")), {})
        self.kept: list[Sequence[str]] = []
        self.forgotten: list[Path] = []

    def keep(self, watchlist: Path, columns: int, rows: Sequence[str]) -> None:
        self.kept.append(rows)

    def forget(self, watchlist: Path) -> None:
        self.forgotten.append(watchlist)


class Running:
    """A dashboard that keeps its frames."""

    def __init__(self, app: RushesApp, pilot: Pilot[None], desk: FakeDesk, frames: Noted) -> None:
        self.app = app
        self.pilot = pilot
        self.desk = desk
        self.frames = frames

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def wait(self, seconds: float) -> None:
        """Let that much time pass, and whatever is kept be kept."""
        await self.desk.manual_clock.advance(seconds)
        self.app.dashboard.tick()
        await self.pilot.pause()

    async def end(self) -> Sequence[str]:
        """Quit; the last frame."""
        before = len(self.frames.kept)
        self.app.exit()
        await until(lambda: len(self.frames.kept) > before)
        return self.frames.kept[-1]


@asynccontextmanager
async def running(desk: FakeDesk, size: tuple[int, int] = (120, 20)) -> AsyncGenerator[Running]:
    frames = Noted()
    app = RushesApp(desk, frames=frames)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield Running(app, pilot, desk, frames)


def plain(rows: Sequence[str]) -> list[str]:
    """The rows without their colours."""
    return ["".join(part.partition("m")[2] for part in f"m{row}".split("\x1b[")) for row in rows]


@pytest.mark.parametrize("size", [(80, 24), (120, 32), (200, 50)])
async def test_the_last_frame_is_whole_and_has_a_place_for_its_age(
    desk: FakeDesk, size: tuple[int, int]
) -> None:
    desk.put(*a_day())
    async with running(desk, size) as screen:
        rows = plain(await screen.end())
    assert len(rows) == size[1]
    assert rows[0].rstrip().endswith(NO_AGE)
    assert "trailer" in rows[0]
    assert any("opening shot" in row for row in rows)


async def test_wherever_one_was_it_shows_the_list_from_its_top(desk: FakeDesk) -> None:
    desk.put(*OVER, *(task(f"more {n}", added=n + 10) for n in range(60)))
    async with running(desk) as screen:
        at_first = plain(screen.app.dashboard.drawn_rows())
        await screen.press("G", "space", "/", *"failed", "enter", "j", "S", "enter")
        seen = plain(screen.app.dashboard.drawn_rows())
        last = plain(await screen.end())
    assert seen[4:] != at_first[4:]
    assert last[:-1] == at_first[:-1]


@pytest.mark.sampled(3)
@pytest.mark.parametrize("keys", ["?", "a", "T", "t", "p", "/", "tab"])
async def test_what_a_start_does_not_show_is_not_kept(desk: FakeDesk, keys: str) -> None:
    desk.put(*OVER)
    async with running(desk) as screen:
        await screen.press(keys)
        await screen.wait(EVERY)
        screen.app.exit()
    assert screen.frames.kept == []


async def test_now_and_then_it_is_kept_where_it_changed(desk: FakeDesk) -> None:
    desk.put(*OVER)
    async with running(desk) as screen:
        await screen.wait(EVERY - 1)
        assert screen.frames.kept == []
        await screen.wait(1)
        await until(lambda: len(screen.frames.kept) == 1)
        await screen.wait(EVERY)
        desk.put(finish(OVER[0]))
        await screen.press("r")
        screen.app.dashboard.notices.clear()
        await screen.wait(EVERY)
        await until(lambda: len(screen.frames.kept) == 2)
        await screen.press("j")
        await screen.wait(EVERY)
    assert len(screen.frames.kept) == 2


async def test_a_removal_takes_the_frames_of_the_list_away(desk: FakeDesk) -> None:
    desk.put(*OVER)
    async with running(desk) as screen:
        await screen.press("x")
        await until(lambda: screen.frames.forgotten)
    assert screen.frames.forgotten == [desk.watchlist.path]


async def test_a_notice_is_in_no_frame(desk: FakeDesk) -> None:
    desk.put(*OVER)
    async with running(desk) as screen:
        await screen.wait(EVERY - 1)
        screen.app.dashboard.say("something happened")
        await screen.wait(1)
        assert screen.frames.kept == []
        last = plain(await screen.end())
    assert not any("something happened" in row for row in last)
