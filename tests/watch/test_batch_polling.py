"""A poller and a desk at a gateway that can be asked about several tasks at once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from batch_gateway import CARD, LIMIT, PROVIDER, Answers, task
from desk_rig import desk_with
from fake_gateway import KEY, entry
from manual_clock import ManualClock
from poller_rig import Tasks, at_work
from waiting import until

from rushes.providers.model import ProblemKind, Status
from rushes.providers.reply import Reply
from rushes.providers.secret import Secret
from rushes.watch.clock import SystemClock
from rushes.watch.config.accounts import Account
from rushes.watch.keys.find import Key, KeySource
from rushes.watch.network.client import ApiClient
from rushes.watch.polling.poll_all import poll_all
from rushes.watch.polling.poller import Poller
from rushes.watch.polling.session import Session
from rushes.watch.task import Ref, Task

if TYPE_CHECKING:
    from tests.watch.conftest import Loopback

ACCOUNT = Account(
    id="batching",
    provider=PROVIDER,
    base="https://gateway.example",
    key=KeySource(env="BATCHING_API_KEY"),
    poll_interval=5.0,
)


async def key(_: Account) -> Key:
    return Key(KEY, "test", "")


class Gateway:
    """Answers in the test's own process."""

    def __init__(self, clock: ManualClock, answers: Answers) -> None:
        self._clock, self._answers = clock, answers
        self.times: list[float] = []

    async def get(self, path: str, key: Secret) -> Reply:
        del key
        self.times.append(self._clock.monotonic())
        return Reply(*self._answers.to(path))

    async def aclose(self) -> None:
        pass


class Rig:
    """A poller of so many tasks."""

    def __init__(self, clock: ManualClock, count: int, account: Account = ACCOUNT) -> None:
        self.clock, self.answers = clock, Answers()
        self.gateway = Gateway(clock, self.answers)
        self.tasks = Tasks(clock, *(f"t{n}" for n in range(count)), provider="batching")
        self.session = Session(account, self.gateway, key, clock, Random(1))
        self.poller = Poller(self.session, self.tasks, clock, Random(1))

    def at_work(self) -> AbstractAsyncContextManager[None]:
        return at_work(self.poller, self.tasks)

    async def asked_once(self) -> None:
        """Have a command ask about all of them."""
        asking = asyncio.create_task(poll_all(self.poller, list(self.tasks.known)))
        await self.clock.advance(10)
        assert asking.done()
        await asking

    def trouble(self, task_id: str) -> ProblemKind | None:
        trouble = self.tasks.known[Ref("batching", task_id)].trouble
        return trouble and trouble.kind


async def test_what_comes_due_together_is_asked_about_together(clock: ManualClock) -> None:
    rig = Rig(clock, 8)
    async with rig.at_work():
        await clock.advance(60)
        rounds = [len(ids) for ids in rig.answers.asked]
        assert {one for ids in rig.answers.asked for one in ids} == {f"t{n}" for n in range(8)}
        assert sum(rounds) >= 8 * 10
        assert rounds == [LIMIT] * len(rounds)
        assert all(one.status is Status.RUNNING for one in rig.tasks.known.values())


async def test_a_request_about_several_tasks_is_one_start_of_the_rate(clock: ManualClock) -> None:
    """Alone, forty tasks at 4 a second would be asked about every ten seconds."""
    rig = Rig(clock, 40, replace(ACCOUNT, max_rate=4.0))
    async with rig.at_work():
        await clock.advance(120)
        starts = [b - a for a, b in pairwise(rig.gateway.times)]
        assert min(starts) >= 0.249
        assert sum(map(len, rig.answers.asked)) >= 40 * 120 / 6.5


async def test_no_task_is_asked_about_before_its_interval(clock: ManualClock) -> None:
    rig = Rig(clock, 6)
    async with rig.at_work():
        await clock.advance(60)
    for one in rig.tasks.known:
        asked = zip(rig.gateway.times, rig.answers.asked, strict=True)
        at = [time for time, ids in asked if one.id in ids]
        assert len(at) > 8
        assert all(5.0 <= b - a <= 6.0 for a, b in pairwise(at))


async def test_a_task_that_is_left_out_is_asked_about_alone_at_once(clock: ManualClock) -> None:
    rig = Rig(clock, 3)
    rig.answers.listed = lambda task_id: [] if task_id == "t1" else [task(task_id)]
    async with rig.at_work():
        await clock.advance(2)
        assert rig.answers.asked == [["t0", "t1", "t2"], ["t1"]]
        await clock.advance(20)
        assert rig.tasks.status_of(Ref("batching", "t1")) is Status.RUNNING
        assert all(ids == ["t1"] for ids in rig.answers.asked[1:] if "t1" in ids)
        assert ["t0", "t2"] in rig.answers.asked


async def test_a_list_that_is_refused_costs_one_request_and_then_each_is_asked_alone(
    clock: ManualClock,
) -> None:
    rig = Rig(clock, 3)
    rig.answers.several = lambda _: (404, {}, b'{"message": "no such page"}')
    async with rig.at_work():
        await clock.advance(60)
        assert [ids for ids in rig.answers.asked if len(ids) > 1] == [["t0", "t1", "t2"]]
        assert all(one.status is Status.RUNNING for one in rig.tasks.known.values())
        assert rig.trouble("t0") is None


async def test_one_id_that_breaks_every_list_keeps_no_other_task_from_being_asked_about(
    clock: ManualClock,
) -> None:
    rig = Rig(clock, 4)
    rig.answers.several = lambda ids: (500, {}, b"{}") if "t2" in ids else None
    async with rig.at_work():
        await clock.advance(120)
        assert all(one.status is Status.RUNNING for one in rig.tasks.known.values())
        assert len([ids for ids in rig.answers.asked if len(ids) > 1]) == 1


async def test_a_throttle_holds_all_for_its_time(clock: ManualClock) -> None:
    rig = Rig(clock, 4)
    rig.answers.several = lambda _: (429, {"retry-after": "30"}, b"{}")
    async with rig.at_work():
        await clock.advance(29)
        assert len(rig.answers.asked) == 1
        await clock.advance(10)
        assert len(rig.answers.asked) > 1


async def test_a_refused_key_closes_the_account_as_ever(clock: ManualClock) -> None:
    rig = Rig(clock, 4)
    nothing: Mapping[str, str] = {}
    refusal = 401, nothing, b'{"message": "invalid key"}'
    rig.answers.several = lambda _: refusal
    rig.answers.one = lambda _: refusal
    async with rig.at_work():
        await clock.advance(50)
        assert not rig.session.condition.open
        assert len(rig.answers.asked) <= 5
        asked = len(rig.answers.asked)
        await clock.advance(40)
        assert len(rig.answers.asked) <= asked + 1


async def test_a_key_that_may_see_no_lists_serves_for_each_task(clock: ManualClock) -> None:
    rig = Rig(clock, 4)
    rig.answers.several = lambda _: (403, {}, b'{"message": "no lists for this key"}')
    async with rig.at_work():
        await clock.advance(120)
        assert rig.session.condition.open
        assert all(one.status is Status.RUNNING for one in rig.tasks.known.values())


async def test_a_task_that_is_removed_while_it_is_asked_about_is_nobody_s(
    clock: ManualClock,
) -> None:
    rig = Rig(clock, 3)
    gone: list[Task] = []

    def answer(ids: list[str]) -> None:
        if not gone:
            gone.append(rig.tasks.known.pop(Ref("batching", "t1")))
            rig.poller.forget(gone[0].ref)

    rig.answers.several = answer
    async with rig.at_work():
        await clock.advance(30)
        assert sum("t1" in ids for ids in rig.answers.asked) == 1


async def test_asked_once_for_a_command_tasks_share_requests_too(clock: ManualClock) -> None:
    rig = Rig(clock, 10)
    await rig.asked_once()
    assert sorted(map(len, rig.answers.asked)) == [2, LIMIT, LIMIT]
    assert all(one.status is Status.RUNNING for one in rig.tasks.known.values())


async def test_asked_once_for_a_command_what_is_left_out_is_asked_about_alone(
    clock: ManualClock,
) -> None:
    rig = Rig(clock, 3)
    rig.answers.listed = lambda task_id: [] if task_id == "t1" else [task(task_id)]
    await rig.asked_once()
    assert rig.answers.asked == [["t0", "t1", "t2"], ["t1"]]
    assert all(one.status is Status.RUNNING for one in rig.tasks.known.values())


async def test_asked_once_for_a_command_a_list_that_is_refused_is_asked_about_one_by_one(
    clock: ManualClock,
) -> None:
    rig = Rig(clock, 3)
    rig.answers.several = lambda _: (404, {}, b'{"message": "no such page"}')
    await rig.asked_once()
    assert rig.answers.asked == [["t0", "t1", "t2"], ["t0"], ["t1"], ["t2"]]


async def test_over_http_a_task_s_last_body_is_its_own_part(
    loopback: Loopback, tmp_path: Path
) -> None:
    answers, clock = Answers(), SystemClock()
    account = replace(ACCOUNT, base=loopback.url)
    client = ApiClient(loopback.url, CARD, concurrency=4)
    loopback.play(
        lambda heard: [
            loopback.answer(status, body) for status, _, body in [answers.to(heard.target)]
        ]
    )
    session = Session(account, client, key, clock, Random(1))
    desk = await desk_with(tmp_path, clock, {"batching": session})
    try:
        await desk.watchlist.add([entry(one, "batching") for one in ("a", "b", "c")])
        desk.start()
        await until(lambda: all(t.status for t in desk.ledger.tasks().values()))
        await desk.history.flush()
        assert answers.asked == [["a", "b", "c"]]
        for ref in desk.ledger.tasks():
            kept = await desk.history.last_body(ref)
            assert kept is not None
            assert json.loads(kept.body) == task(ref.id)
    finally:
        await desk.close()
