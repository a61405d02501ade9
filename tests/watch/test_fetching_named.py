"""Labels, the next start, what is foretold, and sidecars of what is fetched."""

from __future__ import annotations

import asyncio
import json
import stat
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from download_rig import FILM
from sample_tasks import output, task
from waiting import PATIENCE, until

from rushes.providers.model import Snapshot, Status
from rushes.watch.asset import OutputState
from rushes.watch.config.downloads import Auto
from rushes.watch.disk import folders
from rushes.watch.downloads.destinations import Destinations
from rushes.watch.downloads.job import promised_seconds
from rushes.watch.event_kinds import EventKind
from rushes.watch.refusals import DownloadRefusal
from rushes.watch.task import Ref
from rushes.watch.transfer.part import part_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from rushes.watch.downloads.job import Job
    from tests.watch.conftest import Loopback
from download_kitchen import Kitchen, Table, arrived, going_on, half_way, stalling


class TestALabel:
    """A label is in the path of a file by the template, and may change at any time."""

    def relabel(self, kitchen: Kitchen, ref: Ref, label: str) -> None:
        known = kitchen.known(ref)
        kitchen.table.put(replace(known, entry=replace(known.entry, label=label)))

    def paths(self, kitchen: Kitchen) -> list[str]:
        found = (path for path in kitchen.folder.rglob("*") if path.is_file())
        return sorted(str(path.relative_to(kitchen.folder)) for path in found)

    @pytest.mark.parametrize("how", ["pause", "restart"])
    async def test_that_changes_does_not_strand_what_arrived(
        self, build_kitchen: Callable[..., Kitchen], loopback: Loopback, kitchen: Kitchen, how: str
    ) -> None:
        ref = await half_way(loopback, kitchen)
        self.relabel(kitchen, ref, "closing shot")
        if how == "pause":
            kitchen.fetching.pause(ref, None)
            await kitchen.settled()
        else:
            await kitchen.fetching.downloads.close()
            kitchen = build_kitchen(kitchen.table, auto=Auto.RESCUE)
        going_on(loopback)
        if how == "pause":
            kitchen.fetching.queue(ref, None, force=False)
        else:
            await kitchen.look()
        await kitchen.settled()
        assert loopback.heard[-1].headers["range"] == "bytes=70000-"
        assert self.paths(kitchen) == ["hiapi/closing shot/video-1.mp4"]

    async def test_that_changes_lets_what_arrived_be_given_up(
        self, loopback: Loopback, kitchen: Kitchen
    ) -> None:
        ref = await half_way(loopback, kitchen)
        kitchen.fetching.pause(ref, None)
        await kitchen.settled()
        self.relabel(kitchen, ref, "closing shot")
        kitchen.fetching.cancel(ref, None)
        await kitchen.settled()
        assert self.paths(kitchen) == []

    async def test_that_changes_meanwhile_leaves_a_file_the_name_it_began_with(
        self, loopback: Loopback, kitchen: Kitchen
    ) -> None:
        whole = loopback.answer(200, b"", ETag='"v1"', content_length=str(len(FILM)))
        loopback.play([whole, FILM[:70_000], 0.1, FILM[70_000:]])
        ref = kitchen.put()
        kitchen.fetching.queue(ref, None, force=False)
        await until(lambda: arrived(kitchen) == 70_000)
        self.relabel(kitchen, ref, "closing shot")
        await kitchen.settled()
        assert self.paths(kitchen) == ["hiapi/shot/video-1.mp4"]
        assert kitchen.fetching.queue(ref, None, force=False) is DownloadRefusal.ALL_SAVED
        assert len(loopback.heard) == 1


class TestTheNextStart:
    async def interrupted(self, kitchen: Kitchen, loopback: Loopback) -> Ref:
        """An output that nobody has to rescue yet, begun by a program that is no more."""
        stalling(loopback)
        ref = kitchen.put(expires_in=90_000)
        kitchen.fetching.queue(ref, None, force=False)
        await until(lambda: arrived(kitchen) == 70_000)
        await kitchen.fetching.downloads.close()
        going_on(loopback)
        return ref

    async def test_goes_on_with_what_the_last_end_interrupted(
        self, build_kitchen: Callable[..., Kitchen], kitchen: Kitchen, loopback: Loopback
    ) -> None:
        ref = await self.interrupted(kitchen, loopback)
        other = kitchen.put("other", expires_in=90_000)
        again = build_kitchen(kitchen.table, auto=Auto.RESCUE)
        await again.look()
        await again.settled()
        assert loopback.heard[-1].headers["range"] == "bytes=70000-"
        assert again.state(ref)[0] is OutputState.DOWNLOADED
        assert again.state(other)[0] is OutputState.AVAILABLE
        assert again.files() == ["video-1.mp4"]

    @pytest.mark.parametrize("word", ["remove", "pause", "cancel"])
    async def test_heeds_a_persons_word_that_comes_while_it_looks_for_that(
        self,
        build_kitchen: Callable[..., Kitchen],
        kitchen: Kitchen,
        loopback: Loopback,
        monkeypatch: pytest.MonkeyPatch,
        word: str,
    ) -> None:
        ref = await self.interrupted(kitchen, loopback)
        stalling(loopback)
        may_end, begun = threading.Event(), Destinations.begun

        def slowly(placing: Destinations, jobs: Iterable[Job]) -> list[Job]:
            found = begun(placing, jobs)
            may_end.wait(PATIENCE)
            return found

        monkeypatch.setattr(Destinations, "begun", slowly)
        again = build_kitchen(kitchen.table, auto=Auto.RESCUE)
        looking = asyncio.create_task(again.look())
        await asyncio.sleep(0)
        if word == "remove":
            del again.table.known[ref]
            again.fetching.downloads.drop(ref)
        else:
            again.fetching.queue(ref, None, force=False)
            await until(lambda: again.state(ref)[0] is OutputState.DOWNLOADING)
            stop = again.fetching.pause if word == "pause" else again.fetching.cancel
            assert stop(ref, None) is None
            await again.settled()
        may_end.set()
        await looking
        assert again.fetching.downloads.jobs == ()

    async def test_leaves_it_where_nothing_is_to_be_fetched_unasked(
        self, build_kitchen: Callable[..., Kitchen], kitchen: Kitchen, loopback: Loopback
    ) -> None:
        await self.interrupted(kitchen, loopback)
        again = build_kitchen(kitchen.table, auto=Auto.OFF)
        await again.look()
        await again.settled()
        assert len(loopback.heard) == 1

    async def test_leaves_a_file_alone_that_another_process_is_fetching(
        self, build_kitchen: Callable[..., Kitchen], kitchen: Kitchen, loopback: Loopback
    ) -> None:
        ref = await half_way(loopback, kitchen)
        other = build_kitchen(
            Table(kitchen.table.clock, dict(kitchen.table.known)), auto=Auto.RESCUE
        )
        other.put()
        for _ in range(3):
            await other.look()
            await other.settled()
        assert other.state(ref) == (
            OutputState.AVAILABLE,
            "another rushes is downloading this file",
        )
        assert other.table.told == [(EventKind.EXPIRING, "shot: video expires in 10:00")]
        assert other.table.remembered == {}


class TestWhatIsForetold:
    async def slow(self, loopback: Loopback, kitchen: Kitchen) -> None:
        whole = loopback.answer(200, b"", ETag='"v1"', content_length=str(900_000_000))
        loopback.play([whole, FILM[:50_000], *([0.05, FILM[:5000]] * 100)])

    async def test_is_said_once_before_it_is_lost_and_names_the_files(
        self, loopback: Loopback, kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("rushes.watch.downloads.active._BELIEVED_AFTER", 0.5)
        await self.slow(loopback, kitchen)
        near, far = kitchen.put("near", expires_in=60), kitchen.put("far", expires_in=10**7)
        for ref in (near, far):
            kitchen.fetching.queue(ref, None, force=False)
        await kitchen.look()
        assert not kitchen.fetching.losses.forecast
        await until(lambda: kitchen.fetching.downloads.speed is not None)
        for _ in range(3):
            await kitchen.look()
        assert (near, 1) in kitchen.fetching.losses.forecast.lost
        told = [text for _, text in kitchen.table.told if "will not make it" in text]
        assert len(told) == 1
        assert told[0].startswith("1 of 2 files will not make it: ")
        assert " in 60 s needs 15.0 MB/s, have " in told[0]


class TestTheSidecar:
    async def test_tells_what_made_the_file_and_hides_the_links_query(
        self, build_kitchen: Callable[..., Kitchen], loopback: Loopback
    ) -> None:
        loopback.play([loopback.answer(200, FILM, ETag='"v1"')])
        kitchen = build_kitchen(auto=Auto.OFF, sidecar=True)
        ref = kitchen.put()
        kitchen.fetching.queue(ref, None, force=False)
        await kitchen.settled()
        assert kitchen.files() == ["video-1.mp4", "video-1.mp4.json"]
        (path,) = kitchen.folder.rglob("*.json")
        text = path.read_text()
        assert "s3cret" not in text
        said = json.loads(text)
        fetch = kitchen.known(ref).fetches[1]
        assert said["ref"] == str(ref)
        assert (said["prompt"], said["model"]) == ("dawn", "m-1")
        assert (said["bytes"], said["sha256"]) == (fetch.done, fetch.sha256)
        assert said["url"] == f"{loopback.url}/shot-1.mp4?…"
        assert said["saved_at"] == "2026-11-22T12:00:00Z"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    async def test_takes_no_other_files_place_and_follows_no_link(
        self, build_kitchen: Callable[..., Kitchen], loopback: Loopback, tmp_path: Path
    ) -> None:
        loopback.play([loopback.answer(200, FILM, ETag='"v1"')])
        kitchen = build_kitchen(auto=Auto.OFF, sidecar=True)
        ref = kitchen.put()
        precious = tmp_path / "precious"
        precious.write_text("mine")
        home = kitchen.folder / "hiapi" / "shot"
        home.mkdir(parents=True)
        (home / "video-1.mp4.json").symlink_to(precious)
        temp = kitchen.folder / f"{part_of(ref, 1)}.sidecar.part"
        temp.symlink_to(precious)
        kitchen.fetching.queue(ref, None, force=False)
        await kitchen.settled()
        assert precious.read_text() == "mine"
        assert json.loads((home / "video-1.mp4-2.json").read_text())["ref"] == str(ref)
        assert not temp.is_symlink()

    async def test_that_cannot_be_written_is_a_note_on_a_file_that_was_saved(
        self,
        build_kitchen: Callable[..., Kitchen],
        loopback: Loopback,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        create = folders.create

        def full(folder: int, name: str, data: bytes) -> None:
            if name.endswith(".sidecar.part"):
                raise OSError(28, "No space left on device")
            create(folder, name, data)

        loopback.play([loopback.answer(200, FILM, ETag='"v1"')])
        monkeypatch.setattr(folders, "create", full)
        kitchen = build_kitchen(auto=Auto.OFF, sidecar=True)
        ref = kitchen.put()
        kitchen.fetching.queue(ref, None, force=False)
        await kitchen.settled()
        assert kitchen.state(ref) == (OutputState.DOWNLOADED, "no sidecar: no space left")
        assert kitchen.files() == ["video-1.mp4"]


@pytest.mark.parametrize(
    ("usage", "films", "seconds"),
    [
        ({"duration": 5}, 1, 5.0),
        ({"duration": 9, "input_video_duration": 4, "output_video_duration": 5}, 1, 5.0),
        ({"duration": 9, "input_video_duration": 4}, 1, None),
        ({"duration": 10}, 2, None),
        ({"duration": True}, 1, None),
        ({"duration": "5"}, 1, None),
        ({"output_video_duration": 0}, 1, None),
        ({}, 1, None),
    ],
)
def test_what_a_film_was_to_last_is_what_its_usage_says(
    usage: dict[str, int | str], films: int, seconds: float | None
) -> None:
    outputs = tuple(output() for _ in range(films))
    made = task("a", Status.SUCCEEDED, outputs=outputs)
    assert made.snapshot is not None
    made = replace(made, snapshot=replace(made.snapshot, usage=usage))
    assert promised_seconds(made, outputs[0]) == seconds


async def test_a_film_that_is_shorter_than_was_promised_is_saved_with_a_note(
    kitchen: Kitchen,
) -> None:
    ref = kitchen.put()
    known = kitchen.known(ref)
    assert isinstance(known.snapshot, Snapshot)
    kitchen.table.known[ref] = replace(
        known, snapshot=replace(known.snapshot, usage={"duration": 10})
    )
    kitchen.fetching.queue(ref, None, force=False)
    await kitchen.settled()
    assert kitchen.state(ref) == (OutputState.DOWNLOADED, "lasts 5.0 s, 10 s were promised")
