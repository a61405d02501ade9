"""What is fetched unasked, what a person's word changes about it, and what is foretold."""

from __future__ import annotations

import asyncio
import hashlib
import json
import stat
import threading
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from download_rig import FILM
from mp4_files import film
from noted import noted
from sample_tasks import finish, output, task
from waiting import PATIENCE, until

from rushes.providers.model import Snapshot, Status
from rushes.providers.registry import find
from rushes.providers.secret import Secret
from rushes.tui.lines.download_words import event_words, fetch_note
from rushes.tui.lines.reason_words import reasons_words
from rushes.watch.asset import Halt, OutputState
from rushes.watch.changes import DownloadNews, Event, Fetched, Readers
from rushes.watch.clock import SystemClock
from rushes.watch.config.accounts import Account
from rushes.watch.config.downloads import Auto, DownloadSettings
from rushes.watch.disk import folders
from rushes.watch.downloads.destinations import Destinations
from rushes.watch.downloads.job import promised_seconds
from rushes.watch.downloads.locate import DownloadAccount
from rushes.watch.downloads.policy import DownloadPolicy
from rushes.watch.event_kinds import EventKind
from rushes.watch.history.store import History
from rushes.watch.keys.find import Key, KeySource
from rushes.watch.network.client import ApiClient
from rushes.watch.refusals import DownloadRefusal
from rushes.watch.task import Ref, Task
from rushes.watch.transfer.part import Part, part_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from rushes.providers.model import Output
    from rushes.watch.downloads.job import Job
    from tests.watch.conftest import Heard, Loopback, Scene


class Noon(SystemClock):
    """Real seconds, but it is noon, or whenever the test says."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


@dataclass
class Table:
    """Tasks on a table in the place of a desk, and a record of what was said about them."""

    clock: Noon
    known: dict[Ref, Task] = field(default_factory=dict[Ref, Task])
    remembered: dict[Ref, Task] = field(default_factory=dict[Ref, Task])
    told: list[tuple[EventKind, str]] = field(default_factory=list[tuple[EventKind, str]])

    def __post_init__(self) -> None:
        self.readers = Readers(self.clock)

    def put(self, task: Task) -> None:
        self.known[task.ref] = task
        self.readers.changed(task.ref)

    def tasks(self) -> Mapping[Ref, Task]:
        return self.known

    def task(self, ref: Ref) -> Task | None:
        return self.known.get(ref)

    async def recalled(self, ref: Ref) -> Task | None:
        return self.remembered.get(ref)

    def moved_on(self, task: Task, *, lasting: bool) -> None:
        self.put(task)
        if lasting:
            self.remembered[task.ref] = task

    def settled(self, task: Task, news: Fetched, *kinds: EventKind) -> None:
        self.moved_on(task, lasting=True)
        for kind in kinds:
            self.report(kind, task.ref, news)

    def report(self, kind: EventKind, ref: Ref, news: DownloadNews) -> None:
        assert ref in self.known
        event = Event(kind=kind, at=self.clock.now(), account=ref.provider, news=news)
        self.told.append((kind, event_words(event)))


@dataclass
class Kitchen:
    """A DownloadPolicy over a table, with a loopback in the place of every host."""

    folder: Path
    base: str
    table: Table
    settings: DownloadSettings
    renewals: int = 0

    def __post_init__(self) -> None:
        self.client = ApiClient(self.base, find("hiapi").card, concurrency=1)
        self.fetching = DownloadPolicy(
            self.table, self.settings, self._source, self._renew, reasons_words
        )

    async def _source(self, account: str) -> DownloadAccount:
        kept = Account(
            id=account,
            provider=find("hiapi"),
            base=self.base,
            key=KeySource(env="X"),
            poll_interval=5.0,
        )
        return DownloadAccount(account=kept, client=self.client, key=Key(Secret("sk-1"), "test"))

    async def _renew(self, ref: Ref, n: int) -> Output | None:
        self.renewals += 1
        return None

    def put(self, name: str = "shot", *, expires_in: float | None = 600, outputs: int = 1) -> Ref:
        made = tuple(
            output(expires_in=expires_in, url=f"{self.base}/{name}-{n}.mp4?sig=s3cret")
            for n in range(1, outputs + 1)
        )
        over = finish(task(name, Status.RUNNING, prompt="dawn", model="m-1"), *made)
        self.table.put(over)
        return over.ref

    def state(self, ref: Ref, n: int = 1) -> tuple[OutputState, str]:
        assets = {asset.n: asset for asset in self.table.known[ref].assets(self.table.clock.at)}
        fetch = assets[n].fetch
        return assets[n].state, fetch_note(fetch) if fetch else ""

    def known(self, ref: Ref) -> Task:
        return self.table.known[ref]

    async def look(self) -> None:
        await self.fetching.look()

    async def settled(self) -> None:
        async with asyncio.timeout(PATIENCE):
            await self.fetching.downloads.settled()
        noted(self.folder)

    def files(self) -> list[str]:
        return sorted(path.name for path in self.folder.rglob("*") if path.is_file())


Build = "Callable[..., Kitchen]"


@pytest.fixture
async def build(tmp_path: Path, loopback: Loopback) -> AsyncIterator[Callable[..., Kitchen]]:
    """Return a function that makes a Kitchen with these download settings."""
    made: list[Kitchen] = []

    def make(table: Table | None = None, **settings: object) -> Kitchen:
        from sample_tasks import START

        chosen = replace(DownloadSettings(dir=tmp_path / "downloads"), **settings)  # pyright: ignore[reportArgumentType]
        made.append(Kitchen(chosen.dir, loopback.url, table or Table(Noon(START)), chosen))
        return made[-1]

    yield make
    for kitchen in made:
        await kitchen.fetching.downloads.close()
        await kitchen.client.aclose()


@pytest.fixture
def kitchen(build: Callable[..., Kitchen], loopback: Loopback) -> Kitchen:
    loopback.play([loopback.answer(200, FILM, ETag='"v1"')])
    return build(auto=Auto.RESCUE)


@dataclass
class Syncing:
    """The last moment before a whole file gets its name, held until the test lets it pass."""

    begun: threading.Event = field(default_factory=threading.Event)
    may_end: threading.Event = field(default_factory=threading.Event)


@pytest.fixture
def syncing(monkeypatch: pytest.MonkeyPatch) -> Iterator[Syncing]:
    held, publish = Syncing(), Part.publish

    def slowly(part: Part, names: Iterable[str], media_type: str, *, measured: bool) -> str:
        held.begun.set()
        held.may_end.wait(PATIENCE)
        return publish(part, names, media_type, measured=measured)

    monkeypatch.setattr(Part, "publish", slowly)
    yield held
    held.may_end.set()


def stalling(loopback: Loopback, at: int = 70_000) -> None:
    whole = loopback.answer(200, b"", ETag='"v1"', content_length=str(len(FILM)))
    loopback.play([whole, FILM[:at], loopback.HOLD])


async def half_way(loopback: Loopback, kitchen: Kitchen) -> Ref:
    """A task whose film has begun to arrive, and comes to a standstill."""
    stalling(loopback)
    ref = kitchen.put()
    kitchen.fetching.queue(ref, None, force=False)
    await until(lambda: arrived(kitchen) == 70_000)
    return ref


def going_on(loopback: Loopback) -> None:
    def scene(heard: Heard) -> Scene:
        wanted = heard.headers.get("range")
        if wanted is None:
            return [loopback.answer(200, FILM, ETag='"v1"')]
        start = int(wanted.removeprefix("bytes=").removesuffix("-"))
        rest = f"bytes {start}-{len(FILM) - 1}/{len(FILM)}"
        return [loopback.answer(206, FILM[start:], ETag='"v1"', Content_Range=rest)]

    loopback.play(scene)


def arrived(kitchen: Kitchen) -> int:
    return sum(path.stat().st_size for path in kitchen.folder.rglob("*.part"))


class TestAPersonsWord:
    async def test_against_a_rescue_stands_until_it_is_taken_back(
        self, loopback: Loopback, kitchen: Kitchen
    ) -> None:
        stalling(loopback)
        ref = kitchen.put()
        await kitchen.look()
        await until(lambda: arrived(kitchen) == 70_000)
        assert kitchen.fetching.cancel(ref, None) is None
        await kitchen.settled()
        for _ in range(3):
            await kitchen.look()
        await kitchen.settled()
        assert kitchen.state(ref) == (OutputState.GIVEN_UP, "given up")
        assert len(loopback.heard) == 1
        assert kitchen.files() == []
        going_on(loopback)
        assert kitchen.fetching.queue(ref, None, force=False) is None
        await kitchen.settled()
        assert kitchen.state(ref)[0] is OutputState.DOWNLOADED

    async def test_is_remembered_beyond_the_end_of_the_program(
        self, build: Callable[..., Kitchen], loopback: Loopback, kitchen: Kitchen
    ) -> None:
        stalling(loopback)
        ref = kitchen.put()
        await kitchen.look()
        await until(lambda: arrived(kitchen) == 70_000)
        kitchen.fetching.pause(ref, 1)
        await kitchen.settled()
        kept = kitchen.table.remembered[ref].fetches[1]
        assert (kept.state, fetch_note(kept), kept.done) == (
            OutputState.AVAILABLE,
            "paused",
            70_000,
        )
        again = build(kitchen.table, auto=Auto.RESCUE)
        await again.look()
        await again.settled()
        assert len(loopback.heard) == 1

    async def test_to_go_on_after_a_pause_goes_on_from_there(
        self, loopback: Loopback, kitchen: Kitchen
    ) -> None:
        ref = await half_way(loopback, kitchen)
        assert kitchen.fetching.pause(ref, None) is None
        await kitchen.settled()
        assert kitchen.state(ref) == (OutputState.AVAILABLE, "paused")
        going_on(loopback)
        kitchen.fetching.queue(ref, None, force=False)
        await kitchen.settled()
        assert loopback.heard[-1].headers["range"] == "bytes=70000-"
        assert kitchen.state(ref)[0] is OutputState.DOWNLOADED

    @pytest.mark.parametrize(
        ("word", "note", "left"), [("pause", "paused", 70_000), ("cancel", "given up", 0)]
    )
    async def test_right_before_the_end_of_the_program_counts(
        self, loopback: Loopback, kitchen: Kitchen, word: str, note: str, left: int
    ) -> None:
        ref = await half_way(loopback, kitchen)
        stop = kitchen.fetching.pause if word == "pause" else kitchen.fetching.cancel
        assert stop(ref, None) is None
        await kitchen.fetching.downloads.close()
        assert fetch_note(kitchen.table.remembered[ref].fetches[1]) == note
        assert arrived(kitchen) == left

    async def test_to_go_on_right_before_the_end_of_the_program_counts_too(
        self, loopback: Loopback, kitchen: Kitchen
    ) -> None:
        ref = await half_way(loopback, kitchen)
        kitchen.fetching.pause(ref, None)
        kitchen.fetching.queue(ref, None, force=False)
        await kitchen.fetching.downloads.close()
        assert kitchen.table.remembered == {}
        assert arrived(kitchen) == 70_000

    @pytest.mark.parametrize("word", ["pause", "cancel"])
    async def test_that_is_taken_back_at_once_is_not_remembered(
        self, loopback: Loopback, kitchen: Kitchen, word: str
    ) -> None:
        ref = await half_way(loopback, kitchen)
        stop = kitchen.fetching.pause if word == "pause" else kitchen.fetching.cancel
        assert stop(ref, None) is None
        assert kitchen.fetching.queue(ref, None, force=False) is None
        await until(lambda: len(loopback.heard) >= 2)
        assert kitchen.state(ref) == (OutputState.DOWNLOADING, "")
        assert kitchen.table.remembered == {}

    @pytest.mark.parametrize("word", ["pause", "cancel"])
    async def test_that_comes_too_late_and_is_taken_back_fetches_no_second_file(
        self, kitchen: Kitchen, syncing: Syncing, word: str
    ) -> None:
        ref = kitchen.put()
        kitchen.fetching.queue(ref, None, force=False)
        await until(syncing.begun.is_set)
        stop = kitchen.fetching.pause if word == "pause" else kitchen.fetching.cancel
        assert stop(ref, None) is None
        kitchen.fetching.queue(ref, None, force=False)
        syncing.may_end.set()
        await kitchen.settled()
        assert kitchen.state(ref)[0] is OutputState.DOWNLOADED
        assert kitchen.files() == ["video-1.mp4"]

    async def test_to_remove_a_task_whose_file_is_being_named_does_not_lose_the_file(
        self, loopback: Loopback, kitchen: Kitchen, syncing: Syncing
    ) -> None:
        ref = kitchen.put()
        kitchen.fetching.queue(ref, None, force=False)
        await until(syncing.begun.is_set)
        removed = kitchen.table.known.pop(ref)
        kitchen.fetching.downloads.drop(ref)
        syncing.may_end.set()
        await kitchen.settled()
        kitchen.table.put(replace(removed, fetches={}))
        assert kitchen.fetching.queue(ref, None, force=False) is None
        assert kitchen.state(ref)[0] is OutputState.DOWNLOADED
        assert kitchen.table.remembered[ref].fetches[1].state is OutputState.DOWNLOADED
        assert kitchen.fetching.queue(ref, None, force=False) is DownloadRefusal.ALL_SAVED
        assert len(loopback.heard) == 1

    async def test_is_asked_for_where_there_is_nothing_to_stop(self, kitchen: Kitchen) -> None:
        ref = kitchen.put()
        assert kitchen.fetching.pause(ref, None) is DownloadRefusal.NOT_FETCHING
        assert kitchen.fetching.cancel(ref, None) is DownloadRefusal.NOT_FETCHING
        assert kitchen.fetching.cancel(Ref("hiapi", "x"), None) is DownloadRefusal.UNWATCHED

    async def test_to_fetch_a_saved_file_anew_does_not_lose_the_old_one_by_failing(
        self, loopback: Loopback, kitchen: Kitchen
    ) -> None:
        ref = kitchen.put()
        kitchen.fetching.queue(ref, None, force=False)
        await kitchen.settled()
        before = kitchen.known(ref).fetches[1]
        loopback.play([loopback.answer(410)])
        kitchen.fetching.queue(ref, None, force=True)
        await kitchen.settled()
        known = kitchen.known(ref).fetches[1]
        assert known == kitchen.table.remembered[ref].fetches[1]
        assert replace(known, reasons=(), halt=None) == replace(before, reasons=())
        assert fetch_note(known).startswith("not fetched anew: ")
        assert known.halt is Halt.NOT_ANEW
        assert kitchen.table.told[-1][0] is EventKind.DOWNLOAD_FAILED

    async def test_to_fetch_it_anew_may_be_taken_back(
        self, loopback: Loopback, kitchen: Kitchen
    ) -> None:
        ref = kitchen.put()
        kitchen.fetching.queue(ref, None, force=False)
        await kitchen.settled()
        before = kitchen.known(ref).fetches[1]
        stalling(loopback)
        kitchen.fetching.queue(ref, None, force=True)
        await until(lambda: arrived(kitchen) == 70_000)
        kitchen.fetching.cancel(ref, 1)
        await kitchen.settled()
        assert kitchen.known(ref).fetches[1] == before
        assert kitchen.files() == ["video-1.mp4"]

    @pytest.mark.parametrize("word", ["pause", "cancel"])
    async def test_to_fetch_it_anew_may_be_taken_back_before_its_turn(
        self, build: Callable[..., Kitchen], loopback: Loopback, word: str
    ) -> None:
        loopback.play([loopback.answer(200, FILM)])
        kitchen = build(auto=Auto.OFF, parallel=1)
        ref, other = kitchen.put(), kitchen.put("other")
        kitchen.fetching.queue(ref, None, force=False)
        await kitchen.settled()
        before = kitchen.known(ref).fetches[1]
        stalling(loopback)
        kitchen.fetching.queue(other, None, force=False)
        await until(lambda: arrived(kitchen) == 70_000)
        kitchen.fetching.queue(ref, None, force=True)
        stop = kitchen.fetching.pause if word == "pause" else kitchen.fetching.cancel
        assert stop(ref, None) is None
        assert kitchen.known(ref).fetches[1] == before == kitchen.table.remembered[ref].fetches[1]

    async def test_to_fetch_a_file_that_was_deleted_is_heard_and_remembered(
        self, loopback: Loopback, tmp_path: Path, kitchen: Kitchen
    ) -> None:
        history = History(tmp_path / "history.db")
        ref = kitchen.put()
        for content in (FILM, film(100_032, seed=3)):
            loopback.play([loopback.answer(200, content)])
            assert kitchen.fetching.queue(ref, None, force=False) is None
            await kitchen.settled()
            known = kitchen.known(ref)
            history.save(known)
            (seen,) = (await history.load([known.entry])).values()
            assert seen.fetches[1].sha256 == hashlib.sha256(content).hexdigest()
            (path,) = kitchen.folder.rglob("*.mp4")
            path.unlink()
        await history.close()

    async def test_to_fetch_what_is_not_honoured_any_more_is_answered_once_by_expired(
        self, loopback: Loopback, kitchen: Kitchen
    ) -> None:
        loopback.play([loopback.answer(403)])
        ref = kitchen.put(expires_in=-600)
        kitchen.fetching.queue(ref, None, force=False)
        await kitchen.settled()
        why = "the link is not honoured any more (HTTP 403)"
        assert kitchen.state(ref) == (OutputState.EXPIRED, why)
        assert kitchen.table.told == [(EventKind.EXPIRED, f"shot: output 1 expired ({why})")]
        await kitchen.look()
        kitchen.table.clock.at += timedelta(seconds=700)
        await kitchen.look()
        assert len(kitchen.table.told) == 1


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
        self, build: Callable[..., Kitchen], loopback: Loopback, kitchen: Kitchen, how: str
    ) -> None:
        ref = await half_way(loopback, kitchen)
        self.relabel(kitchen, ref, "closing shot")
        if how == "pause":
            kitchen.fetching.pause(ref, None)
            await kitchen.settled()
        else:
            await kitchen.fetching.downloads.close()
            kitchen = build(kitchen.table, auto=Auto.RESCUE)
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
        self, build: Callable[..., Kitchen], kitchen: Kitchen, loopback: Loopback
    ) -> None:
        ref = await self.interrupted(kitchen, loopback)
        other = kitchen.put("other", expires_in=90_000)
        again = build(kitchen.table, auto=Auto.RESCUE)
        await again.look()
        await again.settled()
        assert loopback.heard[-1].headers["range"] == "bytes=70000-"
        assert again.state(ref)[0] is OutputState.DOWNLOADED
        assert again.state(other)[0] is OutputState.AVAILABLE
        assert again.files() == ["video-1.mp4"]

    @pytest.mark.parametrize("word", ["remove", "pause", "cancel"])
    async def test_heeds_a_persons_word_that_comes_while_it_looks_for_that(
        self,
        build: Callable[..., Kitchen],
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
        again = build(kitchen.table, auto=Auto.RESCUE)
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
        self, build: Callable[..., Kitchen], kitchen: Kitchen, loopback: Loopback
    ) -> None:
        await self.interrupted(kitchen, loopback)
        again = build(kitchen.table, auto=Auto.OFF)
        await again.look()
        await again.settled()
        assert len(loopback.heard) == 1

    async def test_leaves_a_file_alone_that_another_process_is_fetching(
        self, build: Callable[..., Kitchen], kitchen: Kitchen, loopback: Loopback
    ) -> None:
        ref = await half_way(loopback, kitchen)
        other = build(Table(kitchen.table.clock, dict(kitchen.table.known)), auto=Auto.RESCUE)
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
        assert not kitchen.fetching.forecast
        await until(lambda: kitchen.fetching.downloads.speed is not None)
        for _ in range(3):
            await kitchen.look()
        assert (near, 1) in kitchen.fetching.forecast.lost
        told = [text for _, text in kitchen.table.told if "will not make it" in text]
        assert len(told) == 1
        assert told[0].startswith("1 of 2 files will not make it: ")
        assert " in 60 s needs 15.0 MB/s, have " in told[0]


class TestTheSidecar:
    async def test_tells_what_made_the_file_and_hides_the_links_query(
        self, build: Callable[..., Kitchen], loopback: Loopback
    ) -> None:
        loopback.play([loopback.answer(200, FILM, ETag='"v1"')])
        kitchen = build(auto=Auto.OFF, sidecar=True)
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
        self, build: Callable[..., Kitchen], loopback: Loopback, tmp_path: Path
    ) -> None:
        loopback.play([loopback.answer(200, FILM, ETag='"v1"')])
        kitchen = build(auto=Auto.OFF, sidecar=True)
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
        build: Callable[..., Kitchen],
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
        kitchen = build(auto=Auto.OFF, sidecar=True)
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
