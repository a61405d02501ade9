"""Where the cards of the dailies lie, and the lines under their pictures."""

from dataclasses import replace

import pytest
from dailies_rig import CUT_OFF, take
from sample_tasks import START, arriving, saved

from rushes.tui.lines.card_grid import LEFT, grid_layout
from rushes.tui.lines.cards import (
    CARD_WIDTH,
    POSTER_HEIGHT,
    POSTER_WIDTH,
    Card,
    cards_of,
    model_line,
    name_line,
    panel_lines,
    poster_words,
)
from rushes.tui.lines.comparison import compared, fact_lines, facts_of
from rushes.tui.lines.fit import Cell, cell_width
from rushes.tui.lines.glyphs import ASCII, UNICODE, Glyphs
from rushes.watch.posters.poster import MAKING, Media, PosterReason, failed
from rushes.watch.task import Task


def text(line: Cell) -> str:
    return "".join(piece.text for piece in line)


AROUND = 6
"""Lines of the screen that are none of the cards'."""


@pytest.mark.parametrize(
    ("width", "height", "columns", "rows"),
    [(80, 24, 3, 2), (120, 34, 5, 3), (200, 56, 8, 5), (60, 15, 2, 1)],
)
def test_cards_across_and_down(width: int, height: int, columns: int, rows: int) -> None:
    laid_out = grid_layout([100], width, height - AROUND)
    assert laid_out.columns == columns
    assert (height - AROUND) // laid_out.card_height == rows
    assert LEFT + columns * CARD_WIDTH < width


def test_in_few_rows_cards_are_lower() -> None:
    assert grid_layout([4], 60, 6).card_height == 6
    assert grid_layout([4], 60, 2).card_height == 5


def test_moving_up_and_down_keeps_the_column() -> None:
    laid_out = grid_layout([7, 3], 80, 18)  # rows of 3, 3, 1 and of 3
    assert laid_out.above(1, 1) == 4
    assert laid_out.above(5, 1) == 6
    assert laid_out.above(6, 1) == 7
    assert laid_out.above(8, -1) == 6
    assert laid_out.above(1, -1) == 0
    assert laid_out.above(8, 1) == 9


def test_a_click_finds_its_card() -> None:
    laid_out = grid_layout([4, 1], 80, 18)
    assert laid_out.card_at(LEFT, 0) == 0
    assert laid_out.card_at(LEFT + CARD_WIDTH, 3) == 1
    assert laid_out.card_at(LEFT, 9) == 3
    assert laid_out.card_at(LEFT + CARD_WIDTH, 9) is None
    assert laid_out.card_at(0, 0) is None
    assert laid_out.card_at(LEFT, 18) is None  # a head
    assert laid_out.card_at(LEFT, 20) == 4


def test_a_row_of_cards_begins_what_is_in_sight() -> None:
    laid_out = grid_layout([30], 80, 20)  # ten rows, two of them in sight
    assert laid_out.top_for(3, 0, 20) == 0
    assert laid_out.top_for(6, 0, 20) == 9
    assert laid_out.top_for(0, 45, 20) == 0
    assert laid_out.height(20) == laid_out.top_for(29, 0, 20) + 20


def card(one: Task) -> Card:
    return cards_of(one, START, {})[0]


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
@pytest.mark.parametrize("rating", [None, 0, 3, 5])
@pytest.mark.parametrize("name", ["short", "a name that is too long", "雨中的玻璃窗，慢推"])
def test_the_lines_of_a_card_are_as_wide_as_it(
    glyphs: Glyphs, rating: int | None, name: str
) -> None:
    shown = card(take(name, rating=rating))
    for marked in (False, True):
        assert cell_width(name_line(shown, glyphs, marked=marked, current=False)) == POSTER_WIDTH
    media = Media(1920, 1080, 24, 125.0)
    assert cell_width(model_line(shown, media, glyphs)) == POSTER_WIDTH


def test_a_rejected_card_is_struck_and_out() -> None:
    line = name_line(card(take("ridge", rating=0)), UNICODE, marked=False, current=False)
    assert [piece.text for piece in line if piece.struck] == ["ridge"]
    assert text(line).endswith("0 out")


def test_one_of_several_pictures_says_which() -> None:
    several = take("panels", kinds=("image", "image"), fetches={1: saved(), 2: saved()})
    second = cards_of(several, START, {})[1]
    assert text(name_line(second, UNICODE, marked=True, current=True)).startswith("◉ panels 2/2")
    assert text(model_line(second, None, UNICODE)).endswith("still")


@pytest.mark.parametrize(
    ("shown", "says"),
    [
        (take("a", fetches={1: arriving(380, 1000)}), "⇣ 38%  380 B"),
        (take("a", fetches={1: arriving(380, None)}), "⇣ 380 B"),
        (take("a", fetches={1: CUT_OFF}), "✗ the file is cut off"),
        (take("a"), ""),
        (take("a", fetches={1: replace(saved(), path=None, url="s3://films/a")}), "in a bucket"),
    ],
)
def test_what_stands_in_the_place_of_a_picture(shown: Task, says: str) -> None:
    lines = panel_lines(card(shown), MAKING, POSTER_WIDTH, POSTER_HEIGHT, UNICODE)
    assert len(lines) == POSTER_HEIGHT
    assert " ".join(says.split()) in " ".join(" ".join(map(text, lines)).split())


def test_a_poster_that_could_not_be_made_says_why() -> None:
    poster = failed(PosterReason.TOO_LARGE)
    lines = panel_lines(card(take("a")), poster, POSTER_WIDTH, POSTER_HEIGHT, UNICODE)
    assert "too many pixels" in " ".join(map(text, lines))


def test_a_comparison_tells_what_differs_and_what_is_the_same() -> None:
    media = Media(480, 270, 24.0, 5.0)
    one, other = card(take("a", model="kling")), card(take("b", model="veo"))
    facts = [facts_of(each, media, {}, START, UNICODE) for each in (one, other)]
    left, right, same = compared(*facts)
    assert [(fact.name, fact.value) for fact in left] == [("model", "kling")]
    assert [(fact.name, fact.value) for fact in right] == [("model", "veo")]
    assert same[:2] == ["run 1m 20s", "size 12.4 MB"]
    assert "24/s" in same


def test_facts_share_lines_where_there_are_few() -> None:
    one = card(take("a"))
    facts = facts_of(one, None, {}, START, UNICODE)[:4]
    assert len([*fact_lines(facts, 60, 4)]) == 4
    packed = [text(line) for line in fact_lines(facts, 60, 2)]
    assert packed[0].startswith("model happyhorse-1-0   run 1m 20s")
    assert "cost not given" in packed[0]


@pytest.mark.parametrize("why", PosterReason)
def test_why_there_is_no_picture_is_said_in_words(why: PosterReason) -> None:
    assert poster_words(failed(why))
