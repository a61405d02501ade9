"""One task as one row: every status, every problem, every width."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
from rich.cells import cell_len
from row_text import text
from sample_tasks import START, a_day, ago, arriving, finish, output, saved, task, trouble

from rushes.providers.model import Failure, Output, ProblemKind, Status
from rushes.tui.lines.columns import (
    expires_cell,
    files_cell,
    run_cell,
    status_cell,
    task_cell,
)
from rushes.tui.lines.fit import Cell
from rushes.tui.lines.glyphs import ASCII, UNICODE
from rushes.tui.lines.layout import layout
from rushes.tui.lines.roles import Role
from rushes.tui.lines.rows import Row, cells, heads
from rushes.watch.asset import Fetch, OutputState
from rushes.watch.reasons import Told
from rushes.watch.sorting import SortKey
from rushes.watch.task import Task, Transition

WIDTHS = [57, 59, 60, 80, 83, 84, 90, 110, 119, 160, 240]
PROBLEMS = [None, *(trouble(kind) for kind in ProblemKind)]


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
