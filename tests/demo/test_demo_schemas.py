"""The demo answers as the seeds' own schemas allow, so that it is no kinder than they are."""

import contextlib
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any, cast

import pytest
from schemas import faults

OFFSETS = (0, 5, 12, 30, 61, 95, 130, 200, 330, 600)
"""Seconds after the opening: before, between and after the beats of all scenes."""

WORDS = {
    "ttapi": {"PENDING", "RUNNING", "SUCCEEDED", "FAILED", "CANCELED", "UNKNOWN"},
    "anyfast": {"QUEUED", "IN_PROGRESS", "SUCCESS", "FAILURE"},
    "dimilinks": {"queued", "completed", "succeeded", "failed"},
}
"""Status words that the cast is to have said by the end: a demo of less would prove less."""

UPSTREAM = {f"$.data.data.output.{name}: not in the document" for name in ("code", "message")}
"""DashScope's words for a failure (seed 002), in what seed 003 calls its original output."""


def without_nulls(value: Any) -> Any:
    """`value` as it is read: new-api writes null for an object that is not there yet."""
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value)
        return {k: without_nulls(v) for k, v in members.items() if v is not None}
    return value


def words(reply: object) -> set[str]:
    if not isinstance(reply, dict):
        return set()
    members = cast("dict[str, Any]", reply)
    own = {members[name] for name in ("status", "task_status") if name in members}
    return own.union(*(words(member) for member in members.values()))


@pytest.mark.parametrize("provider", list(WORDS))
async def test_every_task_of_the_cast_is_told_as_its_document_says(
    opened: Callable[..., Awaitable[Any]], provider: str
) -> None:
    theatre = await opened()
    said: Counter[str] = Counter()
    for offset in OFFSETS:
        theatre.at(offset)
        for scene in theatre.gateway.tasks:
            if scene.provider != provider:
                continue
            with contextlib.suppress(ConnectionError):  # one fault of the cast is a dropped line
                answer = await theatre.poll(provider, scene.id)
                if answer.status == 200:
                    reply = without_nulls(answer.json())
                    found = set(faults(provider, reply)) - UPSTREAM
                    assert found == set(), (scene.label, offset)
                    said.update(words(reply))
    assert set(said) >= WORDS[provider]
