"""The keys that are pressed least: on a batch, at the ends of the list, in views of one's own."""

import pytest
from sample_tasks import task
from shown_dashboard import A, B, C, Start

from rushes.watch.keys.find import Key

ACT = [task(name, tags=("act-1",)) for name in ("one", "two")]


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("o", "open: nothing saved yet"),
        ("y", "copied 2 ids"),
        ("r", "polling 2 tasks"),
        ("d", "download: not finished yet"),
        ("plus", "rate up: it has no output"),
    ],
)
async def test_a_key_on_a_batch_is_for_all_of_its_tasks(start: Start, key: str, told: str) -> None:
    async with start(*ACT, C) as screen:
        await screen.press("f", "G")
        assert "⊞ #act-1  2 tasks" in screen.rows[-1]
        await screen.press(key)
        assert screen.told[-1] == told


async def test_all_of_a_batch_is_labelled_and_tagged_at_once(start: Start) -> None:
    async with start(*ACT, C) as screen:
        await screen.press("f", "G", "l", *"dawn", "enter")
        tasks = screen.desk.ledger.tasks()
        assert [tasks[one.ref].entry.label for one in (*ACT, C)] == ["dawn", "dawn", "charlie"]
        await screen.press("number_sign", "end", *", rain", "enter")
        tasks = screen.desk.ledger.tasks()
        tags = [tasks[one.ref].entry.tags for one in (*ACT, C)]
        assert tags == [("act-1", "rain")] * 2 + [()]


async def test_a_double_click_opens_a_batch(start: Start) -> None:
    async with start(*ACT, C) as screen:
        await screen.press("f")
        assert len(screen.rows) == 2
        y = next(y for y, row in enumerate(screen.rows) if "#act-1" in row)
        await screen.pilot.double_click("#table", offset=(10, y))
        await screen.pilot.pause()
        assert len(screen.rows) == 4


async def test_the_ends_of_the_list_and_whole_screens(start: Start) -> None:
    many = [task(f"take {n:03}", added=n) for n in range(90)]
    async with start(*many, size=(120, 24)) as screen:
        await screen.press("home")
        first = screen.here
        await screen.press("pagedown")
        below = screen.here
        await screen.press("pageup")
        assert screen.here == first != below
        await screen.press("end")
        assert screen.dashboard.board.cursor == screen.dashboard.board.order[-1]


async def test_n_goes_to_the_next_that_fits_and_capital_n_to_the_one_before(start: Start) -> None:
    async with start(A, B, C) as screen:
        await screen.press("N")
        assert screen.told[-1] == "previous: no filter yet: / asks for one"
        await screen.press("slash", "r", "enter", "g")
        first = screen.here
        await screen.press("n")
        assert screen.here != first
        await screen.press("N")
        assert screen.here == first


@pytest.mark.parametrize("key", ["7", "8", "9", "0"])
async def test_views_of_ones_own(start: Start, key: str) -> None:
    async with start(A, B, config=f'[views]\n{key} = "alpha"\n') as screen:
        await screen.press(key)
        assert [row for row in screen.rows if "alpha" in row] == screen.rows


async def test_a_view_that_is_not_there_says_how_to_have_one(start: Start) -> None:
    async with start(A) as screen:
        await screen.press("8")
        assert screen.told[-1] == 'no view yet: config.toml, [views] 8 = "a filter"'


async def test_the_key_that_turns_the_order_does_so_in_the_sheet_of_orders_too(
    start: Start,
) -> None:
    async with start(A, B) as screen:
        before = screen.dashboard.board.descending
        await screen.press("s", "S")
        assert screen.sheet == "Dashboard"
        assert screen.dashboard.board.descending is not before


async def test_adopting_without_a_key_says_why_not(start: Start) -> None:
    async with start(A) as screen:
        await screen.press("A")
        assert screen.told[-1] == "no account with a key has a list of its own tasks"


async def test_adopting_says_that_the_keyring_is_silent(start: Start) -> None:
    async with start(A) as screen:
        screen.desk.keyring["ark"] = Key(None, "missing", silent=True)
        await screen.press("A")
        assert screen.told[-1] == "the keyring does not answer: the keys in it are left out"
