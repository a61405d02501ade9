"""A redacted body holds nothing of its owner's, and is still read as what it was."""

import json
import re
from collections.abc import Iterator
from typing import Any, cast

import pytest

from rushes.providers.model import Problem, Snapshot
from rushes.providers.registry import find
from rushes.providers.reply import Ask, Reply
from rushes.watch.keys.redact import redacted

Row = dict[str, Any]


def texts(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for member in cast("dict[str, object]", value).values():
            yield from texts(member)
    elif isinstance(value, list):
        for element in cast("list[object]", value):
            yield from texts(element)
    elif isinstance(value, (str, int)) and not isinstance(value, bool):
        yield str(value)


def of(body: object) -> Any:
    return json.loads(redacted(json.dumps(body).encode()))


def test_a_redacted_body_still_means_what_it_meant(answer: Row) -> None:
    parse, ask = find(answer["provider"]).parse, Ask(None, answer["ask"]["base"])
    first = parse(Reply(200, {}, json.dumps(answer["body"]).encode()), ask)
    again = parse(Reply(200, {}, redacted(json.dumps(answer["body"]).encode()).encode()), ask)
    if isinstance(first, Problem) or isinstance(again, Problem):
        assert isinstance(first, Problem)
        assert isinstance(again, Problem)
        assert again.kind is first.kind
        return
    assert again.status is first.status
    assert again.raw_status == first.raw_status or " " in first.raw_status  # a message, not a word
    said = json.dumps(answer["body"])
    assert again.finished_at == first.finished_at
    assert again.progress == first.progress or "%|" in said  # a bar in a log is text like any other
    # Bytes tell the kind, and they are gone; a link that is folded is text like any other.
    if not re.search(r"base64|b64_json|https?://[^\"]*(\s|\\[rnt])[^\"]*[a-z]", said):
        # Links that differ in what is somebody's own are one and the same now.
        assert bool(again.outputs) == bool(first.outputs)


def test_no_id_prompt_query_or_path_of_a_reply_is_left(answer: Row) -> None:
    text = redacted(json.dumps(answer["body"]).encode())
    parse = find(answer["provider"]).parse
    said = parse(Reply(200, {}, json.dumps(answer["body"]).encode()), Ask(None, "https://h"))
    if not isinstance(said, Snapshot):
        return
    own = [said.task_id, said.upstream_id, said.request_id, said.prompt]
    own += [output.file_id for output in said.outputs]
    for secret in filter(None, own):
        assert len(secret) < 5 or secret not in text
    for link in re.findall(r'https?://[^"\s]+', json.dumps(answer["body"])):
        for field in link.partition("?")[2].split("&"):
            value = field.partition("=")[2]
            assert len(value) < 4 or re.fullmatch(r"[0-9TZ]+", value) or value not in text


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ({"status": "warming up-2"}, {"status": "<12 characters>"}),
        ({"status": "WARMING_UP"}, {"status": "WARMING_UP"}),
        ({"status": "Request Moderated"}, {"status": "Request Moderated"}),
        ({"resultJson": '{"prompt": "cat", "n": 2}'}, {"resultJson": '{"prompt": "xxx", "n": 2}'}),
        ({"param": '{"prompt": "cat'}, {"param": "<15 characters>"}),
        ({"prompt": "cat"}, {"prompt": "xxx"}),
        ({"prompt": "a cat, 猫, in the rain"}, {"prompt": "<21 characters>"}),
        ({"prompt": "猫在雨中"}, {"prompt": "xxxx"}),
        ({"api_key": "sk-Ab12"}, {"api_key": "xx-xx99"}),
        ({"task_id": 314052875571396}, {"task_id": 999999999999999}),
        ({"user_id": 77123456}, {"user_id": 99999999}),
        ({"created": 1777282033, "progress": "50%"}, {"created": 1777282033, "progress": "50%"}),
        ({"end_time": "2026-04-25 15:04:05.882"}, {"end_time": "2026-04-25 15:04:05.882"}),
        (
            {"url": "https://cdn.example/u-7/a.mp4?Expires=1777282033&Signature=a%2Bb"},
            {"url": "https://cdn.example/x-9/x.mp4?Expires=1777282033&Signature=x%9Xx".replace(
                "9Xx", "9xx")},
        ),
        ({"url": "https://me:pw@h.example/v1/videos/t1/content"},
         {"url": "https://xx:xx@x.xxxxxxx/v1/videos/x9/content"}),
        ({"url": "data:image/png;base64,iVBORw0KGgo="}, {"url": "data:image/png;base64,AAAA"}),
        ({"video_01abc99f": 1}, {"<name 1>": 1}),
        ({"a": [None, True, 0.5, "x" * 500]}, {"a": [None, True, 0.5, "x" * 200]}),
    ],
)  # fmt: skip
def test_what_is_left_of(given: object, left: object) -> None:
    assert of(given) == left


@pytest.mark.parametrize("body", [b"<html>sk-secret</html>", b"", b"[" * 100_000, b'{"a": sk-x}'])
def test_what_is_no_json_is_only_measured(body: bytes) -> None:
    assert json.loads(redacted(body)) == f"<{len(body)} bytes that are not JSON>"


def test_a_text_keeps_its_length_and_no_letter_of_it() -> None:
    body = {"x": "Wyd9Bg56tOAa2IIi4qqhgjiYu65ykTZR"}
    (left,) = texts(of(body))
    assert re.fullmatch(r"[x9]{32}", left)
