"""What another program does to the terminal is painted over (row 141)."""

import pytest
from emulated_terminal import Emulated, at_emulated_terminal
from fake_desk import FakeDesk
from sample_tasks import a_day
from textual import events
from textual.geometry import Size

from rushes.tui.screen.app import RushesApp


async def test_a_key_paints_over_what_another_program_wrote(
    desk: FakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.put(*a_day())
    async with at_emulated_terminal(RushesApp(desk), monkeypatch) as screen:
        screen.terminal.spoil()
        assert screen.differing
        await screen.pilot.press("ctrl+l")
        await screen.settled()
        await screen.pilot.press("question_mark")
        await screen.settled()
        screen.terminal.spoil()
        await screen.pilot.press("ctrl+l")
        await screen.settled()


async def test_a_window_that_is_as_large_as_before_is_painted_whole(
    desk: FakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.put(*a_day())
    async with at_emulated_terminal(RushesApp(desk), monkeypatch) as screen:
        screen.terminal.spoil()
        await screen.resize(120, 32)
        await screen.settled()
        # Larger and back at once: Textual lays out only the last of them.
        screen.app.post_message(events.Resize(Size(140, 40), Size(140, 40)))
        screen.terminal.spoil()
        await screen.resize(120, 32)
        await screen.settled()


async def test_what_was_not_sent_is_not_taken_for_sent(
    desk: FakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.put(*a_day())
    async with at_emulated_terminal(RushesApp(desk), monkeypatch) as screen:
        before = screen.terminal.sent
        with screen.app.batch_update():
            screen.app.dashboard.move(1)
            screen.app.screen._compositor_refresh()  # pyright: ignore[reportPrivateUsage]
            assert screen.terminal.sent == before
        screen.app.screen.refresh()
        await screen.settled()


async def test_a_second_of_nothing_but_the_clock_costs_a_handful_of_bytes(
    desk: FakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_emulated_terminal(RushesApp(desk), monkeypatch) as screen:
        before = screen.terminal.sent
        await desk.manual_clock.advance(1)
        screen.app.dashboard.tick()
        await screen.settled()
        assert 0 < screen.terminal.sent - before < 60


async def test_a_terminal_that_is_taken_again_is_painted_whole(
    desk: FakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.put(*a_day())
    async with at_emulated_terminal(RushesApp(desk), monkeypatch) as screen:
        driver = screen.driver
        driver.suspend_application_mode()
        driver.emulated = screen.terminal = Emulated(120, 32)
        screen.terminal.spoil()
        driver.resume_application_mode()
        screen.app.screen.refresh()
        await screen.settled()
