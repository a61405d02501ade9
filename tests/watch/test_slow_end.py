"""An end that does not wait for a slow disk: what its threads still write then is not lost."""

from __future__ import annotations

import asyncio
import os
import threading
from dataclasses import dataclass, field, replace
from functools import partial
from random import Random
from typing import TYPE_CHECKING

import pytest
from desk_rig import desk_with
from download_rig import FILM, saved
from fake_gateway import KEY, Gateway, account, entry
from manual_clock import ManualClock
from waiting import PATIENCE, until

from rushes.providers.model import Link, Output, Snapshot, Status
from rushes.watch.config.downloads import DownloadSettings
from rushes.watch.history.store import History
from rushes.watch.keys.find import Key
from rushes.watch.polling.session import Session
from rushes.watch.reasons import NoSidecar
from rushes.watch.refusals import DownloadRefusal
from rushes.watch.task import Ref, Task
from rushes.watch.transfer.sidecar import Words, write_sidecar

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from rushes.watch.asset import Asset
    from rushes.watch.config.accounts import Account
    from rushes.watch.desk import Desk
    from rushes.watch.transfer.request import Saved
    from tests.watch.conftest import Loopback

A = Ref("hiapi", "a")


async def _key(_: Account) -> Key:
    return Key(KEY, "test")


@dataclass
class SlowDisk:
    """Holds up the thread that comes to it until `answer`."""

    came: threading.Thread | None = None
    answers: threading.Event = field(default_factory=threading.Event)

    def hold(self) -> None:
        self.came = threading.current_thread()
        assert self.answers.wait(PATIENCE)

    async def answer(self) -> None:
        """Let the thread go on to its end."""
        assert self.came is not None
        self.answers.set()
        await asyncio.to_thread(self.came.join, PATIENCE)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> SlowDisk:
    monkeypatch.setattr("rushes.watch.downloads.runner.CLOSE_WITHIN", 0.1)
    return SlowDisk()


@pytest.fixture
async def home(tmp_path: Path, loopback: Loopback) -> Path:
    """One that watches a task whose film nobody has yet."""
    loopback.play([loopback.answer(200, FILM, ETag='"v1"')])
    outputs = (Output(kind="video", where=Link(f"{loopback.url}/a.mp4")),)
    said = Snapshot(status=Status.SUCCEEDED, raw_status="success", outputs=outputs)
    history = History(tmp_path / "history.db")
    history.save(
        Task(entry=entry("a"), status=said.status, raw_status=said.raw_status, snapshot=said)
    )
    await history.close()
    desk = await opened(tmp_path, loopback)
    await desk.watchlist.add([entry("a")])
    await desk.close()
    return tmp_path


async def opened(home: Path, loopback: Loopback) -> Desk:
    clock = ManualClock()
    its = replace(account(), base=loopback.url)
    session = Session(its, Gateway(clock, lambda _: ""), _key, clock, Random(1))
    return await desk_with(home, clock, {"hiapi": session})


def names(home: Path) -> list[str]:
    return sorted(path.name for path in (home / "downloads").rglob("*.mp4*"))


async def test_a_file_that_is_synced_too_late_to_be_noted_gets_its_name_the_next_time(
    home: Path, loopback: Loopback, disk: SlowDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync = os.fsync

    def slow(descriptor: int) -> None:
        if os.fstat(descriptor).st_size == len(FILM):
            disk.hold()
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", slow)
    desk = await opened(home, loopback)
    assert desk.download_policy.queue(A) is None
    await until(lambda: disk.came)
    await desk.close()
    await disk.answer()
    assert names(home) == []

    desk = await opened(home, loopback)
    assert desk.download_policy.queue(A) is None
    await desk.downloads.settled()
    path = saved(desk.ledger.tasks()[A].fetches[1])
    await desk.close()
    assert path.read_bytes() == FILM
    assert names(home) == [path.name]
    assert len(loopback.heard) == 1


async def test_a_file_that_has_its_name_is_known_as_saved_before_its_sidecar_is_written(
    home: Path, loopback: Loopback, disk: SlowDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(
        directory: Path, task: Task, asset: Asset, file: Saved, at: datetime, words: Words
    ) -> NoSidecar | None:
        disk.hold()
        return write_sidecar(directory, task, asset, file, at, words)

    monkeypatch.setattr("desk_rig.DownloadSettings", partial(DownloadSettings, sidecar=True))
    monkeypatch.setattr("rushes.watch.downloads.sidecars.write_sidecar", slow)
    desk = await opened(home, loopback)
    assert desk.download_policy.queue(A) is None
    await until(lambda: disk.came)
    await desk.close()
    await disk.answer()

    desk = await opened(home, loopback)
    path = saved(desk.ledger.tasks()[A].fetches[1])
    assert path.read_bytes() == FILM
    assert desk.download_policy.queue(A) is DownloadRefusal.ALL_SAVED
    await desk.close()
    assert names(home) == [path.name, f"{path.name}.json"]
