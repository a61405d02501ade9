"""An answer in the same bytes as the last one about its task is read once."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from random import Random

import pytest
from fake_gateway import account
from manual_clock import ManualClock

from rushes.providers.model import Problem, Snapshot
from rushes.providers.reply import Ask, Reply
from rushes.providers.secret import Secret
from rushes.watch.config.accounts import Account
from rushes.watch.keys import known_keys
from rushes.watch.keys.find import Key
from rushes.watch.network.body import THREADED_FROM
from rushes.watch.polling import read_answers
from rushes.watch.polling.session import Session
from rushes.watch.task import Ref

A, B = Ref("hiapi", "a"), Ref("hiapi", "b")
OTHER_KEY = "sk-of-another-account-987"


def about(task: str, status: str = "handling", model: str = "m", code: int = 200) -> Reply:
    data: dict[str, object] = {"taskId": task, "model": model, "status": status, "output": []}
    return Reply(code, {}, json.dumps({"code": 200, "message": "success", "data": data}).encode())


class Rig:
    """A session whose gateway gives these answers, and how often each task's were read."""

    def __init__(self, replies: Iterable[Reply], clock: ManualClock) -> None:
        self.read = Counter[str | None]()
        self.key = Secret("sk-of-this-account-123")
        self._replies = iter(replies)
        its = account()
        parse = its.provider.parse

        def counted(reply: Reply, ask: Ask) -> Snapshot | Problem:
            self.read[ask.task_id] += 1
            return parse(reply, ask)

        its = replace(its, provider=replace(its.provider, parse=counted))
        self.session = Session(its, self, self._find, clock, Random(1))

    async def results(self, *refs: Ref) -> list[Snapshot | Problem]:
        return [(await self.session.ask(ref)).result for ref in refs]

    async def get(self, path: str, key: Secret) -> Reply:
        del path, key
        return next(self._replies)

    async def aclose(self) -> None:
        pass

    async def _find(self, _: Account) -> Key:
        return Key(self.key, "test")


async def test_the_same_bytes_are_read_once_for_each_task(clock: ManualClock) -> None:
    rig = Rig([about("a"), about("b"), about("a"), about("b")], clock)
    found = await rig.results(A, B, A, B)
    assert found[:2] == found[2:]
    assert rig.read == {"a": 1, "b": 1}


async def test_other_bytes_are_read_and_so_are_the_former_ones_after_them(
    clock: ManualClock,
) -> None:
    replies = [about("a"), about("a", "queued"), about("a"), about("a", "success")]
    rig = Rig(replies, clock)
    found = await rig.results(A, A, A, A)
    words = [result.raw_status for result in found if isinstance(result, Snapshot)]
    assert words == ["handling", "queued", "handling", "success"]
    assert rig.read["a"] == 4


async def test_the_same_bytes_about_another_task_are_no_answer_about_it(
    clock: ManualClock,
) -> None:
    rig = Rig([about("a"), about("a")], clock)
    own, others = await rig.results(A, B)
    assert isinstance(own, Snapshot)
    assert isinstance(others, Problem)


async def test_the_same_bytes_under_another_status_are_another_answer(clock: ManualClock) -> None:
    rig = Rig([about("a"), about("a", code=500), about("a", code=500), about("a")], clock)
    kinds = [type(result) for result in await rig.results(A, A, A, A)]
    assert kinds == [Snapshot, Problem, Problem, Snapshot]
    assert rig.read["a"] == 4


@pytest.mark.parametrize(
    "reply", [about("a", "success"), about("a", model="x" * THREADED_FROM)], ids=["over", "long"]
)
async def test_an_end_and_a_long_answer_are_not_remembered(
    clock: ManualClock, reply: Reply
) -> None:
    rig = Rig([reply, reply], clock)
    first, second = await rig.results(A, A)
    assert first == second
    assert rig.read["a"] == 2


async def test_a_key_that_is_found_later_is_hidden_from_then_on(
    clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_keys, "_forms", {})
    rig = Rig([about("a", model=f"it is {OTHER_KEY}")] * 3, clock)
    (before,) = await rig.results(A)
    known_keys.learn(OTHER_KEY)
    after, last = await rig.results(A, A)
    assert isinstance(before, Snapshot)
    assert isinstance(after, Snapshot)
    assert after.model == "it is ***"
    assert last is after


async def test_no_more_are_remembered_than_there_is_room_for(
    clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_answers, "REMEMBERED", 1)
    rig = Rig([about("a"), about("b"), about("a"), about("a")], clock)
    await rig.results(A, B, A, A)
    assert rig.read == {"a": 2, "b": 1}
