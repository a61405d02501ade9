"""The desk: what the dashboard and the commands rely on, on a clock that the test moves."""

import asyncio
from dataclasses import replace

import pytest
from desk_home import A, B, Home, kinds, reply, undone
from fake_gateway import entry

from rushes.providers.model import Status
from rushes.providers.reply import Reply
from rushes.watch.event_kinds import EventKind
from rushes.watch.task import Ref
from rushes.watch.watchlist.file import WatchlistFile
from rushes.watch.watchlist.saved import load


async def test_a_task_is_on_disk_before_it_is_asked_about(home: Home) -> None:
    seen: list[bool] = []

    def answer(task_id: str) -> Reply:
        seen.append(load(home.list_path).find(Ref("hiapi", task_id)) is not None)
        return reply("handling", task_id)

    home.gateway.answer = answer
    desk = await home.open()
    desk.start()
    assert await desk.watchlist.add([entry("a")]) == [A]
    await home.clock.advance(1.0)
    assert seen == [True]


async def test_what_was_added_before_is_not_new(home: Home) -> None:
    desk = await home.open()
    await desk.watchlist.add([entry("a")])
    assert await desk.watchlist.add([entry("a"), entry("b")]) == [B]
    assert list(desk.ledger.tasks()) == [A, B]


async def test_each_reader_sees_each_change_once(home: Home) -> None:
    desk = await home.open()
    one, other = desk.ledger.readers.new(), desk.ledger.readers.new()
    one.take()
    await desk.watchlist.add([entry("a")])
    desk.start()
    await home.clock.advance(1.0)
    changes = one.take()
    assert changes.layout
    assert changes.refs == {A}
    assert kinds(changes.events) == [EventKind.TRANSITION]
    assert changes.events[0].transition is not None
    assert changes.events[0].transition.status is Status.RUNNING
    assert not one.take()
    assert other.take().refs == {A}


async def test_after_a_restart_everything_is_as_it_was(home: Home) -> None:
    desk = await home.open()
    await desk.watchlist.add([entry("a", label="opening shot")])
    desk.start()
    await home.clock.advance(6.0)
    before = desk.ledger.task(A)
    await desk.close()
    again = await home.open()
    after = again.ledger.task(A)
    assert after is not None
    assert before is not None
    assert (after.name, after.status, after.polls) == ("opening shot", Status.RUNNING, before.polls)
    assert after.transitions == before.transitions


async def test_a_restart_does_not_ask_sooner_than_the_interval(home: Home) -> None:
    desk = await home.open()
    await desk.watchlist.add([entry("a")])
    desk.start()
    await home.clock.advance(1.0)
    await desk.close()
    again = await home.open()
    again.start()
    await home.clock.advance(3.5)
    assert len(home.gateway.asked) == 1
    await home.clock.advance(2.0)
    assert len(home.gateway.asked) == 2


async def test_removing_stops_the_asking_and_undo_brings_the_task_back_as_it_was(
    home: Home,
) -> None:
    desk = await home.open()
    await desk.watchlist.add([entry("a", label="one"), entry("b")])
    desk.start()
    await home.clock.advance(1.0)
    await desk.remove([A])
    assert list(desk.ledger.tasks()) == [B]
    await home.clock.advance(30.0)
    assert len([1 for _, task_id in home.gateway.asked if task_id == "a"]) == 1
    assert await undone(desk) == (A,)
    task = desk.ledger.task(A)
    assert task is not None
    assert (task.name, task.status) == ("one", Status.RUNNING)
    assert await undone(desk) == (A, B)
    assert await undone(desk) == ()


async def test_who_looks_while_tasks_come_or_go_sees_the_whole_list_and_is_told_of_the_next(
    home: Home,
) -> None:
    desk = await home.open()
    await desk.watchlist.add([entry("a"), entry("b")])
    reader, held, told = desk.ledger.readers.new(), desk.ledger.tasks(), False
    reader.take()
    removing = asyncio.create_task(desk.remove([A]))
    while not removing.done():
        await asyncio.sleep(0)
        told = told or reader.take().layout
        assert list(held) == [A, B]
        assert list(desk.ledger.tasks()) == ([B] if told else [A, B])
    assert told


async def test_only_what_it_is_started_for_is_asked_about(home: Home) -> None:
    desk = await home.open()
    await desk.watchlist.add([entry("a"), entry("b")])
    desk.start(only=[B])
    await home.clock.advance(1.0)
    polls = {ref: task.polls for ref, task in desk.ledger.tasks().items()}
    assert polls == {A: 0, B: 1}


async def test_an_edit_by_another_hand_is_taken_in_while_running(home: Home) -> None:
    desk = await home.open()
    await desk.watchlist.add([entry("a")])
    desk.start()
    await home.clock.advance(1.0)
    other = WatchlistFile(home.list_path)
    other.add([entry("b")])
    other.put(replace(entry("a"), label="renamed"))
    await desk.watchlist.reload()
    await home.clock.advance(1.0)
    assert list(desk.ledger.tasks()) == [A, B]
    task = desk.ledger.task(A)
    assert task is not None
    assert task.name == "renamed"
    assert task.status is Status.RUNNING
    assert any(task_id == "b" for _, task_id in home.gateway.asked)


@pytest.mark.parametrize("accident", ["", "version = 1\n[[task]\n"])
async def test_a_list_that_is_lost_or_broken_takes_no_task_with_it(
    home: Home, accident: str
) -> None:
    desk = await home.open()
    await desk.watchlist.add([entry("a"), entry("b")])
    if accident:
        home.list_path.write_text(accident)
    else:
        home.list_path.unlink()
    await desk.watchlist.reload()
    assert list(desk.ledger.tasks()) == [A, B]
    assert str(home.list_path) in desk.notices()[0]
    if accident:
        home.list_path.write_text('version = 1\n[[task]]\nprovider = "hiapi"\nid = "b"\n')
        await desk.watchlist.reload()
        assert list(desk.ledger.tasks()) == [B]
    else:
        await desk.remove([A])
        assert [e.ref for e in load(home.list_path).entries] == [B]
    assert desk.notices() == ()


async def test_a_poll_never_writes_the_watchlist(home: Home) -> None:
    desk = await home.open()
    await desk.watchlist.add([entry("a")])
    stamp = home.list_path.stat().st_mtime_ns
    desk.start()
    await home.clock.advance(60.0)
    assert len(home.gateway.asked) > 5
    assert home.list_path.stat().st_mtime_ns == stamp


async def test_poll_once_asks_what_is_due_and_no_more(home: Home) -> None:
    desk = await home.open()
    await desk.watchlist.add([entry("a"), entry("b")])
    await desk.poll_once([A])
    home.clock.ticks += 1.0  # the next question has its moment
    assert [task_id for _, task_id in home.gateway.asked] == ["a"]
    await desk.poll_once([A, B])
    assert [task_id for _, task_id in home.gateway.asked] == ["a", "b"]


async def test_one_outage_is_told_once_and_its_end_once(home: Home) -> None:
    desk = await home.open()
    await desk.watchlist.add([entry(f"t{n}") for n in range(20)])
    reader = desk.ledger.readers.new()
    home.gateway.answer = lambda _: "connection refused"
    desk.start()
    await home.clock.advance(60.0)
    told = [e.text for e in reader.take().events if e.kind is EventKind.PROBLEM]
    assert told == ["hiapi: connection refused"]
    state = desk.account_states()["hiapi"]
    assert state.trouble is not None
    assert state.trouble.message == "connection refused"
    home.gateway.answer = lambda task_id: reply("handling", task_id)
    await home.clock.advance(130.0)
    told = [e.text for e in reader.take().events if e.kind is EventKind.RECOVERED]
    assert told == ["hiapi answers again"]
    assert desk.account_states()["hiapi"].trouble is None


async def test_without_a_key_the_account_says_what_to_set(home: Home) -> None:
    desk = await home.open(key=None)
    await desk.watchlist.add([entry("a")])
    await desk.poll_once([A])
    home.clock.ticks += 1.0  # the next question has its moment
    assert desk.account_states()["hiapi"].key_missing == "set A_TEST_KEY"
    assert home.gateway.asked == []
