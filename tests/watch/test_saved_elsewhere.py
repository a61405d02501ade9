"""What another process on the same home saved of a task that this one watches too."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

import pytest
from desk_rig import desk_with
from download_rig import FILM, saved
from fake_gateway import KEY, Gateway, account, entry
from manual_clock import ManualClock
from noted import noted
from waiting import PATIENCE

from rushes.providers.model import Link, Output, Snapshot, Status
from rushes.watch.history.store import History
from rushes.watch.keys.find import Key
from rushes.watch.polling.session import Session
from rushes.watch.refusals import DownloadRefusal
from rushes.watch.store import StoreError
from rushes.watch.task import Ref, Task

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from rushes.watch.config.accounts import Account
    from rushes.watch.desk import Desk
    from tests.watch.conftest import Loopback

A = Ref("hiapi", "a")


async def _key(_: Account) -> Key:
    return Key(KEY, "test")


async def remember_as_succeeded(folder: Path, url: str) -> None:
    outputs = (Output(kind="video", where=Link(url)),)
    said = Snapshot(status=Status.SUCCEEDED, raw_status="success", outputs=outputs)
    history = History(folder / "history.db")
    history.save(
        Task(entry=entry("a"), status=said.status, raw_status=said.raw_status, snapshot=said)
    )
    await history.close()


@pytest.fixture
async def desks(tmp_path: Path, loopback: Loopback) -> AsyncIterator[tuple[Desk, Desk]]:
    """Two over one home, both of which watch a task whose film nobody has yet."""
    await remember_as_succeeded(tmp_path, f"{loopback.url}/a.mp4")
    loopback.play([loopback.answer(200, FILM)])
    clock = ManualClock()
    its = Session(
        replace(account(), base=loopback.url), Gateway(clock, lambda _: ""), _key, clock, Random(1)
    )
    ours, theirs = [await desk_with(tmp_path, clock, {"hiapi": its}) for _ in range(2)]
    await ours.watchlist.add([entry("a")])
    await theirs.watchlist.reload()
    yield ours, theirs
    await ours.close()
    await theirs.close()


async def downloaded(desk: Desk) -> Path:
    """The file that the desk's task has, once it was asked for."""
    assert desk.download_policy.queue(A) is None
    async with asyncio.timeout(PATIENCE):
        await desk.downloads.settled()
    await desk.history.flush()
    task = desk.ledger.task(A)
    assert task is not None
    return saved(task.fetches[1])


async def test_is_taken_over_and_not_fetched_again(
    loopback: Loopback, desks: tuple[Desk, Desk]
) -> None:
    ours, theirs = desks
    path = await downloaded(theirs)
    assert await downloaded(ours) == path
    assert len(loopback.heard) == 1
    assert ours.download_policy.queue(A) is DownloadRefusal.ALL_SAVED


async def test_is_fetched_again_where_it_was_deleted_since(
    loopback: Loopback, desks: tuple[Desk, Desk]
) -> None:
    ours, theirs = desks
    path = await downloaded(theirs)
    path.unlink()
    assert (await downloaded(ours)).read_bytes() == FILM
    assert len(loopback.heard) == 2


async def test_is_known_by_its_side_file_where_history_cannot_tell_of_it_yet(
    desks: tuple[Desk, Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = desks
    first = await downloaded(theirs)

    async def unreadable(*_: object) -> dict[Ref, Task]:
        raise StoreError("disk I/O error")

    monkeypatch.setattr(ours.history, "load", unreadable)
    assert await downloaded(ours) == first


async def test_is_fetched_again_where_nothing_tells_of_it(
    tmp_path: Path, desks: tuple[Desk, Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = desks
    first = await downloaded(theirs)
    noted(tmp_path / "downloads")

    async def unreadable(*_: object) -> dict[Ref, Task]:
        raise StoreError("disk I/O error")

    monkeypatch.setattr(ours.history, "load", unreadable)
    assert (await downloaded(ours)).name == f"{first.stem}-2{first.suffix}"
