"""Outputs that go to a bucket: staged, put over nothing, read back, and only then let go."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import replace
from datetime import timedelta
from mmap import mmap
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest
from download_rig import FILM, DownloadRig
from object_stores import SECRET, Forgetful, Store, forgetful, moto, point_at, store
from putting_child import Killed, Life, putting
from waiting import PATIENCE

from rushes.tui.lines.download_words import fetch_note
from rushes.watch.asset import Check, Fetch, Halt, OutputState
from rushes.watch.bucket import store as store_module
from rushes.watch.bucket.place import NoPlace, Place, read_place
from rushes.watch.bucket.store import Bucket, link_of, open_bucket
from rushes.watch.config.downloads import Auto, Prove
from rushes.watch.downloads import putting as putting_module
from rushes.watch.downloads.copying import place as placed
from rushes.watch.downloads.destinations import Destinations, SavedOutput
from rushes.watch.downloads.putting import ONE_REQUEST
from rushes.watch.reasons import Cause
from rushes.watch.task import Ref
from rushes.watch.transfer.verify import verified

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from download_kitchen import Kitchen

    from tests.watch.conftest import Loopback

__all__ = ["moto", "store"]

DIGEST = hashlib.sha256(FILM).hexdigest()


@pytest.fixture
def careless(monkeypatch: pytest.MonkeyPatch) -> Iterator[Forgetful]:
    with forgetful() as it:
        point_at(it.url, monkeypatch)
        yield it


def _play(loopback: Loopback) -> None:
    loopback.play([loopback.answer(200, FILM, ETag='"v1"')])


async def _fetched(rig: DownloadRig) -> Fetch:
    rig.downloads.queue(rig.job())
    async with asyncio.timeout(PATIENCE):
        await rig.downloads.settled()
    fetch = rig.last()
    assert fetch is not None
    return fetch


def _rig(folder: Path, base: str, place: Place, *, reads_back: bool = True) -> DownloadRig:
    return DownloadRig(folder, base, putting=putting(folder, str(place), reads_back=reads_back))


def _staged(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*.mp4"))


async def test_a_film_is_put_read_back_and_recorded_before_the_staged_one_goes(
    loopback: Loopback, build_kitchen: Callable[..., Kitchen], store: Store
) -> None:
    _play(loopback)
    kitchen = build_kitchen(dir=store.place(), sidecar=True, auto=Auto.OFF)
    ref = kitchen.put()
    kitchen.fetching.queue(ref, None)
    async with asyncio.timeout(PATIENCE):
        await kitchen.fetching.downloads.settled()
    fetch = kitchen.known(ref).fetches[1]
    assert (fetch.state, fetch.sha256, fetch.path) == (OutputState.DOWNLOADED, DIGEST, None)
    assert Check.CHECKSUM in fetch.checked
    assert fetch.url is not None
    key = read_place(fetch.url).key
    assert store.keys() == ["films/.rushes-probe", key, f"{key}.json"]
    assert store.read(key) == FILM
    about = store.about(key)
    assert about["x-amz-meta-sha256"] == DIGEST
    assert about["x-amz-meta-ref"] == f"{ref}#1"
    assert DIGEST.encode() in store.read(f"{key}.json")
    assert len(_staged(kitchen.folder)) == 1
    kitchen.fetching.destinations.settle([SavedOutput(ref, 1, None)])
    assert kitchen.files() == []


async def test_no_object_is_replaced_and_the_same_one_is_not_put_again(
    tmp_path: Path, loopback: Loopback, store: Store
) -> None:
    _play(loopback)
    store.write("films/gptge/a/video-1.mp4", b"another's")
    first = await _fetched(_rig(tmp_path / "one", loopback.url, store.place()))
    assert first.url == f"s3://{store.bucket}/films/gptge/a/video-1-2.mp4"
    assert store.read("films/gptge/a/video-1.mp4") == b"another's"
    again = await _fetched(_rig(tmp_path / "two", loopback.url, store.place()))
    assert again.url == first.url


async def test_a_file_of_some_size_goes_in_one_request_without_being_read_into_memory(
    tmp_path: Path, loopback: Loopback, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(putting_module, "IN_MEMORY", len(FILM) - 1)
    mapped = list[object]()

    class Watched(Bucket):
        async def create(self, key: str, data: bytes | mmap, about: Mapping[str, str]) -> bool:
            mapped.append(type(data))
            return await super().create(key, data, about)

    _play(loopback)
    store.write("films/gptge/a/video-1.mp4", b"another's")
    to = putting(
        tmp_path,
        str(store.place()),
        opened=lambda place: Watched(open_bucket(place)._store),  # pyright: ignore[reportPrivateUsage]
    )
    fetch = await _fetched(DownloadRig(tmp_path, loopback.url, putting=to))
    assert mapped[2:] == [mmap, mmap]
    assert fetch.url == f"s3://{store.bucket}/films/gptge/a/video-1-2.mp4"
    assert store.read("films/gptge/a/video-1-2.mp4") == FILM
    assert store.read("films/gptge/a/video-1.mp4") == b"another's"


async def test_a_longer_file_goes_in_parts_under_a_name_of_its_own(
    tmp_path: Path, loopback: Loopback, store: Store
) -> None:
    _play(loopback)
    to = putting(tmp_path, str(store.place()), one_request=len(FILM) - 1)
    fetch = await _fetched(DownloadRig(tmp_path, loopback.url, putting=to))
    key = read_place(fetch.url or "").key
    assert key.startswith("films/gptge/a/video-1-")
    assert len(Path(key).stem.rpartition("-")[2]) == 8
    assert store.read(key) == FILM


_POINTS = (
    ("before create", 1, ONE_REQUEST),
    ("after create", 3, ONE_REQUEST),
    ("after sha256", 1, ONE_REQUEST),
    ("noted", 1, ONE_REQUEST),
    ("after size", 1, len(FILM) - 1),
    ("after put", 1, len(FILM) - 1),
    ("after sha256", 1, len(FILM) - 1),
)
"""Between which steps it is killed: an event, for the how manieth time; of a file in parts too."""


@pytest.mark.parametrize(("event", "nth", "one_request"), Random(305).sample(_POINTS, 4))
def test_a_kill_is_gone_on_from_and_the_gateway_is_asked_once(
    tmp_path: Path, loopback: Loopback, store: Store, event: str, nth: int, one_request: int
) -> None:
    _play(loopback)
    staging = tmp_path / "staging"
    life = Life(str(staging), loopback.url, str(store.place()), one_request=one_request)
    with Killed() as lives:
        assert lives.live(replace(life, event=event, nth=nth))
        assert len(_staged(staging)) == 1
        assert not lives.live(life)
    assert len(loopback.heard) == 1
    keys = store.keys()
    [key] = [name for name in keys if name.endswith(".mp4")]
    assert life.saved() == {"a": f"s3://{store.bucket}/{key}"}
    assert (store.read(key), _staged(staging)) == (FILM, [])


async def test_a_store_that_lets_objects_be_replaced_gets_names_that_nobody_else_has(
    tmp_path: Path, loopback: Loopback, careless: Forgetful
) -> None:
    _play(loopback)
    careless.objects["x/gptge/a/video-1.mp4"] = b"another's"
    fetch = await _fetched(_rig(tmp_path, loopback.url, Place("s3", "films", "x")))
    assert Cause.BUCKET_REPLACES in fetch.reasons
    assert careless.objects["x/gptge/a/video-1.mp4"] == b"another's"
    assert careless.objects[read_place(fetch.url or "").key] == FILM
    assert careless.puts[:2] == ["x/.rushes-probe"] * 2


async def test_what_comes_back_otherwise_is_not_saved_and_stays_staged(
    tmp_path: Path, loopback: Loopback, careless: Forgetful
) -> None:
    _play(loopback)
    careless.spoil = True
    rig = _rig(tmp_path, loopback.url, Place("s3", "films", "x"))
    fetch = await _fetched(rig)
    assert (fetch.halt, fetch.reasons) == (Halt.STAGED, (Cause.BUCKET_DIFFERS,))
    assert len(_staged(tmp_path)) == 1
    careless.spoil = False
    assert (await _fetched(rig)).state is OutputState.DOWNLOADED
    assert len(loopback.heard) == 1


async def test_a_store_that_goes_silent_is_not_waited_for(
    tmp_path: Path, loopback: Loopback, careless: Forgetful, monkeypatch: pytest.MonkeyPatch
) -> None:
    _play(loopback)
    monkeypatch.setattr(store_module, "PATIENCE", 1.0)
    careless.silent = True
    rig = _rig(tmp_path, loopback.url, Place("s3", "films", "x"))
    fetch = await _fetched(rig)
    assert (fetch.halt, fetch.reasons) == (Halt.STAGED, (Cause.BUCKET_UNREACHABLE,))


async def test_the_size_alone_is_looked_at_where_that_is_set(
    tmp_path: Path, loopback: Loopback, careless: Forgetful
) -> None:
    _play(loopback)
    careless.spoil = True
    place = Place("s3", "films", "x")
    fetch = await _fetched(_rig(tmp_path, loopback.url, place, reads_back=False))
    assert fetch.state is OutputState.DOWNLOADED
    assert Check.CHECKSUM not in fetch.checked


async def test_a_bucket_that_is_away_loses_nothing_though_the_link_dies(
    loopback: Loopback,
    build_kitchen: Callable[..., Kitchen],
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _play(loopback)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://me:{SECRET}@127.0.0.1:1")
    kitchen = build_kitchen(dir=store.place(), auto=Auto.OFF)
    ref = kitchen.put(expires_in=60)
    kitchen.fetching.queue(ref, None)
    async with asyncio.timeout(PATIENCE):
        await kitchen.fetching.downloads.settled()
    state, note = kitchen.state(ref)
    assert (state, note) == (OutputState.AVAILABLE, "the bucket does not answer as a store does")
    assert kitchen.table.remembered[ref].fetches[1].halt is Halt.STAGED
    kitchen.table.clock.at += timedelta(hours=2)
    assert kitchen.state(ref)[0] is OutputState.AVAILABLE
    assert kitchen.known(ref).next_loss(kitchen.table.clock.at) is None

    point_at(store.url, monkeypatch)
    await kitchen.look()
    async with asyncio.timeout(PATIENCE):
        await kitchen.fetching.downloads.settled()
    assert kitchen.state(ref) == (OutputState.DOWNLOADED, "")
    assert len(loopback.heard) == 1


async def test_a_folder_gets_what_was_staged_for_a_bucket_that_stays_away(
    loopback: Loopback, build_kitchen: Callable[..., Kitchen], monkeypatch: pytest.MonkeyPatch
) -> None:
    _play(loopback)
    point_at("http://127.0.0.1:1", monkeypatch)
    away = build_kitchen(dir=Place("s3", "films", ""), auto=Auto.OFF)
    ref = away.put(expires_in=60)
    away.fetching.queue(ref, None)
    await away.fetching.downloads.settled()
    staging = away.settings.staging
    assert (away.known(ref).fetches[1].halt, len(_staged(staging))) == (Halt.STAGED, 1)

    kitchen = build_kitchen(away.table, auto=Auto.OFF)
    kitchen.table.clock.at += timedelta(hours=2)
    await kitchen.look()
    await kitchen.fetching.downloads.settled()
    saved = kitchen.known(ref).fetches[1]
    assert (saved.state, saved.sha256) == (OutputState.DOWNLOADED, DIGEST)
    assert saved.path is not None
    assert saved.path.is_relative_to(kitchen.folder)
    kitchen.fetching.destinations.settle([SavedOutput(ref, 1, saved.path)])
    assert (_staged(staging), len(_staged(kitchen.folder))) == ([], 1)
    assert len(loopback.heard) == 1


def test_a_saved_file_is_not_taken_for_a_staged_one(
    tmp_path: Path, loopback: Loopback, store: Store
) -> None:
    """The folder that was the staging one is the download folder now."""
    _play(loopback)
    folder = Destinations(tmp_path, "{name}{ext}", staging=tmp_path)
    rig = DownloadRig(tmp_path, loopback.url)

    async def fetched() -> Fetch:
        return await _fetched(rig)

    path = asyncio.run(fetched()).path
    folder.settle([SavedOutput(Ref("gptge", "a"), 1, path)])
    assert path is not None
    assert path.exists()


async def test_a_refusal_is_one_sentence_without_a_secret(
    tmp_path: Path, loopback: Loopback, store: Store
) -> None:
    _play(loopback)
    fetch = await _fetched(_rig(tmp_path, loopback.url, replace(store.place(), bucket="nobody-s")))
    assert fetch_note(fetch) == "there is no such bucket, or it lacks the object"
    assert SECRET not in repr(fetch)


async def test_verify_reads_an_object_back(
    tmp_path: Path, loopback: Loopback, store: Store
) -> None:
    _play(loopback)
    fetch = await _fetched(_rig(tmp_path, loopback.url, store.place()))
    key = read_place(fetch.url or "").key
    assert (await asyncio.to_thread(verified, fetch)).fault is None
    store.write(key, bytes(len(FILM)))
    assert (await asyncio.to_thread(verified, fetch)).fault is Cause.OTHER_DIGEST
    store.remove(key)
    assert (await asyncio.to_thread(verified, fetch)).fault is Cause.BUCKET_LACKS


async def test_an_object_is_opened_by_a_link_and_copied_into_a_folder(
    tmp_path: Path, loopback: Loopback, store: Store
) -> None:
    _play(loopback)
    rig = _rig(tmp_path / "staging", loopback.url, store.place())
    fetch = await _fetched(rig)
    link = await asyncio.to_thread(link_of, fetch.url or "")
    assert link.startswith(f"{store.url}/{store.bucket}/films/gptge/a/video-1.mp4?")
    assert SECRET not in link
    folder = Destinations(tmp_path / "here", "{provider}/{name}/{kind}-{n}{ext}")
    path = await asyncio.to_thread(placed, fetch, rig.job(), folder)
    assert path.read_bytes() == FILM


@pytest.mark.parametrize(
    "text", ["s3://", "s3:///films", "s3://films/a/../b", "s3://films/\n", "s3://u:p@h/x"]
)
def test_a_text_that_names_no_place_is_refused(text: str) -> None:
    with pytest.raises(NoPlace):
        read_place(text)


def test_a_place_is_read_as_it_is_written() -> None:
    for text in ("s3://films/", "gs://films/a b/#1", "az://films/é"):
        assert str(read_place(text)) == text
    assert Prove("read") is Prove.READ
