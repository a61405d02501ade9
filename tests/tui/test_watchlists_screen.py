"""Another watchlist in the place of the one that is open, under `w`."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from fake_desk import FakeDesk
from rich.cells import cell_len
from textual.widgets import Input
from watchlists_shown import BROKEN, Lists, begun

from rushes.tui.screen.widgets.paper import Paper
from rushes.watch.task import Entry, Ref
from rushes.watch.watchlist.opened import Listed


async def test_every_list_is_there_with_its_tasks_and_the_open_one_is_marked(lists: Lists) -> None:
    await lists.ask()
    assert [line.split() for line in lists.rows] == [
        ["◉", "default", "3", "tasks", "open", "now"],
        ["film", "1", "task"],
        ["wreck", "broken"],
    ]


@pytest.mark.parametrize("columns", [60, 120])
async def test_a_narrow_window_cuts_the_name_and_not_what_is_said_of_it(
    desk: FakeDesk, tmp_path: Path, columns: int
) -> None:
    desk.lists = [Listed("a name as long as they come, and longer", 31)]
    async with begun(desk, tmp_path, (columns, 24)) as lists:
        await lists.ask()
        paper = lists.app.screen.query_one("#lists", Paper)
        assert max(map(cell_len, lists.rows)) <= paper.scrollable_content_region.width
        assert "31 tasks" in lists.rows[0]


async def test_enter_opens_the_list_under_the_cursor(lists: Lists) -> None:
    await lists.ask("down")
    assert lists.hint == "enter opens film"
    await lists.enter()
    assert lists.ids == ["f-1"]
    assert "film" in lists.header


async def test_a_click_opens_a_list_as_well(lists: Lists) -> None:
    await lists.ask()
    await lists.click(1)
    assert lists.ids == ["f-1"]


async def test_escape_leaves_everything_as_it_was(lists: Lists) -> None:
    await lists.ask("down", "escape")
    assert not lists.is_open
    assert "default" in lists.header


async def test_a_name_that_is_new_begins_an_empty_list_and_tasks_go_into_it(lists: Lists) -> None:
    await lists.ask()
    await lists.type("night shoot")
    assert lists.hint == "enter begins night shoot"
    await lists.enter()
    assert lists.ids == []
    assert "night shoot" in lists.header
    entry = Entry(ref=Ref("ttapi", "n-1"), added=datetime.now(UTC))
    await lists.app.dashboard.desk.watchlist.add([entry])
    assert "n-1" in lists.written("night shoot")
    await lists.ask()
    assert [line[2:].split()[0] for line in lists.rows] == [
        "default",
        "film",
        "night",
        "wreck",
    ]


async def test_a_name_that_is_typed_whole_opens_that_list(lists: Lists) -> None:
    await lists.ask()
    await lists.type("film")
    assert lists.hint == "enter opens film"
    await lists.enter()
    assert lists.ids == ["f-1"]


async def test_a_broken_list_is_refused_with_the_reason_and_left_alone(lists: Lists) -> None:
    await lists.ask("up")
    assert "line 2" in lists.hint
    await lists.press("enter")
    assert lists.is_open
    assert "line 2" in lists.hint
    assert lists.written("wreck") == BROKEN
    await lists.press("escape")
    assert lists.ids == ["a-3", "a-2", "a-1"]


async def test_what_is_no_name_is_said_to_be_none(lists: Lists) -> None:
    await lists.ask()
    await lists.type("what?")
    await lists.press("enter")
    assert "is no name for a watchlist" in lists.hint
    await lists.press("down")
    assert lists.hint == "default is open already"
    assert lists.app.screen.query_one(Input).value == ""
