"""The dashboard in any size, and what it draws when."""

import pytest
from manual_clock import ManualClock
from sample_tasks import task, trouble
from shown_dashboard import A, B, Start

from rushes.providers.model import ProblemKind
from rushes.watch.changes import PACE
from rushes.watch.event_kinds import EventKind


async def test_tab_moves_into_the_details_and_keys_scroll_there(start: Start) -> None:
    long = task("long", prompt="word " * 400, added=0)
    async with start(long, A) as screen:
        await screen.press("tab", "j", "j")
        assert screen.dashboard.details.scroll_offset.y == 2
        assert screen.here == "long"
        await screen.press("G")
        assert screen.dashboard.details.scroll_offset.y == screen.dashboard.details.max_scroll_y
        await screen.press("tab", "j")
        assert screen.here == "alpha"


async def test_on_a_small_screen_the_details_take_the_place_of_the_list(start: Start) -> None:
    async with start(A, B, size=(80, 24)) as screen:
        assert "RUN" not in screen.line("headings")
        assert " hi " in screen.rows[0]
        assert not screen.dashboard.details.display
        await screen.press("enter")
        assert screen.dashboard.details.display
        assert not screen.dashboard.query_one("#list").display
        assert "alpha\nhappyhorse-1-0 · hiapi" in screen.dashboard.details.text
        await screen.press("escape")
        assert not screen.dashboard.details.display
        assert screen.dashboard.table.has_focus


async def test_enter_gives_the_room_of_the_details_to_the_list_and_back(start: Start) -> None:
    async with start(A, size=(120, 40)) as screen:
        narrow = screen.dashboard.table.size.width
        await screen.press("enter")
        assert not screen.dashboard.details.display
        assert screen.dashboard.table.size.width == 120 > narrow
        await screen.press("enter")
        assert screen.dashboard.table.size.width == narrow


@pytest.mark.sampled(2)
@pytest.mark.parametrize("size", [(50, 10), (1, 1), (59, 30), (200, 5)])
async def test_a_screen_too_small_says_how_much_it_needs(
    start: Start, size: tuple[int, int]
) -> None:
    async with start(size=size) as screen:
        assert "rushes needs 60 by 12" in screen.line("calm")
        await screen.press("j", "d", "x")
        assert screen.desk.asked == []
        await screen.pilot.resize_terminal(120, 32)
        await screen.pilot.pause()
        await screen.pilot.pause()
        assert "opening shot" in screen.rows[0]


async def test_a_storm_of_sizes_is_survived(start: Start) -> None:
    async with start() as screen:
        for n in range(15):
            await screen.pilot.resize_terminal(1 + n * 37 % 190, 1 + n * 17 % 50)
            await screen.pull()
        await screen.pilot.resize_terminal(120, 32)
        await screen.pilot.pause()
        assert "opening shot" in screen.rows[0]


async def test_a_change_is_drawn_by_itself_and_at_most_four_times_a_second(
    start: Start, clock: ManualClock
) -> None:
    async with start(A, B) as screen:
        arrived = screen.dashboard.board.arranged
        await clock.advance(PACE)
        for n in range(20):
            screen.desk.put(task(f"more {n}"))
            await clock.advance(PACE / 10)
        drawn = screen.dashboard.board.arranged - arrived
        assert 1 <= drawn <= 3
        await clock.advance(PACE)
        assert len(screen.dashboard.board) == 22


async def test_trouble_with_an_account_is_one_banner(start: Start) -> None:
    async with start() as screen:
        screen.desk.stand("hiapi", key_missing="set HIAPI_API_KEY")
        screen.desk.stand("anyfast", trouble(ProblemKind.UNAVAILABLE))
        await screen.pull()
        assert screen.line("troubles").split("\n")[0].strip() == "! hiapi  set HIAPI_API_KEY"
        assert "anyfast  offline since 11:58:00" in screen.line("troubles")
        assert "! offline" in next(row for row in screen.rows if "rain on glass" in row)
        screen.desk.states.clear()
        await screen.pull()
        assert screen.line("troubles") == ""


async def test_what_happens_is_told_and_much_of_it_as_a_digest(start: Start) -> None:
    async with start(A) as screen:
        screen.desk.tell(EventKind.SAVED, "alpha: video-1.mp4 [/]")
        await screen.pull()
        assert screen.told == ["saved alpha: video-1.mp4 [/]"]
        for _ in range(5):
            screen.desk.tell(EventKind.EXPIRING, "soon")
        await screen.pull()
        assert "! 5 files end in under 10 min soon · ✓ 1 saved" in screen.line("notice")
