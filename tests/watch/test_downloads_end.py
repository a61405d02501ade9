"""How downloads end: closed, cancelled, and whole from the demo."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from download_rig import FILM, NOON, DownloadRig, saved
from waiting import AT_ONCE, PATIENCE, until

from rushes.demo.dialects import DIALECTS
from rushes.demo.gateway import Gateway
from rushes.providers.expiry import deadline
from rushes.providers.model import Link, Output, Snapshot, Status
from rushes.providers.registry import find
from rushes.providers.reply import Ask
from rushes.providers.secret import Secret
from rushes.tui.lines.download_words import fetch_note
from rushes.watch.asset import OutputState
from rushes.watch.downloads.job import Job
from rushes.watch.keys.find import Key
from rushes.watch.reasons import HttpStatus
from rushes.watch.task import Ref
from rushes.watch.transfer.request import LinkAnswer, LinkRefused, Saved, TransferRequest
from rushes.watch.transfer.transfer import Transfer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from tests.watch.conftest import Loopback

LATER = NOON + timedelta(seconds=300)


@dataclass
class FakeTime:
    """Unix seconds that a test sets."""

    now: float


class TestTheEnd:
    def stalling(self, loopback: Loopback) -> None:
        whole = loopback.answer(200, b"", ETag='"v1"', content_length=str(len(FILM)))
        loopback.play([whole, FILM[:70_000], loopback.HOLD])

    def sizes(self, rig: DownloadRig) -> list[int]:
        return [path.stat().st_size for path in rig.folder.rglob("*.part")]

    async def test_by_pausing_keeps_the_part_for_the_next_time(
        self, loopback: Loopback, rig: DownloadRig
    ) -> None:
        self.stalling(loopback)
        rig.downloads.queue(rig.job())
        await until(lambda: self.sizes(rig) == [70_000])
        rig.downloads.pause(rig.job())
        await rig.settled()
        fetch = rig.last()
        assert fetch is not None
        assert (fetch.state, fetch_note(fetch)) == (OutputState.AVAILABLE, "paused")
        assert self.sizes(rig) == [70_000]
        assert await rig.downloads.begun([rig.job(), rig.job("b")]) == [rig.job()]
        rest = f"bytes 70000-{len(FILM) - 1}/{len(FILM)}"
        loopback.play([loopback.answer(206, FILM[70_000:], ETag='"v1"', Content_Range=rest)])
        rig.downloads.queue(rig.job())
        await rig.settled()
        assert saved(rig.last()).read_bytes() == FILM
        assert self.sizes(rig) == []

    async def test_by_removing_its_task_keeps_the_part_for_when_the_task_comes_back(
        self, loopback: Loopback, rig: DownloadRig
    ) -> None:
        self.stalling(loopback)
        rig.downloads.queue(rig.job())
        await until(lambda: self.sizes(rig) == [70_000])
        rig.downloads.drop(rig.job().ref)
        await rig.settled()
        assert rig.last() is None
        rest = f"bytes 70000-{len(FILM) - 1}/{len(FILM)}"
        loopback.play([loopback.answer(206, FILM[70_000:], ETag='"v1"', Content_Range=rest)])
        rig.downloads.queue(rig.job())
        await rig.settled()
        assert saved(rig.last()).read_bytes() == FILM
        assert loopback.heard[-1].headers["range"] == "bytes=70000-"

    async def test_by_cancelling_leaves_nothing_of_it(
        self, loopback: Loopback, rig: DownloadRig
    ) -> None:
        self.stalling(loopback)
        rig.downloads.queue(rig.job())
        await until(lambda: self.sizes(rig) == [70_000])
        rig.downloads.cancel(rig.job())
        await rig.settled()
        fetch = rig.last()
        assert fetch is not None
        assert (fetch.state, fetch_note(fetch)) == (OutputState.AVAILABLE, "given up")
        assert [path for path in rig.folder.rglob("*") if path.is_file()] == []

    async def test_by_cancelling_what_was_paused_leaves_nothing_of_it_either(
        self, loopback: Loopback, rig: DownloadRig
    ) -> None:
        self.stalling(loopback)
        rig.downloads.queue(rig.job())
        await until(lambda: self.sizes(rig) == [70_000])
        rig.downloads.pause(rig.job())
        await rig.settled()
        rig.downloads.cancel(rig.job())
        await rig.settled()
        assert [path for path in rig.folder.rglob("*") if path.is_file()] == []

    async def test_by_cancelling_and_wanting_it_again_at_once_is_a_new_beginning(
        self, loopback: Loopback, rig: DownloadRig
    ) -> None:
        self.stalling(loopback)
        rig.downloads.queue(rig.job())
        await until(lambda: self.sizes(rig) == [70_000])
        loopback.play([loopback.answer(200, FILM)])
        rig.downloads.cancel(rig.job())
        rig.downloads.queue(rig.job())
        await rig.settled()
        assert saved(rig.last()).read_bytes() == FILM

    async def test_of_what_only_waits_asks_nobody(
        self, loopback: Loopback, rig: DownloadRig
    ) -> None:
        self.stalling(loopback)
        for name in ("a", "b", "c"):
            rig.downloads.queue(rig.job(name))
        await until(lambda: len(loopback.heard) == 2)
        rig.downloads.drop(rig.job("c").ref)
        for name in ("a", "b"):
            rig.downloads.cancel(rig.job(name))
        await rig.settled()
        assert "c" not in {ref.id for ref, _, _ in rig.told}
        assert len(loopback.heard) == 2

    async def test_of_what_has_not_begun_leaves_room_for_others(self, rig: DownloadRig) -> None:
        for _ in range(3):
            rig.downloads.queue(rig.job())
            rig.downloads.cancel(rig.job())
        await rig.settled()
        assert rig.downloads.active == 0
        rig.downloads.queue(rig.job())
        await rig.settled()
        saved(rig.last())

    async def test_by_cancelling_comes_before_a_link_is_renewed(
        self, rig: DownloadRig, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        begun: list[TransferRequest] = []

        class Expiring(Transfer):
            def __init__(self, order: TransferRequest, **_: object) -> None:
                super().__init__(order)
                begun.append(order)
                self.canceled = threading.Event()

            def cancel(self) -> None:
                self.canceled.set()

            def run(self) -> Saved:
                self.canceled.wait(PATIENCE)
                raise LinkRefused(HttpStatus(403), LinkAnswer.ABSENT)

        monkeypatch.setattr("rushes.watch.transfer.transfer.Transfer", Expiring)
        rig.renewals = [Output(kind="video", where=Link(f"{rig.base}/b"))]
        rig.downloads.queue(rig.job())
        await until(lambda: bool(begun))
        rig.downloads.pause(rig.job())
        await rig.settled()
        assert rig.states()[-1] is OutputState.AVAILABLE
        assert len(begun) == 1

    async def test_by_closing_comes_at_once_and_parts_are_kept(
        self, loopback: Loopback, rig: DownloadRig, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("rushes.watch.downloads.runner.CLOSE_WITHIN", PATIENCE)
        self.stalling(loopback)
        for name in ("a", "b", "c"):
            rig.downloads.queue(rig.job(name))
        await until(lambda: self.sizes(rig) == [70_000] * 2)
        begun = time.monotonic()
        await rig.downloads.close()
        assert time.monotonic() - begun < AT_ONCE
        assert self.sizes(rig) == [70_000] * 2
        assert rig.last("a") is None
        rig.downloads.queue(rig.job("d"))
        await rig.settled()
        assert len(loopback.heard) == 2


def test_a_loop_that_ends_without_closing_leaves_no_thread_reading(
    loopback: Loopback, tmp_path: Path
) -> None:
    def reading() -> list[str]:
        names = [thread.name for thread in threading.enumerate()]
        return [name for name in names if name.startswith("download")]

    async def begin() -> None:
        rig = DownloadRig(tmp_path, loopback.url)
        rig.downloads.queue(rig.job())
        while not loopback.heard:
            await asyncio.sleep(0.005)

    others = len(reading())
    loopback.play([loopback.answer(200, b"", content_length="1000"), loopback.HOLD])
    asyncio.run(begin())
    last = time.monotonic() + AT_ONCE
    while len(reading()) > others and time.monotonic() < last:
        gc.collect()  # a thread without work ends with its executor, which is in a cycle
        time.sleep(0.01)
    assert len(reading()) == others


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    """The demo, some time after its opening."""
    clock = FakeTime(NOON.timestamp())
    made = Gateway(clock=lambda: clock.now, transfer_rate=None)
    await made.start()
    clock.now = LATER.timestamp()
    yield made
    await made.stop()


async def finished(rig: DownloadRig, gateway: Gateway) -> list[Job]:
    """The outputs of the provider's tasks that are done, with the expiry their links claim."""
    jobs: list[Job] = []
    provider = rig.provider
    for scene in gateway.tasks:
        if scene.provider != provider.card.id:
            continue
        reply = await rig.client.get(provider.card.path(scene.id), Secret(gateway.api_key))
        said = provider.parse(reply, Ask(scene.id, rig.base))
        if isinstance(said, Snapshot) and said.then and provider.result:
            reply = await rig.client.get(said.then, Secret(gateway.api_key))
            said = provider.result(reply, Ask(scene.id, rig.base))
        if isinstance(said, Snapshot) and said.status is Status.SUCCEEDED:
            for n, output in enumerate(said.outputs, start=1):
                found = deadline(output.claims, said.finished_at, None)
                ref, at = Ref(scene.provider, scene.id), found and found[0]
                jobs.append(Job(ref=ref, n=n, output=output, name=scene.label, expires_at=at))
    return jobs


@pytest.mark.sampled(6)
@pytest.mark.parametrize("name", sorted(dialect.name for dialect in DIALECTS))
async def test_what_the_demo_has_finished_is_saved_as_it_was_made(
    build: Callable[..., DownloadRig], gateway: Gateway, name: str
) -> None:
    rig = build(gateway.base_urls[name], provider=find(name))
    rig.key = Key(Secret(gateway.api_key), "demo")
    rig.renewals = [None] * 20
    jobs = await finished(rig, gateway)
    for job in jobs:
        rig.downloads.queue(job)
    await rig.settled()
    ends = {(ref, n): fetch for ref, n, fetch in rig.told if fetch}
    for job in jobs:
        fetch = ends[job.ref, job.n]
        if job.expires_at is not None and job.expires_at <= LATER:
            assert fetch.state is OutputState.EXPIRED
        else:
            saved(fetch)
            assert fetch.sha256 == gateway.file_sha256[name, job.ref.id, job.n]
    assert OutputState.DOWNLOADED in {fetch.state for fetch in ends.values()}
    assert not any(visit.key_sent for visit in gateway.requests if visit.origin == "cdn")
