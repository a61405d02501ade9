"""What the seeds' own schemas allow is read as their texts say; what they do not, never raises."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mutated_json import near
from sampling import rounds
from schemas import faults, replies

from rushes.providers.model import Link, Problem, ProblemKind, Snapshot, Status
from rushes.providers.registry import find
from rushes.providers.reply import Ask, Reply

QUICK = settings(derandomize=True, max_examples=rounds(25, 800), deadline=None, database=None)

DOCUMENTED = {
    "ttapi": {
        "PENDING": "queued", "RUNNING": "running", "SUCCEEDED": "succeeded", "FAILED": "failed",
        "CANCELED": "canceled", "UNKNOWN": "unknown",
    },
    "anyfast": {
        "NOT_START": "queued", "QUEUED": "queued", "IN_PROGRESS": "running",
        "SUCCESS": "succeeded", "FAILURE": "failed",
    },
    "dimilinks": {
        "queued": "queued", "pending": "queued", "submitted": "queued", "processing": "running",
        "in_progress": "running", "running": "running", "completed": "succeeded",
        "success": "succeeded", "succeeded": "succeeded", "failed": "failed", "error": "failed",
        "cancelled": "canceled",
    },
}  # fmt: skip
"""What each word of a schema's enum means, written from the seeds and not from the cards."""

SCHEMAS = list(DOCUMENTED)


def parsed(name: str, reply: Any) -> Snapshot | Problem:
    body = json.dumps(reply).encode()
    return find(name).parse(Reply(200, {}, body), Ask(None, "https://gateway.example"))


def task_in(name: str, reply: dict[str, Any]) -> dict[str, Any]:
    """The object of a valid reply that the task's status stands in."""
    match name:
        case "ttapi":
            return reply["output"]
        case "anyfast":
            return reply.get("data", {})
        case _:
            return reply.get("data", reply)


def word_of(name: str, reply: dict[str, Any]) -> str | None:
    return task_in(name, reply).get("task_status" if name == "ttapi" else "status")


@pytest.mark.parametrize("name", SCHEMAS)
@QUICK
@given(data=st.data())
def test_a_valid_reply_has_the_documented_status(name: str, data: st.DataObject) -> None:
    reply = data.draw(replies(name))
    assert faults(name, reply) == []
    result, word = parsed(name, reply), word_of(name, reply)
    if word is None:
        # Two of the schemas require nothing; without its status a task says nothing.
        assert isinstance(result, Problem)
        return
    assert isinstance(result, Snapshot), result
    assert (result.status.value, result.raw_status) == (DOCUMENTED[name][word], word)
    if not result.status.terminal:
        assert (result.outputs, result.failure, result.finished_at) == ((), None, None)


@QUICK
@given(reply=replies("ttapi"))
def test_a_valid_time_without_a_zone_is_eight_hours_ahead_of_utc(reply: dict[str, Any]) -> None:
    result, text = parsed("ttapi", reply), reply["output"].get("submit_time")
    assert isinstance(result, Snapshot)
    expected = text and datetime.fromisoformat(text).replace(tzinfo=UTC) - timedelta(hours=8)
    assert result.created_at == expected


@QUICK
@given(reply=replies("anyfast"))
def test_a_valid_success_leads_to_its_result_and_is_no_error(reply: dict[str, Any]) -> None:
    result, task = parsed("anyfast", reply), reply.get("data", {})
    if not isinstance(result, Snapshot) or result.status is not Status.SUCCEEDED:
        return
    assert result.failure is None
    if "result_url" in task:
        assert [output.where for output in result.outputs] == [Link(task["result_url"])]


@QUICK
@given(reply=replies("dimilinks"))
def test_a_valid_progress_is_shown_but_of_what_failed(reply: dict[str, Any]) -> None:
    result, task = parsed("dimilinks", reply), task_in("dimilinks", reply)
    if isinstance(result, Snapshot):
        lost = result.status in (Status.FAILED, Status.CANCELED)
        assert result.progress == (None if lost else task.get("progress"))


@pytest.mark.parametrize("name", SCHEMAS)
@QUICK
@given(data=st.data())
def test_a_reply_that_its_schema_refuses_never_raises(name: str, data: st.DataObject) -> None:
    reply = data.draw(replies(name).flatmap(near))
    result = parsed(name, reply)
    if isinstance(result, Problem):
        assert result.kind in ProblemKind
        return
    assert result.status.value in {*DOCUMENTED[name].values(), "unknown"}
    if result.status.terminal:
        assert f'"{result.raw_status.casefold()}"' in json.dumps(reply).casefold()


@pytest.mark.parametrize(
    ("name", "reply"),
    [
        ("ttapi", {"request_id": "r"}),
        ("ttapi", {"request_id": "r", "output": {"task_id": "t", "task_status": "DONE"}}),
        ("anyfast", {"data": {"submit_time": 1777343862000}}),
        ("anyfast", {"data": {"progress": "101%"}}),
        ("dimilinks", {"data": {"progress": 101}}),
        ("dimilinks", {"result": {"data": [{"url": "p/img"}]}}),
        ("dimilinks", {"status": "dispatched"}),
        ("dimilinks", []),
    ],
)
def test_the_schemas_do_refuse(name: str, reply: object) -> None:
    assert faults(name, reply)
