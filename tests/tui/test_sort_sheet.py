"""The orders under `s`: all of them, the one in force apart from the cursor, and its direction."""

from fake_desk import FakeDesk
from sample_tasks import task

from rushes.providers.model import Status
from rushes.tui.actions.keymap import keymap
from rushes.tui.lines.glyphs import ASCII
from rushes.tui.screen.app import RushesApp
from rushes.tui.screen.sort import SortSheet
from rushes.tui.screen.widgets.paper import Paper
from rushes.watch.sorting import SortKey


def test_every_order_can_be_chosen() -> None:
    for key in SortKey:
        assert SortSheet(key, keymap({}), ASCII, descending=False).heading == "sort by"


async def test_the_order_in_force_is_marked_and_turned_round_by_its_key(desk: FakeDesk) -> None:
    desk.put(task("a", Status.RUNNING))
    app = RushesApp(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("s", "j", "j")
        await pilot.pause()
        lines = app.screen.query_one("#choices", Paper).text.splitlines()
        assert [line.split()[:3] for line in lines if "◉" in line] == [["◉", "1", "added"]]
        assert "▾ descending" in lines[0]
        lower = app.screen.query_one("#lower", Paper).text
        assert "S turn round" in lower
        await pilot.click("#lower", offset=(lower.index("S turn"), 0))
        await pilot.pause()
        board = app.dashboard.board
        assert (board.sort, board.descending) == (SortKey.ADDED, False)
        await pilot.press("s")
        await pilot.pause()
        await pilot.click("#choices", offset=(4, 3))
        await pilot.pause()
        assert board.sort is SortKey.STATUS
        await pilot.press("s")
        await pilot.pause()
        await pilot.press("down", "up", "up", "enter")
        await pilot.pause()
        assert board.sort is SortKey.VIA
