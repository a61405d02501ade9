"""Sheets over the dashboard, and keys that come faster than a sheet closes."""

import pytest
from fake_desk import FakeDesk
from textual import events
from waiting import until

from rushes.tui.screen.app import RushesApp
from rushes.watch.watchlist.opened import Listed


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("opening", "keys"),
    [
        ("s", ("2", "2")),
        ("s", ("enter", "enter")),
        ("a", ("escape", "escape")),
        ("w", ("enter", "enter")),
        ("ctrl+p", ("enter", "escape")),
    ],
)
async def test_keys_that_come_in_one_go_close_a_sheet_once(
    desk: FakeDesk, opening: str, keys: tuple[str, ...]
) -> None:
    desk.lists = [Listed("trailer", 0)]
    app = RushesApp(desk)
    async with app.run_test(size=(120, 32)) as pilot:
        await pilot.press(opening)
        await pilot.pause()
        assert app.screen is not app.dashboard
        for key in keys:
            app.post_message(events.Key(key, key if len(key) == 1 else None))
        await until(lambda: app.screen is app.dashboard)
        await pilot.pause()
        assert app.screen is app.dashboard
        assert app.return_code is None
