"""Switching lists amid everything else."""

import asyncio
import fcntl
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace

import pytest
from demo_gateway import desk_on
from fake_desk import FakeDesk
from watchlists_shown import Lists, begun

from rushes.tui.screen.widgets.rows import Rows
from rushes.watch.history.store import History
from rushes.watch.refusals import DownloadsUnderWay
from rushes.watch.store import StoreBusy
from rushes.watch.task import Entry, Ref, Task
from rushes.watch.watchlist.opened import Listed


async def test_cursor_and_marks_begin_anew_while_filter_and_order_stay(lists: Lists) -> None:
    board = lists.app.dashboard.board
    await lists.press("j", "space", "S", "4")
    await lists.switch("down")
    await lists.switch("up")
    assert (board.total, board.marks) == (3, set())
    assert board.view.text == "is:unsaved"
    await lists.press("1")
    assert lists.ids == ["a-1", "a-2", "a-3"]
    assert board.current_row == 0
    assert not any(board.glows(ref, lists.app.dashboard.now) for ref in board.order)


async def test_what_was_removed_comes_back_only_into_its_own_list(lists: Lists) -> None:
    await lists.press("x")
    await lists.switch("down")
    await lists.press("u")
    assert lists.ids == ["f-1"]
    assert "a-3" not in lists.written("film")
    await lists.switch("up")
    await lists.press("u")
    assert lists.ids == ["a-3", "a-2", "a-1"]
    assert "a-3" in lists.written("default")


async def test_a_list_that_is_drawn_while_it_is_switched_misses_nothing(lists: Lists) -> None:
    desk = lists.app.dashboard.desk
    await lists.ask()
    await desk.switch("film")
    lists.app.dashboard.pull()
    await lists.type("default")
    await lists.enter()
    assert lists.ids == ["a-3", "a-2", "a-1"]


async def test_a_second_that_passes_amid_a_switch_finds_the_one_list_or_the_other(
    lists: Lists,
) -> None:
    """Never tasks of both. The new ones may show before it is noted that they are watched."""
    dashboard = lists.app.dashboard
    switching = asyncio.create_task(dashboard.desk.switch("film"))
    while not switching.done():
        dashboard.tick()
        assert lists.ids in (["a-3", "a-2", "a-1"], ["f-1"])
        await asyncio.wait({switching}, timeout=0.001)  # without one the other threads starve
    dashboard.pull()
    assert lists.ids == ["f-1"]


async def test_where_a_switch_cannot_be_the_box_says_why_and_stays(
    desk: FakeDesk, tmp_path: Path
) -> None:
    desk.lists = [Listed("trailer", 0), Listed("film", 1)]
    desk.switch_refusal = DownloadsUnderWay(1)
    async with begun(desk, tmp_path) as lists:
        await lists.ask("up", "enter")
        assert lists.hint == "a download is under way: pause, or wait"
        assert desk.watchlist.name == "trailer"


@pytest.fixture
def history_away(monkeypatch: pytest.MonkeyPatch, lists: Lists) -> None:
    """Nothing can be read from history any more."""
    del lists

    async def busy(history: History, entries: Iterable[Entry]) -> dict[Ref, Task]:
        del history, entries
        raise StoreBusy("history.db: database is locked")

    monkeypatch.setattr(History, "load", busy)


@pytest.mark.usefixtures("history_away")
async def test_a_switch_for_which_history_is_away_says_so_in_the_box_and_changes_nothing(
    lists: Lists,
) -> None:
    await lists.ask("down", "enter")
    assert (lists.is_open, lists.hint) == (True, "history.db: database is locked")
    await lists.press("escape")
    assert "default" in lists.header
    await lists.press("x")
    assert "f-1" in lists.written("film")
    assert "a-3" not in lists.written("default")


@pytest.mark.usefixtures("history_away")
@pytest.mark.parametrize("key", ["x", "u"])
async def test_an_edit_for_which_history_is_away_says_so(lists: Lists, key: str) -> None:
    await lists.press("x")
    await lists.press(key)
    assert lists.told == ["history.db: database is locked"] * 2
    assert lists.app.is_running


async def test_an_edit_of_a_list_that_another_program_has_locked_says_so(
    lists: Lists, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    time = SimpleNamespace(monotonic=lambda: sum(waits), sleep=waits.append)
    monkeypatch.setattr("rushes.watch.disk.locks.time", time)
    with (lists.home / "watchlists" / ".default.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        await lists.press("x")
    assert "default.toml: another program has it locked" in lists.told[0]
    assert lists.ids == ["a-3", "a-2", "a-1"]


@pytest.mark.parametrize("size", [(60, 12), (80, 24)])
async def test_many_lists_are_walked_through_on_any_screen(
    desk: FakeDesk, tmp_path: Path, size: tuple[int, int]
) -> None:
    desk.lists = [Listed(f"list {n:02}", n) for n in range(30)]
    async with begun(desk, tmp_path, size) as lists:
        await lists.ask(*["down"] * 16)
        there = lists.app.screen.query_one("#lists", Rows)
        top = there.scroll_offset.y
        assert top <= 15 < top + there.size.height
        assert "list 15" in lists.rows[15]
        assert lists.app.screen.query_one("#hint").region.bottom <= size[1]
        await lists.enter()
        assert desk.asked == [("switch", "list 15")]


async def test_a_list_outside_the_home_is_named_while_it_is_open(
    desk: FakeDesk, tmp_path: Path
) -> None:
    desk.open_list("/elsewhere/shots.toml")
    desk.lists = [Listed("film", 1)]
    async with begun(desk, tmp_path) as lists:
        await lists.ask()
        assert "/elsewhere/shots.toml" in lists.rows[0]
        assert "open" in lists.rows[0]


async def test_the_signs_are_ascii_where_they_have_to_be(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('glyphs = "ascii"\n')
    async with desk_on({"RUSHES_HOME": str(tmp_path)}) as desk, begun(desk, tmp_path) as lists:
        await lists.ask()
        assert all(line.isascii() for line in (*lists.rows, lists.hint))
