"""Our types as JSON and back, in the forms that databases and exports have had all along."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from full_task import SNAPSHOT, full_task

from rushes.providers.fields import fields, replace
from rushes.providers.frozen import frozen
from rushes.providers.model import ExpiryClaim, Inline, Link, Output, Snapshot, Status
from rushes.watch import codec, portable
from rushes.watch.codec import BadValue
from rushes.watch.path_text import read_path
from rushes.watch.portable import BadRecord

SAVED_BEFORE = """
{"status": "succeeded", "raw_status": "success", "task_id": "a", "progress": 100,
 "model": "happyhorse-1-0", "prompt": "雨中的玻璃窗", "request_id": "r-1", "upstream_id": "u-1",
 "created_at": "2026-11-22T12:00:00Z", "started_at": "2026-11-22T12:00:06Z",
 "finished_at": "2026-11-22T12:01:06.250000Z",
 "usage": {"duration": 5, "ratio": "16:9", "free": false, "note": null},
 "drift": ["$.data.new"], "failure": ["E1", "no"], "outputs": [
 {"kind": "video", "width": 768, "height": 1152, "note": "cut",
  "claims": [["stated", "2026-11-22T12:00:00Z", null, ""],
             ["signed", "2026-11-22T12:00:00Z", null, "x"]],
  "link": "https://cdn.example/a.mp4?Expires=1&Signature=%2B%3D"},
 {"kind": "video", "content": "/v1/videos/a/content"},
 {"kind": "video", "file_id": "314", "claims": [["documented", null, 32400.0, ""]],
  "handle": "314"},
 {"kind": "image", "inline": ["iVBORwD/", "image/png"]}]}
"""
"""SNAPSHOT, as every Rushes so far has written it."""

EXPORTED_BEFORE = f"""
{{"rushes": 1, "provider": "hiapi", "id": "a", "label": "", "tags": [],
 "added": "2026-11-22T12:00:00Z", "status": "succeeded", "raw_status": "success",
 "snapshot": {SAVED_BEFORE},
 "transitions": [["queued", "queued", "2026-11-22T12:00:00Z", "2026-11-22T12:00:00Z"],
                 ["succeeded", "success", "2026-11-22T12:01:10Z", null]],
 "polls": 7, "last_polled_at": "2026-11-22T12:01:10Z", "unfinished_at": "2026-11-22T12:01:00Z",
 "downloads": {{"1": ["/x/a.mp4", 9, "ab"]}}}}
"""


def test_what_databases_hold_so_far_is_read_and_written_as_before() -> None:
    assert codec.read(json.loads(SAVED_BEFORE), Snapshot) == SNAPSHOT
    assert codec.write(SNAPSHOT) == json.loads(SAVED_BEFORE)


def test_a_line_that_was_exported_so_far_is_read_and_written_as_before() -> None:
    assert json.loads(portable.write(replace(full_task(), ratings={}))) == json.loads(
        EXPORTED_BEFORE
    )
    read = portable.read(EXPORTED_BEFORE.replace("\n", " "))
    kept = {"entry", "status", "raw_status", "snapshot", "transitions", "polls", "unfinished_at"}
    assert {name: getattr(read, name) for name in kept} == {
        name: getattr(full_task(), name) for name in kept
    }


def test_what_says_nothing_is_left_out() -> None:
    bare = Snapshot(status=Status.QUEUED, raw_status="queued")
    assert codec.write(bare) == {"status": "queued", "raw_status": "queued"}
    assert codec.read(codec.write(bare), Snapshot) == bare


def test_names_that_are_not_known_are_passed_over() -> None:
    """A newer Rushes may write more."""
    said = {"status": "queued", "raw_status": "q", "mood": [1]}
    assert codec.read(said, Snapshot) == Snapshot(status=Status.QUEUED, raw_status="q")


def test_every_field_of_an_output_is_tried_above() -> None:
    tried = {
        field.name
        for field in fields(Output)
        for output in SNAPSHOT.outputs
        if getattr(output, field.name) != getattr(Output(kind="", where=Link("")), field.name)
    }
    assert tried == {field.name for field in fields(Output)}


@pytest.mark.parametrize(
    ("member", "words"),
    [
        ({"status": "over"}, "status: expected one of queued, running, "),
        ({"status": ["queued"]}, "status: expected one of "),
        ({"raw_status": None}, "raw_status: expected text"),
        ({"progress": True}, "progress: expected a whole number"),
        ({"progress": 1.5}, "progress: expected a whole number"),
        ({"progress": 10**15}, "progress: a number out of range"),
        ({"usage": {"seconds": float("nan")}}, "usage.seconds: expected a plain value"),
        ({"usage": [1]}, "usage: expected an object"),
        ({"drift": "$.a"}, "drift: expected a list"),
        ({"drift": ["$.a", 1]}, "drift[1]: expected text"),
        ({"failure": ["E1"]}, "failure: expected a list of 2"),
        ({"failure": ["E1", 7]}, "failure.message: expected text"),
        ({"created_at": "soon"}, "created_at: expected a time"),
        ({"created_at": "2026-11-22T12:00:00"}, "created_at: expected a time"),
        ({"created_at": "9999-12-31T23:59:59Z"}, "created_at: a time out of range"),
        ({"created_at": 7}, "created_at: expected a time"),
        ({"outputs": [{"link": "https://x.example/a"}]}, "outputs[0]: kind is missing"),
        (
            {"outputs": [{"kind": "video"}]},
            "outputs[0]: expected one of link, content, handle, inline",
        ),
        ({"outputs": [{"kind": "video", "link": 1}]}, "outputs[0].link.url: expected text"),
        (
            {"outputs": [{"kind": "video", "inline": ["no", ""]}]},
            "outputs[0].inline.data: expected base64",
        ),
        (
            {"outputs": [{"kind": "v", "link": "u", "claims": [["signed", None, True, ""]]}]},
            "outputs[0].claims[0].lifetime: expected seconds",
        ),
        (
            {"outputs": [{"kind": "v", "link": "u", "claims": [["signed", None, 1e13, ""]]}]},
            "outputs[0].claims[0].lifetime: seconds out of range",
        ),
    ],
)
def test_the_field_is_named_that_is_not_of_its_type(member: dict[str, Any], words: str) -> None:
    with pytest.raises(BadValue) as caught:
        codec.read({"status": "queued", "raw_status": "q", **member}, Snapshot)
    assert str(caught.value).startswith(words)


def test_a_value_that_is_no_object_at_all_is_refused_in_plain_words() -> None:
    with pytest.raises(BadValue, match=r"^expected an object$"):
        codec.read([1], Snapshot)


@frozen(kw_only=True)
class Unwritable:
    work: "set[int]"


def test_a_type_without_a_form_is_a_fault_of_ours() -> None:
    with pytest.raises(TypeError, match="no codec"):
        codec.write(Unwritable(work={1}))


def test_a_line_of_a_newer_rushes_says_so_whatever_else_it_lacks() -> None:
    with pytest.raises(BadRecord, match="newer Rushes"):
        portable.read('{"rushes": 2}')


def test_times_keep_their_digits_and_come_back_in_utc() -> None:
    at = datetime(2026, 11, 22, 12, 0, 0, 1, UTC)
    said = replace(SNAPSHOT, created_at=at, outputs=())
    assert codec.read(codec.write(said), Snapshot) == said
    there = {"status": "queued", "raw_status": "q", "created_at": "2026-11-22T20:00:00+08:00"}
    read = codec.read(there, Snapshot).created_at
    assert read is not None
    assert (read.hour, read.utcoffset()) == (12, timedelta(0))


def test_rows_are_whole_however_little_they_say() -> None:
    claim = SNAPSHOT.outputs[0].claims[0]
    assert codec.write(claim) == ["stated", "2026-11-22T12:00:00Z", None, ""]
    assert codec.read(codec.write(claim), ExpiryClaim) == claim
    assert codec.read(["AAE=", ""], Inline) == Inline(b"\x00\x01")


def test_a_path_of_any_bytes_is_a_path() -> None:
    with pytest.raises(ValueError, match="surrogates"):
        read_path("\udce9")
    assert read_path("/a/b") == Path("/a/b")
