"""Everything known about one task, as lines."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from rich.cells import cell_len
from sample_tasks import START, a_day, ago, arriving, finish, output, saved, task, trouble

from rushes.providers.model import (
    Basis,
    ExpiryClaim,
    Failure,
    Handle,
    Inline,
    Output,
    ProblemKind,
    Snapshot,
    Status,
)
from rushes.tui.lines.details import details
from rushes.tui.lines.fit import text_of
from rushes.tui.lines.glyphs import ASCII, UNICODE
from rushes.tui.lines.pace_words import next_poll_words
from rushes.tui.lines.roles import Role
from rushes.tui.lines.task_sections import NOTHING_BESIDE, Beside, Frame, Siblings, SmallPictures
from rushes.watch.asset import Fetch, Halt, OutputState
from rushes.watch.figures.usual import Usual
from rushes.watch.ratings import Rating
from rushes.watch.reasons import Cause, HttpStatus, NotThereYet, Told
from rushes.watch.task import PollReason, PollWhy, Task, Transition

DEAD = Told("link is dead")
REFUSED = Fetch(state=OutputState.DOWNLOADING).set_aside(
    Halt.NOT_THERE_YET, NotThereYet(HttpStatus(404)), retry_at=START + timedelta(seconds=8)
)


USUAL = Usual(20, timedelta(seconds=60), timedelta(seconds=95))
OF_ITS_MODEL = Beside(usual=USUAL)
EVERY_3S = PollWhy(PollReason.INTERVAL, 3.0)


def written(one: Task, cells: int = 60, beside: Beside = NOTHING_BESIDE) -> str:
    return text_of(details(one, Frame(START, cells, UNICODE, beside)).lines)


def said(one: Task, **more: object) -> Task:
    """The task with these fields in its snapshot."""
    snapshot = one.snapshot or Snapshot(status=Status.RUNNING, raw_status="")
    return replace(one, snapshot=replace(snapshot, **more))  # type: ignore[arg-type]  # by name


@pytest.mark.parametrize("cells", [20, 28, 40, 72])
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_no_line_is_wider_than_the_pane(cells: int, glyphs: object) -> None:
    signs = ASCII if glyphs is ASCII else UNICODE
    long = said(
        task("雨" * 50, prompt="a very long prompt " * 60, tags=("x" * 30, "y"), problem=trouble()),
        request_id="r" * 90,
        drift=("unmapped status " + "z" * 90,),
    )
    batch = Siblings("y", 2, a_day())
    beside = Beside(siblings=batch, cost="0.36 USD", copy_key="c", usual=USUAL)
    for one in [*a_day(), long]:
        for line in details(one, Frame(START, cells, signs, beside)).lines:
            assert cell_len("".join(piece.text for piece in line)) <= cells


def test_the_top_says_what_it_is() -> None:
    text = written(task("opening shot", tags=("trailer", "act one"), prompt="dawn"))
    assert text.startswith("opening shot\nhappyhorse-1-0 · hiapi  #trailer #act one\n\ndawn\n")
    assert written(task("", task_id="tk-" + "x" * 90), 28).startswith(
        "tk-xxxxxxxxxxx…xxxxxxxxxxxxx\n"
    )


def test_the_timeline_has_every_step_with_the_time_that_it_lasted() -> None:
    lines = [" ".join(line.split()) for line in written(finish(task(started=66))).split("\n")]
    assert "11:58:54 ◷ queued QUEUED 5s" in lines
    assert "11:58:59 ▸ running RUNNING 1m 01s" in lines
    assert "12:00:00 ✓ succeeded SUCCESS" in lines


def test_its_head_says_how_long_it_ran_and_how_long_is_usual() -> None:
    (head,) = [line for line in written(finish(task(started=66)), beside=OF_ITS_MODEL).split("\n")
               if line.startswith("TIMELINE ─")]  # fmt: skip
    assert head.endswith("─ 1m 06s, usually 1m 00s")
    assert "1m 31s, past the usual 1m 00s" in written(finish(task(started=91)), 60, OF_ITS_MODEL)


def test_its_bar_is_parted_as_the_time_was() -> None:
    lines = details(finish(task(started=100)), Frame(START, 60, UNICODE)).lines
    (bar,) = [line for line in lines if line and set(line[0].text) == {"━"}]
    assert [(len(piece.text), piece.role) for piece in bar] == [
        (3, Role.QUEUED),
        (57, Role.RUNNING),
    ]


def test_a_step_that_hardly_lasted_has_a_cell_of_the_bar() -> None:
    steps = [
        Transition(Status.QUEUED, "q", START),
        Transition(Status.RUNNING, "r", START + timedelta(hours=1)),
        Transition(Status.FINALIZING, "f", START + timedelta(seconds=3601)),
        Transition(Status.SUCCEEDED, "s", START + timedelta(seconds=3602)),
    ]
    one = replace(task(status=Status.SUCCEEDED), transitions=tuple(steps))
    lines = details(one, Frame(START, 28, UNICODE)).lines
    (bar,) = [line for line in lines if line and set(line[0].text) == {"━"}]
    assert [len(piece.text) for piece in bar] == [26, 1, 1]


def test_steps_of_another_day_carry_their_date() -> None:
    assert "20 Nov 12:00 ◷ queued" in written(task(started=2 * 86400))


def test_an_output_says_where_it_is_how_far_when_it_goes_and_why_we_think_so() -> None:
    one = finish(task(), output(expires_in=702), output("first_frame", expires_in=90))
    one = replace(one, fetches={1: arriving(7_700_000, 12_400_000), 2: saved()})
    text = " ".join(written(one).split())
    assert "─ 1 of 2 saved 1 video 12.4 MB ⇣ 62% 8.3 MB/s ━" in text
    assert "─ 11:42 left ends 12:11:42 stated 2 first_frame 12.4 MB ✓ saved" in text
    assert "✓ saved /videos/opening shot/video-1.mp4" in text


def test_a_file_below_the_download_folder_is_named_from_there_on() -> None:
    one = replace(finish(task(), output()), fetches={1: saved()})
    assert "  opening shot/video-1.mp4" in written(one, 60, Beside(folder=Path("/videos")))


def test_a_file_that_waits_for_its_turn_says_so() -> None:
    one = finish(task(), output(), output("image"))
    lines = written(one, 60, Beside(waiting=frozenset({2}))).split("\n")
    assert [line.split()[-2:] for line in lines if line[:2] in ("1 ", "2 ")] == [
        ["not", "saved"],
        ["in", "line"],
    ]


def test_a_rating_stands_at_the_name_and_at_its_file() -> None:
    one = finish(task(), output(), output("image"))
    one = replace(one, ratings={1: Rating(0, START), 2: Rating(4, START)})
    lines = written(one).split("\n")
    assert lines[0].endswith("✦✦✦✦·")
    assert "1 video  out" in "\n".join(lines)
    assert "2 image  ✦4" in "\n".join(lines)


def test_the_lines_of_each_output_are_known() -> None:
    one = replace(finish(task(), output(expires_in=60), output("image")), fetches={2: saved()})
    detail = details(one, Frame(START, 60, UNICODE))
    lines = text_of(detail.lines).split("\n")
    assert lines[detail.outputs[1].start].startswith("1 video")
    assert lines[detail.outputs[2].start].startswith("2 image")
    assert [detail.output_at(y) for y in (0, *detail.outputs[1])] == [None, 1, 1]


def test_lines_are_left_for_a_picture_under_the_name() -> None:
    detail = details(task(prompt="dawn"), Frame(START, 60, UNICODE, Beside(picture_rows=3)))
    lines = text_of(detail.lines).split("\n")
    assert lines[detail.picture_at - 2 : detail.picture_at + 5] == [
        "happyhorse-1-0 · hiapi", "", "", "", "", "", "dawn"
    ]  # fmt: skip


def test_the_others_of_its_batch_are_named() -> None:
    others = (task("ridge, take 2"), task("ridge, take 3", Status.FAILED))
    text = written(task(), 40, Beside(siblings=Siblings("act-1", 1, others)))
    assert "SAME BATCH  #act-1 ────────────── 1 of 3\n▸ ridge, take 2  ✗ ridge, take 3" in text


def test_lines_are_left_for_the_pictures_of_others_over_their_names() -> None:
    others = tuple(map(task, ("ridge, take 2", "ridge, take 3", "cut")))
    beside = Beside(
        siblings=Siblings("act-1", 1, others), small=SmallPictures((others[0], others[2]), 11)
    )
    detail = details(task(), Frame(START, 40, UNICODE, beside))
    lines = [line.rstrip() for line in text_of(detail.lines).split("\n")]
    assert lines[detail.small_at - 1].startswith("SAME BATCH")
    assert lines[detail.small_at :] == ["", "", "", "ridge, tak… cut", "▸ ridge, take 3"]


def test_times_of_the_server_are_shown_by_our_clock() -> None:
    one = replace(finish(task(), output(expires_in=120)), skew=timedelta(seconds=60))
    assert "ends 12:01:00" in written(one)


def test_a_timeline_is_by_our_clock_whoever_said_when() -> None:
    theirs = Transition(Status.RUNNING, "handling", START, START + timedelta(hours=1))
    ours = Transition(Status.SUCCEEDED, "success", START + timedelta(seconds=90))
    one = replace(task(), transitions=(theirs, ours), skew=timedelta(hours=1))
    assert "12:00:00 ▸ running" in written(one)
    assert "1m 30s" in written(one)


def test_a_step_that_stands_for_many_changes_says_so() -> None:
    steps = (
        Transition(Status.QUEUED, "queued", START),
        Transition(Status.RUNNING, "handling", START + timedelta(seconds=5), times=7000),
    )
    assert "7000 changes" in written(replace(task(), transitions=steps))


def test_a_link_is_not_shown() -> None:
    assert "https:" not in written(finish(task(), output(expires_in=60)))


@pytest.mark.parametrize(
    ("made", "fetch", "says"),
    [
        (output(), None, "not saved"),
        (output(), None, "expiry not stated"),
        (output(expires_in=-7300), None, "lost"),
        (output(expires_in=-7300), None, "2h ago"),
        (Output(kind="video", where=Handle("314")), None, "link not asked for yet"),
        (Output(kind="video", where=Handle("314"), file_id="314"), None, "file 314"),
        (Output(kind="image", where=Inline(b"x"), width=768, height=1152), None, "768×1152"),
        (output(), Fetch(state=OutputState.FAILED, reasons=(DEAD,)), "download failed"),
        (output(), Fetch(state=OutputState.FAILED, reasons=(DEAD,)), "link is dead"),
        (output(), replace(saved(), reasons=(Cause.LENGTH_UNVERIFIED,)), "length unverified"),
        (output(expires_in=700), REFUSED, "not there yet"),
        (output(expires_in=700), REFUSED, "not there yet (HTTP 404), next try in 8s"),
        (output(), Fetch(state=OutputState.EXPIRED, reasons=(DEAD,)), "download failed"),
        (output(expires_in=60), Fetch(state=OutputState.EXPIRED, reasons=(DEAD,)), "not saved"),
        (
            Output(
                kind="video",
                where=Handle("1"),
                claims=(ExpiryClaim(Basis.DOCUMENTED, lifetime=timedelta(hours=24)),),
            ),
            None,
            "documented",
        ),
    ],
)
def test_every_state_of_an_output_has_its_words(
    made: Output, fetch: Fetch | None, says: str
) -> None:
    one = replace(finish(task(), made), fetches={1: fetch} if fetch else {})
    assert says in written(one)


def test_the_home_folder_is_written_as_people_write_it() -> None:
    path = Path.home() / "Movies" / "a.mp4"
    assert "  ~/Movies/a.mp4" in written(
        replace(finish(task(), output()), fetches={1: saved(path)})
    )


def test_a_failure_is_told_in_the_providers_words() -> None:
    text = written(task(status=Status.FAILED, failure=Failure("1027", "refused by the filter")))
    assert "✗ 1027\nrefused by the filter" in text
    assert "no reason given" in written(task(status=Status.FAILED, failure=Failure(None, None)))


def test_a_problem_says_since_when_and_when_it_is_tried_next() -> None:
    text = written(task(problem=trouble(ProblemKind.UNAVAILABLE)))
    assert "! offline\nthe gateway said so\nsince 11:58:00, 2m, next try in 39s" in text


def test_trouble_of_the_account_is_told_where_the_task_has_none_of_its_own() -> None:
    assert "key refused" in written(task(), 60, Beside(account=trouble(ProblemKind.AUTH)))


def test_the_record_its_ids_and_the_next_poll_stand_at_the_end() -> None:
    one = said(task(), request_id="req-1", upstream_id="up-2", drift=("unmapped status warming",))
    one = replace(
        one,
        polls=12,
        last_polled_at=ago(3),
        next_poll_at=START + timedelta(seconds=4),
        next_poll_why=PollWhy(PollReason.INTERVAL, 5.0),
    )
    text = written(one, 60, Beside(cost="0.36 USD", copy_key="c"))
    assert "─ c copies any" in text
    for line in (
        "id       tk-hiapi-opening-shot",
        "request  req-1",
        "upstream up-2",
        "cost     0.36 USD",
        "record   end not stated",
        "polled   12 times, 3s ago",
        "next     in 4s, every 5s",
        "! unmapped status warming",
    ):
        assert line in text
    assert "record   until 12:49:00" in written(
        replace(task(), record_lifetime=timedelta(minutes=50))
    )


def test_a_poll_whose_turn_is_long_in_coming_is_said_to_be_due() -> None:
    waiting = replace(task(), next_poll_at=ago(8), next_poll_why=EVERY_3S)
    assert "next     due 8s ago, every 3s" in written(waiting)
    waiting = replace(task(), next_poll_at=ago(0.5), next_poll_why=EVERY_3S)
    assert "next     in 0s, every 3s" in written(waiting)


@pytest.mark.parametrize("reason", PollReason)
def test_each_reason_for_the_time_of_a_poll_has_words(reason: PollReason) -> None:
    assert next_poll_words(PollWhy(reason, 300.0))


def test_a_wait_that_was_asked_for_is_said_with_its_cap() -> None:
    assert next_poll_words(PollWhy(PollReason.RETRY_AFTER, 39.0)) == "asked to wait 39s"
    capped = next_poll_words(PollWhy(PollReason.RETRY_AFTER_CAPPED, 300.0))
    assert capped == "asked to wait 300s, capped at 120s"


def test_a_long_prompt_is_short_at_the_top_and_whole_at_the_end() -> None:
    prompt = " ".join(f"word{n}" for n in range(60))
    text = written(task(prompt=prompt), 40)
    top, _, end = text.partition(f"\nPROMPT {'─' * 33}\n")
    assert "word0 " in top
    assert "…" in top
    assert "word59" not in top
    assert " ".join(end.split()) == prompt
