"""The dailies as they are arranged: filters, ratings, groups, and a cursor that stays."""

from dataclasses import replace
from pathlib import Path

import pytest
from dailies_rig import CUT_OFF, take
from sample_tasks import START, arriving, saved

from rushes.tui.actions.contact_sheet import ContactSheet, Grouping, Range
from rushes.watch.query import parse
from rushes.watch.ratings import Rating
from rushes.watch.task import Task

DAY = 86_400


def sheet_of(*tasks: Task) -> ContactSheet:
    sheet = ContactSheet()
    known = {one.ref: one for one in tasks}
    sheet.take(known, known, START)
    sheet.arrange(START)
    return sheet


def rate(sheet: ContactSheet, value: int | None) -> None:
    """As the screen does it: the card is noted, the task rated, and taken in again."""
    card = sheet.current
    assert card is not None
    sheet.note_rating(card)
    rated = replace(card.task, ratings={card.asset.n: Rating(value, START)})
    sheet.take({rated.ref: rated}, [rated.ref], START)


def names(sheet: ContactSheet) -> list[str]:
    return [card.task.name for card in sheet.cards]


def test_what_is_saved_or_on_its_way_is_shown_the_newest_first() -> None:
    sheet = sheet_of(
        take("old", ended=90),
        take("new", ended=30),
        take("coming", ended=60, fetches={1: arriving()}),
        take("cut", ended=70, fetches={1: CUT_OFF}),
        take("not wanted", fetches={}),
        take("sound", kinds=("audio",), fetches={1: saved(Path("/films/sound.mp3"))}),
    )
    assert names(sheet) == ["new", "coming", "cut", "old"]


def test_each_picture_of_a_task_has_a_card_and_frames_have_none_beside_a_film() -> None:
    files = {n: saved() for n in (1, 2, 3)}
    stills = take("panels", kinds=("image", "image", "image"), fetches=files)
    film = take("film", kinds=("video", "first_frame", "last_frame"), fetches=files)
    frame = take("frame", kinds=("first_frame",))
    sheet = sheet_of(stills, film, frame)
    shown = [(card.task.name, card.asset.n, card.of) for card in sheet.cards]
    assert sorted(shown) == [
        ("film", 1, 1),
        ("frame", 1, 1),
        ("panels", 1, 3),
        ("panels", 2, 3),
        ("panels", 3, 3),
    ]


def test_what_waits_in_line_has_a_card() -> None:
    wanted = take("wanted", fetches={})
    sheet = ContactSheet()
    sheet.take({wanted.ref: wanted}, [wanted.ref], START, {wanted.ref: {1}})
    sheet.arrange(START)
    assert names(sheet) == ["wanted"]


RATED = (
    take("five", rating=5, ended=1),
    take("three", rating=3, ended=2),
    take("two", rating=2, ended=3),
    take("out", rating=0, ended=4),
    take("none", ended=5),
)


@pytest.mark.parametrize(
    ("steps", "shown"),
    [
        (0, ["five", "three", "two", "out", "none"]),
        (1, ["none"]),
        (2, ["five", "three"]),
        (3, ["out"]),
        (-1, ["out"]),
        (4, ["five", "three", "two", "out", "none"]),
    ],
)
def test_ranges_of_ratings(steps: int, shown: list[str]) -> None:
    sheet = sheet_of(*RATED)
    sheet.step_range(steps, START)
    assert names(sheet) == shown


def test_everything_is_counted_whatever_is_shown() -> None:
    sheet = sheet_of(*RATED)
    sheet.show_range(Range.OUT, START)
    tally = sheet.tally
    assert (tally.all, tally.rated, tally.rejected, tally.unrated) == (5, 3, 1, 1)


def test_a_rated_card_stays_until_the_next_move() -> None:
    sheet = sheet_of(*(take(name, ended=n) for n, name in enumerate("abcd")))
    sheet.show_range(Range.UNRATED, START)
    sheet.move_to(1, START)
    rate(sheet, 4)
    assert names(sheet) == ["a", "b", "c", "d"]
    assert sheet.current is not None
    assert sheet.current.rating == 4
    sheet.move_to(sheet.place + 1, START)
    assert names(sheet) == ["a", "c", "d"]
    assert sheet.current.task.name == "c"


def test_a_rating_is_taken_back() -> None:
    sheet = sheet_of(take("a", rating=2))
    rate(sheet, 0)
    assert sheet.undo_rating() == (sheet.cursor, 2)
    assert sheet.undo_rating() is None


def test_cards_that_come_wait_for_a_move() -> None:
    first, second = take("first", ended=60), take("second", ended=10)
    sheet = sheet_of(first)
    sheet.take({first.ref: first, second.ref: second}, [second.ref], START)
    assert (names(sheet), sheet.stale) == (["first"], True)
    sheet.arrange(START)
    assert (names(sheet), sheet.stale) == (["second", "first"], False)
    assert sheet.place == 1


def test_a_filter_keeps_the_cursor_near() -> None:
    sheet = sheet_of(*(take(name, ended=n) for n, name in enumerate(["rain", "harbour", "train"])))
    sheet.move_to(1, START)
    sheet.narrow(parse("rain"), START)
    assert names(sheet) == ["rain", "train"]
    assert sheet.place == 1
    sheet.narrow(parse("nothing"), START)
    assert (names(sheet), sheet.current) == ([], None)


def test_groups() -> None:
    sheet = sheet_of(
        take("a", ended=1, tags=("trailer", "act-1")),
        take("b", ended=2, tags=("trailer", "act-2")),
        take("c", ended=DAY, tags=("act-1", "trailer")),
        take("d", ended=DAY + 1),
    )

    def groups() -> list[list[str]]:
        return [[card.task.name for card in section.cards] for section in sheet.sections]

    assert groups() == [["a", "b"], ["c", "d"]]
    sheet.next_grouping(START)
    assert groups() == [["a", "c"], ["b"], ["d"]]
    assert [section.batch for section in sheet.sections] == ["act-1", "act-2", ""]
    sheet.next_grouping(START)
    assert (groups(), sheet.grouping) == ([["a", "b", "c", "d"]], Grouping.NONE)
    sheet.next_grouping(START)
    assert sheet.grouping is Grouping.DAY


def compared(sheet: ContactSheet) -> list[str]:
    return [card.task.name for card in sheet.compared() or ()]


def test_two_marked_cards_are_compared_else_the_current_one_and_another() -> None:
    sheet = sheet_of(*(take(name, ended=n) for n, name in enumerate("abc")))
    assert compared(sheet) == ["a", "b"]
    sheet.move_to(2, START)
    sheet.mark()
    sheet.move_to(0, START)
    assert compared(sheet) == ["c", "a"]
    sheet.mark()
    sheet.move_to(1, START)
    assert compared(sheet) == ["c", "a"]
    sheet.mark()
    sheet.mark()
    assert len(sheet.marks) == 2
    assert compared(sheet_of(take("alone"))) == []


def test_the_batch_of_a_card() -> None:
    sheet = sheet_of(
        take("a", ended=1, tags=("act-1",)), take("b", ended=2), take("c", ended=3, tags=("act-1",))
    )
    a, b, _c = sheet.cards
    assert [card.task.name for card in sheet.batch(a)] == ["a", "c"]
    assert [card.task.name for card in sheet.batch(b)] == ["a", "b", "c"]


def test_a_task_that_is_watched_no_more_has_no_card() -> None:
    a, b = take("a", ended=1), take("b", ended=2)
    sheet = sheet_of(a, b)
    sheet.take({b.ref: b}, [a.ref], START)
    sheet.arrange(START)
    assert names(sheet) == ["b"]
