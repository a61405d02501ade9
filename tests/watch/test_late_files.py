"""Rows 24 and 97: a success that names no file is asked about five times more, and then no more."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from counted_history import CountedHistory
from desk_rig import desk_with
from fake_gateway import Gateway, entry, hiapi_body, session
from manual_clock import ManualClock

from rushes.providers.model import Problem, ProblemKind, Snapshot, Status
from rushes.providers.reply import Reply
from rushes.watch.desk import Desk
from rushes.watch.event_kinds import EventKind
from rushes.watch.polling import late_files
from rushes.watch.polling.late_files import PAUSES, reported
from rushes.watch.refusals import PollRefusal
from rushes.watch.task import LATE_QUESTIONS, LateFiles, Ref, Task

A = Ref("hiapi", "a")
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
FILE = {"url": "https://x.example/a.png", "type": "image"}
EMPTY = Reply(200, {}, hiapi_body("a", "success", output=[]))
NAMED = Reply(200, {}, hiapi_body("a", "success", output=[FILE]))
DOWN = Reply(503, {}, b"")


class Shop:
    """One home, a gateway whose answers are told in turn, and the desks of several processes."""

    def __init__(self, folder: Path, clock: ManualClock) -> None:
        self.folder, self.clock = folder, clock
        self.gateway = Gateway(clock, lambda _: EMPTY)
        self.opened: list[Desk] = []

    def says(self, *answers: Reply) -> None:
        """Have it answer these one after another, the last of them for good."""
        self.gateway.answer = lambda _: answers[min(len(self.gateway.asked), len(answers)) - 1]

    async def open(self) -> Desk:
        desk = await desk_with(
            self.folder, self.clock, {"hiapi": session(self.clock, self.gateway)}
        )
        self.opened.append(desk)
        await desk.watchlist.add([entry("a")])
        desk.start()
        return desk

    async def run(self, seconds: float, step: float = 10.0) -> None:
        """Let time pass, all of it being committed on the way."""
        while seconds > 0:
            await self.clock.advance(min(step, seconds))
            seconds -= step
            for desk in self.opened:
                await desk.history.flush()

    async def close(self) -> None:
        while self.opened:
            await self.opened.pop().close()

    @property
    def gaps(self) -> list[float]:
        times = [at for at, _ in self.gateway.asked]
        return [later - earlier for earlier, later in pairwise(times)]


@pytest.fixture
async def shop(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Shop]:
    it = Shop(tmp_path, clock)
    yield it
    await it.close()


def task_of(desk: Desk) -> Task:
    task = desk.ledger.task(A)
    assert task is not None
    return task


async def test_it_is_asked_about_five_times_over_ten_minutes_and_no_more(shop: Shop) -> None:
    desk = await shop.open()
    await shop.run(4.0)
    assert task_of(desk).awaits_files
    assert task_of(desk).next_poll_why == late_files.WHY
    await shop.run(3600.0, 60.0)
    assert len(shop.gaps) == LATE_QUESTIONS == len(PAUSES)
    assert all(0 <= gap - pause < 0.3 for gap, pause in zip(shop.gaps, PAUSES, strict=True))
    assert sum(PAUSES) == 600
    assert [later > earlier for earlier, later in pairwise(PAUSES)] == [True] * 4
    assert task_of(desk).without_files
    assert (task_of(desk).status, task_of(desk).next_poll_at) == (Status.SUCCEEDED, None)


async def test_files_that_come_late_count_as_usual_and_end_the_questions(shop: Shop) -> None:
    shop.says(EMPTY, EMPTY, EMPTY, NAMED)
    desk, reader = await shop.open(), None
    reader = desk.ledger.readers.new()
    await shop.run(3600.0, 60.0)
    assert len(shop.gateway.asked) == 4
    task = task_of(desk)
    assert [asset.output.kind for asset in task.assets(shop.clock.now())] == ["image"]
    assert (task.closed, task.names_no_file) == (True, False)
    # It is the same end: nobody is told of another one.
    events = reader.take().events
    assert [event.kind for event in events].count(EventKind.SUCCEEDED) == 1


async def test_a_failure_has_no_files_and_is_not_asked_about(shop: Shop) -> None:
    shop.says(Reply(200, {}, hiapi_body("a", "fail")))
    desk = await shop.open()
    await shop.run(3600.0, 60.0)
    assert len(shop.gateway.asked) == 1
    assert task_of(desk).closed


async def test_a_renewed_record_that_has_lost_its_files_does_not_lose_ours(shop: Shop) -> None:
    shop.says(NAMED, EMPTY)
    desk = await shop.open()
    await shop.run(60.0)
    assert await desk.renewals.renewed(A, 1) is not None
    await shop.run(3600.0, 60.0)
    assert len(shop.gateway.asked) == 2
    assert len(list(task_of(desk).assets(shop.clock.now()))) == 1


async def test_an_outage_is_no_answer_and_a_word_about_the_task_is_one(shop: Shop) -> None:
    missing = Reply(404, {}, b'{"code": 404, "message": "task not found"}')
    shop.says(EMPTY, DOWN, DOWN, EMPTY, missing)
    desk = await shop.open()
    await shop.run(7200.0, 60.0)
    assert len(shop.gateway.asked) == 1 + 2 + LATE_QUESTIONS
    task = task_of(desk)
    assert (task.status, task.without_files) == (Status.SUCCEEDED, True)


async def test_what_was_asked_outlives_a_restart(shop: Shop) -> None:
    await shop.open()
    await shop.run(30.0, 5.0)
    assert len(shop.gaps) == 2
    await shop.close()
    shop.clock.wall += timedelta(seconds=20)
    desk = await shop.open()
    assert task_of(desk).late_files.asked == 2
    await shop.run(30.0)
    assert len(shop.gaps) == 2
    await shop.run(3600.0, 60.0)
    assert len(shop.gaps) == LATE_QUESTIONS
    await shop.close()
    desk = await shop.open()
    await shop.run(3600.0, 60.0)
    assert len(shop.gaps) == LATE_QUESTIONS
    assert task_of(desk).without_files


async def test_hours_later_one_question_is_enough(shop: Shop) -> None:
    await shop.open()
    await shop.run(4.0)
    await shop.close()
    shop.clock.wall += timedelta(hours=9)
    desk = await shop.open()
    await shop.run(3600.0, 60.0)
    assert len(shop.gateway.asked) == 2
    assert task_of(desk).without_files


async def test_two_processes_ask_five_times_together(shop: Shop) -> None:
    one, other = await shop.open(), await shop.open()
    await shop.run(1200.0, 1.0)
    assert len(shop.gaps) == LATE_QUESTIONS
    assert all(gap >= pause for gap, pause in zip(shop.gaps, PAUSES, strict=True))
    assert [task_of(desk).without_files for desk in (one, other)] == [True, True]


async def test_a_person_may_have_it_asked_about_once_more_each_time(shop: Shop) -> None:
    desk = await shop.open()
    await shop.run(1200.0, 60.0)
    for more in (1, 2):
        assert desk.poll_now([A]) is None
        await shop.run(1200.0, 60.0)
        assert len(shop.gaps) == LATE_QUESTIONS + more
    shop.gateway.answer = lambda _: NAMED
    assert desk.poll_now([A]) is None
    await shop.run(10.0)
    assert not task_of(desk).names_no_file
    assert desk.poll_now([A]) is PollRefusal.OVER


async def test_that_it_was_reported_is_remembered(tmp_path: Path, shop: Shop) -> None:
    desk = await shop.open()
    await shop.run(1200.0, 60.0)
    desk.ledger.moved_on(reported(task_of(desk)), lasting=True)
    await shop.close()
    history = CountedHistory(tmp_path / "history.db")
    task = (await history.load([entry("a")]))[A]
    assert task.late_files == LateFiles(LATE_QUESTIONS, reported=True)
    await history.close()


def succeeded(asked: int) -> Task:
    return Task(entry=entry("a"), status=Status.SUCCEEDED, late_files=LateFiles(asked))


def test_a_pause_is_never_shorter_than_the_interval() -> None:
    said = Snapshot(status=Status.SUCCEEDED, raw_status="success")
    plan = late_files.plan(Task(entry=entry("a")), said, 60.0, NOW)
    assert plan is not None
    assert plan.delay == 60.0
    plan = late_files.plan(succeeded(3), said, 60.0, NOW)
    assert plan is not None
    assert plan.delay == PAUSES[4]
    assert late_files.plan(succeeded(4), said, 60.0, NOW) is None


@pytest.mark.parametrize("kind", ProblemKind)
def test_troubles_of_the_account_are_planned_for_by_others(kind: ProblemKind) -> None:
    problem = Problem(kind=kind, message="m")
    plan = late_files.plan(succeeded(1), problem, 5.0, NOW)
    counts = kind in (ProblemKind.NOT_FOUND, ProblemKind.REFUSED, ProblemKind.MALFORMED)
    assert (plan is not None) == counts
    after = late_files.counted(succeeded(1), problem, succeeded(1), NOW)
    assert after.late_files.asked == (2 if counts else 1)


def test_a_clock_that_was_set_back_makes_nobody_wait_longer_than_the_pause(
    clock: ManualClock,
) -> None:
    task = replace(succeeded(2), last_polled_at=clock.now() + timedelta(hours=5))
    assert late_files.wait(task, 5.0, clock.now()) == PAUSES[2]
