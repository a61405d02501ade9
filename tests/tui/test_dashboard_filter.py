"""Filter, views, orders and batches on the dashboard."""

from dataclasses import replace

import pytest
from sample_tasks import task
from shown_dashboard import A, B, C, Start
from textual.widgets import Input

from rushes.providers.model import Status
from rushes.tui.lines.layout import Column
from rushes.watch.team_faults import StoreAway


async def test_filtering_is_live(start: Start) -> None:
    async with start(A, B, C) as screen:
        await screen.press("slash", *"brav")
        assert len(screen.rows) == 1
        assert screen.here == "bravo"
        await screen.press("enter")
        assert "/brav  1 of 3" in screen.line("footer")
        await screen.press("escape")
        assert len(screen.rows) == 3
        await screen.press("g", "n")
        assert screen.here == "bravo"


async def test_a_filter_reaches_for_what_is_too_old_to_be_watched(start: Start) -> None:
    older = [task(f"bravo {n}", Status.FAILED) for n in range(3)]
    async with start(A, B, C) as screen:
        screen.desk.older = [*older, task("delta", Status.FAILED)]
        await screen.press("slash")
        assert "4 older tasks: enter looks through them, too" in screen.line("notice")
        await screen.press(*"bravo 2", "enter")
        await screen.pull()
        assert "looked through 1 older task" in screen.line("notice")
        assert screen.here == "bravo 2"
        await screen.press("slash", *("backspace",) * 7, *"bravo", "enter")
        await screen.pull()
        assert "looked through the newest 2 of 3 older tasks" in screen.line("notice")
        assert len(screen.rows) == 3
        screen.desk.edit_fault = StoreAway("the shared store is away")
        await screen.press("slash", "enter")
        await screen.pull()
        assert "the shared store is away" in screen.line("notice")


async def test_a_link_pasted_into_the_filter_finds_its_task(start: Start) -> None:
    async with start(A, task("long", task_id="tk-hiapi-01HZTQ8BX2N3GM3YFK4Z9D7VQR")) as screen:
        await screen.press("slash")
        await screen.paste("https://api.hiapi.ai/v1/tasks/tk-hiapi-01HZTQ8BX2N3GM3YFK4Z9D7VQR?x=1")
        assert len(screen.rows) == 1
        assert screen.here == "long"
        await screen.press("enter")
        assert "/id:tk-hiapi-01HZTQ8BX2N3GM3YFK4Z9D7VQR" in screen.line("footer")


async def test_a_click_on_a_head_sorts_and_a_second_one_turns_it_round(start: Start) -> None:
    async with start(A, B, C, size=(120, 30)) as screen:
        place = screen.dashboard.table.columns.place(Column.TASK)
        assert place is not None
        await screen.pilot.click("#headings", offset=(place.x, 0))
        assert (screen.here, screen.line("headings").split()[:2]) == ("alpha", ["TASK", "▴"])
        await screen.pilot.click("#headings", offset=(place.x, 0))
        assert screen.line("headings").split()[:2] == ["TASK", "▾"]


async def test_f_folds_batches_and_enter_opens_one(start: Start) -> None:
    act = [task(name, tags=("act-1",)) for name in ("one", "two")]
    async with start(*act, C, size=(120, 30)) as screen:
        await screen.press("f", "g")
        assert [row for row in screen.rows if "⊞ #act-1  2 tasks" in row]
        assert len(screen.rows) == 2
        await screen.press(*["j"] * ("#act-1" not in screen.rows[0]), "enter")
        assert len(screen.rows) == 4
        assert [row for row in screen.rows if "├ " in row or "└ " in row]
        await screen.press("x")
        assert screen.dashboard.board.total == 1
        assert "2 tasks" in screen.told[-1]
        await screen.press("f")
        assert screen.told[-1] == "no two tasks here share a tag that folds"


async def test_a_batch_shows_the_last_change_of_its_tasks_within_a_second(start: Start) -> None:
    act = [task(name, tags=("act-1",)) for name in ("one", "two")]
    async with start(*act, size=(120, 30)) as screen:
        await screen.press("f")
        screen.desk.put(*(replace(one, status=Status.FAILED) for one in act))
        await screen.pull()
        await screen.pull(1)
        assert "✗ 2" in screen.rows[0]


async def test_leaving_the_filter_with_escape_takes_it_away(start: Start) -> None:
    async with start(A, B, C) as screen:
        await screen.press("slash", *"brav", "escape")
        assert len(screen.rows) == 3
        assert screen.here == "alpha"


async def test_a_filter_that_makes_no_sense_says_so_and_the_last_good_one_stays(
    start: Start,
) -> None:
    async with start(A, B, C) as screen:
        await screen.press("slash", *'brav a"')
        assert "cannot read" in screen.line("note")
        assert len(screen.rows) == 1
        assert screen.app.screen.query_one(Input).value == 'brav a"'


@pytest.mark.sampled(2)
@pytest.mark.parametrize("fault", ["status:bogus", "is:foo", "tag:", "foo:bar"])
async def test_enter_keeps_no_filter_but_the_one_that_is_typed(start: Start, fault: str) -> None:
    async with start(A, B, C) as screen:
        await screen.press("slash", *f"brav {fault}", "enter")
        assert screen.dashboard.filter.is_open
        assert screen.line("note")
        assert screen.here == "bravo"
        await screen.press(*["backspace"] * len(fault), "enter")
        assert not screen.dashboard.filter.is_open
        assert "/brav  1 of 3" in screen.line("footer")


@pytest.mark.parametrize(("text", "left"), [("is:foo", 3), ("foo:bar", 3), ("brav foo:b", 1)])
async def test_a_faulty_word_empties_no_list(start: Start, text: str, left: int) -> None:
    async with start(A, B, C) as screen:
        await screen.press("slash", *text)
        assert len(screen.rows) == left


async def test_a_list_that_is_filtered_empty_says_how_to_get_it_back(start: Start) -> None:
    async with start(A) as screen:
        await screen.press("6")
        assert "Nothing is in trouble" in screen.line("empty")
        await screen.press("1")
        assert len(screen.rows) == 1


@pytest.mark.parametrize(("key", "count"), [("1", 13), ("2", 6), ("3", 5), ("5", 2), ("6", 1)])
async def test_the_number_keys_change_the_view(start: Start, key: str, count: int) -> None:
    async with start() as screen:
        await screen.press(key)
        assert len(screen.rows) == count


async def test_sorting_and_turning_the_order_round(start: Start) -> None:
    async with start(C, A, B) as screen:
        await screen.press("s", "2")
        assert "TASK ▴" in screen.line("headings")
        assert "alpha" in screen.rows[0]
        await screen.press("S")
        assert "charlie" in screen.rows[0]
        await screen.press("s", "down", "enter")
        assert "V▴" in screen.line("headings")
