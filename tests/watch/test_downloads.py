"""The queue: what is fetched when, what is told of it, and how it ends."""

from __future__ import annotations

import asyncio
import hashlib
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from download_rig import FILM, DownloadRig, saved
from noted import noted
from range_server import RUNGS, Shelf
from waiting import until

from rushes.providers.model import Content, Handle, Inline, Link, Output
from rushes.providers.registry import find
from rushes.tui.lines.download_words import fetch_note
from rushes.watch.asset import Fetch, Halt, OutputState
from rushes.watch.downloads.job import Job
from rushes.watch.keys.find import Key, KeySource, find_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.watch.conftest import Heard, Loopback, Scene


class TestOneOutput:
    async def test_is_told_of_from_its_beginning_to_its_end(self, rig: DownloadRig) -> None:
        rig.downloads.queue(rig.job())
        await rig.settled()
        assert rig.states() == [OutputState.DOWNLOADING, OutputState.DOWNLOADED]
        fetch = rig.last()
        assert saved(fetch) == rig.folder / "gptge" / "a" / "video-1.mp4"
        assert fetch is not None
        assert fetch.sha256 == hashlib.sha256(FILM).hexdigest()
        assert fetch.done == fetch.total == len(FILM)

    async def test_queued_again_and_again_is_fetched_once(
        self, loopback: Loopback, rig: DownloadRig
    ) -> None:
        for _ in range(3):
            rig.downloads.queue(rig.job())
        await rig.settled()
        rig.downloads.queue(rig.job())
        await rig.settled()
        assert len(loopback.heard) == 1

    async def test_is_fetched_again_by_force_or_when_its_file_is_gone(
        self, rig: DownloadRig
    ) -> None:
        rig.downloads.queue(rig.job())
        await rig.settled()
        first = saved(rig.last())
        noted(rig.folder)
        rig.downloads.queue(rig.job(), force=True)
        await rig.settled()
        second = saved(rig.last())
        assert second.name == "video-1-2.mp4"
        first.unlink()
        second.unlink()
        rig.downloads.queue(rig.job())
        await rig.settled()
        assert saved(rig.last()).name == "video-1.mp4"

    async def test_that_had_to_wait_is_fetched_as_its_task_names_it_by_then(
        self, loopback: Loopback, rig: DownloadRig
    ) -> None:
        """Other outputs' links died meanwhile, and all are numbered anew (row 82)."""
        fresh = Output(kind="video", where=Link(f"{rig.base}/anew"))
        rig.current = lambda job: replace(job, output=fresh) if job.name == "b" else job
        rig.parallel = 1
        rig.rebuild()
        rig.downloads.queue(rig.job("a"))
        rig.downloads.queue(rig.job("b"))
        await rig.settled()
        assert [heard.target for heard in loopback.heard] == ["/a", "/anew"]

    async def test_that_comes_inline_is_written(self, loopback: Loopback, rig: DownloadRig) -> None:
        rig.downloads.queue(rig.job(where=Inline(FILM)))
        await rig.settled()
        assert saved(rig.last()).read_bytes() == FILM
        assert not loopback.heard

    async def test_of_the_providers_own_origin_is_asked_for_with_the_key(
        self, loopback: Loopback, rig: DownloadRig
    ) -> None:
        rig.provider = find("dimilinks")
        rig.downloads.queue(rig.job(where=Content("/v1/videos/a/content")))
        await rig.settled()
        saved(rig.last())
        (heard,) = loopback.heard
        assert heard.target == "/v1/videos/a/content"
        assert heard.headers["authorization"] == "Bearer sk-1"

    async def test_that_is_a_file_id_is_exchanged_with_the_key_and_fetched_without(
        self, loopback: Loopback, rig: DownloadRig
    ) -> None:
        link = b'{"file": {"file_id": 7, "download_url": "%s/film?sig=1"}, "base_resp": {}}'
        loopback.play(
            [loopback.answer(200, link % loopback.url.encode())], [loopback.answer(200, FILM)]
        )
        rig.downloads.queue(rig.job(where=Handle("7")))
        await rig.settled()
        saved(rig.last())
        exchange, film = loopback.heard
        assert "file_id=7" in exchange.target
        assert exchange.headers["authorization"] == "Bearer sk-1"
        assert film.target == "/film?sig=1"
        assert "authorization" not in film.headers

    async def test_whose_exchange_is_refused_with_the_key_said_back_is_told_of_without_it(
        self, loopback: Loopback, rig: DownloadRig
    ) -> None:
        rig.key = await asyncio.to_thread(
            find_key, "gptge", KeySource(env="KEY"), {"KEY": "sk-said/back"}
        )
        refusal = (
            b'{"base_resp": {"status_code": 1004, "status_msg": "no such key: sk-said\\/back"}}'
        )
        loopback.play([loopback.answer(200, refusal)])
        rig.downloads.queue(rig.job(where=Handle("7")))
        await rig.settled()
        fetch = rig.last()
        assert fetch is not None
        assert (fetch.state, fetch_note(fetch)) == (OutputState.FAILED, "no such key: ***")

    @pytest.mark.parametrize("where", [Content("/v1/videos/7/content"), Handle("7")])
    async def test_that_wants_a_key_there_is_not_says_what_to_do(
        self, loopback: Loopback, rig: DownloadRig, where: Content | Handle
    ) -> None:
        rig.provider = find("dimilinks") if isinstance(where, Content) else rig.provider
        rig.key = Key(None, "", "set GPTGE_API_KEY")
        rig.downloads.queue(rig.job(where=where))
        await rig.settled()
        fetch = rig.last()
        assert fetch is not None
        assert (fetch.state, fetch_note(fetch)) == (OutputState.FAILED, "set GPTGE_API_KEY")
        assert not loopback.heard

    async def test_that_wants_a_key_there_is_not_is_left_by_a_command_for_the_next_one(
        self, loopback: Loopback, rig: DownloadRig
    ) -> None:
        rig.key = Key(None, "", "set GPTGE_API_KEY")
        rig.downloads.queue(rig.job(where=Handle("7")), patience=180)
        await rig.settled()
        fetch = rig.last()
        assert fetch is not None
        assert (fetch.state, fetch.halt) == (OutputState.AVAILABLE, Halt.NOT_THERE_YET)
        assert fetch_note(fetch) == "set GPTGE_API_KEY"
        assert not loopback.heard

    async def test_teaches_the_next_one_that_its_server_ignores_if_range(
        self, loopback: Loopback, rig: DownloadRig
    ) -> None:
        manners = RUNGS["an ETag, If-Range ignored"]
        loopback.play(Shelf(loopback, [FILM], manners, cut=70_000))
        for name in ("a", "b"):
            rig.downloads.queue(rig.job(name))
            await rig.settled()
            assert saved(rig.last(name)).read_bytes() == FILM
        asked = [heard.headers.get("if-range") for heard in loopback.heard]
        assert asked == [None, '"v0"', None, None, None]

    async def test_that_fails_says_why_and_may_be_tried_again(
        self, loopback: Loopback, rig: DownloadRig
    ) -> None:
        loopback.play([loopback.answer(200, b"<html>")], [loopback.answer(200, FILM)])
        rig.downloads.queue(rig.job())
        await rig.settled()
        fetch = rig.last()
        assert fetch is not None
        assert fetch.state is OutputState.FAILED
        assert "a web page" in fetch_note(fetch)
        rig.downloads.queue(rig.job())
        await rig.settled()
        saved(rig.last())

    async def test_that_meets_a_bug_of_ours_ends_alone(
        self, loopback: Loopback, rig: DownloadRig, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def broken(*_: object) -> bytes:
            raise ZeroDivisionError

        monkeypatch.setattr("rushes.watch.downloads.retrieval.locate", broken)
        rig.downloads.queue(rig.job())
        await rig.settled()
        fetch = rig.last()
        assert fetch is not None
        assert (fetch.state, fetch_note(fetch)) == (
            OutputState.FAILED,
            "internal error, see the log",
        )
        monkeypatch.undo()
        rig.downloads.queue(rig.job("b"))
        await rig.settled()
        saved(rig.last("b"))


class TestALinkThatExpired:
    async def test_is_renewed_once_and_the_same_part_goes_on(
        self, loopback: Loopback, rig: DownloadRig
    ) -> None:
        whole = loopback.answer(200, b"", ETag='"v1"', content_length=str(len(FILM)))
        rest = loopback.answer(
            206,
            FILM[70_000:],
            ETag='"v1"',
            Content_Range=f"bytes 70000-{len(FILM) - 1}/{len(FILM)}",
        )
        loopback.play(
            [whole, FILM[:70_000], loopback.CLOSE],
            [loopback.answer(403, b"<Error/>")],
            [rest],
        )
        rig.renewals = [Output(kind="video", where=Link(f"{rig.base}/a?sig=new"))]
        rig.downloads.queue(rig.job(where=Link(f"{rig.base}/a?sig=old")))
        await rig.settled()
        assert len(rig.renewed) == 1
        assert saved(rig.last()).read_bytes() == FILM
        targets = [heard.target for heard in loopback.heard]
        assert targets == ["/a?sig=old", "/a?sig=old", "/a?sig=new"]
        assert loopback.heard[2].headers["range"] == "bytes=70000-"

    @pytest.mark.parametrize("fresh", ["nothing", "the same", "another dead one"])
    async def test_that_cannot_be_renewed_is_said_to_be_expired(
        self, loopback: Loopback, rig: DownloadRig, fresh: str
    ) -> None:
        loopback.play([loopback.answer(403)])
        ways = {
            "nothing": None,
            "the same": rig.job().output,
            "another dead one": Output(kind="video", where=Link(f"{rig.base}/b")),
        }
        rig.renewals = [ways[fresh]]
        rig.downloads.queue(rig.job(expires=5))
        await rig.settled()
        fetch = rig.last()
        assert fetch is not None
        assert fetch.state is OutputState.EXPIRED
        assert len(rig.renewed) == 1
        assert len(loopback.heard) == (2 if fresh == "another dead one" else 1)


class TestTheOrder:
    async def started(self, rig: DownloadRig, *jobs: Job) -> list[str]:
        for job in jobs:
            rig.downloads.queue(job)
        await rig.settled()
        return [
            ref.id for ref, _, fetch in rig.told if fetch == Fetch(state=OutputState.DOWNLOADING)
        ]

    async def test_is_what_dies_first_then_what_came_first(
        self, loopback: Loopback, build: Callable[..., DownloadRig]
    ) -> None:
        loopback.play([loopback.answer(200, FILM)])
        rig = build(loopback.url, parallel=1)
        jobs = [
            rig.job("first in"),
            rig.job("unknown 1"),
            rig.job("late", expires=90),
            rig.job("unknown 2"),
            rig.job("soon", expires=5),
        ]
        order = ["first in", "soon", "late", "unknown 1", "unknown 2"]
        assert await self.started(rig, *jobs) == order

    async def test_is_fair_to_an_account_with_little_to_fetch(
        self, loopback: Loopback, build: Callable[..., DownloadRig]
    ) -> None:
        loopback.play([0.02, loopback.answer(200, FILM)])
        rig = build(loopback.url, parallel=2)
        busy = [rig.job(f"busy {n}", account="busy", expires=n) for n in range(6)]
        order = await self.started(rig, *busy, rig.job("quiet", account="quiet", expires=60))
        assert "quiet" in order[:4]

    async def test_has_at_most_so_many_under_way(
        self, loopback: Loopback, build: Callable[..., DownloadRig]
    ) -> None:
        rig = build(loopback.url, parallel=3)
        most = 0

        def scene(_: Heard) -> Scene:
            nonlocal most
            most = max(most, rig.downloads.active)
            return [0.01, loopback.answer(200, FILM)]

        loopback.play(scene)
        await self.started(rig, *(rig.job(f"t{n}") for n in range(12)))
        assert most == 3
        assert rig.states("t11")[-1] is OutputState.DOWNLOADED


class TestProgress:
    async def test_is_told_while_it_is_made_and_no_more_often_than_four_times_a_second(
        self, loopback: Loopback, rig: DownloadRig
    ) -> None:
        noticed = threading.Event()

        def scene(_: Heard) -> Scene:
            yield loopback.answer(200, b"", content_length=str(len(FILM)))
            sent = 1024  # the first half of it is looked at before any of it is written
            yield FILM[:sent]
            while not noticed.is_set() and sent < 60_000:
                yield FILM[sent : sent + 30]
                yield 0.01
                sent += 30
            yield FILM[sent:]

        loopback.play(scene)
        begun = time.monotonic()
        rig.downloads.queue(rig.job())
        await until(lambda: rig.downloads.rate)
        assert rig.downloads.active == 1
        noticed.set()
        await rig.settled()
        took = time.monotonic() - begun
        middle = [fetch for _, _, fetch in rig.told if fetch is not None][1:-1]
        assert 1 <= len(middle) <= took / 0.25
        assert any(0 < fetch.done < len(FILM) and fetch.rate > 0 for fetch in middle)
        assert {fetch.total for fetch in middle} == {len(FILM)}
        assert (rig.downloads.active, rig.downloads.rate) == (0, 0)


class TestTheTurn:
    async def test_of_another_machine_is_waited_for_and_its_file_taken_over(
        self, rig: DownloadRig, loopback: Loopback
    ) -> None:
        job = rig.job()
        rig.others_fetch.add(job.ref)
        rig.downloads.queue(job)
        await until(lambda: rig.downloads.active == 1)
        theirs = Fetch(state=OutputState.DOWNLOADED, url="file://render-1/out/a.mp4", done=3)
        rig.others_saved[job.ref] = theirs
        await rig.settled()
        assert rig.last() == theirs
        assert loopback.heard == []

    async def test_that_another_machine_gave_up_is_ours(self, rig: DownloadRig) -> None:
        job = rig.job()
        rig.others_fetch.add(job.ref)
        rig.downloads.queue(job)
        await until(lambda: rig.downloads.active == 1)
        rig.others_fetch.clear()
        await rig.settled()
        assert saved(rig.last()).read_bytes() == FILM
