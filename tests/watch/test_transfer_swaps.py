"""Rows 42, 43 and 76: lengths, many at once, and what is swapped meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Self

import pytest
from download_rig import FILM as SMALL
from download_rig import DownloadRig
from sampling import rounds
from saying import raises_saying

from rushes.providers.errors import RushesError
from rushes.providers.secret import Secret
from rushes.watch.asset import OutputState
from rushes.watch.network.client import ApiClient
from rushes.watch.transfer.part import part_of
from rushes.watch.transfer.request import DownloadFailed, Saved, TransferRequest
from rushes.watch.transfer.transfer import Transfer

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.watch.conftest import Heard, Loopback, Scene
from faulty_transfer import Storage, transfer

RACES = rounds(30, 1000)


def test_row_42_a_length_that_is_too_short_is_not_passed_over(
    loopback: Loopback, faulty_order: TransferRequest
) -> None:
    loopback.play([loopback.answer(200, SMALL, content_length=str(len(SMALL) - 7))])
    with raises_saying(DownloadFailed, match="not a whole mp4: 7 bytes of it are missing"):
        transfer(faulty_order).run()
    assert len(loopback.heard) == 3


async def poll_gaps(
    client: ApiClient, interval: float, count: int = 0, until: asyncio.Task[None] | None = None
) -> list[float]:
    """The seconds between polls, sorted: of so many, or of all while something lasts."""
    gaps: list[float] = []
    last = time.monotonic()
    while len(gaps) < count or (until is not None and not until.done()):
        await asyncio.sleep(interval)
        await client.get("/task/x", Secret("sk-1"))
        gaps.append(time.monotonic() - last)
        last = time.monotonic()
    return sorted(gaps)


async def test_row_43_a_hundred_outputs_are_fetched_a_few_at_a_time_fairly_and_polls_keep_time(
    loopback: Loopback,
    elsewhere: Loopback,
    build: Callable[..., DownloadRig],
    record_property: Callable[[str, object], None],
) -> None:
    interval = 0.25
    most = 0

    def slowly(_: Heard) -> Scene:
        nonlocal most
        most = max(most, rig.downloads.active)
        yield loopback.answer(200, b"", content_length=str(len(SMALL)))
        for start in range(0, len(SMALL), 12_000):
            yield SMALL[start : start + 12_000]
            yield 0.01

    loopback.play(slowly)
    elsewhere.play([elsewhere.answer(200, b"{}")])
    rig = build(loopback.url, parallel=4)
    polls = build(elsewhere.url)
    calm = await poll_gaps(polls.client, interval, count=3)
    for n in range(90):
        rig.downloads.queue(rig.job(f"busy-{n}", account="busy", expires=n))
    for n in range(10):
        rig.downloads.queue(rig.job(f"quiet-{n}", account="quiet", expires=1000 + n))
    settled = asyncio.create_task(rig.settled())
    gaps = await poll_gaps(polls.client, interval, until=settled)
    await settled
    order = [heard.target for heard in loopback.heard]
    usual = gaps[len(gaps) // 2]
    record_property("poll delay p95 / interval", gaps[int(len(gaps) * 0.95)] / interval)
    record_property("poll delay p50 / interval", usual / interval)
    # Any one poll may meet a machine that stands still; half of them do not.
    assert usual <= 1.2 * max(interval, calm[-1])
    assert most <= 4
    # Two of four lanes are the quiet account's while it has anything, so it is done in 10 rounds.
    assert max(order.index(f"/quiet-{n}") for n in range(10)) < 30
    assert all(rig.states(f"busy-{n}")[-1] is OutputState.DOWNLOADED for n in range(90))


class Swapper:
    """Puts a link in the place of a file or folder and takes it away again, over and over."""

    def __init__(self, target: Path, points_to: Path, aside: Path) -> None:
        """What is there is put `aside`."""
        self._target, self._points_to, self._aside = target, points_to, aside
        self._over, self._rng = threading.Event(), Random(1)
        self.swaps = 0

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.is_set():
            self._target.parent.mkdir(parents=True, exist_ok=True)
            with _whatever_comes():
                self._target.rename(self._aside / f"aside-{self.swaps}")
            with _whatever_comes():
                self._target.symlink_to(self._points_to)
            time.sleep(self._rng.random() / 500)
            with _whatever_comes():
                self._target.unlink()
            time.sleep(self._rng.random() / 200)
            self.swaps += 1


@pytest.mark.parametrize("what", ["folder", "part", "name"])
def test_row_76_nothing_is_written_outside_whatever_is_swapped_meanwhile(
    loopback: Loopback,
    faulty_order: TransferRequest,
    tmp_path: Path,
    what: str,
    record_property: Callable[[str, object], None],
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    precious = outside / "precious"
    precious.write_bytes(b"mine")
    home = faulty_order.directory / "hiapi"
    target = {
        "folder": home / "shot",
        "part": faulty_order.directory / f"{part_of(faulty_order.ref, faulty_order.n)}.part",
        "name": home / "shot" / "video-1.mp4",
    }[what]
    loopback.play(Storage(loopback, SMALL))
    ends: Counter[str] = Counter()
    with Swapper(target, outside if what == "folder" else precious, tmp_path) as enemy:
        while ends.total() < RACES or (enemy.swaps < 20 and ends.total() < 100 * RACES):
            ends[_end_of(transfer(faulty_order, tries=1))] += 1
    record_property("swaps", enemy.swaps)
    record_property("ends", dict(ends))
    assert enemy.swaps >= 20
    assert [path.name for path in outside.iterdir()] == ["precious"]
    assert precious.read_bytes() == b"mine"


def _whatever_comes() -> contextlib.suppress:
    return contextlib.suppress(OSError)


def _end_of(moved: Transfer) -> str:
    try:
        done = moved.run()
    except RushesError as error:
        return type(error).__name__
    assert isinstance(done, Saved)
    return "saved"
