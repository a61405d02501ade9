"""A file gets its name when its own format calls it whole, however orderly half of it came."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PurePosixPath
from random import Random
from typing import TYPE_CHECKING

import pytest
import sample_files as small
from mp4_files import film
from saying import raises_saying
from waiting import PATIENCE

from rushes.tui.lines.reason_words import reasons_words
from rushes.watch.asset import Check
from rushes.watch.task import Ref
from rushes.watch.transfer.limits import Limits
from rushes.watch.transfer.request import DownloadFailed, Remote, Saved, TransferRequest
from rushes.watch.transfer.transfer import Transfer

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.watch.conftest import Loopback, Scene

FILM = film(90_000)
EVERY = (Check.LENGTH, Check.TYPE, Check.INDEX)


@pytest.fixture
def order(tmp_path: Path, loopback: Loopback) -> TransferRequest:
    return TransferRequest(
        source=Remote(f"{loopback.url}/film.mp4?sig=secret", loopback.url),
        directory=tmp_path / "downloads",
        stem=PurePosixPath("video-1"),
        ref=Ref("hiapi", "tk-1"),
        n=1,
        kind="video",
    )


def get(order: TransferRequest, pauses: list[float] | None = None) -> Saved:
    took: list[float] = [] if pauses is None else pauses
    limits = Limits(window=PATIENCE, tries=3, spare=0)
    return Transfer(order, limits=limits, rng=Random(1), pause=took.append).run()


def named(order: TransferRequest) -> list[str]:
    return sorted(path.name for path in order.directory.rglob("*") if path.is_file())


def of_the_half(loopback: Loopback, data: bytes) -> Scene:
    return [loopback.answer(200, data[: len(data) // 2], ETag='"half"')]


def chunked(loopback: Loopback, data: bytes) -> Scene:
    half = data[: len(data) // 2]
    return [loopback.answer(200, b"", Transfer_Encoding="chunked"), b"%x\r\n" % len(half), half,
            b"\r\n0\r\n\r\n"]  # fmt: skip


def closed(loopback: Loopback, data: bytes) -> Scene:
    return [b"HTTP/1.0 200 OK\r\n\r\n", data[: len(data) // 2], loopback.CLOSE]


ENDS = pytest.mark.parametrize("half", [of_the_half, chunked, closed])


class TestHalfAFile:
    @ENDS
    def test_is_fetched_again_from_zero_until_it_is_whole(
        self, loopback: Loopback, order: TransferRequest, half: Callable[[Loopback, bytes], Scene]
    ) -> None:
        loopback.play(half(loopback, FILM), [loopback.answer(200, FILM, ETag='"whole"')])
        pauses: list[float] = []
        saved = get(order, pauses)
        assert saved.path.read_bytes() == FILM
        assert (reasons_words(saved.reasons), saved.checked) == ("", EVERY)
        assert [heard.headers.get("range") for heard in loopback.heard] == [None, None]
        assert sum(pauses) < 1

    @ENDS
    @pytest.mark.parametrize("ending", [".mp4", ".png", ".jpg", ".wav", ".webm", ".opus", ".glb"])
    def test_gets_no_name_at_all(
        self,
        loopback: Loopback,
        order: TransferRequest,
        half: Callable[[Loopback, bytes], Scene],
        ending: str,
    ) -> None:
        data = small.WHOLE[ending]
        loopback.play(*[half(loopback, data)] * 3)
        pauses: list[float] = []
        with raises_saying(DownloadFailed, match=f"not a whole {ending[1:]}"):
            get(order, pauses)
        assert len(loopback.heard) == 3
        assert sum(pauses) < 1
        assert named(order) == []

    def test_that_comes_inline_fails_without_being_asked_for_again(
        self, loopback: Loopback, order: TransferRequest
    ) -> None:
        with raises_saying(DownloadFailed, match="not a whole png"):
            get(replace(order, source=small.png()[:-9], kind="image"))
        assert loopback.connections == 0
        assert named(order) == []


class TestAWholeFile:
    @pytest.mark.parametrize("ending", small.WHOLE)
    def test_is_saved_under_the_ending_of_its_type(
        self, loopback: Loopback, order: TransferRequest, ending: str
    ) -> None:
        loopback.play([loopback.answer(200, small.WHOLE[ending], Content_Type="video/mp4")])
        saved = get(order)
        assert saved.path.name == f"video-1{ending}"
        assert (reasons_words(saved.reasons), saved.checked) == ("", EVERY)

    def test_without_a_length_rests_on_its_own_format(
        self, loopback: Loopback, order: TransferRequest
    ) -> None:
        loopback.play([b"HTTP/1.0 200 OK\r\n\r\n", FILM, loopback.CLOSE])
        saved = get(order)
        assert reasons_words(saved.reasons) == "length unverified"
        assert saved.checked == (Check.TYPE, Check.INDEX)

    @pytest.mark.parametrize("data", [b"MZ\x90\0" + bytes(5000), b"\x7fELF" + bytes(90)])
    def test_of_no_known_type_is_kept_under_no_name_of_its_own(
        self, loopback: Loopback, order: TransferRequest, data: bytes
    ) -> None:
        loopback.play([loopback.answer(200, data, Content_Type="video/mp4")])
        saved = get(order)
        assert saved.path.name == "video-1.bin"
        assert (reasons_words(saved.reasons), saved.checked) == ("type not known", (Check.LENGTH,))

    def test_is_text_where_the_type_of_the_reply_says_so(
        self, loopback: Loopback, order: TransferRequest
    ) -> None:
        captions = b"WEBVTT\n\n00:00.000 --> 00:02.000\nHello\n"
        loopback.play([loopback.answer(200, captions, Content_Type="text/vtt")])
        assert get(order).path.name == "video-1.vtt"
        loopback.play([loopback.answer(200, captions, Content_Type="video/mp4")])
        with raises_saying(DownloadFailed, match="plain text came instead"):
            get(replace(order, n=2))

    def test_that_lasts_less_than_was_promised_says_so(
        self, loopback: Loopback, order: TransferRequest
    ) -> None:
        loopback.play([loopback.answer(200, FILM)])
        saved = get(replace(order, seconds=10.0))
        assert reasons_words(saved.reasons) == "lasts 5.0 s, 10 s were promised"
