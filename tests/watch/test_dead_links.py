"""Links that may be dead, servers that give no answer, and pages in the place of files."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from download_rig import FILM, saved

from rushes.providers.model import Handle
from rushes.tui.lines.download_words import fetch_note
from rushes.watch.asset import Halt, OutputState

if TYPE_CHECKING:
    pass
from refusing_cdn import DAY, Cdn

ANOTHERS_KEY = b'{"base_resp": {"status_code": 1004, "status_msg": "login fail"}}'
PAGE = b"<html>just a moment"


class TestALinkThatMayBeDead:
    @pytest.mark.parametrize(
        ("minutes", "state"), [(-1, OutputState.EXPIRED), (None, OutputState.FAILED)]
    )
    async def test_is_given_a_few_tries_where_its_server_is_busy(
        self, cdn: Cdn, minutes: int | None, state: OutputState
    ) -> None:
        cdn.refuse(10**6, 503)
        await cdn.queue(cdn.job(minutes=minutes))
        await cdn.clock.advance(100)
        assert cdn.fetch().state is state
        assert "HTTP 503; gave up after 6 tries" in fetch_note(cdn.fetch())
        assert cdn.times == [0, 2, 6, 14, 30, 62]

    async def test_is_left_by_commands_for_the_next_one_where_its_server_is_busy(
        self, cdn: Cdn
    ) -> None:
        cdn.refuse(10**6, 503)
        await cdn.queue(cdn.job(minutes=None), patience=180)
        await cdn.clock.advance(100)
        assert cdn.fetch().halt is Halt.NOT_THERE_YET

    @pytest.mark.parametrize("answer", [ANOTHERS_KEY, PAGE], ids=["key", "page"])
    async def test_is_left_by_commands_where_a_second_call_told_nothing_of_the_file(
        self, cdn: Cdn, answer: bytes
    ) -> None:
        cdn.refuse(10**6, 200, answer)
        await cdn.queue(cdn.job(minutes=None, where=Handle("7")), patience=180)
        await cdn.clock.advance(100)
        assert (cdn.fetch().state, cdn.fetch().halt) == (
            OutputState.AVAILABLE,
            Halt.NOT_THERE_YET,
        )


async def test_a_file_whose_rest_is_refused_for_a_while_goes_on_where_it_was(cdn: Cdn) -> None:
    answer = cdn.loopback.answer
    whole = answer(200, b"", ETag='"v1"', content_length=str(len(FILM)))
    rest = f"bytes 70000-{len(FILM) - 1}/{len(FILM)}"
    cdn.loopback.play(
        [whole, FILM[:70_000], cdn.loopback.CLOSE],
        [answer(503)],
        [answer(206, FILM[70_000:], ETag='"v1"', Content_Range=rest)],
    )
    cdn.rig.limits = replace(cdn.rig.limits, tries=3)
    cdn.rig.rebuild()
    await cdn.queue(cdn.job())
    assert cdn.fetch().done == 70_000
    await cdn.clock.advance(3)
    assert saved(cdn.fetch()).read_bytes() == FILM
    assert cdn.loopback.heard[-1].headers["range"] == "bytes=70000-"


class TestAServerThatGivesNoAnswer:
    async def test_is_tried_again_for_as_long_as_the_link_is_alive(self, cdn: Cdn) -> None:
        cdn.loopback.play([cdn.loopback.RESET])
        await cdn.queue(cdn.job())
        fetch = cdn.fetch()
        assert fetch.halt is Halt.NOT_THERE_YET
        assert fetch_note(fetch) == "no answer yet (connection reset; gave up after 1 tries)"
        cdn.loopback.play([cdn.loopback.answer(200, FILM, ETag='"v1"')])
        await cdn.clock.advance(3)
        saved(cdn.fetch())

    async def test_is_given_up_where_the_link_may_be_dead(self, cdn: Cdn) -> None:
        cdn.loopback.play([cdn.loopback.RESET])
        await cdn.queue(cdn.job(minutes=None))
        await cdn.rig.settled()
        fetch = cdn.fetch()
        assert fetch.state is OutputState.FAILED
        assert fetch_note(fetch) == "connection reset; gave up after 1 tries"

    @pytest.mark.parametrize("minutes", [DAY, None])
    async def test_is_left_at_once_by_commands_for_the_next_one(
        self, cdn: Cdn, minutes: int | None
    ) -> None:
        cdn.loopback.play([cdn.loopback.RESET])
        await cdn.queue(cdn.job(minutes=minutes), patience=180)
        await cdn.rig.settled()
        fetch = cdn.fetch()
        assert (fetch.state, fetch.halt) == (OutputState.AVAILABLE, Halt.NOT_THERE_YET)
        assert fetch_note(fetch) == "no answer yet (connection reset; gave up after 1 tries)"

    async def test_is_not_one_that_cuts_off_what_it_sends(self, cdn: Cdn) -> None:
        whole = cdn.loopback.answer(200, b"", content_length=str(len(FILM)))
        cdn.loopback.play([whole, FILM[:70_000], cdn.loopback.CLOSE])
        await cdn.queue(cdn.job())
        assert cdn.fetch().state is OutputState.FAILED


class TestAPageInThePlaceOfAFile:
    async def test_is_waited_out_for_some_seconds(self, cdn: Cdn) -> None:
        cdn.refuse(5, 200, b"<html>your file is being prepared")
        await cdn.queue(cdn.job())
        assert "a web page came instead of" in fetch_note(cdn.fetch())
        await cdn.clock.advance(6)
        saved(cdn.fetch())
        assert cdn.times == [0, 2, 6]

    @pytest.mark.parametrize("patience", [None, 180])
    async def test_is_refused_where_it_stays(self, cdn: Cdn, patience: float | None) -> None:
        cdn.refuse(10**6, 200, b"<html>no")
        await cdn.queue(cdn.job(), patience=patience)
        await cdn.clock.advance(600)
        assert cdn.fetch().state is OutputState.FAILED
        assert fetch_note(cdn.fetch()).startswith("a web page came instead of")
        assert cdn.times == [0, 2, 6, 14]
