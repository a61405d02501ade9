"""How leases end: by death, by restart, and without a database."""

import asyncio
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from fake_gateway import entry, hiapi_body
from lease_shop import A, Shop, shared, steps

from rushes.providers.model import Link, Problem, ProblemKind, Status
from rushes.providers.reply import Reply
from rushes.watch.history.lease_owner import cannot_ask
from rushes.watch.polling.turns import Shut
from rushes.watch.store import ANSWER_WITHIN, USE_WITHIN, LeaseRequest, Leases
from rushes.watch.task import Task


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
    await shop.run(600)
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
