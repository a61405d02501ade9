"""The small pure parts: exit codes, colour, streams, the JSON of a task."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rushes.providers.as_json import snapshot_json
from rushes.providers.exits import Exit, first_that_applies
from rushes.providers.model import (
    Basis,
    Content,
    ExpiryClaim,
    Failure,
    Handle,
    Link,
    Output,
    ProblemKind,
    Snapshot,
    Status,
)
from rushes.providers.rfc3339 import rfc3339
from rushes.tui.command import json_fields
from rushes.tui.command.event_json import LINES, SUMMARY, event_lines
from rushes.tui.command.task_json import task_json
from rushes.tui.shell.json_output import print_json
from rushes.tui.shell.stream import Stream, wants_colour
from rushes.watch.asset import Check, Fetch, OutputState
from rushes.watch.changes import step_event
from rushes.watch.reasons import Told
from rushes.watch.task import Entry, Ref, Task, Transition, Trouble

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)

# Both as interface.md writes them.
TASK = (
    "ref provider id label tags added status raw_status progress model prompt created_at"
    " started_at finished_at request_id upstream_id usage error problem outputs transitions polls"
    " last_polled_at next_poll_at record_expires_at asked_every asked_every_why rating"
)
OUTPUT = (
    "n kind url expires_at expiry_basis needs_auth file_id width height state path bytes sha256"
    " note checked rating"
)


def task(**more: object) -> Task:
    entry = Entry(ref=Ref("hiapi", "t-1"), added=NOW, label="opening shot", tags=("a", "b"))
    return Task(entry=entry, **more)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("codes", "first"),
    [
        ([], Exit.FINE),
        ([Exit.FINE], Exit.FINE),
        ([Exit.TASK_FAILED, Exit.FINE], Exit.TASK_FAILED),
        ([Exit.TASK_FAILED, Exit.DOWNLOAD], Exit.DOWNLOAD),
        ([Exit.DOWNLOAD, Exit.GONE], Exit.GONE),
        ([Exit.GONE, Exit.UNREACHABLE], Exit.UNREACHABLE),
        ([Exit.TASK_FAILED, Exit.DOWNLOAD, Exit.GONE, Exit.UNREACHABLE, Exit.KEY], Exit.KEY),
    ],
)
def test_of_several_codes_the_first_in_the_documented_order_counts(
    codes: list[Exit], first: Exit
) -> None:
    assert first_that_applies(codes) is first
    assert first_that_applies(reversed(codes)) is first


@pytest.mark.parametrize(
    ("environ", "terminal", "wanted"),
    [
        ({"TERM": "xterm"}, True, True),
        ({"TERM": "xterm"}, False, False),
        ({"TERM": "dumb"}, True, False),
        ({}, True, False),
        ({"TERM": "xterm", "NO_COLOR": "1"}, True, False),
        ({"TERM": "xterm", "NO_COLOR": ""}, True, True),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"FORCE_COLOR": "0"}, False, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, True, False),
    ],
)
def test_colour_is_for_whoever_can_and_wants_to_see_it(
    environ: dict[str, str], terminal: bool, wanted: bool
) -> None:
    assert wants_colour(environ, terminal) is wanted


@pytest.mark.parametrize(("encoding", "written"), [("ascii", b"\\xfc"), ("latin-1", b"\xfc")])
def test_what_an_encoding_lacks_is_escaped(encoding: str, written: bytes) -> None:
    raw = io.BytesIO()
    stream = Stream(io.TextIOWrapper(raw, encoding), {})
    stream.line("ü ✓")
    stream.flush()
    assert raw.getvalue() == written + b" \\u2713\n"


def test_passing_lines_never_reach_a_pipe() -> None:
    raw = io.BytesIO()
    stream = Stream(io.TextIOWrapper(raw, "utf-8"), {})
    stream.passing("41%")
    stream.line("saved")
    stream.flush()
    assert raw.getvalue() == b"saved\n"


def test_json_stays_json_in_any_encoding() -> None:
    raw = io.BytesIO()
    stream = Stream(io.TextIOWrapper(raw, "ascii"), {})
    print_json(stream, {"prompt": "雨 ü"})
    stream.flush()
    assert json.loads(raw.getvalue()) == {"prompt": "雨 ü"}


def test_a_task_never_asked_about_has_every_key_in_the_documented_order() -> None:
    said = task_json(task(), NOW, "https://gateway.example")
    assert list(said) == TASK.split()
    assert said["status"] is None
    assert said["raw_status"] is None
    assert said["added"] == "2026-11-22T12:00:00Z"
    assert said["tags"] == ["a", "b"]
    assert said["usage"] == {}
    assert [said[key] for key in ("error", "problem", "created_at", "last_polled_at")] == [None] * 4


def test_a_task_says_what_its_provider_said() -> None:
    snapshot = Snapshot(
        status=Status.FAILED,
        raw_status="fail",
        finished_at=NOW,
        failure=Failure("E1", "no"),
        usage={"seconds": 5},
    )
    seen = NOW + timedelta(milliseconds=7, microseconds=900)
    step = Transition(Status.FAILED, "fail", seen, seen)
    trouble = Trouble(kind=ProblemKind.AUTH, message="key refused (401)", since=seen)
    said = task_json(
        task(
            status=Status.FAILED,
            raw_status="fail",
            snapshot=snapshot,
            transitions=(step,),
            trouble=trouble,
        ),
        NOW,
        "",
    )
    assert said["error"] == {"code": "E1", "message": "no"}
    assert said["usage"] == {"seconds": 5}
    assert said["transitions"] == [
        {
            "status": "failed",
            "raw_status": "fail",
            "observed_at": "2026-11-22T12:00:00.007Z",
            "provider_at": "2026-11-22T12:00:00Z",
            "times": 1,
        }
    ]
    assert said["problem"] == {
        "kind": "auth",
        "message": "key refused (401)",
        "since": "2026-11-22T12:00:00Z",
        "retry_at": None,
    }


def test_only_when_something_was_seen_has_milliseconds_and_always_three_digits() -> None:
    step = Transition(Status.RUNNING, "handling", NOW)
    (line,) = event_lines(step_event(Ref("hiapi", "a"), step), None)
    assert line["at"] == "2026-11-22T12:00:00.000Z"
    assert rfc3339(NOW + timedelta(microseconds=999_999)) == "2026-11-22T12:00:00Z"


LINK = Output(
    kind="video",
    where=Link("https://cdn.example/v.mp4?sig=s"),
    claims=(ExpiryClaim(Basis.STATED, at=NOW - timedelta(hours=1)),),
)
CONTENT = Output(kind="video", where=Content("/v1/videos/t/content"))
HANDLE = Output(kind="video", where=Handle("f-1"), file_id="f-1")
SAVED = Fetch(
    state=OutputState.DOWNLOADED,
    path=Path("/d/v.mp4"),
    done=9,
    sha256="ab",
    reasons=(Told("n"),),
    checked=(Check.LENGTH, Check.TYPE, Check.INDEX, Check.CHECKSUM),
)


def test_outputs_have_every_key_whole_urls_and_their_own_state() -> None:
    made = (LINK, CONTENT, HANDLE, LINK)
    snapshot = Snapshot(status=Status.SUCCEEDED, raw_status="success", outputs=made)
    one = task(status=Status.SUCCEEDED, snapshot=snapshot, fetches={4: SAVED})
    said = task_json(one, NOW, "https://gateway.example/prefix")
    outputs = json.loads(json.dumps(said["outputs"]))
    assert [list(output) for output in outputs] == [OUTPUT.split()] * 4
    assert [output["state"] for output in outputs] == [
        "expired",
        "available",
        "unresolved",
        "downloaded",
    ]
    assert outputs[0]["url"] == "https://cdn.example/v.mp4?sig=s"
    assert outputs[0]["expiry_basis"] == "stated"
    assert outputs[1]["url"] == "https://gateway.example/prefix/v1/videos/t/content"
    assert outputs[2]["url"] is None
    assert [output["needs_auth"] for output in outputs] == [False, True, True, False]
    assert outputs[3]["checked"] == ["length", "type", "index", "checksum"]
    assert outputs[0]["checked"] == []
    assert (outputs[3]["path"], outputs[3]["bytes"], outputs[3]["note"]) == ("/d/v.mp4", 9, "n")


def test_what_hangs_from_an_account_that_is_gone_has_no_link_rather_than_half_of_one() -> None:
    content = Output(kind="video", where=Content("/v1/videos/t/content"))
    said = Snapshot(status=Status.SUCCEEDED, raw_status="success", outputs=(content,))
    (shown,) = json.loads(json.dumps(task_json(task(snapshot=said), NOW, "")["outputs"]))
    assert shown["url"] is None


def test_the_help_explains_every_field_of_the_json_and_no_other() -> None:
    link = Output(kind="video", where=Link("https://cdn.example/v.mp4"))
    said = Snapshot(status=Status.SUCCEEDED, raw_status="success", outputs=(link,))
    shown = task_json(task(snapshot=said), NOW, "")
    (output,) = json.loads(json.dumps(shown["outputs"]))
    assert list(json_fields.TASK) == list(shown)
    assert list(json_fields.OUTPUT) == list(output)
    assert set(json_fields.EVENT) == {
        *(name for line in LINES.values() for name in line),
        *(field.name for field in SUMMARY),
    }


def test_what_parse_says_of_a_reply_is_said_of_its_task_in_the_same_form() -> None:
    link = Output(
        kind="video", where=Link("https://cdn.example/v.mp4"), width=768, height=1152, note="odd"
    )
    said = Snapshot(
        status=Status.FAILED,
        raw_status="fail",
        progress=7,
        created_at=NOW,
        failure=Failure("E1", "no"),
        usage={"seconds": 5},
        outputs=(link,),
    )
    of_task = task_json(task(status=Status.FAILED, raw_status="fail", snapshot=said), NOW, "")
    of_reply = snapshot_json(said)
    assert {name: of_task[name] for name in of_reply if name != "outputs"} == {
        name: value for name, value in of_reply.items() if name != "outputs"
    }
    (ours,), (theirs,) = (json.loads(json.dumps(it["outputs"])) for it in (of_task, of_reply))
    assert {name: ours[name] for name in theirs} == theirs
