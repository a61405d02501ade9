"""A gateway's list of several tasks tells of each what its own answer would."""

import json
from typing import Any

import pytest

from rushes.providers.model import ProblemKind, Snapshot
from rushes.providers.registry import find
from rushes.providers.reply import Ask, Reply
from rushes.watch.polling.batch import read_parts
from rushes.watch.task import Ref

Row = dict[str, Any]

BASE = "https://gateway.example"


def of_list(name: str, bodies: list[Any]) -> Any:
    """The answer about several tasks, made of the answers about each."""
    if name == "ark":
        return {"items": bodies, "total": len(bodies)}
    return {**bodies[0], "data": [task for body in bodies for task in body["data"]]}


def id_of(name: str, body: Any) -> str:
    return body["id"] if name == "ark" else body["data"][0]["id"]


def alone(name: str, every_row: list[Row]) -> list[Row]:
    """The rows with one task's own answer in the form that the list repeats."""
    return [
        row
        for row in every_row
        if row["provider"] == name
        and "snapshot" in row["expect"]
        and (name == "ark" or isinstance(row["body"]["data"], list))
        and (name == "ark" or len(row["body"]["data"]) == 1)
    ]


@pytest.mark.parametrize("name", ["ark", "kling"])
def test_each_part_is_read_as_the_task_alone_is(name: str, every_row: list[Row]) -> None:
    provider, rows = find(name), alone(name, every_row)
    assert len(rows) >= 15
    bodies = [json.loads(json.dumps(row["body"])) for row in rows]
    for n, body in enumerate(bodies):
        task = body if name == "ark" else body["data"][0]
        task["id"] = f"{task['id'][:-3]}{n:03}"
    refs = [Ref(name, id_of(name, body)) for body in bodies]
    reply = Reply(200, {}, json.dumps(of_list(name, bodies)).encode())
    parts = read_parts(provider, refs, reply, BASE)
    assert parts.problem is None
    for ref, body in zip(refs, bodies, strict=True):
        said, _ = parts.results[ref]
        assert isinstance(said, Snapshot)
        assert said == provider.parse(Reply(200, {}, json.dumps(body).encode()), Ask(ref.id, BASE))


@pytest.mark.parametrize(
    ("name", "ids", "path"),
    [
        (
            "ark",
            ["cgt-1", "cgt-2"],
            "/api/v3/contents/generations/tasks?page_num=1&page_size=100"
            "&filter.task_ids=cgt-1&filter.task_ids=cgt-2",
        ),
        ("kling", ["1", "2"], "/tasks?task_ids=1,2"),
    ],
)
def test_the_question_is_the_documented_one(name: str, ids: list[str], path: str) -> None:
    card = find(name).card
    assert card.batch is not None
    assert card.batch.path(ids) == path
    assert card.is_route(path)


def test_a_task_whose_id_has_a_kind_is_asked_about_alone() -> None:
    batch = find("kling").card.batch
    assert batch is not None
    assert [batch.takes(it) for it in ("893", "text2video/893", "1,2")] == [True, False, False]


@pytest.mark.parametrize(
    ("name", "reply", "kind"),
    [
        ("ark", {"error": {"code": "AuthenticationError", "message": "m"}}, ProblemKind.AUTH),
        ("ark", {"items": [], "total": 0}, ProblemKind.MALFORMED),
        ("kling", {"code": 1002, "message": "m"}, ProblemKind.AUTH),
        ("kling", {"code": 0, "message": "SUCCEED", "data": []}, ProblemKind.NOT_FOUND),
    ],
)
def test_a_list_of_none_is_nobodys_answer(name: str, reply: Any, kind: ProblemKind) -> None:
    found = read_parts(
        find(name), [Ref(name, "1")], Reply(200, {}, json.dumps(reply).encode()), BASE
    )
    assert found.results == {}
    assert found.problem is not None
    assert found.problem.kind is kind
