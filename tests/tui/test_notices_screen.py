"""All notices so far, under `e`, and notices sent through the terminal of the dashboard."""

from datetime import timedelta

import pytest
from fake_desk import FakeDesk
from manual_clock import ManualClock

from rushes.tui.screen.app import RushesApp
from rushes.tui.screen.notices import NoticesScreen
from rushes.tui.screen.terminal import TerminalDriver
from rushes.tui.screen.widgets.paper import Paper
from rushes.watch.changes import Event
from rushes.watch.event_kinds import EventKind


def event(clock: ManualClock, kind: EventKind, text: str) -> Event:
    return Event(kind=kind, at=clock.now(), account="hiapi", text=text)


async def test_every_notice_is_there_the_newest_first(desk: FakeDesk, clock: ManualClock) -> None:
    app = RushesApp(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        for n in range(6):
            desk.ledger.readers.happened(event(clock, EventKind.FAILED, f"act {n}: [/] failed"))
            clock.wall += timedelta(seconds=1)
        desk.ledger.readers.happened(event(clock, EventKind.PROBLEM, "hiapi: key refused"))
        app.dashboard.pull()
        await pilot.press("e")
        await pilot.pause()
        assert isinstance(app.screen, NoticesScreen)
        lines = app.screen.query_one("#lines", Paper).text.splitlines()
        assert lines[0] == "12:00:06  hiapi: key refused"
        assert lines[1] == "12:00:05  act 5: [/] failed"
        assert len(lines) == 7
        await pilot.press("e")
        await pilot.pause()
        assert app.screen is app.dashboard


async def test_a_notice_longer_than_its_line_goes_on_in_the_next(
    desk: FakeDesk, clock: ManualClock
) -> None:
    app = RushesApp(desk)
    async with app.run_test(size=(60, 20)) as pilot:
        desk.ledger.readers.happened(event(clock, EventKind.FAILED, "word " * 30))
        app.dashboard.pull()
        await pilot.press("e")
        await pilot.pause()
        lines = app.screen.query_one("#lines", Paper).text.splitlines()
        assert len(lines) > 2
        assert all(line.startswith(" " * 10) for line in lines[1:])


async def test_more_notices_than_rows_are_scrolled_by_keys(
    desk: FakeDesk, clock: ManualClock
) -> None:
    app = RushesApp(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        for n in range(60):
            desk.ledger.readers.happened(event(clock, EventKind.FAILED, f"act {n} failed"))
        app.dashboard.pull()
        await pilot.press("e")
        await pilot.pause()
        paper = app.screen.query_one("#lines", Paper)
        tops: dict[str, float] = {}
        for key in ("j", "down", "k", "up", "ctrl+d", "pagedown", "space", "ctrl+u", "pageup"):
            await pilot.press(key)
            tops[key] = paper.scroll_y
        assert list(tops.values()) == [1, 2, 1, 0, 10, 20, 30, 20, 10]
        for key, top in (("G", 40), ("g", 0), ("end", 40), ("home", 0)):
            await pilot.press(key)
            assert paper.scroll_y == top
        assert "20 of 60" in app.screen.query_one("#lower", Paper).text
        await pilot.press("q")
        await pilot.pause()
        assert app.screen is app.dashboard


async def test_nothing_yet_is_said(desk: FakeDesk) -> None:
    app = RushesApp(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("e")
        await pilot.pause()
        text = app.screen.query_one("#lines", Paper).text
        assert text == "nothing happened yet that is told of"


class Wire(TerminalDriver):
    """A terminal that notes what it is sent."""

    def __init__(self, *, in_use: bool) -> None:
        self.in_use = in_use
        self.sent: list[str] = []

    def write(self, data: str) -> None:
        self.sent.append(data)


@pytest.mark.parametrize(("in_use", "sent"), [(True, ["\x1b]9;Rushes: all done\a"]), (False, [])])
def test_a_notice_is_one_write_and_none_once_the_terminal_is_given_back(
    desk: FakeDesk, in_use: bool, sent: list[str]
) -> None:
    app, wire = RushesApp(desk), Wire(in_use=in_use)
    app._driver = wire  # pyright: ignore[reportPrivateUsage]
    app.send("\x1b]9;Rushes: all done\a")
    assert wire.sent == sent
