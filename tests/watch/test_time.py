"""Clocks that jump, machines that sleep, programs that are stopped (rows 59 to 61)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from manual_clock import ManualClock
from scripted import Gateway, entry, hiapi_body, session
from workshop import desk_with

from providers.model import Status
from providers.reply import Reply
from watch.changes import EventKind, Reader
from watch.clock import SystemClock
from watch.desk import Desk
from watch.task import Ref

HOUR = 3600.0
YEAR = 365 * 24 * HOUR


def reply(status: str, task_id: str, **more: object) -> Reply:
    return Reply(200, {}, hiapi_body(task_id, status, **more))


class Night:
    """A desk, its gateway, and a clock that can do everything clocks do."""

    def __init__(self, folder: Path, clock: ManualClock) -> None:
        self.clock = clock
        self.gateway = Gateway(clock, lambda task_id: reply("handling", task_id))
        self.folder = folder
        self.desk: Desk

    async def open(self) -> None:
        self.desk = await desk_with(
            self.folder, self.clock, {"hiapi": session(self.clock, self.gateway)}
        )

    async def watch(self, count: int) -> Reader:
        await self.desk.add([entry(f"t{n}") for n in range(count)])
        self.desk.start()
        await self.clock.advance(20)
        reader = self.desk.reader()
        reader.take()
        return reader

    def stop(self, seconds: float) -> None:
        """As SIGSTOP does: every clock goes on without us."""
        self.clock.ticks += seconds
        self.clock.wall += timedelta(seconds=seconds)

    def asked_since(self, moment: float) -> list[float]:
        return [at - moment for at, _ in self.gateway.asked if at >= moment]

    def gaps(self, task_id: str) -> list[float]:
        times = [at for at, asked in self.gateway.asked if asked == task_id]
        return [b - a for a, b in pairwise(times)]


@pytest.fixture
async def night(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Night]:
    it = Night(tmp_path, clock)
    await it.open()
    yield it
    await it.desk.close()


def welcomes(reader: Reader) -> list[str]:
    return [event.text for event in reader.take().events if event.kind is EventKind.WELCOME]


@pytest.mark.parametrize("jump", [HOUR, -HOUR, 10 * YEAR, -10 * YEAR])
async def test_a_wall_clock_that_jumps_moves_no_interval(night: Night, jump: float) -> None:
    await night.watch(2)
    night.clock.wall += timedelta(seconds=jump)
    await night.clock.advance(60)
    for task_id in ("t0", "t1"):
        assert len(night.gaps(task_id)) >= 13
        assert all(5.0 <= gap <= 5.5 + 0.05 for gap in night.gaps(task_id))
    assert night.desk.poll_now([Ref("hiapi", "t0")]) == ""


@pytest.mark.parametrize("jump", [HOUR, -HOUR, 10 * YEAR, -10 * YEAR])
async def test_after_a_jump_and_a_restart_no_task_waits_longer_than_its_interval(
    night: Night, jump: float
) -> None:
    await night.watch(1)
    night.clock.wall += timedelta(seconds=jump)
    asked = len(night.gateway.asked)
    await night.desk.poll_once([Ref("hiapi", "t0")])
    await night.clock.advance(6)
    assert len(night.gateway.asked) > asked


async def test_a_countdown_follows_the_server_after_our_clock_was_set_wrong(night: Night) -> None:
    at = night.clock.now() + timedelta(minutes=20)
    date = night.clock.now().strftime("%a, %d %b %Y %H:%M:%S GMT")
    night.clock.wall -= timedelta(hours=1)
    night.gateway.answer = lambda task_id: Reply(
        200,
        {"date": date},
        hiapi_body(
            task_id,
            "success",
            completed=1,
            output=[{"url": "https://x.example/a.png", "type": "image",
                     "expireAt": int(at.timestamp())}],
        ),
    )  # fmt: skip
    await night.watch(1)
    task = night.desk.task(Ref("hiapi", "t0"))
    assert task is not None
    (asset,) = task.assets(night.clock.now())
    assert asset.expires_at is not None
    left = asset.expires_at - task.server_time(night.clock.now())
    assert timedelta(minutes=19) < left <= timedelta(minutes=20)


async def test_after_a_night_one_sentence_says_what_became_of_the_tasks(night: Night) -> None:
    reader = await night.watch(6)
    began = night.clock.now()

    def morning(task_id: str) -> Reply:
        number = int(task_id[1:])
        if number == 0:
            return reply("handling", task_id)
        minutes = {1: 8 * 60 + 5, 2: 8 * 60 + 9, 3: 120}.get(number, 10_000)
        at = int((began + timedelta(minutes=minutes)).timestamp())
        output = [{"url": f"https://x.example/{task_id}.png", "type": "image", "expireAt": at}]
        return reply("success", task_id, completed=at - 60, output=output)

    night.gateway.answer = morning
    night.clock.suspend(8 * HOUR)
    await night.clock.advance(30)
    assert welcomes(reader) == ["welcome back: 5 done, 2 at risk, 1 lost"]
    await night.clock.advance(120)
    assert welcomes(reader) == []


async def test_a_short_absence_is_not_worth_a_word(night: Night) -> None:
    reader = await night.watch(2)
    night.clock.suspend(4 * 60)
    await night.clock.advance(90)
    assert welcomes(reader) == []


async def test_what_cannot_be_asked_does_not_hold_up_the_welcome(night: Night) -> None:
    reader = await night.watch(2)
    night.gateway.answer = lambda _: "network is unreachable"
    night.clock.suspend(8 * HOUR)
    await night.clock.advance(120)
    assert welcomes(reader) == ["welcome back: 0 done, 0 at risk, 0 lost"]


@pytest.mark.parametrize("stopped", [True, False])
async def test_there_are_no_polls_to_catch_up_with_and_no_burst(
    night: Night, *, stopped: bool
) -> None:
    count = 100
    await night.watch(count)
    night.stop(8 * HOUR) if stopped else night.clock.suspend(8 * HOUR)
    woke = night.clock.monotonic()
    await night.clock.advance(5.0)
    asked = night.asked_since(woke)
    assert len(asked) <= count
    if stopped:
        most = max(sum(at <= other < at + 0.1 for other in asked) for at in asked)
        assert most <= count / 5
    await night.clock.advance(6.0)
    assert {task_id for at, task_id in night.gateway.asked if at >= woke} == {
        f"t{n}" for n in range(count)
    }
    assert all(task.status is Status.RUNNING for task in night.desk.tasks().values())


async def test_the_boot_clock_is_never_behind_the_other() -> None:
    clock = SystemClock()
    first, boot = clock.monotonic(), clock.boottime()
    await asyncio.sleep(0.01)
    assert clock.boottime() - boot >= 0.005
    assert boot >= first - 0.01
