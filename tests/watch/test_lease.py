"""Several processes on one home ask about a task once an interval, together (row 55)."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from counted_history import CountedHistory
from desk_rig import desk_with
from fake_gateway import KEY, Gateway, entry, hiapi_body, session_with
from manual_clock import ManualClock

from rushes.providers.model import Link, Problem, ProblemKind, Status
from rushes.providers.reply import Reply
from rushes.providers.secret import Secret
from rushes.watch.desk import Desk
from rushes.watch.history.lease_owner import cannot_ask
from rushes.watch.history.store import History
from rushes.watch.polling.turns import Shared, Shut, Turn
from rushes.watch.store import ANSWER_WITHIN, USE_WITHIN, LeaseRequest, Leases
from rushes.watch.task import Ref, Task

A = Ref("hiapi", "a")


def shared(history: History, clock: ManualClock) -> Shared:
    return Shared("hiapi", history, clock, Random(1))


def reply(status: str, task_id: str) -> Reply:
    return Reply(200, {}, hiapi_body(task_id, status))


class Shop:
    """One home and one gateway, and the desks of several processes."""

    def __init__(self, folder: Path, clock: ManualClock) -> None:
        self.folder = folder
        self.clock = clock
        self.gateway = Gateway(clock, lambda task_id: reply("handling", task_id))
        self.opened: list[Desk] = []

    def history(self) -> CountedHistory:
        history = CountedHistory(self.folder / "history.db", clock=self.clock)
        self.clock.threads.append(history.busy)
        return history

    async def open(self, key: Secret = KEY) -> Desk:
        its = session_with(self.clock, self.gateway, lambda: key)
        desk = await desk_with(self.folder, self.clock, {"hiapi": its})
        self.opened.append(desk)
        return desk

    async def run(self, seconds: float) -> None:
        """Let time pass; commits take a quarter of a second that no manual clock knows of."""
        for _ in range(round(seconds * 2)):
            await self.clock.advance(0.5)
            for desk in self.opened:
                await desk.history.flush()

    def gaps(self) -> list[float]:
        ids = {task_id for _, task_id in self.gateway.asked}
        times = [[at for at, asked in self.gateway.asked if asked == one] for one in ids]
        return [b - a for one in times for a, b in pairwise(one)]


@pytest.fixture
async def shop(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Shop]:
    it = Shop(tmp_path, clock)
    yield it
    for desk in it.opened:
        await desk.close()


def steps(desk: Desk, ref: Ref = A) -> list[Status]:
    task = desk.ledger.task(ref)
    assert task is not None
    return [step.status for step in task.transitions]


async def test_two_processes_ask_as_often_as_one_would(shop: Shop) -> None:
    one = await shop.open()
    await one.watchlist.add([entry(f"t{n}") for n in range(10)])
    other = await shop.open()
    one.start()
    other.start()
    await shop.run(60)
    assert min(shop.gaps()) >= 5.0
    assert len(shop.gateway.asked) >= 10 * 9
    for desk in (one, other):
        assert all(task.status is Status.RUNNING for task in desk.ledger.tasks().values())


async def test_what_one_heard_is_heard_by_the_other_with_its_steps_and_events(shop: Shop) -> None:
    one = await shop.open()
    await one.watchlist.add([entry("a")])
    other = await shop.open()
    readers = [one.ledger.readers.new(), other.ledger.readers.new()]
    one.start()
    other.start()
    await shop.run(8)
    shop.gateway.answer = lambda task_id: reply("archiving", task_id)
    await shop.run(8)
    shop.gateway.answer = lambda task_id: reply("fail", task_id)
    await shop.run(16)
    asked = len(shop.gateway.asked)
    expected = [Status.RUNNING, Status.FINALIZING, Status.FAILED]
    for desk, reader in zip((one, other), readers, strict=True):
        assert steps(desk) == expected
        told = [e.transition for e in reader.take().events if e.transition]
        assert [step.status for step in told] == expected
    await shop.run(60)
    assert len(shop.gateway.asked) == asked


async def test_the_other_goes_on_where_a_closed_one_stopped(shop: Shop) -> None:
    one = await shop.open()
    await one.watchlist.add([entry("a")])
    one.start()
    await shop.run(7)
    await one.close()
    shop.opened.remove(one)
    other = await shop.open()
    other.start()
    await shop.run(10)
    assert min(shop.gaps()) >= 5.0
    assert max(shop.gaps()) <= 7.0


async def test_a_throttle_that_one_met_holds_the_other(shop: Shop) -> None:
    one = await shop.open()
    await one.watchlist.add([entry(f"t{n}") for n in range(6)])
    other = await shop.open()
    throttled = Reply(429, {"retry-after": "40"}, b'{"message": "slow down"}')
    shop.gateway.answer = lambda _: throttled
    await one.poll_once([Ref("hiapi", "t0")])
    await one.history.flush()
    began = len(shop.gateway.asked)
    shop.gateway.answer = lambda task_id: reply("handling", task_id)
    other.start()
    await shop.run(38)
    assert len(shop.gateway.asked) == began
    trouble = other.account_states()["hiapi"].trouble
    assert trouble is not None
    assert trouble.kind is ProblemKind.RATE_LIMITED
    await shop.run(30)
    assert {task_id for _, task_id in shop.gateway.asked} == {f"t{n}" for n in range(6)}
    assert other.account_states()["hiapi"].trouble is None


async def test_a_refused_key_is_not_sent_by_the_other_but_another_key_is(shop: Shop) -> None:
    refused = Reply(401, {}, b'{"message": "invalid key"}')
    shop.gateway.answer = lambda task_id: (
        refused if shop.gateway.keys[-1] == KEY else reply("handling", task_id)
    )
    one = await shop.open()
    await one.watchlist.add([entry("a"), entry("b"), entry("c")])
    once = asyncio.create_task(one.poll_once([Ref("hiapi", task_id) for task_id in "abc"]))
    await shop.run(2)
    await once
    # Two are refused, and a third one decides.
    asked = len(shop.gateway.asked)
    assert asked == 3
    same, renewed = await shop.open(), await shop.open(Secret("a-new-key"))
    same.start()
    await shop.run(55)
    assert len(shop.gateway.asked) == asked
    renewed.start()
    await shop.run(3)
    assert steps(renewed) == [Status.RUNNING]
    assert {key.reveal() for key in shop.gateway.keys[asked:]} == {"a-new-key"}


async def test_a_refused_key_is_tried_by_one_of_two_processes_after_1_2_4_minutes(
    shop: Shop,
) -> None:
    shop.gateway.answer = lambda _: Reply(401, {}, b'{"message": "invalid key"}')
    one = await shop.open()
    await one.watchlist.add([entry("a"), entry("b"), entry("c")])
    other = await shop.open()
    one.start()
    other.start()
    await shop.run(5)
    began = len(shop.gateway.asked)
    assert began <= 4
    await shop.run(8 * 60)
    assert len(shop.gateway.asked) - began <= 4


async def test_one_tasks_refusal_that_one_process_met_does_not_hold_the_other(shop: Shop) -> None:
    one = await shop.open()
    await one.watchlist.add([entry("a"), entry("b")])
    refused = Reply(401, {}, b'{"message": "invalid key"}')
    shop.gateway.answer = lambda task_id: refused if task_id == "a" else reply("handling", task_id)
    await one.poll_once([A])
    await one.history.flush()
    other = await shop.open()
    other.start()
    await shop.run(10)
    assert steps(other, Ref("hiapi", "b")) == [Status.RUNNING]
    assert other.account_states()["hiapi"].trouble is None


async def test_by_hand_the_interval_is_beaten_but_never_a_poll_under_way(shop: Shop) -> None:
    one, other = shop.history(), shop.history()
    task = Task(entry=entry("a"))
    mine, theirs = (shared(it, shop.clock) for it in (one, other))

    async def turn(sharing: Shared, *by_hand: Ref) -> Turn:
        return (await sharing.take([task], 5.0, "", frozenset(by_hand))).turns[0]

    assert (await turn(mine)).granted
    assert not (await turn(theirs, A)).granted
    mine.done(A, shop.clock.monotonic() + 5.0)
    await one.flush()
    assert not (await turn(theirs)).granted
    assert (await turn(theirs, A)).granted
    await one.close()
    await other.close()


async def test_what_a_dead_process_leased_is_free_after_its_time(shop: Shop) -> None:
    one, other = shop.history(), shop.history()
    task = Task(entry=entry("a"))
    mine, theirs = (shared(it, shop.clock) for it in (one, other))
    await mine.take([task], 5.0, "", frozenset())
    await shop.clock.advance(ANSWER_WITHIN + USE_WITHIN - 0.1)
    assert not (await theirs.take([task], 5.0, "", frozenset())).turns[0].granted
    await shop.clock.advance(0.2)
    assert (await theirs.take([task], 5.0, "", frozenset())).turns[0].granted
    await one.close()
    await other.close()


def test_a_process_cannot_ask_only_where_that_is_certain() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    here = Path("/proc/self/ns/pid")
    pids = here.stat().st_ino if here.exists() else "all"
    assert cannot_ask(f"{gone.pid} {pids} x")
    assert not cannot_ask(f"{os.getpid()} {pids} x")
    assert not cannot_ask(f"{gone.pid} another-container x")


async def test_a_lease_from_before_the_machine_started_is_none(shop: Shop) -> None:
    one, other = shop.history(), shop.history()
    task = Task(entry=entry("a"))
    shop.clock.ticks = 900_000.0
    await shared(one, shop.clock).take([task], 5.0, "", frozenset())
    shop.clock.ticks = 60.0
    taken = await shared(other, shop.clock).take([task], 5.0, "", frozenset())
    assert taken.turns[0].granted
    await one.close()
    await other.close()


async def test_without_a_database_to_agree_in_each_asks_alone(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = await shop.open()
    await desk.watchlist.add([entry("a")])

    async def broken(*_: object) -> object:
        raise OSError("no space left")

    monkeypatch.setattr(desk.history, "take", broken)
    desk.start()
    await shop.run(11)
    assert len(shop.gateway.asked) >= 2


async def test_only_what_holds_the_whole_account_is_shared(shop: Shop) -> None:
    history = shop.history()
    sharing = shared(history, shop.clock)
    until = shop.clock.monotonic() + 60
    outage = Problem(kind=ProblemKind.UNAVAILABLE, message="connection refused")
    sharing.shut(outage, until, "")
    await history.flush()
    assert (await sharing.take([], 5.0, "", frozenset())).shut is None
    throttle = Problem(kind=ProblemKind.RATE_LIMITED, message="slow down", http_status=429)
    sharing.shut(throttle, until, "")
    await history.flush()
    shut = (await sharing.take([], 5.0, "", frozenset())).shut
    assert shut is not None
    assert (shut.problem, shut.until) == (throttle, until)
    await history.close()


async def test_two_processes_that_renew_a_link_ask_once(shop: Shop) -> None:
    """Row 39: a dead link is renewed by asking its task again, which is over."""
    output = [{"url": "https://x.example/a.png", "type": "image"}]
    shop.gateway.answer = lambda task_id: Reply(
        200, {}, hiapi_body(task_id, "success", completed=1777282033, output=output)
    )
    one, other = await shop.open(), await shop.open()
    await one.watchlist.add([entry("a")])
    await other.watchlist.reload()
    for desk in (one, other):
        desk.start()
    await shop.run(10)
    assert [steps(desk) for desk in (one, other)] == [[Status.SUCCEEDED]] * 2
    await shop.run(3600)
    asked = len(shop.gateway.asked)
    output[0]["url"] = "https://x.example/b.png"
    renewing = asyncio.gather(one.renewals.renewed(A, 1), other.renewals.renewed(A, 1))
    await shop.run(5)
    assert [found.where for found in await renewing if found] == [
        Link("https://x.example/b.png")
    ] * 2
    assert len(shop.gateway.asked) == asked + 1


async def test_giving_a_turn_back_does_not_give_back_the_one_taken_after_it(shop: Shop) -> None:
    one, other = shop.history(), shop.history()
    ours, theirs = (shared(history, shop.clock) for history in (one, other))
    task = Task(entry=entry("a"))
    for _ in range(2):
        taken = await ours.take([task], 5.0, "", frozenset())
        assert [turn.granted for turn in taken.turns] == [True]
        shop.clock.ticks += 0.1
        ours.done(A, shop.clock.monotonic())
    again = await ours.take([task], 5.0, "", frozenset())
    await one.flush()
    refused = await theirs.take([task], 5.0, "", frozenset())
    assert [turn.granted for turn in (*again.turns, *refused.turns)] == [True, False]
    await one.close()
    await other.close()


async def test_a_closure_stays_the_same_moment_however_late_the_answer_comes(shop: Shop) -> None:
    """The store tells seconds from now; taken anew each time, it would seem to be another one."""
    one, other = shop.history(), shop.history()
    mine, theirs = (shared(it, shop.clock) for it in (one, other))
    until = shop.clock.monotonic() + 60
    refused = Problem(kind=ProblemKind.AUTH, message="invalid key", http_status=401)
    mine.shut(refused, until, "")
    await one.flush()
    told = [(await theirs.take([], 5.0, "", frozenset())).shut]
    ticks = iter((0.0, 0.004))
    real = other.take

    async def slow(request: LeaseRequest) -> Leases:
        answer = await real(request)
        assert answer.closure is not None
        return replace(
            answer, closure=replace(answer.closure, seconds=answer.closure.seconds + next(ticks))
        )

    other.take = slow
    told += [(await theirs.take([], 5.0, "", frozenset())).shut for _ in range(2)]
    assert told == [Shut(refused, until)] * 3
    await one.close()
    await other.close()
