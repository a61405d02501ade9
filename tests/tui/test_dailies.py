"""The dailies as a person meets them: keys and clicks in, cards out."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from dailies_rig import CUT_OFF, poster, take
from fake_desk import FakeDesk, settings_of
from manual_clock import ManualClock
from PIL import Image
from sample_tasks import saved
from textual import events
from textual.pilot import Pilot
from waiting import until

from rushes.tui.screen.app import RushesApp
from rushes.tui.screen.dailies.compare import CompareScreen
from rushes.tui.screen.dailies.dailies import DailiesScreen
from rushes.tui.screen.dailies.full import FullPicture
from rushes.tui.screen.dailies.keys_sheet import KeysSheet
from rushes.tui.screen.dashboard import Dashboard
from rushes.tui.screen.machine import Machine
from rushes.tui.screen.opener import Failed, Opener
from rushes.tui.screen.widgets.paper import Paper
from rushes.watch.posters.poster import NOT_INSTALLED
from rushes.watch.posters.posters import Posters
from rushes.watch.task import Task

PNG = b"\x89PNG\r\n\x1a\n" + bytes(32)


class Dailies:
    """A running dashboard with the dailies over it."""

    def __init__(self, app: RushesApp, pilot: Pilot[None], desk: FakeDesk) -> None:
        self.app = app
        self.pilot = pilot
        self.desk = desk
        self.started: list[str] = []

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    @property
    def screen(self) -> DailiesScreen:
        assert isinstance(self.app.screen, DailiesScreen)
        return self.app.screen

    @property
    def compare(self) -> CompareScreen:
        assert isinstance(self.app.screen, CompareScreen)
        return self.app.screen

    @property
    def full(self) -> FullPicture:
        assert isinstance(self.app.screen, FullPicture)
        return self.app.screen

    @property
    def here(self) -> str:
        current = self.screen.sheet.current
        return current.task.name if current else ""

    @property
    def names(self) -> list[str]:
        return [card.task.name for card in self.screen.sheet.cards]

    def rating(self, name: str) -> int | None:
        tasks = self.desk.ledger.tasks().values()
        return next(task.rating for task in tasks if task.name == name)

    def line(self, name: str) -> str:
        return self.app.screen.query_one(f"#{name}", Paper).text

    @property
    def drawn(self) -> str:
        grid = self.screen.grid
        return "\n".join(grid.render_line(y).text for y in range(grid.size.height))


Start = Callable[..., AbstractAsyncContextManager[Dailies]]


@pytest.fixture
def start(tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> Start:
    """Opens the dailies of tasks: `start(*tasks, size=…, config=…, keys=…)`."""
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)

    @asynccontextmanager
    async def begin(
        *tasks: Task,
        size: tuple[int, int] = (120, 34),
        config: str = "",
        keys: tuple[str, ...] = ("v",),
        posters: bool = True,
    ) -> AsyncGenerator[Dailies]:
        desk = FakeDesk(settings_of(tmp_path, config), clock)
        desk.put(*tasks)
        path = tmp_path / "poster.png"
        Image.new("RGB", (32, 18), (200, 40, 40)).save(path)
        for each in tasks if posters else ():
            desk.prepared_posters.prepare(each.ref, poster(path))
        desk.prepared_posters.asked.clear()
        started: list[str] = []

        def spawn(argv: object, failed: Failed) -> None:
            del failed
            started.append(str(argv))

        opener = Opener(spawn=spawn, which=lambda name: f"/bin/{name}", platform="linux")
        app = RushesApp(desk, machine=Machine(opener=opener))
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            dailies = Dailies(app, pilot, desk)
            dailies.started = started
            await dailies.press(*keys)
            yield dailies

    return begin


TEN = tuple(take(f"take {n}", ended=60 + n) for n in range(10))
"""In two rows of five at 120 columns."""


async def test_the_cards_of_what_arrived(start: Start) -> None:
    old = take("yesterday's", ended=86_400 + 60, rating=0)
    async with start(*TEN[:6], old, take("cut", fetches={1: CUT_OFF})) as dailies:
        assert "8 of 8 shown" in dailies.line("header")
        assert "1 rejected   7 to judge" in dailies.line("header")
        assert "today  7" in dailies.line("head")
        assert "by day" in dailies.line("head")
        assert dailies.line("ranges").startswith("rating [  all  unrated  ✦✦✦ and up  out  ]")
        assert "1 of 8" in dailies.line("footer")
        await until(lambda: "▀▀▀" in dailies.drawn)
        assert "┏━━━" in dailies.drawn
        assert "yesterday  1" in dailies.drawn
        assert "✗ the file is cut" in dailies.drawn
        assert "happyhorse-1-0   5.0s" in dailies.drawn


async def test_moving(start: Start) -> None:
    async with start(*TEN) as dailies:
        for key, here in (
            ("right", 1), ("l", 2), ("left", 1), ("h", 0), ("down", 5), ("up", 0), ("j", 5),
            ("k", 0), ("end", 9), ("home", 0), ("G", 9), ("g", 0), ("pagedown", 5), ("pageup", 0),
            ("ctrl+d", 5), ("ctrl+u", 0),
        ):  # fmt: skip
            await dailies.press(key)
            assert dailies.here == f"take {here}", key


async def test_rating(start: Start) -> None:
    async with start(*TEN[:2]) as dailies:
        for key, rating in (
            ("1", 1), ("2", 2), ("3", 3), ("4", 4), ("5", 5), ("-", 4), ("+", 5), ("0", 0),
        ):  # fmt: skip
            await dailies.press(key)
            assert dailies.rating("take 0") == rating
        assert dailies.line("notice").endswith("0 out take 0  u undo")
        assert "0 out" in dailies.drawn
        await dailies.press("u")
        assert dailies.rating("take 0") == 5
        await dailies.press(*"uuuuuuu")
        assert dailies.rating("take 0") is None
        await dailies.press("u")
        assert "no rating to take back" in dailies.line("notice")


async def test_ranges_and_groups(start: Start) -> None:
    five, out = take("five", rating=5, tags=("act-1",)), take("out", rating=0, ended=90)
    async with start(five, out, take("none", ended=100)) as dailies:
        for key, names in (
            ("]", ["none"]), ("]", ["five"]), ("]", ["out"]), ("[", ["five"]), ("[", ["none"]),
        ):  # fmt: skip
            await dailies.press(key)
            assert dailies.names == names
        await dailies.press("3")
        assert dailies.names == ["none"]  # it stays while it is rated
        await dailies.press("right")
        assert dailies.names == []
        assert "nothing here matches" in dailies.line("nothing")
        await dailies.press("[", "f")
        assert "#act-1  1" in dailies.line("head")
        await dailies.press("f")
        assert "not grouped" in dailies.line("head")


async def test_a_filter(start: Start) -> None:
    async with start(take("rain"), take("harbour", ended=70), take("train", ended=80)) as dailies:
        await dailies.press("/", *"rain")
        assert dailies.names == ["rain", "train"]
        await dailies.press("down", "enter", "right")
        assert dailies.here == "train"
        assert "/ rain" in dailies.line("asked")
        await dailies.press("/", "escape")
        assert len(dailies.names) == 3
        await dailies.press("right")
        assert isinstance(dailies.app.screen, DailiesScreen)


async def test_a_file_is_opened_and_fetched(start: Start, tmp_path: Path) -> None:
    film = tmp_path / "film.png"
    film.write_bytes(PNG)
    there, cut = take("there", fetches={1: saved(film)}), take("cut", fetches={1: CUT_OFF}, ended=9)
    async with start(there, cut) as dailies:
        await dailies.press("d")
        assert dailies.desk.asked == [("download", (cut.ref, 1))]
        await dailies.press("o")
        assert "not on disk" in dailies.line("notice")
        await dailies.press("right", "o")
        assert dailies.started == [str(["/bin/xdg-open", str(film)])]


async def test_the_keys_are_told_and_each_way_leads_back(start: Start) -> None:
    async with start(*TEN[:1]) as dailies:
        await dailies.press("=")
        assert "it takes two" in dailies.line("notice")
        await dailies.press("e", "escape", "?")
        sheet = dailies.app.screen
        assert isinstance(sheet, KeysSheet)
        assert "1 2 3 4 5  rate it" in sheet.text
        await dailies.press("escape")
        for key in ("escape", "v", "q"):
            assert dailies.screen.is_current
            await dailies.press(key)
            assert isinstance(dailies.app.screen, Dashboard)
            assert dailies.desk.prepared_posters.canceled
            await dailies.press("v")


async def test_two_side_by_side(start: Start) -> None:
    takes = [take(f"take {n}", ended=60 + n, model=f"model {n}") for n in range(4)]
    async with start(*takes) as dailies:
        await dailies.press("space", "right", "right", "space", "=")
        both = dailies.compare
        assert [card.task.name for card in both.cards or ()] == ["take 0", "take 2"]
        assert "model   model 0" in dailies.line("left-facts")
        assert "model   model 2" in dailies.line("right-facts")
        assert "run 1m 20s" in dailies.line("same")
        for key, framed in (
            ("right", "take 2"), ("left", "take 0"), ("l", "take 2"), ("h", "take 0"),
            ("tab", "take 0"), ("n", "take 3"), ("N", "take 1"),
        ):  # fmt: skip
            await dailies.press(key)
            assert both.framed is not None
            assert both.framed.task.name == framed, key
        for key, rating in (("1", 1), ("2", 2), ("3", 3), ("4", 4), ("5", 5), ("0", 0)):
            await dailies.press(key)
            assert dailies.rating("take 1") == rating
        await dailies.press("i")
        assert dailies.full.card.task.name == "take 1"
        await dailies.press("escape", "o")
        assert "take 1.mp4" in dailies.line("header")
        await dailies.press("?", "escape", "=")
        assert dailies.here == "take 2"
        await dailies.press("u")
        assert dailies.rating("take 1") == 5


async def test_a_picture_in_full(start: Start) -> None:
    both = take("film", kinds=("video", "first_frame"), fetches={1: saved(), 2: saved()})
    async with start(both, keys=("i",)) as dailies:
        assert "1 of 2  video  480x270" in dailies.line("facts").replace("×", "x")
        for key, n in (("right", 2), ("left", 1), ("l", 2), ("h", 1)):
            await dailies.press(key)
            assert dailies.full.card.asset.n == n
        for key, rating in (("1", 1), ("2", 2), ("3", 3), ("4", 4), ("5", 5), ("0", 0)):
            await dailies.press(key)
            assert dailies.rating("film") == rating
        await dailies.press("o")
        assert "not there any more" in dailies.line("facts")
        await dailies.press("?", "escape")
        for key in ("escape", "i", "q", "enter"):
            await dailies.press(key)
            assert isinstance(dailies.app.screen, Dashboard), key
            await dailies.press("i")


async def test_nothing_to_look_at_is_said(start: Start) -> None:
    async with start(take("not saved", fetches={}), keys=("i",)) as dailies:
        assert isinstance(dailies.app.screen, Dashboard)
        await dailies.press("v")
        assert "nothing has arrived yet" in dailies.line("nothing")


async def test_the_mouse(start: Start) -> None:
    async with start(*(take(f"take {n:02}", ended=60 + n) for n in range(30))) as dailies:
        click = dailies.pilot.click
        await click("#grid", offset=(30, 2))
        assert dailies.here == "take 01"
        await click("#grid", offset=(30, 11), times=2)
        await dailies.pilot.pause()
        assert dailies.full.card.task.name == "take 06"
        await dailies.press("escape")
        grid = dailies.screen.grid

        def wheel(
            turned: type[events.MouseScrollDown] | type[events.MouseScrollUp],
        ) -> events.MouseEvent:
            return turned(grid, 1, 1, 0, 0, 0, shift=False, meta=False, ctrl=False)

        grid.post_message(wheel(events.MouseScrollDown))
        await dailies.pilot.pause()
        assert grid.scroll_offset.y == 9
        grid.post_message(wheel(events.MouseScrollUp))
        await dailies.pilot.pause()
        assert grid.scroll_offset.y == 0
        ranges = dailies.line("ranges")
        await click("#ranges", offset=(ranges.index("unrated"), 0))
        assert dailies.screen.sheet.range.name == "UNRATED"
        await click("#ranges", offset=(ranges.index("]"), 0))
        assert dailies.screen.sheet.range.name == "GOOD"
        await click("#footer", offset=(dailies.line("footer").index("back"), 0))
        await dailies.pilot.pause()
        assert isinstance(dailies.app.screen, Dashboard)


async def test_only_what_is_in_sight_is_asked_for(start: Start) -> None:
    takes = [take(f"take {n:03}", ended=60 + n) for n in range(200)]
    async with start(*takes) as dailies:
        asked = dailies.desk.prepared_posters.asked
        assert {ref for ref, _n in asked} == {each.ref for each in takes[:15]}
        asked.clear()
        await dailies.press("down")
        assert {ref for ref, _n in asked} <= {takes[0].ref, takes[5].ref}


async def test_what_comes_is_put_in_its_place_at_rest(start: Start) -> None:
    async with start(take("first", ended=60)) as dailies:
        await dailies.press("right")
        dailies.desk.put(take("second", ended=30))
        dailies.screen.pull()
        assert dailies.names == ["first"]
        await dailies.desk.manual_clock.advance(3)
        dailies.screen.tick()
        assert dailies.names == ["second", "first"]
        assert dailies.here == "first"


async def test_what_makes_pictures_is_told_where_it_is_missing(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    def not_installed(_posters: Posters, _task: Task, _n: int) -> object:
        return NOT_INSTALLED

    async with start(*TEN[:2], keys=()) as dailies:
        monkeypatch.setattr(type(dailies.desk.prepared_posters), "of_output", not_installed)
        await dailies.press("v", "right")
        assert "no pictures yet: pip install 'rushes[preview]'" in dailies.line("notice")
        assert "▀" not in dailies.drawn


async def test_in_few_rows_what_is_said_takes_the_footer(start: Start) -> None:
    async with start(*TEN, size=(60, 14), config='glyphs = "ascii"') as dailies:
        assert dailies.desk.prepared_posters.asked == []
        await dailies.press("right", "4")
        assert "take 1" in dailies.line("footer")
        assert "+-----" in dailies.drawn


async def test_the_picture_in_the_details_comes_once_the_cursor_rests(start: Start) -> None:
    async with start(*TEN, size=(200, 56), keys=()) as dailies:
        asked = dailies.desk.prepared_posters.asked
        pane = dailies.app.dashboard.details

        def drawn() -> str:
            return "\n".join(pane.render_line(y).text for y in range(pane.size.height))

        await dailies.press("j", "j")
        assert TEN[1].ref not in {ref for ref, _n in asked}
        await until(lambda: "▀▀▀" in drawn())
        assert {ref for ref, _n in asked} <= {TEN[0].ref, TEN[2].ref}
        assert "480x270  24/s  5.0s  i full  v all" in drawn().replace("×", "x")
