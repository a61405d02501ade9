"""Each row of the contract parses to what it expects, and the documented words are all there."""

import codecs
import json
from collections import Counter
from typing import Any, cast

import pytest

from rushes.providers.as_json import result_json
from rushes.providers.card import Provider
from rushes.providers.model import Link, Problem, Snapshot
from rushes.providers.registry import all_providers, find
from rushes.providers.reply import Ask, Reply
from rushes.providers.toml_dialect.provider import Described

Row = dict[str, Any]

SOURCES = ("seed ", "pub: ", "interface.md", "reliability.md", "providers.md")


def reply_of(row: Row) -> Reply:
    body = row["body"]
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    return Reply(row["status"], row.get("headers", {}), text.encode())


def result_of(row: Row, provider: Provider) -> Snapshot | Problem | Link:
    ask = Ask(**row["ask"])
    read = {"result": provider.result, "located": provider.located}.get(row.get("call", ""))
    assert read is not None or "call" not in row
    return (read or provider.parse)(reply_of(row), ask)


def as_json(result: Snapshot | Problem | Link, base: str) -> object:
    return {"link": result.url} if isinstance(result, Link) else result_json(result, base)


def assert_holds(expected: object, actual: Any, path: str = "$") -> None:
    """`actual` has all that `expected` names; lists also have the same length."""
    if isinstance(expected, dict):
        for key, value in cast("dict[str, object]", expected).items():
            assert key in actual, f"{path}.{key}"
            assert_holds(value, actual[key], f"{path}.{key}")
    elif isinstance(expected, list):
        elements = cast("list[object]", expected)
        assert len(actual) == len(elements), path
        for index, value in enumerate(elements):
            assert_holds(value, actual[index], f"{path}[{index}]")
    else:
        assert actual == expected, path


def test_a_reply_means_what_its_row_says_and_means_it_twice(row: Row) -> None:
    provider = find(row["provider"])
    result = result_of(row, provider)
    assert_holds(row["expect"], as_json(result, row["ask"]["base"]))
    assert result_of(row, provider) == result
    if isinstance(result, Snapshot):
        assert list(result.drift) == row.get("drift", [])


def test_a_byte_order_mark_before_it_changes_nothing(answer: Row) -> None:
    provider, reply, ask = find(answer["provider"]), reply_of(answer), Ask(**answer["ask"])
    marked = Reply(reply.status, reply.headers, codecs.BOM_UTF8 + reply.body)
    assert provider.parse(marked, ask) == provider.parse(reply, ask)


def test_what_is_printed_is_json_with_every_promised_field(row: Row) -> None:
    result = result_of(row, find(row["provider"]))
    if isinstance(result, Link):
        assert row["expect"] == {"link": result.url}
        return
    printed = json.loads(json.dumps(result_json(result, row["ask"]["base"]), allow_nan=False))
    if isinstance(result, Problem):
        assert list(printed["problem"]) == ["kind", "message", "code", "http_status", "retry_after"]
        assert printed["problem"]["http_status"] == row["status"]
        return
    assert " ".join(printed["snapshot"]) == (
        "status raw_status progress model prompt created_at started_at finished_at request_id"
        " upstream_id usage error outputs"
    )
    for output in printed["snapshot"]["outputs"]:
        assert " ".join(output) == (
            "n kind url expires_at expiry_basis needs_auth file_id width height note"
        )


@pytest.mark.parametrize("name", list(all_providers()))
def test_every_status_word_of_a_card_has_a_row_that_agrees(name: str, every_row: list[Row]) -> None:
    statuses = find(name).card.statuses
    seen: dict[str, set[str]] = {}
    for row in every_row:
        snapshot = row["expect"].get("snapshot", {})
        if row["provider"] == name and {"raw_status", "status"} <= snapshot.keys():
            seen.setdefault(snapshot["raw_status"].casefold(), set()).add(snapshot["status"])
    assert set(statuses) <= set(seen)
    for word, status in statuses.items():
        assert status.value in seen[word], word


@pytest.mark.parametrize("name", list(all_providers()))
def test_every_provider_has_a_contract_and_every_row_a_source(
    name: str, every_row: list[Row]
) -> None:
    mine = [row for row in every_row if row["provider"] == name]
    assert len(mine) >= (12 if isinstance(find(name).parse, Described) else 25)
    assert all(row["source"].startswith(SOURCES) for row in mine)
    assert max(Counter(row["name"] for row in mine).values()) == 1
