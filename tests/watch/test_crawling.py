"""Transfers that crawl keep no other account, and no file that will die, waiting (row 83)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from download_rig import FILM, NOON, DownloadRig
from manual_clock import ManualClock
from waiting import until

from rushes.watch.asset import OutputState
from rushes.watch.downloads.free_space import FreeSpace
from rushes.watch.downloads.lanes import CRAWLS_AFTER, NEAR, USEFUL, WAITS, Pressure
from rushes.watch.reasons import Cause

if TYPE_CHECKING:
    from collections.abc import Callable

    from rushes.watch.downloads.job import Job
    from tests.watch.conftest import Heard, Loopback, Scene

LANES = 2


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def rig(loopback: Loopback, build: Callable[..., DownloadRig], clock: ManualClock) -> DownloadRig:
    """Two lanes, and a server where a file whose name begins with "slow" never comes to its end."""

    def scene(heard: Heard) -> Scene:
        whole = loopback.answer(200, b"", content_length=str(len(FILM)), ETag='"v1"')
        if heard.target.startswith("/slow"):
            return [whole, FILM[:9000], loopback.HOLD]
        return [whole, FILM]

    loopback.play(scene)
    return build(loopback.url, parallel=LANES, clock=clock)


def slow(rig: DownloadRig, count: int, *, ends_in: float | None = None) -> list[Job]:
    jobs = [rig.job(f"slow-{n}", account="busy") for n in range(count)]
    for job in jobs:
        rig.downloads.queue(ending(job, ends_in))
    return jobs


def ending(job: Job, seconds: float | None) -> Job:
    """The job with a link that dies so many seconds after the clock's beginning."""
    return replace(job, expires_at=None if seconds is None else NOON + timedelta(seconds=seconds))


async def arriving(loopback: Loopback) -> None:
    """Return once there are transfers in all lanes."""
    await until(lambda: len(loopback.heard) == LANES)


async def saved(rig: DownloadRig, *names: str) -> None:
    await until(lambda: all(OutputState.DOWNLOADED in rig.states(name) for name in names))


def is_begun(rig: DownloadRig, name: str) -> bool:
    return any(ref.id == name for ref, _, _ in rig.told)


async def test_the_first_file_of_another_account_waits_half_a_minute_at_most(
    loopback: Loopback, rig: DownloadRig, clock: ManualClock
) -> None:
    slow(rig, 6)
    await clock.advance(5)
    rig.downloads.queue(rig.job("quiet", account="quiet"))
    await clock.advance(WAITS - 1)
    assert not is_begun(rig, "quiet")
    await clock.advance(1.5)
    await saved(rig, "quiet")
    # Nothing was ended for it, and nothing is asked for twice.
    assert rig.downloads.active == LANES
    assert len(loopback.heard) == LANES + 1


async def test_each_file_of_that_account_has_its_turn_and_one_lane_is_all_it_gets(
    rig: DownloadRig, clock: ManualClock
) -> None:
    slow(rig, 6)
    names = [f"quiet-{n}" for n in range(5)]
    for name in names:
        rig.downloads.queue(rig.job(name, account="quiet"))
    await clock.advance(WAITS)
    most = 0
    while not all(OutputState.DOWNLOADED in rig.states(name) for name in names):
        await clock.advance(0.25)
        most = max(most, rig.downloads.active)
    assert most == LANES + 1


async def test_every_one_of_many_accounts_is_served(rig: DownloadRig, clock: ManualClock) -> None:
    slow(rig, 6)
    names = [f"quiet-{n}" for n in range(5)]
    for name in names:
        rig.downloads.queue(rig.job(name, account=name))
    await clock.advance(WAITS)
    await saved(rig, *names)


async def test_a_file_whose_link_dies_within_a_minute_does_not_wait_half_of_it(
    rig: DownloadRig, clock: ManualClock
) -> None:
    slow(rig, 6)
    rig.downloads.queue(ending(rig.job("quiet", account="quiet"), 40))
    await clock.advance(0.5)
    await saved(rig, "quiet")


async def test_a_crawling_transfer_gives_its_lane_to_a_file_of_its_own_account_that_will_die(
    loopback: Loopback, rig: DownloadRig, clock: ManualClock
) -> None:
    slow(rig, 6)
    await arriving(loopback)
    rig.downloads.queue(ending(rig.job("dying", account="busy"), 300))
    await clock.advance(300 - NEAR)
    assert not is_begun(rig, "dying")
    await clock.advance(0.5)
    await saved(rig, "dying")


async def test_however_many_crawl_at_most_twice_the_lanes_are_under_way(
    loopback: Loopback, rig: DownloadRig, clock: ManualClock
) -> None:
    slow(rig, 20, ends_in=NEAR)
    await arriving(loopback)
    await clock.advance(NEAR - 1)
    assert rig.downloads.active == 2 * LANES


async def test_on_a_full_disk_nothing_begins_beside_what_is_tried(
    loopback: Loopback, rig: DownloadRig, clock: ManualClock
) -> None:
    rig.space = FreeSpace(rig.folder, rig.limits, clock)
    rig.rebuild()
    slow(rig, 6)
    await arriving(loopback)
    rig.space.ran_out(Cause.WAITS_FOR_ROOM, 1)
    rig.downloads.queue(rig.job("quiet", account="quiet"))
    await clock.advance(2 * WAITS)
    assert not is_begun(rig, "quiet")


def test_what_is_useful_keeps_its_lane_from_its_own_account(rig: DownloadRig) -> None:
    pressure = Pressure(served={"busy"}, gives_way=False, now=NOON, at=100.0)
    dying = ending(rig.job("dying", account="busy"), NEAR / 2)
    assert not pressure.begins(dying, 0.0)
    assert replace(pressure, gives_way=True).begins(dying, 0.0)
    assert not replace(pressure, gives_way=True).begins(ending(dying, -1), 0.0)
    assert USEFUL * NEAR > 1024**2
    assert CRAWLS_AFTER < NEAR
