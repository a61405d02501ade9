"""What is put beside what is fetched, and when; a bucket that is away is asked once for all."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from download_kitchen import Noon
from download_rig import FILM, NOON, DownloadRig
from object_stores import Store, moto, store
from putting_child import putting
from waiting import until

from rushes.watch.asset import OutputState
from rushes.watch.bucket.faults import BucketFault
from rushes.watch.bucket.store import Bucket
from rushes.watch.downloads.lanes import has_haste
from rushes.watch.downloads.putting import PROBE, Putting
from rushes.watch.reasons import Cause
from rushes.watch.task import Ref

if TYPE_CHECKING:
    from tests.watch.conftest import Loopback

__all__ = ["moto", "store"]

DIGEST = hashlib.sha256(FILM).hexdigest()


async def test_others_are_fetched_while_one_is_being_put(
    tmp_path: Path, loopback: Loopback, store: Store
) -> None:
    loopback.play([loopback.answer(200, FILM, ETag='"v1"')])
    slow = Slow(store)
    rig = DownloadRig(tmp_path, loopback.url, parallel=1, putting=slow.putting(tmp_path))
    for name in ("a", "b", "c"):
        rig.downloads.queue(rig.job(name))
    await until(lambda: all(_is_staged(rig, name) for name in ("a", "b", "c")))
    assert rig.downloads.active == 0
    slow.there.set()
    await rig.downloads.settled()
    assert {rig.states(name)[-1] for name in ("a", "b", "c")} == {OutputState.DOWNLOADED}
    await rig.downloads.close()


@pytest.mark.parametrize(("minutes", "put"), [(5, []), (60, ["a"]), (None, ["a"])])
async def test_nothing_is_put_while_a_file_waits_whose_link_ends_soon(
    tmp_path: Path, loopback: Loopback, store: Store, minutes: int | None, put: list[str]
) -> None:
    slow, rig = await _one_staged_and_one_that_waits(tmp_path, loopback, store, minutes=minutes)
    await until(lambda: slow.names == put)
    assert "waits" not in _begun(rig)
    rig.downloads.drop(Ref("gptge", "stalls"))
    await rig.downloads.settled()
    assert sorted(slow.names) == ["a", "waits"]
    await rig.downloads.close()


@pytest.mark.parametrize(
    ("left", "hastes"), [(timedelta(seconds=599), True), (timedelta(minutes=10), False)]
)
def test_a_link_has_haste_for_its_last_ten_minutes_and_not_once_it_is_dead(
    tmp_path: Path, left: timedelta, hastes: bool
) -> None:
    job = replace(DownloadRig(tmp_path, "https://cdn.example").job("a"), expires_at=NOON + left)
    assert has_haste([job], NOON) is hastes
    assert not has_haste([job], NOON + left)


async def test_files_are_put_all_the_same_where_a_full_disk_keeps_the_others_waiting(
    tmp_path: Path, loopback: Loopback, store: Store
) -> None:
    slow, rig = await _one_staged_and_one_that_waits(tmp_path, loopback, store, minutes=5)
    assert slow.names == []
    rig.room.ran_out(Cause.WAITS_FOR_ROOM, 1)
    await until(lambda: slow.names == ["a"])
    assert "waits" not in _begun(rig)
    await rig.downloads.close()


async def _one_staged_and_one_that_waits(
    folder: Path, loopback: Loopback, store: Store, *, minutes: int | None
) -> tuple[Slow, DownloadRig]:
    """Of a rig with one lane, which a third file has that does not come."""
    whole = loopback.answer(200, FILM, ETag='"v1"')
    held = [loopback.answer(200, b"", content_length=str(len(FILM))), loopback.HOLD]
    loopback.play(lambda heard: held if heard.target == "/stalls" else [whole])
    slow = Slow(store)
    slow.there.set()
    rig = DownloadRig(
        folder, loopback.url, parallel=1, putting=slow.putting(folder), clock=Noon(NOON)
    )
    rig.downloads.queue(rig.job("a", expires=1))
    rig.downloads.queue(rig.job("stalls", expires=2))
    rig.downloads.queue(rig.job("waits", expires=minutes))
    await until(lambda: "stalls" in _begun(rig))
    return slow, rig


async def test_a_bucket_that_is_away_is_asked_once_for_all_and_nothing_is_read_again_meanwhile(
    tmp_path: Path, loopback: Loopback, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    loopback.play([loopback.answer(200, FILM, ETag='"v1"')])
    slow, names = Slow(store), ("a", "b", "c")
    slow.away = True
    rig = DownloadRig(tmp_path, loopback.url, parallel=3, putting=slow.putting(tmp_path))
    for name in names:
        rig.downloads.queue(rig.job(name))
    await until(lambda: all(_is_staged(rig, name) for name in names))
    slow.there.set()
    await rig.downloads.settled()
    assert {fetch.reasons for fetch in map(rig.last, names) if fetch} == {
        (Cause.BUCKET_UNREACHABLE,)
    }
    assert slow.probed == 1

    def read_again(_: object) -> None:
        raise AssertionError("a staged file that this process has made is read once more")

    monkeypatch.setattr("rushes.watch.downloads.retrieval.staged", read_again)
    slow.away = False
    for name in names:
        rig.downloads.queue(rig.job(name))
    await rig.downloads.settled()
    assert {rig.states(name)[-1] for name in names} == {OutputState.DOWNLOADED}
    assert sorted(slow.names) == list(names)
    await rig.downloads.close()


class Slow(Bucket):
    """A bucket that takes everything, once it is let; nothing but names is kept."""

    def __init__(self, store: Store) -> None:
        self._place = store.place()
        self.there = asyncio.Event()
        self.names: list[str] = []
        self.away = False
        self.probed = 0

    def putting(self, folder: Path) -> Putting:
        return putting(folder, str(self._place), opened=lambda _: self)

    async def create(self, key: str, data: object, about: object) -> bool:
        await self.there.wait()
        self.probed += key.endswith(PROBE)
        if self.away:
            raise BucketFault(Cause.BUCKET_UNREACHABLE)
        if key.endswith(".mp4"):
            self.names.append(Path(key).parent.name)
        return not key.endswith(PROBE)

    async def size(self, key: str) -> int | None:
        return len(FILM)

    async def sha256(self, key: str, size: int) -> str:
        return DIGEST


def _begun(rig: DownloadRig) -> set[str]:
    return {ref.id for ref, _, fetch in rig.told if fetch is not None}


def _is_staged(rig: DownloadRig, name: str) -> bool:
    told = [fetch for ref, _, fetch in rig.told if ref.id == name]
    return any(fetch is not None and fetch.staged for fetch in told)
