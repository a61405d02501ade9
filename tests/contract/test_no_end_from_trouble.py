"""What never ends a task, whichever gateway it is: one table, held against all of them."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from rushes.providers.model import Problem, ProblemKind, Snapshot
from rushes.providers.registry import all_providers, find
from rushes.providers.reply import Ask, Reply

Row = dict[str, Any]
Trouble = Callable[[bytes], Reply]

NAMES_NO_TASK = ("siliconflow",)
"""Providers whose replies do not say which task they are about."""

TERMINAL = ("succeeded", "failed", "canceled", "gone")


def under(status: int, **headers: str) -> Trouble:
    """The task's own last word, under an HTTP status that says it is none."""
    return lambda body: Reply(status, headers, body)


def saying(text: bytes, status: int = 200) -> Trouble:
    """Another body in the place of the task's."""
    return lambda _body: Reply(status, {}, text)


def cut(share: float) -> Trouble:
    return lambda body: Reply(200, {}, body[: int(len(body) * share)])


def encoded(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


PAGE = b"<!DOCTYPE html><html><body>status: failed</body></html>"
TTAPI_ENVELOPE = encoded({"status": "FAILED", "message": "task failed", "data": None})
NEW_API_KEY = encoded({"error": {"message": "无效的令牌", "type": "new_api_error", "code": ""}})

TROUBLES: Mapping[str, Trouble] = {
    **{f"HTTP {status}": under(status) for status in (401, 402, 403, 404, 408, 429, 499)},
    **{f"HTTP {status}": under(status) for status in (500, 502, 503, 504, 522, 524, 599)},
    **{f"HTTP {status}": under(status) for status in (301, 302, 307, 400, 409, 418, 422)},
    "HTTP 429 that says when": under(429, **{"retry-after": "30"}),
    "HTTP 401 with a page": saying(PAGE, 401),
    "HTTP 502 with a page": saying(PAGE, 502),
    "HTTP 401 and FAILED": saying(TTAPI_ENVELOPE, 401),
    "HTTP 499 and FAILED": saying(TTAPI_ENVELOPE, 499),
    "a page under HTTP 200": saying(PAGE),
    "FAILED and no task under HTTP 200": saying(TTAPI_ENVELOPE),
    "a refused key under HTTP 200": saying(NEW_API_KEY),
    "an empty body": saying(b""),
    "null": saying(b"null"),
    "the last word alone": saying(b'"failed"'),
    "cut at half": cut(0.5),
    "cut at nine tenths": cut(0.9),
    "cut by one byte": lambda body: Reply(200, {}, body[:-1]),
    "said twice": lambda body: Reply(200, {}, body * 2),
    "a name with two values": lambda body: Reply(200, {}, b'{"a": 1, "a": 2, ' + body[1:]),
    "UTF-16": lambda body: Reply(200, {}, body.decode().encode("utf-16")),
}


def last_words(rows: list[Row], name: str) -> list[Row]:
    """The rows in which a provider's task is over, by its own word."""
    return [
        row
        for row in rows
        if row["provider"] == name
        and row["status"] == 200
        and "call" not in row
        and row["expect"].get("snapshot", {}).get("status") in TERMINAL
    ]


@pytest.mark.parametrize("name", list(all_providers()))
def test_no_status_is_concluded_from_trouble(name: str, every_row: list[Row]) -> None:
    parse, ended = find(name).parse, last_words(every_row, name)
    assert len(ended) >= 5
    for row in ended:
        ask, body = Ask(**row["ask"]), encoded(row["body"])
        assert isinstance(parse(Reply(200, {}, body), ask), Snapshot)
        for what, trouble in TROUBLES.items():
            assert isinstance(parse(trouble(body), ask), Problem), (row["name"], what)


@pytest.mark.parametrize("name", list(all_providers()))
def test_no_status_is_concluded_from_the_answer_about_another_task(
    name: str, every_row: list[Row]
) -> None:
    held, ended = 0, last_words(every_row, name)
    for row in ended:
        provider, body = find(name), encoded(row["body"])
        said = provider.parse(Reply(200, {}, body), Ask(**row["ask"]))
        assert isinstance(said, Snapshot)
        if said.task_id is None:
            continue
        held += 1
        result = provider.parse(Reply(200, {}, body), Ask(f"{said.task_id}0", row["ask"]["base"]))
        assert isinstance(result, Problem)
        assert result.kind is ProblemKind.MALFORMED
    assert held >= 5 or (name in NAMELESS and ended) or name in NAMES_NO_TASK


NAMELESS = ("xai",)
"""Gateways whose answers do not say which task they are about."""

BUSINESS = {
    1002: ProblemKind.RATE_LIMITED,
    1004: ProblemKind.AUTH,
    1008: ProblemKind.AUTH,
    2049: ProblemKind.AUTH,
}


@pytest.mark.parametrize("code", BUSINESS)
@pytest.mark.parametrize("as_text", [False, True])
def test_no_status_is_concluded_beside_a_code_about_the_poll(
    code: int, as_text: bool, every_row: list[Row]
) -> None:
    for row in last_words(every_row, "gptge"):
        base_resp = {"status_code": str(code) if as_text else code, "status_msg": "m"}
        body = encoded({**row["body"], "base_resp": base_resp})
        result = find("gptge").parse(Reply(200, {}, body), Ask(**row["ask"]))
        assert isinstance(result, Problem), row["name"]
        assert (result.kind, result.code) == (BUSINESS[code], str(code))
