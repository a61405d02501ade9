"""A desk fetches outputs: by hand, in time, and told of once."""

import asyncio
from datetime import timedelta

import pytest
from desk_home import A, Home, kinds, reply, success
from fake_gateway import entry

from rushes.watch.asset import OutputState
from rushes.watch.config.downloads import Auto
from rushes.watch.desk import Desk
from rushes.watch.event_kinds import EventKind
from rushes.watch.refusals import DownloadRefusal, PollRefusal


async def settle(home: Home, desk: Desk) -> None:
    """Let the downloads' threads come to their end."""
    await desk.downloads.settled()
    await home.clock.settle()


async def test_a_download_ends_as_a_file_an_event_and_a_memory(home: Home) -> None:
    home.gateway.answer = lambda task_id: success(task_id, 3600, home)
    desk = await home.open()
    await desk.watchlist.add([entry("a")])
    await desk.poll_once([A])
    home.clock.ticks += 1.0  # the next question has its moment
    reader = desk.ledger.readers.new()
    assert desk.download_policy.queue(A) is None
    await settle(home, desk)
    task = desk.ledger.task(A)
    assert task is not None
    (asset,) = task.assets(home.clock.now())
    assert asset.saved
    assert asset.fetch is not None
    assert asset.fetch.path is not None
    assert asset.fetch.path.read_bytes().startswith(b"\x89PNG")
    assert EventKind.SAVED in kinds(reader.take().events)
    assert desk.download_policy.queue(A) is DownloadRefusal.ALL_SAVED
    await desk.close()
    again = (await home.open()).ledger.task(A)
    assert again is not None
    assert [a.state for a in again.assets(home.clock.now())] == [OutputState.DOWNLOADED]


async def test_a_file_that_was_taken_away_can_be_had_again(home: Home) -> None:
    home.gateway.answer = lambda task_id: success(task_id, 3600, home)
    desk = await home.open()
    await desk.watchlist.add([entry("a")])
    await desk.poll_once([A])
    home.clock.ticks += 1.0  # the next question has its moment
    desk.download_policy.queue(A)
    await settle(home, desk)
    task = desk.ledger.task(A)
    assert task is not None
    path = task.fetches[1].path
    assert path is not None
    path.unlink()
    assert desk.download_policy.queue(A) is None
    await settle(home, desk)
    assert path.exists()


@pytest.mark.parametrize(
    ("ids", "why"), [([], DownloadRefusal.UNWATCHED), (["a"], DownloadRefusal.UNFINISHED)]
)
async def test_what_cannot_be_downloaded_says_why(
    home: Home, ids: list[str], why: DownloadRefusal
) -> None:
    desk = await home.open()
    await desk.watchlist.add([entry(task_id) for task_id in ids])
    await desk.poll_once([A])
    home.clock.ticks += 1.0  # the next question has its moment
    assert desk.download_policy.queue(A) is why


@pytest.mark.parametrize(
    ("auto", "expires_in", "fetched"),
    [
        (Auto.RESCUE, 1700, True),
        (Auto.RESCUE, 1900, False),
        (Auto.ALL, 90_000, True),
        (Auto.OFF, 60, False),
    ],
)
async def test_what_would_be_lost_is_rescued(
    home: Home, auto: Auto, expires_in: float, *, fetched: bool
) -> None:
    home.gateway.answer = lambda task_id: success(task_id, expires_in, home)
    desk = await home.open(auto)
    await desk.watchlist.add([entry("a")])
    await desk.poll_once([A])
    home.clock.ticks += 1.0  # the next question has its moment
    await desk.download_policy.look()
    await settle(home, desk)
    task = desk.ledger.task(A)
    assert task is not None
    assert [asset.saved for asset in task.assets(home.clock.now())] == [fetched]


async def test_an_expired_link_is_renewed_by_asking_once_however_many_outputs_died(
    home: Home,
) -> None:
    gone = {"url": "http://gateway.example/gone.png", "type": "image", "expireAt": 1777886899}
    home.gateway.answer = lambda task_id: reply("success", task_id, output=[gone, gone, gone])
    desk = await home.open()
    await desk.watchlist.add([entry("a")])
    await desk.poll_once([A])
    home.clock.ticks += 1.0  # the next question has its moment
    home.clock.wall += timedelta(hours=1)
    renewed = await asyncio.gather(*(desk.renewals.renewed(A, n) for n in (1, 2, 3, 4)))
    assert len(home.gateway.asked) == 2
    assert [output is not None for output in renewed] == [True, True, True, False]


async def test_what_failed_is_not_tried_again_unasked(home: Home) -> None:
    broken = "data:text/html,<html>no</html>"
    home.gateway.answer = lambda task_id: success(task_id, 600, home, broken)
    desk = await home.open(Auto.RESCUE)
    await desk.watchlist.add([entry("a")])
    await desk.poll_once([A])
    home.clock.ticks += 1.0  # the next question has its moment
    reader = desk.ledger.readers.new()
    for _ in range(3):
        await desk.download_policy.look()
        await settle(home, desk)
    assert kinds(reader.take().events).count(EventKind.DOWNLOAD_FAILED) == 1


async def test_what_is_about_to_be_lost_is_told_once_and_so_is_its_loss(home: Home) -> None:
    home.gateway.answer = lambda task_id: success(task_id, 700, home)
    desk = await home.open()
    await desk.watchlist.add([entry("a")])
    await desk.poll_once([A])
    home.clock.ticks += 1.0  # the next question has its moment
    reader = desk.ledger.readers.new()
    told: list[EventKind] = []
    for _ in range(8):
        await desk.download_policy.look()
        told += kinds(reader.take().events)
        home.clock.wall += timedelta(seconds=120)
    assert told == [EventKind.EXPIRING, EventKind.EXPIRED]


async def test_a_paused_desk_asks_nothing_and_says_so(home: Home) -> None:
    desk = await home.open()
    desk.pollers.pause()
    desk.start()
    await desk.watchlist.add([entry("a")])
    await home.clock.advance(30.0)
    assert home.gateway.asked == []
    assert desk.poll_now([A]) is PollRefusal.PAUSED
    desk.pollers.resume()
    await home.clock.advance(1.0)
    assert len(home.gateway.asked) == 1


async def test_closing_lets_go_of_everything(home: Home) -> None:
    desk = await home.open()
    await desk.watchlist.add([entry("a")])
    desk.start()
    await home.clock.advance(1.0)
    await desk.close()
    await desk.close()
    assert home.gateway.closed
