"""The dashboard as terminals of all kinds get it, byte by byte."""

import unicodedata
from typing import Any

import pytest
from emulated_terminal import Screen, at_emulated_terminal
from fake_desk import FakeDesk, settings_of
from manual_clock import ManualClock
from sample_tasks import a_day

from rushes.tui.actions.catalogue import COMMANDS
from rushes.tui.actions.sheet_kinds import SheetKind
from rushes.tui.screen.app import RushesApp
from rushes.tui.screen.colour_depth import ColourDepth
from rushes.tui.screen.looks import Looks
from rushes.tui.screen.terminal import SignsMeasured

pytestmark = pytest.mark.usefixtures("all_colours")

SHEETS = ("a", "s", "w", "T", "F", "e", "ctrl+p", "question_mark", "t", "c", "v")


@pytest.fixture
def day(desk: FakeDesk) -> FakeDesk:
    desk.put(*a_day())
    return desk


def at_cursor(screen: Screen) -> list[Any]:
    table = screen.app.dashboard.table
    y = table.region.y + screen.app.dashboard.board.current_row
    return screen.terminal.cells[y][: table.scrollable_content_region.width]


def test_every_sheet_is_looked_at() -> None:
    with_keys = {key for command in COMMANDS for key in command.keys}
    assert {key for key in SHEETS if len(key) == 1} <= with_keys
    assert len(SHEETS) == len(SheetKind) - 1  # a picture in full is all picture


async def test_in_sixteen_colours_the_cursor_row_is_seen_and_no_text_vanishes(
    day: FakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = RushesApp(day, looks=Looks(day.settings, depth=ColourDepth.SIXTEEN))
    async with at_emulated_terminal(app, monkeypatch) as screen:
        assert all(cell.reverse for cell in at_cursor(screen))
        cells = [cell for row in screen.terminal.cells for cell in row]
        assert {cell.bg for cell in cells} == {"default"}
        colours = {cell.fg for cell in cells if cell.data != " " and not cell.reverse}
        assert {"magenta", "cyan", "green", "red"} <= colours
        assert not any(char.isdigit() for colour in colours for char in colour)  # none is exact


async def test_without_colours_bold_and_reverse_video_are_what_there_is(
    day: FakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = RushesApp(day, looks=Looks(day.settings, depth=ColourDepth.NONE))
    async with at_emulated_terminal(app, monkeypatch) as screen:
        await screen.pilot.press("slash")
        await screen.settled()
        cells = [cell for row in screen.terminal.cells for cell in row]
        assert {(cell.fg, cell.bg) for cell in cells} == {("default", "default")}
        assert all(cell.reverse for cell in at_cursor(screen))
        assert any(cell.reverse for cell in screen.terminal.cells[-1])  # of the text field
        assert any(cell.bold for cell in cells)


async def test_where_signs_are_drawn_double_none_of_them_is_sent(
    day: FakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = RushesApp(day)
    async with at_emulated_terminal(app, monkeypatch) as screen:
        assert "─" in "".join(screen.terminal.text)
        app.post_message(SignsMeasured(2))
        await screen.settled()
        for key in ("", "t", "question_mark"):
            await screen.pilot.press(*filter(None, [key]))
            await screen.settled()
            drawn = set("".join(screen.terminal.text))
            doubled = {each for each in drawn if unicodedata.east_asian_width(each) == "A"}
            assert doubled == set(), key
            await screen.pilot.press(*(["escape"] if key else []))
        app.post_message(SignsMeasured(1))
        await screen.settled()
        assert "─" in "".join(screen.terminal.text)


async def test_ascii_draws_no_other_sign_anywhere(
    clock: ManualClock, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of(tmp_path_factory.mktemp("home"), 'glyphs = "ascii"\n')
    desk = FakeDesk(settings, clock)
    desk.put(*a_day())
    async with at_emulated_terminal(RushesApp(desk), monkeypatch, 80, 14) as screen:
        for key in ("", "enter", *SHEETS):
            await screen.pilot.press(*filter(None, [key]))
            await screen.settled()
            drawn = set("".join(screen.terminal.text))
            assert {each for each in drawn if not each.isascii() and not each.isalpha()} == set()
            await screen.pilot.press(*(["escape"] if key else []))
