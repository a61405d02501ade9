"""The dailies as a person meets them: keys and clicks in, cards out."""

from pathlib import Path

import pytest
from dailies_rig import CUT_OFF, take
from sample_tasks import saved
from shown_dailies import TEN, Start
from waiting import until

from rushes.tui.screen.dailies.dailies import DailiesScreen
from rushes.tui.screen.dailies.keys_sheet import KeysSheet
from rushes.tui.screen.dashboard import Dashboard
from rushes.tui.screen.pictures.box import PictureBox

PNG = b"\x89PNG\r\n\x1a\n" + bytes(32)


async def test_the_cards_of_what_arrived(open_dailies: Start) -> None:
    old = take("yesterday's", ended=86_400 + 60, rating=0)
    async with open_dailies(*TEN[:6], old, take("cut", fetches={1: CUT_OFF})) as dailies:
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


async def test_moving(open_dailies: Start) -> None:
    async with open_dailies(*TEN) as dailies:
        for key, here in (
            ("right", 1), ("l", 2), ("left", 1), ("h", 0), ("down", 5), ("up", 0), ("j", 5),
            ("k", 0), ("end", 9), ("home", 0), ("G", 9), ("g", 0), ("pagedown", 5), ("pageup", 0),
            ("ctrl+d", 5), ("ctrl+u", 0),
        ):  # fmt: skip
            await dailies.press(key)
            assert dailies.here == f"take {here}", key


async def test_rating(open_dailies: Start) -> None:
    async with open_dailies(*TEN[:2]) as dailies:
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


async def test_ranges_and_groups(open_dailies: Start) -> None:
    five, out = take("five", rating=5, tags=("act-1",)), take("out", rating=0, ended=90)
    async with open_dailies(five, out, take("none", ended=100)) as dailies:
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


async def test_a_filter(open_dailies: Start) -> None:
    async with open_dailies(
        take("rain"), take("harbour", ended=70), take("train", ended=80)
    ) as dailies:
        await dailies.press("/", *"rain")
        assert dailies.names == ["rain", "train"]
        await dailies.press("down", "enter", "right")
        assert dailies.here == "train"
        assert "/ rain" in dailies.line("asked")
        await dailies.press("/", "escape")
        assert len(dailies.names) == 3
        await dailies.press("right")
        assert isinstance(dailies.app.screen, DailiesScreen)


async def test_a_file_is_opened_and_fetched(open_dailies: Start, tmp_path: Path) -> None:
    film = tmp_path / "film.png"
    film.write_bytes(PNG)
    there, cut = take("there", fetches={1: saved(film)}), take("cut", fetches={1: CUT_OFF}, ended=9)
    async with open_dailies(there, cut) as dailies:
        await dailies.press("d")
        assert dailies.desk.asked == [("download", (cut.ref, 1))]
        await dailies.press("o")
        assert "not on disk" in dailies.line("notice")
        await dailies.press("right", "o")
        assert dailies.started == [str(["/bin/xdg-open", str(film)])]


async def test_the_keys_are_told_and_each_way_leads_back(open_dailies: Start) -> None:
    async with open_dailies(*TEN[:1]) as dailies:
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


async def test_two_side_by_side(open_dailies: Start) -> None:
    takes = [take(f"take {n}", ended=60 + n, model=f"model {n}") for n in range(4)]
    async with open_dailies(*takes) as dailies:
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


@pytest.mark.sampled(1)
@pytest.mark.parametrize("key", ["escape", "q", "="])
async def test_each_way_out_of_two_side_by_side(open_dailies: Start, key: str) -> None:
    async with open_dailies(*TEN[:3]) as dailies:
        await dailies.press("space", "right", "space", "=", "enter")
        assert dailies.full.card is not None
        await dailies.press("escape")
        assert type(dailies.app.screen).__name__ == "CompareScreen"
        await dailies.press(key)
        assert type(dailies.app.screen).__name__ == "DailiesScreen"


async def test_i_shows_the_chosen_take_in_full(open_dailies: Start) -> None:
    async with open_dailies(*TEN[:3]) as dailies:
        await dailies.press("right", "i")
        assert dailies.full.card.task.name == TEN[1].name
        await dailies.press("escape")
        assert type(dailies.app.screen).__name__ == "DailiesScreen"


async def test_a_picture_that_grew_is_drawn_before_it_is_told_so(
    open_dailies: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_dailies(*TEN[:2]) as dailies:
        await dailies.press("i")
        box = dailies.full.query_one("#picture", PictureBox)
        before = box.size.height
        monkeypatch.setattr(PictureBox, "on_resize", lambda _self: None)  # pyright: ignore
        await dailies.pilot.resize_terminal(120, 40)
        await dailies.pilot.pause()
        assert box.size.height == before + 6
        assert box.render_line(before + 5).cell_length == box.size.width


async def test_a_second_that_passes_while_they_are_closed_is_no_fault(open_dailies: Start) -> None:
    async with open_dailies(*TEN) as dailies:
        closed = dailies.screen
        await dailies.press("escape")
        closed.tick()
        closed.rearrange()
        assert dailies.app.screen is dailies.app.dashboard
