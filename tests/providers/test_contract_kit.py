"""The kit that others hold their providers to finds what it looks for, and nothing else."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from rushes.providers.card import Provider
from rushes.providers.contract import Row, examine
from rushes.providers.model import Link, Output, Problem, ProblemKind, Snapshot, Status
from rushes.providers.registry import find
from rushes.providers.reply import Ask, Reply

HIAPI = find("hiapi")
TASK: Row = {"code": 200, "data": {"taskId": "t", "status": "success", "output": []}}
ROW: Row = {
    "name": "a success",
    "status": 200,
    "ask": {"task_id": "t", "base": "https://h"},
    "body": TASK,
    "expect": {"snapshot": {"status": "succeeded", "raw_status": "success", "outputs": []}},
}


def made(parse: Callable[[Reply, Ask], Any]) -> Provider:
    return replace(HIAPI, parse=parse)


def faults(provider: Provider, *rows: Row) -> list[str]:
    return [*examine(provider, rows).faults]


def test_a_provider_that_holds_has_no_faults() -> None:
    report = examine(HIAPI, [ROW])
    assert (report.rows, report.checks > 300) == (1, True)
    assert [*report.faults] == [
        "rows: no row has the status words archiving, fail, handling, queued"
    ]


def raising(reply: Reply, ask: Ask) -> Any:
    if b"output" in reply.body:
        raise KeyError("data")
    return HIAPI.parse(reply, ask)


def believing_errors(reply: Reply, ask: Ask) -> Any:
    return HIAPI.parse(Reply(200, reply.headers, reply.body), ask)


def inventing(reply: Reply, ask: Ask) -> Any:
    result = HIAPI.parse(reply, ask)
    if isinstance(result, Snapshot) and result.status is Status.UNKNOWN:
        return replace(result, status=Status.SUCCEEDED)
    return result


def early(reply: Reply, ask: Ask) -> Any:
    result = HIAPI.parse(reply, ask)
    if isinstance(result, Snapshot):
        film = Output(kind="video", where=Link("https://h/a.mp4"))
        return replace(result, outputs=(film,))
    return result


def shouting(reply: Reply, ask: Ask) -> Any:
    result = HIAPI.parse(reply, ask)
    return replace(result, message="\x1b[2J") if isinstance(result, Problem) else result


def anybodys(reply: Reply, ask: Ask) -> Any:
    return HIAPI.parse(reply, Ask(None, ask.base))


def repeating(reply: Reply, ask: Ask) -> Any:
    result = HIAPI.parse(reply, ask)
    if isinstance(result, Problem) and result.kind is ProblemKind.MALFORMED:
        return replace(result, message=reply.body.decode("latin-1"))
    return result


def forgetful() -> Callable[[Reply, Ask], Any]:
    seen: list[Reply] = []

    def parse(reply: Reply, ask: Ask) -> Any:
        seen.append(reply)
        result = HIAPI.parse(reply, ask)
        return replace(result, model=str(len(seen))) if isinstance(result, Snapshot) else result

    return parse


@pytest.mark.parametrize(
    ("parse", "fault"),
    [
        (raising, "a success: raised KeyError: 'data'"),
        (believing_errors, "a success, HTTP 500: expected a problem, got succeeded"),
        (inventing, "is not what"),
        (early, "outputs of a task that is"),
        (shouting, "the message has control characters"),
        (anybodys, "a success, another task's: read as the answer about another task"),
        (repeating, "the problem repeats the body"),
        (forgetful(), "a success: the same reply was read differently the second time"),
    ],
)
def test_what_a_parser_does_wrong_is_found(parse: Callable[[Reply, Ask], Any], fault: str) -> None:
    found = faults(made(parse), ROW)
    assert [line for line in found if fault in line], found[:5]


WRONG: list[tuple[Row, str]] = [
    ({"expect": {"snapshot": {"status": "failed"}}},
     "a success: $.snapshot.status is 'succeeded', expected 'failed'"),
    ({"expect": {"snapshot": {"outputs": [{}]}}},
     "a success: $.snapshot.outputs has 0 elements, expected 1"),
    ({"expect": {"problem": {}}}, "a success: $.problem is missing"),
    ({"drift": ["$.a"]}, "a success: drift is [], expected ['$.a']"),
    ({"call": "located"}, "a success: the provider has no located"),
    ({"status": "good"}, "a success: raised ValueError"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "fault"), WRONG)
def test_a_row_that_does_not_hold_is_found(changes: dict[str, Any], fault: str) -> None:
    assert [line for line in faults(HIAPI, {**ROW, **changes}) if line.startswith(fault)]
