"""Clocks that jump, machines that sleep, programs that are stopped (rows 59 to 61)."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from desk_rig import desk_with
from fake_gateway import Gateway, account, entry, hiapi_body, session
from manual_clock import ManualClock

from rushes.providers.model import Status
from rushes.providers.reply import Ask, Reply
from rushes.watch.changes import Reader, SuspensionSummary
from rushes.watch.clock import SystemClock
from rushes.watch.desk import Desk
from rushes.watch.event_kinds import EventKind
from rushes.watch.polling.observe import observe
from rushes.watch.task import Ref, Task

HOUR = 3600.0
YEAR = 365 * 24 * HOUR
TT_ID = "1469cfc3-3004-4d9e-ab10-1234567890ab"


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
        await self.desk.watchlist.add([entry(f"t{n}") for n in range(count)])
        self.desk.start()
        await self.clock.advance(20)
        reader = self.desk.ledger.readers.new()
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


def summaries(reader: Reader) -> list[SuspensionSummary | None]:
    events = reader.take().events
    return [event.suspension for event in events if event.kind is EventKind.RESUMED]


@pytest.mark.parametrize("jump", [HOUR, -HOUR, 10 * YEAR, -10 * YEAR])
async def test_a_wall_clock_that_jumps_moves_no_interval(night: Night, jump: float) -> None:
    await night.watch(2)
    night.clock.wall += timedelta(seconds=jump)
    await night.clock.advance(60)
    for task_id in ("t0", "t1"):
        assert len(night.gaps(task_id)) >= 13
        assert all(5.0 <= gap <= 5.5 + 0.05 for gap in night.gaps(task_id))
    assert night.desk.poll_now([Ref("hiapi", "t0")]) is None


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
    task = night.desk.ledger.task(Ref("hiapi", "t0"))
    assert task is not None
    (asset,) = task.assets(night.clock.now())
    assert asset.expires_at is not None
    left = asset.expires_at - task.server_time(night.clock.now())
    assert timedelta(minutes=19) < left <= timedelta(minutes=20)


async def test_after_a_night_one_event_says_what_became_of_the_tasks(night: Night) -> None:
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
    assert summaries(reader) == [SuspensionSummary(done=5, at_risk=2, lost=1)]
    await night.clock.advance(120)
    assert summaries(reader) == []


async def test_a_short_suspension_is_not_reported(night: Night) -> None:
    reader = await night.watch(2)
    night.clock.suspend(4 * 60)
    await night.clock.advance(90)
    assert summaries(reader) == []


async def test_a_task_that_cannot_be_polled_does_not_hold_up_the_summary(night: Night) -> None:
    reader = await night.watch(2)
    night.gateway.answer = lambda _: "network is unreachable"
    night.clock.suspend(8 * HOUR)
    await night.clock.advance(120)
    assert summaries(reader) == [SuspensionSummary(done=0, at_risk=0, lost=0)]


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
    assert max(sum(at <= other < at + 0.0999 for other in asked) for at in asked) <= 2
    await night.clock.advance(6.0)
    assert {task_id for at, task_id in night.gateway.asked if at >= woke} == {
        f"t{n}" for n in range(count)
    }
    assert all(task.status is Status.RUNNING for task in night.desk.ledger.tasks().values())


async def test_the_boot_clock_is_never_behind_the_other() -> None:
    clock = SystemClock()
    first, boot = clock.monotonic(), clock.boottime()
    await asyncio.sleep(0.01)
    assert clock.boottime() - boot >= 0.005
    assert boot >= first - 0.01


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "America/New_York", "Pacific/Apia"])
def test_an_expiry_is_the_same_moment_in_every_time_zone_and_on_a_day_that_has_23_hours(
    monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    """Row 27: TTAPI writes UTC+8 without saying so, DimiLinks milliseconds, HiAPI seconds.

    On 8 March 2026 New York skips from 02:00 to 03:00.
    """
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        said = "2026-03-08 15:30:00.000"
        output = {
            "task_id": TT_ID, "task_status": "SUCCEEDED", "submit_time": said,
            "scheduled_time": said, "end_time": said, "video_url": "https://x.example/a.mp4",
        }  # fmt: skip
        ttapi = _expiry("ttapi", TT_ID, json.dumps({"request_id": "r", "output": output}).encode())
        moment = datetime(2026, 3, 8, 7, 30, tzinfo=UTC)
        assert ttapi == moment + timedelta(hours=24)
        link = {"url": "https://x.example/a.png", "type": "image", "expireAt": moment.timestamp()}
        hiapi = hiapi_body("a", "success", completed=int(moment.timestamp()) - 60, output=[link])
        assert _expiry("hiapi", "a", hiapi) == moment
        signed = f"/p/img/img_a/0?exp={round(moment.timestamp() * 1000)}&sig=x"
        image = {"id": "img_a", "status": "completed", "data": [{"url": signed}]}
        assert _expiry("dimilinks", "img_a", json.dumps(image).encode()) == moment
    finally:
        monkeypatch.undo()
        time.tzset()


def _expiry(provider: str, task_id: str, body: bytes) -> datetime | None:
    its = account(provider)
    now = datetime(2026, 3, 8, 8, 0, tzinfo=UTC)
    result = its.provider.parse(Reply(200, {}, body), Ask(task_id, its.base))
    task = Task(entry=entry(task_id, provider))
    (asset,) = observe(task, result, its.provider.card, now).assets(now)
    return asset.expires_at
