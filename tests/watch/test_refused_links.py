"""A link that is alive and refused: asked for anew once, tried again, and never called dead."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from download_rig import FILM, NOON, saved
from waiting import AT_ONCE

from rushes.providers.model import Basis, Content, ExpiryClaim, Handle, Link, Output
from rushes.providers.registry import find
from rushes.tui.lines.download_words import fetch_note
from rushes.watch.asset import Halt, OutputState

if TYPE_CHECKING:
    from rushes.watch.downloads.job import Job
from refusing_cdn import Cdn

NOT_YET = "not there yet (HTTP 404)"


class TestAFreshLink:
    @pytest.mark.parametrize("status", [202, 401, 402, 403, 404, 409, 423, 425, 429, 500, 503, 524])
    async def test_that_is_refused_for_a_while_is_saved_once_it_serves(
        self, cdn: Cdn, status: int
    ) -> None:
        cdn.refuse(5, status)
        await cdn.queue(cdn.job())
        fetch = cdn.fetch()
        assert (fetch.state, fetch.halt) == (OutputState.AVAILABLE, Halt.NOT_THERE_YET)
        assert fetch_note(fetch) == f"not there yet (HTTP {status})"
        assert fetch.retry_at == NOON + timedelta(seconds=2)
        await cdn.clock.advance(6)
        assert saved(cdn.fetch()).read_bytes() == FILM
        assert cdn.times == [0, 2, 6]

    async def test_is_asked_for_anew_once_and_tried_until_its_end(self, cdn: Cdn) -> None:
        cdn.refuse(10**6)
        await cdn.queue(cdn.job(minutes=30))
        await cdn.clock.advance(29 * 60 + 57)
        assert cdn.rig.renewed == [cdn.job().slot]
        assert cdn.fetch().halt is Halt.NOT_THERE_YET
        assert max(b - a for a, b in zip(cdn.times, cdn.times[1:], strict=False)) == 300
        await cdn.clock.advance(5)
        assert cdn.fetch().state is OutputState.EXPIRED
        assert len(cdn.rig.renewed) == 2
        tries = len(cdn.asked)
        await cdn.clock.advance(3600)
        assert len(cdn.asked) == tries

    async def test_that_its_task_names_another_instead_of_is_tried_at_once(self, cdn: Cdn) -> None:
        cdn.refuse(0)
        cdn.loopback.play([cdn.loopback.answer(404)], [cdn.loopback.answer(200, FILM, ETag='"v1"')])
        cdn.rig.renewals = [Output(kind="video", where=Link(f"{cdn.rig.base}/new"))]
        await cdn.queue(cdn.job())
        saved(cdn.fetch())
        assert [heard.target for heard in cdn.loopback.heard] == ["/a", "/new"]

    @pytest.mark.parametrize(("finished", "end"), [(9, "halt"), (11, "failed")])
    async def test_without_a_known_end_is_one_whose_task_ended_within_ten_minutes(
        self, cdn: Cdn, finished: int, end: str
    ) -> None:
        cdn.refuse(10**6)
        ended = NOON - timedelta(minutes=finished)
        await cdn.queue(replace(cdn.job(minutes=None), finished_at=ended))
        fetch = cdn.fetch()
        if end == "halt":
            assert fetch.halt is Halt.NOT_THERE_YET
            await cdn.clock.advance(180)
            fetch = cdn.fetch()
        assert (fetch.state, fetch_note(fetch)) == (OutputState.FAILED, "HTTP 404")

    @pytest.mark.parametrize("status", [400, 410, 451])
    async def test_that_is_refused_for_good_fails_with_its_status_after_one_more_try(
        self, cdn: Cdn, status: int
    ) -> None:
        cdn.refuse(10**6, status)
        cdn.rig.renewals = [cdn.job().output]
        await cdn.queue(cdn.job())
        assert (cdn.fetch().state, fetch_note(cdn.fetch())) == (
            OutputState.FAILED,
            f"HTTP {status}",
        )
        assert (len(cdn.asked), len(cdn.rig.renewed)) == (2, 1)

    async def test_whose_400_names_an_ended_token_is_asked_for_anew(self, cdn: Cdn) -> None:
        body = b"<Error><Code>ExpiredToken</Code></Error>"
        cdn.loopback.play(
            [cdn.loopback.answer(400, body)], [cdn.loopback.answer(200, FILM, ETag='"v1"')]
        )
        cdn.rig.renewals = [Output(kind="video", where=Link(f"{cdn.rig.base}/a?sig=2"))]
        await cdn.queue(cdn.job())
        saved(cdn.fetch())

    async def test_is_given_the_time_that_its_server_asks_for(self, cdn: Cdn) -> None:
        cdn.refuse(30, 503, Retry_After="40")
        await cdn.queue(cdn.job())
        await cdn.clock.advance(41)
        saved(cdn.fetch())
        assert cdn.times == [0, 40]

    async def test_that_is_a_path_for_the_key_is_tried_again_too(self, cdn: Cdn) -> None:
        cdn.refuse(5, 409)
        cdn.rig.provider = find("dimilinks")
        await cdn.queue(cdn.job(where=Content("/v1/videos/a/content")))
        await cdn.clock.advance(6)
        saved(cdn.fetch())

    async def test_that_is_a_file_id_is_exchanged_again_until_there_is_a_link(
        self, cdn: Cdn
    ) -> None:
        answer = cdn.loopback.answer
        link = b'{"file": {"file_id": 7, "download_url": "%s/film"}, "base_resp": {}}'
        unknown = b'{"base_resp": {"status_code": 1027, "status_msg": "file not found"}}'
        cdn.loopback.play(
            [answer(404, unknown)],
            [answer(503)],
            [answer(200, link % cdn.loopback.url.encode())],
            [answer(200, FILM, ETag='"v1"')],
        )
        await cdn.queue(cdn.job(where=Handle("7")))
        assert cdn.fetch().halt is Halt.NOT_THERE_YET
        await cdn.clock.advance(30)
        saved(cdn.fetch())


class TestALinkThatWasProlonged:
    async def test_is_tried_once_more_at_the_same_address(self, cdn: Cdn) -> None:
        answer = cdn.loopback.answer
        cdn.loopback.play([answer(403)], [answer(200, FILM, ETag='"v1"')])
        old = cdn.job(minutes=-1)

        async def prolonged(job: Job) -> Job:
            return replace(
                cdn.job(minutes=5),
                output=replace(job.output, claims=(ExpiryClaim(Basis.STATED, NOON),)),
            )

        cdn.rig.downloads = cdn.rig.made(renew=prolonged)
        await cdn.queue(old)
        saved(cdn.fetch())
        assert [heard.target for heard in cdn.loopback.heard] == ["/a", "/a"]


class TestItsWaiting:
    async def test_holds_nobody_else_up(self, cdn: Cdn) -> None:
        cdn.refuse(100)
        await cdn.queue(cdn.job("a"))
        cdn.loopback.play([cdn.loopback.answer(200, FILM, ETag='"v1"')])
        await cdn.queue(cdn.job("b"))
        saved(cdn.fetch("b"))
        assert (cdn.rig.downloads.active, cdn.rig.downloads.queued) == (0, 0)
        assert [job.ref.id for job in cdn.rig.downloads.jobs] == ["a"]

    async def test_for_a_new_link_holds_nobody_up_either(self, cdn: Cdn) -> None:
        answers: list[Job] = []

        async def silent(job: Job) -> None:
            answers.append(job)
            await cdn.clock.sleep(10**6)

        cdn.rig.downloads = cdn.rig.made(renew=silent)
        cdn.refuse(1)
        await cdn.queue(cdn.job("a"))
        assert len(answers) == 1
        assert fetch_note(cdn.fetch("a")) == "asks for a new link (HTTP 404)"
        cdn.loopback.play([cdn.loopback.answer(200, FILM, ETag='"v1"')])
        await cdn.queue(cdn.job("b"))
        saved(cdn.fetch("b"))

    async def test_ends_where_a_person_wants_it_now(self, cdn: Cdn) -> None:
        cdn.refuse(1)
        await cdn.queue(cdn.job())
        await cdn.clock.advance(1)
        assert len(cdn.asked) == 1
        await cdn.queue(cdn.job())
        saved(cdn.fetch())
        await cdn.clock.advance(600)
        assert len(cdn.asked) == 2

    @pytest.mark.parametrize("halt", [Halt.PAUSED, Halt.CANCELED])
    async def test_ends_where_a_person_takes_it_off(self, cdn: Cdn, halt: Halt) -> None:
        cdn.refuse(1)
        await cdn.queue(cdn.job())
        stop = cdn.rig.downloads.pause if halt is Halt.PAUSED else cdn.rig.downloads.cancel
        stop(cdn.job())
        await cdn.rig.settled()
        assert (cdn.fetch().state, cdn.fetch().halt) == (OutputState.AVAILABLE, halt)
        await cdn.clock.advance(600)
        assert len(cdn.asked) == 1

    async def test_ends_with_its_task_or_the_program_without_a_word(self, cdn: Cdn) -> None:
        cdn.refuse(1)
        await cdn.queue(cdn.job("a"), cdn.job("b"))
        told = len(cdn.rig.told)
        cdn.rig.downloads.drop(cdn.job("a").ref)
        begun = time.monotonic()
        await cdn.rig.downloads.close()
        assert time.monotonic() - begun < AT_ONCE / 10
        assert len(cdn.rig.told) == told
        await cdn.clock.advance(600)
        assert len(cdn.asked) == 2

    async def test_goes_on_for_three_minutes_where_a_command_waits(self, cdn: Cdn) -> None:
        cdn.refuse(10**6)
        await cdn.queue(cdn.job(), patience=180)
        await cdn.clock.advance(179)
        assert cdn.rig.downloads.jobs
        await cdn.clock.advance(2)
        await cdn.rig.settled()
        fetch = cdn.fetch()
        assert (fetch.state, fetch.halt, fetch_note(fetch), fetch.retry_at) == (
            OutputState.AVAILABLE,
            Halt.NOT_THERE_YET,
            NOT_YET,
            None,
        )
        assert cdn.times == [0, 2, 6, 14, 30, 62, 126, 180]

    async def test_survives_a_fault_of_ours(self, cdn: Cdn) -> None:
        async def broken(_: Job) -> None:
            raise ZeroDivisionError

        cdn.rig.downloads = cdn.rig.made(renew=broken)
        cdn.refuse(1)
        await cdn.queue(cdn.job())
        await cdn.rig.settled()
        assert fetch_note(cdn.fetch()) == "internal error, see the log"
