"""What a click and the keys around the list do, and what the window is called."""

import pytest
from emulated_terminal import at_emulated_terminal
from fake_desk import FakeDesk
from manual_clock import ManualClock
from sample_tasks import a_day, finish, output, task
from textual.pilot import Pilot

from rushes.providers.model import Status
from rushes.tui.lines.window_title import window_title
from rushes.tui.screen.app import RushesApp
from rushes.tui.screen.notices import NoticesScreen
from rushes.tui.screen.widgets.paper import Paper
from rushes.watch.event_kinds import EventKind


def line(pilot: Pilot[None], name: str) -> str:
    return pilot.app.screen.query_one(f"#{name}", Paper).text


async def click(pilot: Pilot[None], name: str, on: str) -> None:
    """Click on that text in a line."""
    await pilot.click(f"#{name}", offset=(line(pilot, name).index(on) + 1, 0))
    await pilot.pause()


async def test_views_footer_words_and_all_notices_are_clicked_open(desk: FakeDesk) -> None:
    desk.put(*a_day())
    app = RushesApp(desk)
    async with app.run_test(size=(200, 30)) as pilot:
        await pilot.pause()
        assert line(pilot, "notice") == ""
        await click(pilot, "header", "failed")
        board = app.dashboard.board
        shown = {board.at(row).status for row in range(len(board))}
        assert shown == {Status.FAILED, Status.CANCELED}
        await click(pilot, "header", "1 all")
        assert len(app.dashboard.board) == len(a_day())
        await click(pilot, "footer", "space mark")
        assert len(app.dashboard.board.marks) == 1
        await pilot.press("slash", *"rain")
        await click(pilot, "note", "enter keep")
        assert (app.dashboard.board.filter.text, app.dashboard.filter.is_open) == ("rain", False)
        await pilot.press("slash")
        await click(pilot, "note", "esc all")
        assert (app.dashboard.board.filter.text, app.dashboard.filter.is_open) == ("", False)
        app.dashboard.say("something")
        await click(pilot, "notice", "e all")
        assert isinstance(app.screen, NoticesScreen)


async def test_where_rows_are_few_and_below_a_sheet_a_notice_takes_the_last_line_for_a_while(
    desk: FakeDesk, clock: ManualClock
) -> None:
    desk.put(*a_day())
    app = RushesApp(desk)
    async with app.run_test(size=(80, 18)) as pilot:
        await pilot.pause()
        shown = line(pilot, "footer")
        desk.tell(EventKind.SAVED, "alpha: video-1.mp4")
        app.dashboard.pull()
        await pilot.pause()
        assert line(pilot, "footer").startswith("▌ ✓ saved alpha: video-1.mp4")
        await pilot.press("question_mark")
        await pilot.pause()
        app.dashboard.tick()
        assert line(pilot, "below").startswith("▌ ✓ saved alpha: video-1.mp4")
        await clock.advance(9)
        app.dashboard.tick()
        assert line(pilot, "below") == ""
        await pilot.press("escape")
        await pilot.pause()
        assert line(pilot, "footer").split("  ")[0] == shown.split("  ")[0]


async def test_the_mouse_is_left_to_the_terminal_and_taken_back_and_the_window_is_named(
    desk: FakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    desk.put(task("a", Status.RUNNING))
    async with at_emulated_terminal(RushesApp(desk), monkeypatch) as screen:
        written = screen.driver.write

        def write(data: str) -> None:
            sent.append(data)
            written(data)

        monkeypatch.setattr(screen.driver, "write", write)
        await screen.pilot.press("M")
        assert "\x1b[?1003l" in sent
        assert "the mouse is the terminal's now" in line(screen.pilot, "notice")
        await screen.pilot.press("M")
        assert "\x1b[?1003h" in sent
        screen.driver.in_use = True
        desk.put(task("b", Status.RUNNING))  # of one, it may have been told before
        screen.app.dashboard.pull()
        for _ in range(2):
            screen.app.dashboard.tick()
        assert sent.count("\x1b]2;rushes trailer: 2 running\a") == 1
        monkeypatch.setenv("TERM", "linux")
        desk.put(finish(task("a"), output()), finish(task("b"), output()))
        screen.app.dashboard.pull()
        screen.app.dashboard.tick()
        assert not any("rushes trailer\a" in data for data in sent)


def test_a_title_is_clean_and_says_only_what_there_is() -> None:
    assert window_title("act\x1b]2;x\a", {}) == "rushes act\u241b]2;x\u2407"
    counts: dict[Status | None, int] = {Status.RUNNING: 12, Status.FAILED: 1, Status.SUCCEEDED: 40}
    assert window_title("trailer", counts) == "rushes trailer: 12 running, 1 failed"
