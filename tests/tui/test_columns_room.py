"""Which columns a list has by its width, and how they share it."""

from dataclasses import replace
from itertools import pairwise

import pytest
from rich.cells import cell_len, set_cell_size
from row_text import text
from sample_tasks import START, a_day, finish, output, task, trouble

from rushes.providers.model import Status
from rushes.tui.lines.columns import (
    provider_tags,
)
from rushes.tui.lines.extents import Extents
from rushes.tui.lines.glyphs import ASCII, UNICODE, Glyphs
from rushes.tui.lines.layout import END, GAP, MARKS, Column, layout
from rushes.tui.lines.rows import SORTED_BY, Row, cells, heads
from rushes.watch.config.listing import ListColumn
from rushes.watch.sorting import SortKey

MEASURED = Extents(label=26, account=9, model=14, prompt=70, tags=12)


@pytest.mark.parametrize(
    ("room", "shown"),
    [
        (60, "TASK STATUS EXPIRES FILES"),
        (79, "TASK STATUS EXPIRES FILES"),
        (80, "TASK VIA STATUS WHY EXPIRES FILES"),
        (88, "TASK VIA STATUS WHY RUN EXPIRES FILES"),
        (120, "TASK VIA MODEL STATUS WHY RUN EXPIRES FILES"),
        (153, "TASK VIA MODEL STATUS WHY RUN EXPIRES FILES PROMPT"),
        (200, "TASK VIA MODEL STATUS WHY RUN EXPIRES FILES PROMPT TAGS"),
    ],
)
def test_what_there_is_room_for_is_shown(room: int, shown: str) -> None:
    places = layout(room - 1, MEASURED).places
    assert " ".join(place.column.name for place in places) == shown


@pytest.mark.parametrize("measured", [MEASURED, Extents(label=3), Extents(label=200, account=40)])
def test_nothing_touches_and_nothing_is_wasted_in_any_width(measured: Extents) -> None:
    for cells_wide in range(59, 250):
        places = layout(cells_wide, measured).places
        assert places[0].x == MARKS
        for left, right in pairwise(places):
            assert left.x + left.width + GAP == right.x
        assert places[-1].x + places[-1].width == cells_wide - END


def test_a_label_is_not_cut_where_there_is_room_for_it() -> None:
    for room in (104, 120, 200, 250):
        measured = replace(MEASURED, label=18 if room < 200 else 60)
        place = layout(room - 1, measured).place(Column.TASK)
        assert place is not None
        assert place.width >= min(measured.label, 40)


def test_chosen_columns_stand_as_they_were_chosen_and_the_last_give_way() -> None:
    chosen = (ListColumn.STATUS, ListColumn.TASK, ListColumn.SIZE, ListColumn.ID)
    wide = [place.column for place in layout(119, MEASURED, chosen).places]
    assert wide == [Column.STATUS, Column.WHY, Column.TASK, Column.SIZE, Column.ID]
    assert Column.ID not in [place.column for place in layout(59, MEASURED, chosen).places]


def test_a_head_is_clicked_at_its_column() -> None:
    place = layout(119, MEASURED)
    shown = heads(place, SortKey.EXPIRES, False, UNICODE)
    for spot in place.places:
        key = shown.key_at(spot.x)
        assert key is (None if spot.column is Column.WHY else SORTED_BY[spot.column])
    assert shown.key_at(0) is None


def test_two_letters_tell_accounts_apart() -> None:
    assert provider_tags(["hiapi", "ttapi", "hiapi-2"]) == {
        "hiapi": "hi",
        "ttapi": "tt",
        "hiapi-2": "ha",
    }


def test_the_sorted_column_carries_an_arrow() -> None:
    assert "EXPIRES ▴" in text(heads(layout(120), SortKey.EXPIRES, False, UNICODE).line)
    assert "EXPIRES ▾" in text(heads(layout(120), SortKey.EXPIRES, True, UNICODE).line)


@pytest.mark.parametrize("width", [59, 79, 119, 159])
def test_an_order_whose_column_is_not_shown_is_said_all_the_same(width: int) -> None:
    assert "added ▾" in text(heads(layout(width), SortKey.ADDED, True, UNICODE).line)


LISTS = [
    Extents(label=20, account=9, model=16, prompt=80, tags=9),
    Extents(label=40, account=9, model=30),
    Extents(label=8, account=5, tags=12),
    Extents(label=100, account=20, model=60, prompt=120, tags=40),
    Extents(),
]


@pytest.mark.parametrize("widest", LISTS)
def test_columns_never_touch_and_fill_the_list_at_any_width(widest: Extents) -> None:
    for cells_wide in range(59, 250):  # the last cell of 60 to 250 is the scroll bar's
        place = layout(cells_wide, widest)
        ends = [MARKS - GAP, *(spot.x + spot.width for spot in place.places)]
        assert [spot.x - end for spot, end in zip(place.places, ends, strict=False)] == [
            GAP for _ in place.places
        ]
        assert ends[-1] == cells_wide - END


@pytest.mark.parametrize("widest", LISTS)
def test_the_name_of_a_task_has_room_before_all_else(widest: Extents) -> None:
    for cells_wide in range(59, 250):
        place = layout(cells_wide, widest)
        task_column, why = place.place(Column.TASK), place.place(Column.WHY)
        assert task_column is not None
        if why is not None and task_column.width < min(40, widest.label):
            assert why.width == (18 if cells_wide >= 119 else 14)


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_no_cell_of_a_row_runs_into_the_next(glyphs: Glyphs) -> None:
    wide = replace(task(raw="排队中" * 9, problem=trouble()), entry=task("雨" * 60).entry)
    failed = task("灯" * 7, Status.FAILED)
    rows = [wide, failed, finish(task("窗" * 30), output(expires_in=90)), task("a" * 99)]
    for cells_wide in range(59, 250, 3):
        place = layout(cells_wide, LISTS[cells_wide % len(LISTS)])
        for one in rows:
            said = text(cells(one, place, Row(START, glyphs, tag="hi")))
            assert cell_len(said) == cells_wide
            for spot in place.places[1:]:
                if spot.column not in (Column.EXPIRES, Column.FILES):  # a reason runs on over them
                    assert set_cell_size(said, spot.x)[-GAP:].isspace()
            assert said.endswith(" ")


@pytest.mark.parametrize("name", list(ListColumn))
def test_every_column_can_be_shown_and_is_sorted_by_its_head(name: ListColumn) -> None:
    place = layout(120, LISTS[0], (ListColumn.TASK, name, ListColumn.STATUS))
    row = Row(START, UNICODE)
    for one in a_day():
        assert cell_len(text(cells(one, place, row))) == 120
    spot = place.place(Column[name.name])
    assert spot is not None
    key = heads(place, SortKey.ADDED, True, UNICODE).key_at(spot.x)
    assert key is SORTED_BY.get(spot.column)
