"""What happens at a desk is queued for a command by whoever caused it, in the commit that saves it.

`docs/interface.md`, "Commands for events"; reliability.md rows 162 to 166.
"""

from collections.abc import AsyncIterator, Collection
from datetime import timedelta
from pathlib import Path

import pytest
from desk_rig import desk_with
from fake_gateway import Gateway, entry, hiapi_body, session
from manual_clock import ManualClock

from rushes.providers.model import Status
from rushes.providers.reply import Reply
from rushes.watch.config.downloads import Auto
from rushes.watch.desk import Desk
from rushes.watch.event_kinds import ENDS, NAMED, EventKind
from rushes.watch.history.store import History
from rushes.watch.queued_events import Happening
from rushes.watch.task import Ref

A, B = Ref("hiapi", "a"), Ref("hiapi", "b")
PNG = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUB"
    "AScY42YAAAAASUVORK5CYII="
)


def reply(status: str, task_id: str = "a", **more: object) -> Reply:
    return Reply(200, {}, hiapi_body(task_id, status, **more))


class Home:
    """A home, a gateway, and the desks that are opened over both."""

    def __init__(self, folder: Path, clock: ManualClock) -> None:
        self.folder = folder
        self.clock = clock
        self.gateway = Gateway(clock, lambda task_id: reply("handling", task_id))
        self.desks: list[Desk] = []

    async def open(self, wanted: Collection[EventKind] = NAMED, auto: Auto = Auto.OFF) -> Desk:
        its = {"hiapi": session(self.clock, self.gateway)}
        desk = await desk_with(self.folder, self.clock, its, auto, wanted)
        self.desks.append(desk)
        return desk

    def says(self, status: str, left: float | None = None) -> None:
        """What the gateway says of every task from now on: with a picture where it has `left`."""
        more: dict[str, object] = {}
        if left is not None:
            expires = int((self.clock.now() + timedelta(seconds=left)).timestamp())
            more = {"output": [{"type": "image", "url": PNG, "expireAt": expires}]}
        self.gateway.answer = lambda task_id: reply(status, task_id, **more)

    async def run(self, seconds: float) -> None:
        """Let time pass; commits take a quarter of a second that no manual clock knows of."""
        for _ in range(round(seconds * 2)):
            await self.clock.advance(0.5)
            for desk in self.desks:
                await desk.history.flush()


@pytest.fixture
async def home(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Home]:
    it = Home(tmp_path, clock)
    yield it
    for desk in it.desks:
        await desk.close()


async def queued(desk: Desk) -> list[Happening]:
    """What this desk queued, in its order; it is begun by that."""
    found: list[Happening] = []
    while await desk.history.has_event(own=True):
        event = await desk.history.begin_event()
        assert event is not None
        found.append(event.happening)
    return found


async def kinds(desk: Desk) -> list[EventKind]:
    return [one.kind for one in await queued(desk)]


@pytest.mark.parametrize(
    ("word", "status"), [("success", Status.SUCCEEDED), ("fail", Status.FAILED)]
)
async def test_an_end_is_queued_and_so_is_that_it_was_the_last(
    home: Home, word: str, status: Status
) -> None:
    desk = await home.open()
    await desk.watchlist.add([entry("a"), entry("b")])
    desk.start()
    await home.run(1.0)
    assert await kinds(desk) == []
    home.says(word)
    await home.run(8.0)
    ends = await queued(desk)
    assert [one.kind for one in ends] == [ENDS[status], ENDS[status], EventKind.IDLE]
    assert {one.subject for one in ends} == {str(A), str(B)}
    assert ends[0].values["status"] == status.value


async def test_only_what_there_is_a_command_for_is_queued(home: Home) -> None:
    desk = await home.open({EventKind.IDLE})
    await desk.watchlist.add([entry("a")])
    home.says("success")
    await desk.poll_once([A])
    home.clock.ticks += 1.0  # the next question has its moment
    assert await kinds(desk) == [EventKind.IDLE]


async def test_what_is_learnt_from_another_process_is_not_queued(home: Home) -> None:
    one = await home.open()
    await one.watchlist.add([entry("a")])
    other = await home.open()
    for desk in (one, other):
        desk.start()
    await home.run(8.0)
    home.says("success")
    await home.run(24.0)
    assert {desk.ledger.tasks()[A].status for desk in (one, other)} == {Status.SUCCEEDED}
    told = [await kinds(desk) for desk in (one, other)]
    assert sorted(told, key=len) == [[], [EventKind.SUCCEEDED, EventKind.IDLE]]


async def test_a_task_that_is_over_when_first_asked_about_ended_now_and_an_old_end_never_does(
    home: Home,
) -> None:
    desk = await home.open()
    home.says("success")
    await desk.watchlist.add([entry("a")])
    await desk.poll_once([A])
    home.clock.ticks += 1.0  # the next question has its moment
    assert EventKind.SUCCEEDED in await kinds(desk)
    await desk.close()
    home.desks.remove(desk)
    again = await home.open()
    again.start()
    for task in again.ledger.tasks().values():  # as into a history that was lost
        again.history.save(task)
    await home.run(30.0)
    assert await kinds(again) == []


async def test_a_file_is_queued_with_where_it_is(home: Home) -> None:
    desk = await home.open({EventKind.SAVED, EventKind.RESCUED})
    home.says("success", left=3600)
    await desk.watchlist.add([entry("a")])
    await desk.poll_once([A])
    home.clock.ticks += 1.0  # the next question has its moment
    desk.download_policy.queue(A)
    await desk.downloads.settled()
    (saved,) = await queued(desk)
    fetch = desk.ledger.tasks()[A].fetches[1]
    assert (saved.kind, saved.n, saved.values["kind"]) == (EventKind.SAVED, 1, "image")
    assert (saved.values["path"], saved.values["sha256"]) == (str(fetch.path), fetch.sha256)


async def test_a_rescued_file_is_a_saved_one_and_a_rescued_one(home: Home) -> None:
    desk = await home.open({EventKind.SAVED, EventKind.RESCUED}, Auto.RESCUE)
    home.says("success", left=1200)
    await desk.watchlist.add([entry("a")])
    await desk.poll_once([A])
    home.clock.ticks += 1.0  # the next question has its moment
    await desk.download_policy.look()
    await desk.downloads.settled()
    assert await kinds(desk) == [EventKind.SAVED, EventKind.RESCUED]


async def test_a_file_that_a_person_has_fetched_once_more_is_queued_once_more(home: Home) -> None:
    desk = await home.open({EventKind.SAVED})
    home.says("success", left=3600)
    await desk.watchlist.add([entry("a")])
    await desk.poll_once([A])
    home.clock.ticks += 1.0  # the next question has its moment
    for _ in range(2):
        desk.download_policy.queue(A, force=True)
        await desk.downloads.settled()
        home.clock.wall += timedelta(seconds=1)
    marks = {one.mark for one in await queued(desk)}
    assert len(marks) == 2


async def test_a_loss_that_comes_and_the_loss_are_queued_once_in_all_processes(home: Home) -> None:
    wanted = {EventKind.EXPIRING, EventKind.EXPIRED}
    home.says("success", left=660)
    one = await home.open(wanted)
    await one.watchlist.add([entry("a")])
    await one.poll_once([A])
    home.clock.ticks += 1.0
    other = await home.open(wanted)
    told = list[EventKind]()
    for _ in range(8):
        for desk in (one, other):
            await desk.download_policy.look()
            told += await kinds(desk)
        home.clock.wall += timedelta(seconds=120)
    assert told == [EventKind.EXPIRING, EventKind.EXPIRED]
    assert one.ledger.tasks()[A].fetches.get(1) is None


async def test_a_problem_is_queued_once_until_the_account_answers(home: Home) -> None:
    desk = await home.open({EventKind.PROBLEM})
    await desk.watchlist.add([entry("a"), entry("b")])
    home.gateway.answer = lambda _: "connection refused"
    desk.start()
    await home.run(60.0)
    (problem,) = await queued(desk)
    assert problem.subject == "hiapi"
    assert problem.values == {
        "ref": "hiapi",
        "kind": "unavailable",
        "error": "connection refused",
    }
    home.says("handling")
    await home.run(130.0)
    home.gateway.answer = lambda _: "connection refused"
    await home.run(60.0)
    assert await kinds(desk) == [EventKind.PROBLEM]


async def test_history_without_events_is_what_it_was(home: Home, tmp_path: Path) -> None:
    """Where nothing is wanted, nothing is written of it."""
    desk = await home.open(())
    home.says("success")
    await desk.watchlist.add([entry("a")])
    await desk.poll_once([A])
    home.clock.ticks += 1.0  # the next question has its moment
    await desk.close()
    home.desks.remove(desk)
    history = History(tmp_path / "history.db")
    assert not await history.has_event(own=False)
    await history.close()
