"""Links of a success that stand in no place that a reader knows."""

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sampling import rounds

from rushes.providers.model import Basis, Link, Snapshot
from rushes.providers.registry import all_providers
from rushes.providers.reply import Ask, Reply, read_json
from rushes.providers.unmapped import LIMIT, unmapped

LINK = "https://files.example.com/1.bin"
QUICK = settings(derandomize=True, max_examples=rounds(50, 2000), deadline=None, database=None)


def notes(reply: Any) -> list[str]:
    return [output.note for output in unmapped(read_json(json.dumps(reply).encode()))]


@pytest.mark.parametrize(
    ("reply", "path"),
    [
        ({"output": {"clip": LINK}}, "$.output.clip"),
        ({"output": LINK}, "$.output"),
        ({"output": [LINK]}, "$.output[0]"),
        ({"result": {"parts": [{"a": {"b": [[LINK]]}}]}}, "$.result.parts[0].a.b[0][0]"),
        ({"data": {"result": {"glb": LINK}}}, "$.data.result.glb"),
        ({"data": [{"content": {"resource_url": LINK}}]}, "$.data[0].content.resource_url"),
        ({"content": {"upstream_url": LINK}}, "$.content.upstream_url"),
        ({"Data": {"Result": f" {LINK}\n"}}, "$.Data.Result"),
        ({"files": [{"href": LINK}]}, "$.files[0].href"),
    ],
)
def test_a_link_among_the_results_is_a_file(reply: Any, path: str) -> None:
    assert notes(reply) == [f"unmapped: {path}"]


ELSE = (
    *("input", "input_url", "imageInput", "inputs", "reference", "reference_image", "refReference"),
    *("callback", "callback_url", "webhook", "webHook", "status_url", "cancel", "stream", "docs"),
    *("prompt", "metadata", "error", "params", "parameters", "request", "arguments", "config"),
    *("source_url", "get", "self", "poll"),
)


@pytest.mark.parametrize("name", ELSE)
def test_a_name_that_says_something_else_is_passed_over_with_all_below_it(name: str) -> None:
    for value in (LINK, [LINK], {"url": LINK}, [{"url": [LINK]}]):
        assert notes({"data": {name: value}}) == []
        assert notes({"output": {"a": [{name: value}]}}) == []


@pytest.mark.parametrize(
    "reply",
    [
        {"url": LINK},
        {"image": LINK},
        {"message": LINK},
        {"request_id": "r", "docs": {"url": LINK}},
        {"data": {"text": f"see {LINK}"}},
        {"data": {"text": "ftp://files.example.com/1.bin"}},
        {"data": {"text": "https://"}},
        {"data": {"text": "https:///x"}},
        {"data": {"text": "https://h/\u202e"}},
        {"data": {"resp_data": json.dumps({"url": LINK})}},
        {"data": {"url": LINK + "a" * 9000}},
        {"data": None, "output": [], "result": {}},
        [],
    ],
)
def test_what_is_no_link_as_a_whole_or_stands_elsewhere_is_none(reply: Any) -> None:
    assert notes(reply) == []


def test_each_file_is_taken_once_and_no_more_than_a_few() -> None:
    assert len(notes({"output": [LINK, LINK, f" {LINK}"]})) == 1
    many = {"output": [f"{LINK}?{n}" for n in range(100)]}
    assert notes(many) == [f"unmapped: $.output[{n}]" for n in range(LIMIT)]


def test_an_end_is_known_where_the_link_or_the_documents_say_one() -> None:
    signed = f"{LINK}?Expires=1787284800&OSSAccessKeyId=K&Signature=s"
    (output,) = unmapped(read_json(json.dumps({"output": signed}).encode()))
    assert [claim.basis for claim in output.claims] == [Basis.SIGNED]
    (output,) = unmapped(read_json(json.dumps({"output": LINK}).encode()))
    assert output.claims == ()
    assert (output.kind, output.where) == ("file", Link(LINK))


SUCCESS: dict[str, Any] = {
    "anyfast": {"code": "success", "data": {"task_id": "x", "status": "SUCCESS"}},
    "dashscope": {"output": {"task_id": "x", "task_status": "SUCCEEDED"}},
    "dimilinks": {"data": {"id": "x", "status": "succeeded", "result": {"new": {}}}},
    "gptge": {"code": 0, "data": {"task_id": "x", "status": "Success"}},
    "hiapi": {"code": 200, "data": {"taskId": "x", "status": "success"}},
    "piapi": {"code": 200, "data": {"task_id": "x", "status": "completed"}},
    "wavespeed": {"code": 200, "data": {"id": "x", "status": "completed"}},
    "ttapi": {"output": {"task_id": "x", "task_status": "SUCCEEDED"}},
}


@pytest.mark.parametrize("name", list(SUCCESS))
@pytest.mark.parametrize("new", [{"clip": LINK}, [LINK], {"a": [{"b": {"c": LINK}}]}])
def test_every_gateway_is_looked_through_the_same_way(name: str, new: Any) -> None:
    body = json.loads(json.dumps(SUCCESS[name]))
    task = body.get("data") or body["output"]
    task["rendering"] = new
    result = all_providers()[name].parse(Reply(200, {}, json.dumps(body).encode()), Ask("x"))
    assert isinstance(result, Snapshot)
    (output,) = result.outputs
    assert (output.kind, output.where) == ("file", Link(LINK))
    assert output.note.startswith("unmapped: $.")
    assert result.drift


json_any = st.recursive(
    st.none() | st.integers() | st.text(max_size=8) | st.just(LINK),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["data", "output", "url", "input", "x"]), inner)
    ),
    max_leaves=30,
)


@QUICK
@given(json_any)
def test_whatever_it_holds_a_reply_is_looked_through(reply: Any) -> None:
    found = unmapped(read_json(json.dumps(reply).encode()))
    assert len(found) <= LIMIT
    assert all("input" not in output.note for output in found)


def test_a_deep_a_wide_and_a_wordy_reply_take_no_long_time() -> None:
    deep = b'{"data":' * 900 + b"1" + b"}" * 900
    wide = json.dumps({"data": ["x"] * 49_000}).encode()
    long = json.dumps({"data": {"k" * 2_000_000: [["x"]] * 10_000}}).encode()
    began = time.thread_time()
    for reply in (deep, wide, long):
        assert unmapped(read_json(reply)) == ()
    assert time.thread_time() - began < 2.0
