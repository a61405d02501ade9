"""Whatever a gateway sends, `parse` answers with a Snapshot or a Problem and invents no end.

Some members of each row are left out, and take an odd value: with `RUSHES_WHOLE=1` each takes all.
"""

import copy
import json
import random
from collections.abc import Iterator
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mutated_json import near
from sampling import rounds, sample

from rushes.providers.as_json import result_json
from rushes.providers.card import Provider
from rushes.providers.model import Link, Problem, ProblemKind, Snapshot, Status
from rushes.providers.node import OUTPUT_LIMIT
from rushes.providers.registry import all_providers, find
from rushes.providers.reply import BODY_LIMIT, Ask, Reply
from rushes.providers.words import meaning

Row = dict[str, Any]

QUICK = settings(derandomize=True, max_examples=rounds(10, 200), deadline=None, database=None)
PROVIDERS = list(all_providers())

ODD: tuple[Any, ...] = (
    None, True, 0, -1, 10**30, 1.5, "", " ", "x", "\ud800", "\u001b[2J", "NaN", "9" * 400,
    [], [None], [[]], {}, {"a": {}}, "//", "data:", "data:;base64,!", "https://[", "35%",
)  # fmt: skip

PLACES, VALUES = rounds(12, 10_000), rounds(2, len(ODD))
"""How many members of a row are changed, and how many values each of them takes."""

ENDS = frozenset({Status.SUCCEEDED, Status.FAILED, Status.CANCELED, Status.GONE})
SENSITIVE = frozenset({"1026", "1027"})


def parsed(provider: Provider, body: bytes, ask: Ask) -> Snapshot | Problem:
    result = provider.parse(Reply(200, {}, body), ask)
    assert isinstance(result, (Snapshot, Problem))
    return result


def encoded(value: Any) -> bytes:
    return json.dumps(value).encode()


def members(value: Any) -> list[tuple[Any, object]]:
    if isinstance(value, dict):
        return list(cast("dict[str, object]", value).items())
    if isinstance(value, list):
        return list(enumerate(cast("list[object]", value)))
    return []


def texts(value: object) -> Iterator[str]:
    for _, member in members(value):
        yield from texts(member)
    yield str(value).strip().casefold()


def places(value: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    for key, member in members(value)[:40]:
        yield (*path, key)
        yield from places(member, (*path, key))


def changed(document: Any, path: tuple[Any, ...], value: Any, *, delete: bool = False) -> Any:
    document = copy.deepcopy(document)
    holder = document
    for key in path[:-1]:
        holder = holder[key]
    if delete:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    return document


def assert_no_end_is_invented(provider: Provider, result: Snapshot | Problem, body: Any) -> None:
    """A terminal status is what its own word means, but for the codes that say it better."""
    if not isinstance(result, Snapshot) or result.status not in ENDS:
        return
    said, word = set(texts(body)), result.raw_status.casefold()
    jimeng = provider.card.id == "gptge" and word == "done"
    if jimeng or (provider.card.id in ("gptge", "minimax") and said & SENSITIVE):
        assert result.status in (Status.SUCCEEDED, Status.FAILED)
        return
    meant = meaning(word, provider.card.statuses)
    # "Done" beside an error, or with everything filtered, is a failure that says why.
    lost = meant is Status.SUCCEEDED and result.status is Status.FAILED and result.failure
    if provider.card.id == "kie" and word == "0":  # "failed or in progress", docs.kie.ai
        assert result.failure
        assert result.failure.message
        return
    assert lost or meant is result.status, f"{result.status} from {body}"
    # xAI may leave its word out and name the film alone, Veo has none.
    assert word in said or (provider.card.id, word) == ("xai", "done") or provider.card.id == "veo"


def test_no_missing_or_odd_member_raises_or_ends_a_task(some_answer: Row) -> None:
    body = some_answer["body"]
    provider, ask = find(some_answer["provider"]), Ask(**some_answer["ask"])
    chance = random.Random(some_answer["name"])
    for path in sample(places(body), PLACES, some_answer["name"]):
        for document in (
            changed(body, path, None, delete=True),
            *(changed(body, path, value) for value in chance.sample(ODD, VALUES)),
        ):
            result = parsed(provider, encoded(document), ask)
            assert_no_end_is_invented(provider, result, document)


FEW = settings(QUICK, max_examples=rounds(2, 25))


def test_no_reply_near_a_documented_one_raises_or_invents_an_end(some_answer: Row) -> None:
    provider, ask = find(some_answer["provider"]), Ask(**some_answer["ask"])

    @FEW
    @given(document=near(some_answer["body"]))
    def holds(document: Any) -> None:
        result = parsed(provider, encoded(document), ask)
        assert_no_end_is_invented(provider, result, document)
        json.dumps(result_json(result, ask.base), allow_nan=False)
        if isinstance(result, Snapshot) and ask.task_id:
            assert result.task_id in (None, ask.task_id, provider.card.name_of(ask.task_id))

    holds()


def test_a_cut_body_says_nothing(answer: Row) -> None:
    text = json.dumps(answer["body"], ensure_ascii=False).encode()
    provider, ask = find(answer["provider"]), Ask(**answer["ask"])
    for end in range(0, len(text), max(1, len(text) // 24)):
        result = parsed(provider, text[:end], ask)
        assert isinstance(result, Problem)
        assert result.kind is ProblemKind.MALFORMED


def test_no_http_error_ever_says_anything_about_the_task(row: Row) -> None:
    body = row["body"]
    text = (body if isinstance(body, str) else json.dumps(body)).encode()
    provider, ask = find(row["provider"]), Ask(**row["ask"])
    for status in (301, 302, 400, 401, 402, 403, 404, 408, 409, 429, 499, 500, 502, 503, 599):
        result = provider.parse(Reply(status, {}, text), ask)
        assert isinstance(result, Problem)
        assert result.http_status == status


def test_the_second_call_never_raises(every_row: list[Row]) -> None:
    second = [row for row in every_row if "call" in row and not isinstance(row["body"], str)]
    assert second
    for row in second:
        provider, is_result = find(row["provider"]), row["call"] == "result"
        read = provider.result if is_result else provider.located
        assert read is not None
        for path in places(row["body"]):
            for value in sample(ODD, 4, str(path)):
                body = encoded(changed(row["body"], path, value))
                said = read(Reply(row["status"], {}, body), Ask())
                assert isinstance(said, (Snapshot if is_result else Link, Problem))


MEMBERS = (
    *("code", "data", "message", "status", "state", "output", "task_status", "task_id", "taskId"),
    *("id", "error", "result", "creations", "url", "result_url", "fail_reason", "progress"),
    *("base_resp", "status_code", "file_id", "video_url", "content", "type", "completed"),
)

json_any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(MEMBERS), inner, max_size=6)
    ),
    max_leaves=20,
)


@pytest.mark.parametrize("name", PROVIDERS)
@QUICK
@given(body=json_any)
def test_any_json_is_answered(name: str, body: Any) -> None:
    provider = find(name)
    result = parsed(provider, encoded(body), Ask("x", "https://h"))
    assert_no_end_is_invented(provider, result, body)


@pytest.mark.parametrize("name", PROVIDERS)
@QUICK
@given(body=st.binary(max_size=200), status=st.integers(100, 999))
def test_any_bytes_under_any_status_are_answered(name: str, body: bytes, status: int) -> None:
    card, result = find(name).card, find(name).parse(Reply(status, {}, body), Ask())
    if isinstance(result, Snapshot):
        assert status in card.http or (status, body.strip()) == (202, b"")
        assert not result.status.terminal


HOPELESS = {
    "nothing": b"",
    "white space": b" \r\n\t ",
    "NaN": b'{"a": NaN}',
    "infinity": b'{"a": -Infinity}',
    "1e999": b'{"a": 1e999}',
    "5,000 digits": b'{"a": ' + b"9" * 5000 + b"}",
    "UTF-16": '{"code": 200}'.encode("utf-16"),
    "bad UTF-8": b'{"a": "\xff\xfe"}',
    "nesting": b"[" * 100_000,
    "nesting in a member": b'{"data": ' * 100_000,
    "two documents": b"{}{}",
    "a page": b"<!doctype html><p>Bad gateway",
}


@pytest.mark.parametrize("name", PROVIDERS)
def test_what_is_not_clean_json_is_malformed_and_never_shown(name: str) -> None:
    for what, body in HOPELESS.items():
        result = parsed(find(name), body, Ask())
        assert isinstance(result, Problem), what
        assert result.kind is ProblemKind.MALFORMED, what
        assert len(result.message) < 120, what
        assert "<" not in result.message, what


@pytest.mark.parametrize("name", PROVIDERS)
def test_a_body_beyond_the_limit_is_refused_unread(name: str) -> None:
    result = parsed(find(name), b"[" + b" " * BODY_LIMIT + b"]", Ask())
    assert isinstance(result, Problem)
    assert result.message == f"$: expected at most {BODY_LIMIT} bytes, got {BODY_LIMIT + 2}"


@pytest.mark.parametrize(("given_", "read"), [(500, 500), (501, OUTPUT_LIMIT), (0, 0)])
def test_a_task_has_as_many_outputs_as_are_said_up_to_the_limit(given_: int, read: int) -> None:
    output = [{"url": f"https://h/{n}", "type": "image"} for n in range(given_)]
    body = {"code": 200, "data": {"status": "success", "output": output}}
    result = parsed(find("hiapi"), encoded(body), Ask())
    assert isinstance(result, Snapshot)
    assert len(result.outputs) == read
    assert bool(result.drift) == (given_ > read)


@pytest.mark.parametrize("name", PROVIDERS)
def test_a_problem_quotes_no_control_of_the_gateway(name: str) -> None:
    body = encoded({"error": {"message": "a\u001b]0;x\u0007\nb\u202e", "code": "\u001bX"}})
    result = find(name).parse(Reply(500, {}, body), Ask())
    assert isinstance(result, Problem)
    assert result.message == "a␛]0;x␇ b⟦U+202E⟧"
    assert result.code == "␛X"
