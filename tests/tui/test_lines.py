"""The header, the lines of trouble, the footer, and what stands in an empty list."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from rich.cells import cell_len
from sample_tasks import START, a_day, finish, held_by, output, saved, task, trouble

from rushes.providers.model import ProblemKind, Status
from rushes.tui.actions.keymap import keymap
from rushes.tui.actions.reasons import Situation
from rushes.tui.lines.arrange import Arrangement, Details, arrange
from rushes.tui.lines.counts import Counts, Loss
from rushes.tui.lines.fit import Cell
from rushes.tui.lines.glyphs import ASCII, UNICODE, Glyphs
from rushes.tui.lines.header import VIEWS, Overview, header, slowest, trouble_lines
from rushes.tui.lines.pace_words import asked_words
from rushes.tui.lines.roles import Ground
from rushes.tui.screen.empty import calm, no_match
from rushes.tui.screen.footer import FooterState, Place, footer
from rushes.tui.screen.widgets.click_line import command_at
from rushes.watch.asked_every import AskedEvery, Pacing
from rushes.watch.polling.account_state import AccountState
from rushes.watch.task import Ref, Task, Trouble

OVERVIEW = Overview(
    watchlist="trailer",
    counts=Counter({Status.RUNNING: 3, Status.QUEUED: 2, Status.SUCCEEDED: 14, Status.FAILED: 1}),
    loss=Loss(Ref("hiapi", "1"), timedelta(minutes=11, seconds=42)),
    loss_name="opening shot",
    downloading=2,
    rate=8.3e6,
    paused=False,
    now=START,
)


def text(line: Cell) -> str:
    return "".join(piece.text for piece in line)


def words(line: Cell) -> str:
    return " ".join(text(line).split())


KEYS = {command: str(n) for n, (command, _word) in enumerate(VIEWS, start=1)}


def top(view: Overview, width: int, glyphs: Glyphs = UNICODE) -> Cell:
    line = header(view, KEYS, width, glyphs)
    assert cell_len(text(line)) == width
    return line


def test_the_header_has_the_views_with_their_counts_the_next_loss_and_what_is_on_its_way() -> None:
    assert words(top(OVERVIEW, 200)) == (
        "▞ rushes trailer 1 all 20 2 active ▸ 3 ◷ 2 3 succeeded ✓ 14 4 not saved 5 failed ✗ 1"
        " 6 trouble next loss 11:42 opening shot · hiapi ⇣ 2 8.3 MB/s 12:00:00"
    )


@pytest.mark.parametrize(
    ("width", "said"),
    [
        (150, "1 all 20 2 ▸ 3 ◷ 2 3 ✓ 14 4 5 ✗ 1 6 next loss 11:42 opening shot · hiapi"),
        (116, "1 all 20 2 ▸ 3 ◷ 2 3 ✓ 14 4 5 ✗ 1 6 next loss 11:42 opening shot ⇣ 2 8.3 MB/s 12:0"),
        (100, "1 all 20 ▸ 3 ◷ 2 ✓ 14 ✗ 1 next loss 11:42 opening shot ⇣ 2 8.3 MB/s"),
        (80, "▞ rushes trailer ▸ 3 ◷ 2 ✓ 14 ✗ 1 next loss 11:42 opening shot ⇣ 2"),
        (60, "▞ trailer ▸ 3 ◷ 2 ✓ 14 ✗ 1 next loss 11:42 opening…"),
    ],
)
def test_words_go_first_then_keys_the_clock_and_the_speed(width: int, said: str) -> None:
    assert said in words(top(OVERVIEW, width))


@pytest.mark.parametrize("width", [60, 70, 80, 90, 100, 110, 120, 160, 240])
@pytest.mark.parametrize("signs", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_the_header_never_drops_a_count_or_what_is_lost_next_and_when(
    width: int, signs: Glyphs
) -> None:
    line = text(top(OVERVIEW, width, signs))
    for needed in (f"{signs.status(Status.FAILED)} 1", "11:42", "openi"):
        assert needed in line


def test_the_view_in_force_is_on_a_lighter_ground_and_each_is_clicked_open() -> None:
    line = top(replace(OVERVIEW, view="view_failed", unsaved=3, in_trouble=2), 200)
    lit = "".join(piece.text for piece in line if piece.ground is Ground.CURSOR)
    assert lit == " 5 failed ✗ 1 "
    for command, found in (("view_unsaved", "not saved"), ("view_trouble", "! 2")):
        assert command_at(line, cell_len(text(line).partition(found)[0])) == command
    assert command_at(line, 0) == command_at(line, 500) == ""


def test_a_view_of_ones_own_lights_none_of_the_six() -> None:
    assert not any(piece.ground for piece in top(replace(OVERVIEW, view=""), 200))


def test_the_header_says_that_polling_is_paused() -> None:
    assert "polling paused" in text(top(replace(OVERVIEW, paused=True), 160))


HELD_UP = ("hiapi", AskedEvery(12.0, Pacing.RATE, 20.0))


def test_the_header_says_how_often_tasks_are_really_asked_about() -> None:
    line = text(top(replace(OVERVIEW, slowest=HELD_UP), 240))
    assert "hiapi asked every 12 s: limit 20/s" in line


@pytest.mark.parametrize("width", [80, 100, 120])
def test_it_says_so_in_few_words_where_room_is_short(width: int) -> None:
    assert "every 12 s" in text(top(replace(OVERVIEW, slowest=HELD_UP), width))


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_kept_frame_says_its_age_whatever_goes(width: int) -> None:
    assert "as of 3 min ago" in text(top(replace(OVERVIEW, as_of="as of 3 min ago"), width))


def test_of_several_accounts_the_header_names_the_one_that_is_held_up_the_most() -> None:
    found = slowest(
        [
            AccountState(account_id="fine", asked_every=AskedEvery(60.0, Pacing.INTERVAL, 20.0)),
            AccountState(account_id="slow", asked_every=AskedEvery(12.0, Pacing.RATE, 20.0)),
            AccountState(account_id="slower", asked_every=AskedEvery(30.0, Pacing.CONCURRENCY, 4)),
            AccountState(account_id="unused"),
        ]
    )
    assert found is not None
    assert (found[0], asked_words(found[1])) == ("slower", "asked every 30 s: 4 at a time")
    assert slowest([]) is None


def test_without_anything_to_lose_the_header_speaks_of_no_loss() -> None:
    assert "loss" not in text(top(replace(OVERVIEW, loss=None), 120))


def state(name: str, problem: Trouble | None = None, missing: str = "") -> AccountState:
    return held_by(name, problem, missing)


def test_one_outage_is_one_line() -> None:
    states = [
        state("hiapi", missing="set HIAPI_API_KEY"),
        state("anyfast", trouble()),
        state("ttapi"),
        state("gptge", trouble(ProblemKind.UNAVAILABLE, again=None)),
    ]
    lines = [words(line) for line in trouble_lines(states, (), START, 100, UNICODE)]
    assert lines == [
        "! hiapi set HIAPI_API_KEY",
        "! anyfast throttled since 11:58:00, next try in 39s the gateway said so",
        "! gptge offline since 11:58:00 the gateway said so",
    ]


def test_an_outage_promises_no_next_try_while_polling_is_paused() -> None:
    states = [state("anyfast", trouble())]
    (line,) = trouble_lines(states, (), START, 100, UNICODE, paused=True)
    assert words(line) == "! anyfast throttled since 11:58:00 the gateway said so"


def test_an_outage_says_how_many_tasks_it_holds_up() -> None:
    states = [state("anyfast", trouble())]
    (line,) = trouble_lines(states, (), START, 120, UNICODE, held_up=lambda name: len(name))
    assert "next try in 39s · 7 tasks keep their last known state" in words(line)


def test_trouble_with_our_own_files_comes_first() -> None:
    lines = trouble_lines([state("a", trouble())], ("not saved: disk full",), START, 100, UNICODE)
    assert words(lines[0]) == "! not saved: disk full"
    assert len(lines) == 2


def test_many_outages_share_the_last_line() -> None:
    lines = trouble_lines([state(f"a{n}", trouble()) for n in range(9)], (), START, 100, UNICODE)
    assert len(lines) == 3
    assert "7 more troubles" in text(lines[-1])


def situation(task: Task | None) -> Situation:
    targets = (task,) if task else ()
    return Situation(now=START, current=task, targets=targets, sought=False, total=5)


STANDING = FooterState(
    shown=3, total=345, marked=2, filter="rain", view="active", polled_at=START, now=START
)


CALM = replace(STANDING, shown=345, marked=0, filter="", view="")


@pytest.mark.parametrize("width", [60, 80, 120, 160])
def test_the_footer_fits_and_always_names_the_help(width: int) -> None:
    line = text(footer(keymap({}), situation(task()), CALM, width, UNICODE))
    assert cell_len(line) == width
    assert "? help" in line


def test_the_footer_shows_keys_as_they_are_and_what_the_list_is_narrowed_to() -> None:
    line = words(footer(keymap({"add": ("f2",)}), situation(task()), STANDING, 220, UNICODE))
    assert "f2 add" in line
    assert line.endswith("2 marked /rain active 3 of 345 polled 0s ago")


def test_the_footer_names_only_keys_that_work_here_and_now() -> None:
    def said(one: Task, place: Place = Place.LIST) -> str:
        return words(footer(keymap({}), situation(one), STANDING, 160, UNICODE, place))

    assert "d download" not in said(task())
    assert "d download o open" in said(finish(task(), output()))
    assert said(task(), Place.DETAILS).startswith("esc back j down k up")


def test_a_narrow_footer_keeps_the_keys_that_matter_most() -> None:
    line = footer(keymap({}), situation(finish(task(), output())), CALM, 80, UNICODE)
    assert words(line).startswith("d download o open a add v dailies / filter ? help")
    assert words(line).endswith("ctrl+p everything")
    assert command_at(line, text(line).index("filter")) == "filter"


@pytest.mark.parametrize(
    ("view", "filtered", "says"),
    [
        ("in trouble", "", "Nothing is in trouble"),
        ("", "rain", "Nothing matches rain"),
        ("active", "rain", "Nothing is active and matches rain"),
    ],
)
def test_a_list_that_is_only_filtered_says_how_to_get_it_back(
    view: str, filtered: str, says: str
) -> None:
    lines = no_match(view, filtered, 345, keymap({}), 80, 20)
    written = "\n".join(text(line) for line in lines)
    assert says in written
    does = "takes the filter away" if filtered else "shows all 345 tasks of this list"
    assert f"esc {does}" in written
    assert command_at(lines[-1], text(lines[-1]).index("esc")) == "back"


def test_a_terminal_too_small_is_told_so_in_one_calm_line() -> None:
    lines = [text(line).strip() for line in calm(50, 10)]
    assert [line for line in lines if line] == ["rushes needs 60 by 12, this is 50 by 10"]


@pytest.mark.parametrize(
    ("size", "details"),
    [
        ((120, 32), Details.BESIDE),
        ((110, 12), Details.BESIDE),
        ((109, 40), Details.INSTEAD),
        ((80, 24), Details.INSTEAD),
        ((60, 12), Details.INSTEAD),
        ((59, 40), None),
        ((200, 11), None),
        ((0, 0), None),
    ],
)
def test_details_go_where_there_is_room(size: tuple[int, int], details: Details | None) -> None:
    found: Arrangement | None = arrange(*size)
    assert (found.details if found else None) is details


def test_the_census_follows_changes_alone() -> None:
    census = Counts()
    tasks = {one.ref: one for one in a_day()}
    census.take(tasks, (), True)
    assert census.counts[Status.SUCCEEDED] == 5
    loss = census.next_loss(START)
    assert loss is not None
    assert tasks[loss.ref].name == "opening shot"
    first = tasks[loss.ref]
    tasks[loss.ref] = replace(first, fetches={1: saved(), 2: saved()})
    unsaved = census.unsaved
    census.take(tasks, [loss.ref], False)
    assert census.unsaved == unsaved - 1
    after = census.next_loss(START)
    assert after is not None
    assert tasks[after.ref].name == "雨中的玻璃窗"
    del tasks[after.ref]
    census.take(tasks, (), True)
    assert census.counts[Status.SUCCEEDED] == 4


def test_what_has_expired_is_no_longer_about_to() -> None:
    census = Counts()
    one = finish(task(), output(expires_in=10), output(expires_in=50))
    census.take({one.ref: one}, (), True)
    loss = census.next_loss(START + timedelta(seconds=20))
    assert loss is not None
    assert loss.left == timedelta(seconds=30)
    assert census.unsaved == 1
    assert census.next_loss(START + timedelta(seconds=60)) is None
    assert census.unsaved == 0


def test_what_has_no_known_end_stays_unsaved_and_an_open_task_in_trouble_is_counted() -> None:
    census = Counts()
    endless, held_up = finish(task("a"), output()), replace(task("b"), trouble=trouble())
    census.take({one.ref: one for one in (endless, held_up)}, (), True)
    census.next_loss(START + timedelta(days=99))
    assert (census.unsaved, census.in_trouble) == (1, 1)
    over = replace(finish(task("b"), output()), trouble=trouble(), fetches={1: saved()})
    census.take({over.ref: over}, [over.ref], True)
    assert (census.unsaved, census.in_trouble) == (0, 0)
