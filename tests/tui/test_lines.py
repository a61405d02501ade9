"""The header, the lines of trouble, the footer, and what stands in an empty list."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from rich.cells import cell_len
from sample_tasks import START, a_day, finish, held_by, output, saved, task, trouble

from rushes.providers.model import ProblemKind, Status
from rushes.tui.actions.catalogue import keymap
from rushes.tui.actions.reasons import Situation
from rushes.tui.lines.arrange import Arrangement, Details, arrange
from rushes.tui.lines.counts import Counts, Loss
from rushes.tui.lines.fit import Cell
from rushes.tui.lines.glyphs import ASCII, UNICODE
from rushes.tui.lines.header import Overview, header, slowest, trouble_lines
from rushes.tui.lines.pace_words import asked_words
from rushes.tui.screen.empty import calm, empty, no_match
from rushes.tui.screen.footer import FooterState, footer
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


def test_the_header_says_what_matters_across_the_whole_list() -> None:
    assert words(header(OVERVIEW, 150, UNICODE)) == (
        "▞ rushes trailer ▸ 3 running ◷ 2 queued ✓ 14 ✗ 1"
        " next loss 11:42 opening shot · hiapi ⇣ 2 8.3 MB/s 12:00:00"
    )


@pytest.mark.parametrize("width", [60, 70, 80, 90, 100, 110, 120, 160, 240])
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_the_header_fits_and_never_drops_a_count_or_the_next_loss(
    width: int, glyphs: object
) -> None:
    signs = ASCII if glyphs is ASCII else UNICODE
    line = text(header(OVERVIEW, width, signs))
    assert cell_len(line) == width
    for needed in (f"{signs.status(Status.FAILED)} 1", "11:42"):
        assert needed in line


def test_the_header_says_that_polling_is_paused() -> None:
    assert "polling paused" in text(header(replace(OVERVIEW, paused=True), 140, UNICODE))


HELD_UP = ("hiapi", AskedEvery(12.0, Pacing.RATE, 20.0))


def test_the_header_says_how_often_tasks_are_really_asked_about() -> None:
    line = text(header(replace(OVERVIEW, slowest=HELD_UP), 150, UNICODE))
    assert "hiapi asked every 12 s: limit 20/s" in line


@pytest.mark.parametrize("width", [100, 120, 160])
def test_it_says_so_in_few_words_where_room_is_short(width: int) -> None:
    assert "every 12 s" in text(header(replace(OVERVIEW, slowest=HELD_UP), width, UNICODE))


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
    assert "loss" not in text(header(replace(OVERVIEW, loss=None), 120, UNICODE))


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
        "! hiapi: set HIAPI_API_KEY",
        "! anyfast: throttled since 11:58:00, next try in 39s the gateway said so",
        "! gptge: offline since 11:58:00 the gateway said so",
    ]


def test_an_outage_promises_no_next_try_while_polling_is_paused() -> None:
    states = [state("anyfast", trouble())]
    (line,) = trouble_lines(states, (), START, 100, UNICODE, paused=True)
    assert words(line) == "! anyfast: throttled since 11:58:00 the gateway said so"


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


@pytest.mark.parametrize("width", [60, 80, 120, 160])
def test_the_footer_fits_and_always_names_the_help(width: int) -> None:
    calm_standing = replace(STANDING, shown=345, marked=0, filter="", view="")
    line = text(footer(keymap({}), situation(task()), calm_standing, width, UNICODE))
    assert cell_len(line) == width
    assert "? help" in line


def test_the_footer_shows_keys_as_they_are_and_what_the_list_is_narrowed_to() -> None:
    line = words(footer(keymap({"add": ("f2",)}), situation(task()), STANDING, 160, UNICODE))
    assert "f2 add" in line
    assert line.endswith("2 marked /rain active 3 of 345 polled 0s ago")


def test_a_key_that_cannot_act_is_not_bright_in_the_footer() -> None:
    def bold(one: Task) -> bool:
        line = footer(keymap({}), situation(one), STANDING, 160, UNICODE)
        return next(piece.bold for piece in line if piece.text.strip() == "d")

    assert not bold(task())
    assert bold(finish(task(), output()))


def test_an_empty_list_teaches_three_ways_to_begin() -> None:
    written = "\n".join(text(line) for line in empty(keymap({"add": ("f2",)}), "default", 80, 20))
    for lesson in ("f2", "rushes add ID", "rushes demo"):
        assert lesson in written


def test_an_empty_list_of_another_name_is_begun_by_that_name() -> None:
    written = "\n".join(text(line) for line in empty(keymap({}), "night shoot", 80, 20))
    assert "rushes add -w 'night shoot' ID" in written


def test_a_list_that_is_only_filtered_says_how_to_get_it_back() -> None:
    written = "\n".join(text(line) for line in no_match("in trouble", keymap({}), 80, 20))
    assert "Nothing is in trouble" in written
    assert "esc shows all tasks" in written


def test_a_terminal_too_small_is_told_so_in_one_calm_line() -> None:
    lines = [text(line).strip() for line in calm(50, 10)]
    assert [line for line in lines if line] == ["rushes needs 60 by 12, this is 50 by 10"]


@pytest.mark.parametrize(
    ("size", "details"),
    [
        ((120, 32), Details.BESIDE),
        ((110, 12), Details.BESIDE),
        ((109, 40), Details.BELOW),
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
    census.take(tasks, [loss.ref], False)
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
    assert census.next_loss(START + timedelta(seconds=60)) is None
