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
from rushes.tui.lines.glyphs import ASCII, UNICODE
from rushes.tui.lines.task_sections import Frame
from rushes.watch.asset import Fetch, Halt, OutputState
from rushes.watch.reasons import Cause, HttpStatus, NotThereYet, Told
from rushes.watch.task import Task, Transition

DEAD = Told("link is dead")
REFUSED = Fetch(state=OutputState.DOWNLOADING).set_aside(
    Halt.NOT_THERE_YET, NotThereYet(HttpStatus(404)), retry_at=START + timedelta(seconds=8)
)


def written(one: Task, cells: int = 60) -> str:
    lines = details(one, Frame(START, cells, UNICODE))
    return "\n".join("".join(piece.text for piece in line).rstrip() for line in lines)


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
    for one in [*a_day(), long]:
        for line in details(one, Frame(START, cells, signs)):
            assert cell_len("".join(piece.text for piece in line)) <= cells


def test_the_top_says_what_it_is() -> None:
    text = written(task("opening shot", tags=("trailer", "act one"), prompt="dawn"))
    assert text.startswith(
        "opening shot\ntk-hiapi-opening-shot\nhappyhorse-1-0 · hiapi  #trailer #act one\n\ndawn\n"
    )


def test_the_timeline_has_every_step_with_the_time_since_the_one_before() -> None:
    lines = [" ".join(line.split()) for line in written(finish(task(started=66))).split("\n")]
    assert "11:58:54 ◷ queued QUEUED" in lines
    assert "11:58:59 ▸ running RUNNING +5s" in lines
    assert "12:00:00 ✓ succeeded SUCCESS +1m 01s" in lines


def test_steps_of_another_day_carry_their_date() -> None:
    assert "20 Nov 12:00 ◷ queued" in written(task(started=2 * 86400))


def test_an_output_says_where_it_is_how_far_when_it_goes_and_why_we_think_so() -> None:
    one = finish(task(), output(expires_in=702), output("first_frame", expires_in=90))
    one = replace(one, fetches={1: arriving(7_700_000, 12_400_000), 2: saved()})
    text = " ".join(written(one).split())
    assert "1 video 12.4 MB ⇣ 62%" in text
    assert "62% 8.3 MB/s" in text
    assert "expires 12:11:42 stated 11:42 left" in text
    assert "2 first_frame 12.4 MB ✓" in text
    assert "saved /videos/opening shot/video-1.mp4" in text


def test_times_of_the_server_are_shown_by_our_clock() -> None:
    one = replace(finish(task(), output(expires_in=120)), skew=timedelta(seconds=60))
    assert "expires 12:01:00" in written(one)


def test_a_timeline_is_by_our_clock_whoever_said_when() -> None:
    theirs = Transition(Status.RUNNING, "handling", START, START + timedelta(hours=1))
    ours = Transition(Status.SUCCEEDED, "success", START + timedelta(seconds=90))
    one = replace(task(), transitions=(theirs, ours), skew=timedelta(hours=1))
    assert "12:00:00 ▸ running" in written(one)
    assert "+1m 30s" in written(one)


def test_a_step_that_stands_for_many_changes_says_so() -> None:
    steps = (
        Transition(Status.QUEUED, "queued", START),
        Transition(Status.RUNNING, "handling", START + timedelta(seconds=5), times=7000),
    )
    assert "+5s  7000 changes" in written(replace(task(), transitions=steps))


def test_a_presigned_link_is_shown_without_its_secret() -> None:
    text = written(finish(task(), output(expires_in=60)))
    assert "https://cdn.example/video.mp4?…" in text
    assert "s3cret" not in text


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
    assert "saved ~/Movies/a.mp4" in written(
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
    frame = Frame(START, 60, UNICODE, account=trouble(ProblemKind.AUTH))
    lines = details(task(), frame)
    assert any("key refused" in piece.text for line in lines for piece in line)


def test_the_record_its_ids_and_the_next_poll_stand_at_the_end() -> None:
    one = said(task(), request_id="req-1", upstream_id="up-2", drift=("unmapped status warming",))
    one = replace(
        one,
        polls=12,
        last_polled_at=ago(3),
        next_poll_at=START + timedelta(seconds=4),
        next_poll_why="every 5s",
    )
    text = written(one)
    for line in (
        "record until not stated",
        "request req-1",
        "upstream up-2",
        "polls 12",
        "last poll 3s ago",
        "next poll in 4s, every 5s",
        "! unmapped status warming",
    ):
        assert line in text
    assert "record until 12:49:00" in written(
        replace(task(), record_lifetime=timedelta(minutes=50))
    )


def test_a_poll_whose_turn_is_long_in_coming_is_said_to_be_due() -> None:
    waiting = replace(task(), next_poll_at=ago(8), next_poll_why="every 3s")
    assert "next poll due 8s ago, every 3s" in written(waiting)
    waiting = replace(task(), next_poll_at=ago(0.5), next_poll_why="every 3s")
    assert "next poll in 0s, every 3s" in written(waiting)


def test_a_long_prompt_is_short_at_the_top_and_whole_at_the_end() -> None:
    prompt = " ".join(f"word{n}" for n in range(60))
    text = written(task(prompt=prompt), 40)
    top, _, end = text.partition("\nprompt\n")
    assert "word0 " in top
    assert "…" in top
    assert "word59" not in top
    assert " ".join(end.split()) == prompt
