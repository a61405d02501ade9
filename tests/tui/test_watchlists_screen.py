"""Another watchlist in the place of the one that is open, under `w`."""

import asyncio
import fcntl
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from demo_gateway import desk_on
from fake_desk import FakeDesk
from rich.cells import cell_len
from textual.pilot import Pilot
from textual.widgets import Input
from waiting import PATIENCE

from rushes.tui.screen.app import RushesApp
from rushes.tui.screen.watchlists import WatchlistsScreen
from rushes.tui.screen.widgets.paper import Paper
from rushes.tui.screen.widgets.rows import Rows
from rushes.watch.desk import Desk
from rushes.watch.history.store import History
from rushes.watch.refusals import DownloadsUnderWay
from rushes.watch.store import StoreBusy
from rushes.watch.task import Entry, Ref, Task
from rushes.watch.watchlist.opened import Listed

BROKEN = "version = 1\n[[task]\n"


class Lists:
    """A dashboard over a home of several watchlists, and the box over it while it is open."""

    def __init__(self, app: RushesApp, pilot: Pilot[None], home: Path) -> None:
        self.app = app
        self.pilot = pilot
        self.home = home

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def ask(self, *keys: str) -> None:
        """Open the box, wait until it has read the lists, and press keys in it."""
        await self.press("w")
        await self._until(lambda: self.is_open and bool(self.rows))
        await self.press(*keys)

    async def switch(self, *keys: str) -> None:
        """The same, and have enter open what is chosen."""
        await self.ask(*keys)
        await self.enter()

    async def enter(self) -> None:
        """Press enter in the box, and wait until it is gone."""
        await self.press("enter")
        await self._until(lambda: not self.is_open)

    async def click(self, row: int) -> None:
        """Click on a list, and wait until the box is gone."""
        await self.pilot.click("#lists", offset=(6, row))
        await self._until(lambda: not self.is_open)

    async def _until(self, so: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not so():
                await self.pilot.pause(0.01)

    async def type(self, text: str) -> None:
        self.app.screen.query_one(Input).value = text
        await self.pilot.pause()

    @property
    def is_open(self) -> bool:
        return isinstance(self.app.screen, WatchlistsScreen)

    @property
    def rows(self) -> list[str]:
        return self.app.screen.query_one("#lists", Paper).text.splitlines()

    @property
    def hint(self) -> str:
        return " ".join(self.app.screen.query_one("#hint", Paper).text.split())

    @property
    def told(self) -> list[str]:
        return [notice.text for _at, notice in self.app.dashboard.notices.told]

    @property
    def ids(self) -> list[str]:
        return [ref.id for ref in self.app.dashboard.board.order]

    @property
    def header(self) -> str:
        return self.app.dashboard.query_one("#header", Paper).text

    def written(self, name: str) -> str:
        return (self.home / "watchlists" / f"{name}.toml").read_text()


@asynccontextmanager
async def begun(desk: Desk, home: Path, size: tuple[int, int] = (120, 32)) -> AsyncGenerator[Lists]:
    app = RushesApp(desk)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield Lists(app, pilot, home)


@pytest.fixture
async def lists(tmp_path: Path) -> AsyncGenerator[Lists]:
    """The list "default" of three is open; "film" has one and "wreck" is broken."""
    folder = tmp_path / "watchlists"
    folder.mkdir()
    for name, ids in (("default", ("a-1", "a-2", "a-3")), ("film", ("f-1",))):
        tasks = [
            f'[[task]]\nprovider = "ttapi"\nid = "{each}"\nadded = 2026-11-22T07:0{n}:00Z\n'
            for n, each in enumerate(ids)
        ]
        (folder / f"{name}.toml").write_text("\n".join(["version = 1", *tasks]))
    (folder / "wreck.toml").write_text(BROKEN)
    async with desk_on({"RUSHES_HOME": str(tmp_path)}) as desk, begun(desk, tmp_path) as lists:
        yield lists


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
