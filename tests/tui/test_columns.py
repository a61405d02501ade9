"""One task as one row: every status, every problem, every width."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise, product

import pytest
from rich.cells import cell_len, set_cell_size
from sample_tasks import START, a_day, ago, arriving, finish, output, saved, task, trouble

from rushes.providers.model import Failure, Output, ProblemKind, Status
from rushes.tui.lines.columns import (
    expires_cell,
    files_cell,
    provider_tags,
    run_cell,
    status_cell,
    task_cell,
)
from rushes.tui.lines.extents import Extents
from rushes.tui.lines.fit import Cell
from rushes.tui.lines.glyphs import ASCII, UNICODE, Glyphs
from rushes.tui.lines.layout import END, GAP, MARKS, Column, layout
from rushes.tui.lines.roles import Role
from rushes.tui.lines.rows import SORTED_BY, Row, cells, heads
from rushes.watch.asset import Fetch, OutputState
from rushes.watch.config.listing import ListColumn
from rushes.watch.reasons import Told
from rushes.watch.sorting import SortKey
from rushes.watch.task import Task, Transition

WIDTHS = [57, 59, 60, 80, 83, 84, 90, 110, 119, 160, 240]
PROBLEMS = [None, *(trouble(kind) for kind in ProblemKind)]


def text(cell: Cell) -> str:
    return "".join(piece.text for piece in cell)


def roles(cell: Cell) -> set[Role]:
    return {piece.role for piece in cell if piece.text.strip()}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_a_row_is_exactly_as_wide_as_its_table_whatever_is_in_it(
    width: int, glyphs: object
) -> None:
    signs = ASCII if glyphs is ASCII else UNICODE
    statuses = [None, *Status]
    odd = [
        task("雨" * 80, status, problem=problem) for status, problem in product(statuses, PROBLEMS)
    ]
    for one in [*a_day(), *odd]:
        row = Row(START, signs, tag="hi", current=True, marked=True)
        assert cell_len(text(cells(one, layout(width), row))) == width
    assert cell_len(text(heads(layout(width), SortKey.RUN, True, signs).line)) == width


def test_an_ascii_row_of_an_ascii_task_is_ascii() -> None:
    for one in a_day():
        if one.name.isascii():
            assert text(cells(one, layout(120), Row(START, ASCII, current=True))).isascii()


@pytest.mark.parametrize("status", [None, *Status])
def test_a_status_is_always_glyph_and_word_and_colour(status: Status | None) -> None:
    cell = status_cell(task(status=status), START, 40, UNICODE)
    word = status.value if status else "waiting"
    assert text(cell).startswith(f"{UNICODE.status(status)} {word}")


def test_the_providers_own_word_follows_in_a_dimmer_tone() -> None:
    cell = status_cell(task(raw="IN_PROGRESS"), START, 40, UNICODE)
    assert text(cell) == "▸ running  IN_PROGRESS"
    assert cell[-1].role is Role.FAINT


@pytest.mark.parametrize("kind", list(ProblemKind))
@pytest.mark.parametrize("status", [s for s in Status if not s.terminal])
def test_a_problem_stands_beside_the_status_and_does_not_replace_it(
    status: Status, kind: ProblemKind
) -> None:
    cell = status_cell(task(status=status, problem=trouble(kind)), START, 60, UNICODE)
    assert text(cell).startswith(f"{UNICODE.status(status)} {status.value}  ! ")
    assert text(cell).endswith(" 2m, next in 39s")
    assert Role.URGENT in roles(cell)


@pytest.mark.parametrize(
    ("room", "shown"),
    [
        (60, "▸ running  ! throttled 2m, next in 39s"),
        (26, "▸ running  ! throttled 2m"),
        (24, "▸ running  ! throttled"),
        (14, "▸ running  !"),
    ],
)
def test_a_problem_says_as_much_as_there_is_room_for(room: int, shown: str) -> None:
    assert text(status_cell(task(problem=trouble()), START, room, UNICODE)) == shown


def test_trouble_of_the_account_shows_on_its_tasks_unless_they_are_over() -> None:
    outage = trouble(ProblemKind.AUTH, again=None)
    assert "key refused" in text(status_cell(task(), START, 40, UNICODE, account=outage))
    over = task(status=Status.SUCCEEDED, problem=outage)
    assert "key refused" not in text(status_cell(over, START, 40, UNICODE, account=outage))


@pytest.mark.parametrize(
    ("left", "shown", "role"),
    [
        (90 * 60, "1h 30m", Role.SUCCEEDED),
        (3600, "1h 00m", Role.SUCCEEDED),
        (3599, "59:59", Role.WARM),
        (600, "10:00", Role.WARM),
        (599, "09:59", Role.URGENT),
        (1, "00:01", Role.URGENT),
        (6 * 86400 + 3600, "6d 01h", Role.SUCCEEDED),
    ],
)
def test_a_countdown_is_calm_then_warm_then_urgent(left: int, shown: str, role: Role) -> None:
    one = task(status=Status.SUCCEEDED, outputs=(output(expires_in=left),))
    cell = expires_cell(one, START, 14, UNICODE)
    assert text(cell).endswith(f"  {shown}")
    assert cell[0].role is role


def test_the_gauge_is_full_at_the_finish_and_empty_at_the_expiry() -> None:
    one = task(status=Status.SUCCEEDED, finished=0, outputs=(output(expires_in=1000),))
    lit = [
        text(expires_cell(one, START + timedelta(seconds=s), 14, UNICODE)).count("▰")
        for s in (0, 300, 999)
    ]
    assert lit == [5, 4, 1]


@pytest.mark.parametrize(
    ("one", "shown", "role"),
    [
        (task(), "—", Role.FAINT),
        (task(status=None), "—", Role.FAINT),
        (task(status=Status.SUCCEEDED), "—", Role.FAINT),
        (task(status=Status.SUCCEEDED, outputs=(output(),)), "—", Role.FAINT),
        (
            task(status=Status.SUCCEEDED, outputs=(output(expires_in=-7300),)),
            "expired 2h ago",
            Role.FAILED,
        ),
        (
            task(status=Status.SUCCEEDED, outputs=(output(expires_in=-(10**6)),)),
            "expired 11d",
            Role.FAILED,
        ),
        (
            task(status=Status.SUCCEEDED, outputs=(output(expires_in=9),), fetches={1: saved()}),
            "✓ saved",
            Role.QUIET,
        ),
    ],
)
def test_expires_says_what_there_is_to_lose(one: Task, shown: str, role: Role) -> None:
    cell = expires_cell(one, START, 14, UNICODE)
    assert (text(cell), roles(cell)) == (shown, {role})


def test_the_soonest_loss_counts_and_what_is_saved_does_not() -> None:
    outputs = (output(expires_in=60), output(expires_in=7200), output(expires_in=5400))
    one = task(status=Status.SUCCEEDED, outputs=outputs, fetches={1: saved()})
    assert text(expires_cell(one, START, 14, UNICODE)).endswith("1h 30m")


def test_a_countdown_goes_by_the_servers_clock() -> None:
    one = task(status=Status.SUCCEEDED, outputs=(output(expires_in=120),))
    ahead = replace(one, skew=timedelta(seconds=60))
    assert text(expires_cell(ahead, START, 14, UNICODE)).endswith("01:00")


@pytest.mark.parametrize("ahead", [-3600, 0, 3600])
def test_a_run_takes_as_long_by_any_clock_of_the_server(ahead: int) -> None:
    by = timedelta(seconds=ahead)
    began = task(started=86 - ahead)
    over = finish(began)
    gone = replace(
        over, snapshot=replace(over.snapshot, finished_at=None) if over.snapshot else None
    )
    for one in (began, gone, task(status=Status.SUCCEEDED, started=86 - ahead, finished=-ahead)):
        assert text(run_cell(replace(one, skew=by), START, UNICODE)) == "1m 26s"


def test_progress_shows_only_while_the_task_runs_and_only_where_it_is_given() -> None:
    assert text(expires_cell(task(progress=47), START, 14, UNICODE)).endswith(" 47%")
    over = task(status=Status.SUCCEEDED, progress=100, outputs=(output(expires_in=60),))
    assert "%" not in text(expires_cell(over, START, 14, UNICODE))


FAILED = Fetch(state=OutputState.FAILED, reasons=(Told("the link is dead"),))


@pytest.mark.parametrize(
    ("status", "outputs", "fetches", "shown"),
    [
        (Status.RUNNING, (), {}, ""),
        (Status.SUCCEEDED, (), {}, ""),
        (Status.CANCELED, (), {}, ""),
        (Status.FAILED, (), {}, ""),
        (Status.SUCCEEDED, (output(), output()), {}, "0/2"),
        (Status.SUCCEEDED, (output(), output()), {2: saved()}, "1/2"),
        (Status.SUCCEEDED, (output(), output()), {1: saved(), 2: saved()}, "✓ 2"),
        (Status.SUCCEEDED, (output(), output()), {1: saved(), 2: arriving()}, "⇣ 62%"),
        (Status.SUCCEEDED, (output(),), {1: arriving(1000, 1000)}, "⇣ 99%"),
        (Status.SUCCEEDED, (output(),), {1: arriving(4_000_000, None)}, "⇣ 4.0MB"),
        (Status.SUCCEEDED, (output(), output()), {1: saved(), 2: FAILED}, "!"),
        (Status.SUCCEEDED, (output(expires_in=-1), output()), {}, "lost"),
        (Status.SUCCEEDED, (output(expires_in=-1),), {1: saved()}, "✓ 1"),
    ],
)
def test_files_says_what_is_on_disk(
    status: Status, outputs: tuple[Output, ...], fetches: dict[int, Fetch], shown: str
) -> None:
    one = task(status=status, outputs=outputs, fetches=fetches, failure=Failure(None, None))
    assert text(files_cell(one, START, UNICODE)) == shown


def test_a_run_counts_from_the_providers_start_and_freezes_at_the_end() -> None:
    later = START + timedelta(hours=1)
    assert text(run_cell(task(started=66), START, UNICODE)) == "1m 06s"
    over = task(status=Status.SUCCEEDED, started=66, finished=0)
    assert text(run_cell(over, later, UNICODE)) == "1m 06s"


def test_a_run_from_our_own_first_sight_is_marked() -> None:
    seen = replace(task(started=48), snapshot=None)
    assert text(run_cell(seen, START, UNICODE)) == "~48s"


@pytest.mark.parametrize("width", [87, 120, 200])
@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(59, "~59s"), (600, "~10m 00s"), (3599, "~59m 59s"), (86_399, "~23h 59m"), (9e5, "~10d 10h")],
)
def test_a_run_is_shown_whole(width: int, seconds: float, shown: str) -> None:
    seen = replace(task(started=seconds), snapshot=None)
    narrow = shown if len(shown) <= 7 else shown.replace(" ", "")
    assert f" {narrow} " in text(cells(seen, layout(width), Row(START, UNICODE)))


def test_a_run_of_which_only_the_end_was_seen_has_no_length() -> None:
    end = (Transition(Status.GONE, None, ago(5)),)
    gone = replace(task(status=Status.GONE), snapshot=None, transitions=end)
    assert text(run_cell(gone, START, UNICODE)) == "—"


def test_a_task_without_a_label_shows_its_id_cut_in_the_middle() -> None:
    bare = task("", task_id="tk-hiapi-01HZTQ8BX2N3GM3YFK4Z9D7VQR")
    assert text(task_cell(bare, 17, UNICODE)) == "tk-hiapi…4Z9D7VQR"
    assert text(task_cell(task("a very long label indeed"), 9, UNICODE)) == "a very l…"


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
