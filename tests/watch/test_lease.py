"""Several processes on one home ask about a task once an interval, together (row 55)."""

import asyncio

from fake_gateway import KEY, entry
from lease_shop import A, Shop, reply, shared, steps

from rushes.providers.model import ProblemKind, Status
from rushes.providers.reply import Reply
from rushes.providers.secret import Secret
from rushes.watch.polling.turns import Shared, Turn
from rushes.watch.task import Ref, Task


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
