"""Forms of answers that gateways share: times, shares, telling status codes, complaints."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from rushes.providers.answers import speaks
from rushes.providers.model import Problem, Snapshot, Status
from rushes.providers.node import Json, Node
from rushes.providers.reading import Reading
from rushes.providers.registry import find
from rushes.providers.reply import Ask, Reply

CARD = replace(find("hiapi").card, http={202: Status.RUNNING, 410: Status.GONE})


@speaks(CARD)
def parse(body: Node, ask: Ask) -> Snapshot:
    del ask
    status, raw = CARD.status(body["status"])
    return Snapshot(status=status, raw_status=raw)


def node(value: Json) -> Node:
    return Node("$", value, Reading())


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2026-11-28T10:00:00Z", datetime(2026, 11, 28, 10, tzinfo=UTC)),
        ("2026-11-28T10:00:00.123456789+08:00", datetime(2026, 11, 28, 2, 0, 0, 123456, UTC)),
        ("2026-11-28 10:00:00", datetime(2026, 11, 28, 10, tzinfo=UTC)),
        (1795860000, datetime(2026, 11, 28, 10, tzinfo=UTC)),
        ("1795860000000", datetime(2026, 11, 28, 10, tzinfo=UTC)),
        (0, None),
        ("", None),
        ("soon", None),
        ("1970-01-01T00:00:00Z", None),
    ],
)
def test_a_time_is_read_in_utc_in_whichever_of_the_usual_forms(
    value: Json, moment: datetime | None
) -> None:
    assert node(value).time() == moment


@pytest.mark.parametrize(
    ("value", "percent"),
    [
        (0, 0),
        (0.29, 29),
        (0.57, 57),
        ("0.5", 50),
        (1, 100),
        (1.5, None),
        (None, None),
        (True, None),
    ],
)
def test_a_share_of_one_becomes_percent(value: Json, percent: int | None) -> None:
    assert node(value).fraction() == percent


@pytest.mark.parametrize(
    ("status", "body", "means"),
    [
        (202, b"", Status.RUNNING),
        (202, b"\n", Status.RUNNING),
        (202, b"accepted", Status.RUNNING),
        (202, b'{"status": "queued"}', Status.QUEUED),
        (410, b'{"error": "gone"}', Status.GONE),
    ],
)
def test_a_status_code_may_tell_what_the_body_does_not(
    status: int, body: bytes, means: Status
) -> None:
    found = parse(Reply(status, {}, body), Ask("1"))
    assert isinstance(found, Snapshot)
    assert found.status is means


def test_an_empty_202_is_a_task_that_runs_at_every_provider() -> None:
    found = find("gptge").parse(Reply(202, {}, b""), Ask("1"))
    assert isinstance(found, Snapshot)
    assert found.status is Status.RUNNING


@pytest.mark.parametrize(
    ("detail", "message"),
    [
        ("no such field", "no such field"),
        ([{"loc": ["a"], "msg": "too long", "type": "x"}, {"msg": "wrong"}], "too long; wrong"),
        ([], "HTTP 422"),
        ({"message": "no"}, "no"),
    ],
)
def test_a_detail_says_why(detail: Json, message: str) -> None:
    found = parse(Reply(422, {}, json.dumps({"detail": detail}).encode()), Ask("1"))
    assert isinstance(found, Problem)
    assert found.message == message
