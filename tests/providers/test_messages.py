"""What a gateway says of a failure is shown and kept: a presigned link in it is a secret (S6)."""

import json

import pytest

from rushes.providers.model import Problem, Snapshot
from rushes.providers.registry import find
from rushes.providers.reply import Ask, Reply

SAID = "cannot fetch https://bucket.example/in.png?X-Amz-Signature=abc&e=1: denied"
SHOWN = "cannot fetch https://bucket.example/in.png?… denied"


def answer(status: int, body: object) -> Snapshot | Problem:
    reply = Reply(status, {}, json.dumps(body).encode())
    return find("hiapi").parse(reply, Ask("tk-hiapi-0001"))


def test_a_failure_tells_of_links_without_their_queries() -> None:
    error = {"code": "BAD_INPUT", "message": SAID}
    data = {"taskId": "tk-hiapi-0001", "status": "fail", "error": error}
    said = answer(200, {"code": 200, "data": data})
    assert isinstance(said, Snapshot)
    assert said.failure is not None
    assert said.failure.message == SHOWN


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, {"code": 401, "message": SAID}), (400, {"message": SAID}), (200, {"error": SAID})],
)
def test_a_problem_tells_of_them_so_too(status: int, body: object) -> None:
    said = answer(status, body)
    assert isinstance(said, Problem)
    assert said.message == SHOWN
