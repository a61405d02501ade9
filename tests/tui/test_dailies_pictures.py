"""What the dailies ask pictures of, and what is said where none come."""

import pytest
from dailies_rig import take
from sample_tasks import saved
from shown_dailies import TEN, Start
from textual import events
from waiting import until

from rushes.tui.screen import pane_picture
from rushes.tui.screen.dashboard import Dashboard
from rushes.watch.posters.poster import NOT_INSTALLED
from rushes.watch.posters.posters import Posters
from rushes.watch.task import Task


async def test_a_picture_in_full(open_dailies: Start) -> None:
    both = take("film", kinds=("video", "first_frame"), fetches={1: saved(), 2: saved()})
    async with open_dailies(both, keys=("i",)) as dailies:
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


async def test_nothing_to_look_at_is_said(open_dailies: Start) -> None:
    async with open_dailies(take("not saved", fetches={}), keys=("i",)) as dailies:
        assert isinstance(dailies.app.screen, Dashboard)
        await dailies.press("v")
        assert "nothing has arrived yet" in dailies.line("nothing")


async def test_the_mouse(open_dailies: Start) -> None:
    async with open_dailies(*(take(f"take {n:02}", ended=60 + n) for n in range(30))) as dailies:
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


async def test_only_what_is_in_sight_is_asked_for(open_dailies: Start) -> None:
    takes = [take(f"take {n:03}", ended=60 + n) for n in range(200)]
    async with open_dailies(*takes) as dailies:
        asked = dailies.desk.prepared_posters.asked
        assert {ref for ref, _n in asked} == {each.ref for each in takes[:15]}
        asked.clear()
        await dailies.press("down")
        assert {ref for ref, _n in asked} <= {takes[0].ref, takes[5].ref}


async def test_what_comes_is_put_in_its_place_at_rest(open_dailies: Start) -> None:
    async with open_dailies(take("first", ended=60)) as dailies:
        await dailies.press("right")
        dailies.desk.put(take("second", ended=30))
        dailies.screen.pull()
        assert dailies.names == ["first"]
        await dailies.desk.manual_clock.advance(3)
        dailies.screen.tick()
        assert dailies.names == ["second", "first"]
        assert dailies.here == "first"


async def test_what_makes_pictures_is_told_where_it_is_missing(
    open_dailies: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    def not_installed(_posters: Posters, _task: Task, _n: int) -> object:
        return NOT_INSTALLED

    async with open_dailies(*TEN[:2], keys=()) as dailies:
        monkeypatch.setattr(type(dailies.desk.prepared_posters), "of_output", not_installed)
        await dailies.press("v", "right")
        assert "no pictures yet: pip install 'rushes[preview]'" in dailies.line("notice")
        assert "▀" not in dailies.drawn


async def test_in_few_rows_what_is_said_takes_the_footer(open_dailies: Start) -> None:
    async with open_dailies(*TEN, size=(60, 14), config='glyphs = "ascii"') as dailies:
        assert dailies.desk.prepared_posters.asked == []
        await dailies.press("right", "4")
        assert "take 1" in dailies.line("footer")
        assert "+-----" in dailies.drawn


async def test_the_picture_in_the_details_comes_once_the_cursor_rests(
    open_dailies: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pane_picture, "AT_REST", 3600)
    async with open_dailies(*TEN, size=(200, 56), keys=()) as dailies:
        asked = dailies.desk.prepared_posters.asked
        pane = dailies.app.dashboard.details

        def drawn() -> str:
            return "\n".join(pane.render_line(y).text for y in range(pane.size.height))

        await dailies.press("j", "j")
        assert asked == []
        assert "▀" not in drawn()
        monkeypatch.setattr(pane_picture, "AT_REST", 0.01)
        await dailies.press("j")
        await until(lambda: "▀▀▀" in drawn())
        assert {ref for ref, _n in asked} == {TEN[3].ref}
        assert "480x270  24/s  5.0s  i full  v all" in drawn().replace("×", "x")
