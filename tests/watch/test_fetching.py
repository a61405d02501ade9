"""What is fetched unasked, what a person's word changes about it, and what is foretold."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from download_rig import FILM
from mp4_files import film
from waiting import PATIENCE, until

from rushes.tui.lines.download_words import fetch_note
from rushes.watch.asset import Halt, OutputState
from rushes.watch.config.downloads import Auto
from rushes.watch.event_kinds import EventKind
from rushes.watch.history.store import History
from rushes.watch.refusals import DownloadRefusal
from rushes.watch.task import Ref
from rushes.watch.transfer.part import Part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from tests.watch.conftest import Loopback
from download_kitchen import Kitchen, arrived, going_on, half_way, stalling


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
        self, build_kitchen: Callable[..., Kitchen], loopback: Loopback, kitchen: Kitchen
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
        again = build_kitchen(kitchen.table, auto=Auto.RESCUE)
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
        self, build_kitchen: Callable[..., Kitchen], loopback: Loopback, word: str
    ) -> None:
        loopback.play([loopback.answer(200, FILM)])
        kitchen = build_kitchen(auto=Auto.OFF, parallel=1)
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
