"""One output from a server that misbehaves to its place on disk."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from mp4_files import film
from saying import raises_saying

from rushes.tui.lines.reason_words import reasons_words
from rushes.watch.transfer.request import (
    DownloadFailed,
    TransferRequest,
)

if TYPE_CHECKING:
    from tests.watch.conftest import Heard, Loopback, Scene
from one_transfer import ETAG, FILM, cut, files, get, ranged, transfer


class TestAWholeFile:
    def test_is_saved_under_its_name_with_its_digest(
        self, loopback: Loopback, order: TransferRequest
    ) -> None:
        loopback.play(ranged(loopback))
        saved = get(order)
        assert saved.path == order.directory / "hiapi" / "opening shot" / "video-1.mp4"
        assert saved.path.read_bytes() == FILM
        assert saved.sha256 == hashlib.sha256(FILM).hexdigest()
        assert (saved.size, reasons_words(saved.reasons)) == (len(FILM), "")
        assert files(order) == ["hiapi/opening shot/video-1.mp4"]

    def test_is_private_and_so_are_its_folders(
        self, loopback: Loopback, order: TransferRequest
    ) -> None:
        loopback.play(ranged(loopback))
        before = os.umask(0)
        try:
            path = get(order).path
        finally:
            os.umask(before)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        for folder in (path.parent, path.parent.parent, order.directory):
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700

    def test_is_asked_for_raw_and_without_key_or_cookie(
        self, loopback: Loopback, order: TransferRequest
    ) -> None:
        loopback.play(ranged(loopback))
        get(order)
        (heard,) = loopback.heard
        assert heard.target == "/film.mp4?sig=secret"
        assert heard.headers["host"] == f"127.0.0.1:{loopback.port}"
        assert heard.headers["accept-encoding"] == "identity"
        assert not {"authorization", "cookie", "range"} & set(heard.headers)

    def test_never_takes_the_place_of_another(
        self, loopback: Loopback, order: TransferRequest
    ) -> None:
        loopback.play(ranged(loopback))
        names = [get(order).path.name for _ in range(3)]
        assert names == ["video-1.mp4", "video-1-2.mp4", "video-1-3.mp4"]

    def test_without_a_length_says_so(self, loopback: Loopback, order: TransferRequest) -> None:
        loopback.play([b"HTTP/1.1 200 OK\r\n\r\n", FILM, loopback.CLOSE])
        saved = get(order)
        assert reasons_words(saved.reasons) == "length unverified"
        assert saved.path.read_bytes() == FILM

    def test_that_came_inline_needs_no_request(
        self, loopback: Loopback, order: TransferRequest
    ) -> None:
        saved = get(replace(order, source=FILM))
        assert saved.path.read_bytes() == FILM
        assert reasons_words(saved.reasons) == ""
        assert loopback.connections == 0

    def test_on_a_disk_without_links_is_named_all_the_same(
        self, loopback: Loopback, order: TransferRequest, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def no_links(*_: object, **__: object) -> None:
            raise OSError(errno.EPERM, "no links here")

        monkeypatch.setattr(os, "link", no_links)
        loopback.play(ranged(loopback))
        assert [get(order).path.name for _ in range(2)] == ["video-1.mp4", "video-1-2.mp4"]
        assert files(order) == [f"hiapi/opening shot/video-1{end}.mp4" for end in ("-2", "")]


class TestACut:
    @pytest.mark.parametrize("percent", [1, 37, 99])
    def test_is_continued_from_where_it_was(
        self, loopback: Loopback, order: TransferRequest, percent: int
    ) -> None:
        at = len(FILM) * percent // 100
        loopback.play(cut(loopback, at), ranged(loopback))
        moved = transfer(order)
        assert moved.run().path.read_bytes() == FILM
        assert loopback.heard[1].headers["range"] == f"bytes={at}-"
        assert loopback.heard[1].headers["if-range"] == ETAG
        assert moved.received == len(FILM)

    def test_may_come_again_as_long_as_each_try_brings_something(
        self, loopback: Loopback, order: TransferRequest
    ) -> None:
        def another(heard: Heard) -> Scene:
            whole = b"".join(p for p in ranged(loopback)(heard) if isinstance(p, bytes))
            return [whole[: whole.index(b"\r\n\r\n") + 4 + 70_000], loopback.CLOSE]

        loopback.play(another)
        assert get(order, tries=2).path.read_bytes() == FILM

    def test_without_a_strong_etag_starts_again_from_zero(
        self, loopback: Loopback, order: TransferRequest
    ) -> None:
        whole = loopback.answer(200, FILM, ETag=f"W/{ETAG}")
        loopback.play(cut(loopback, 1000, etag=f"W/{ETAG}"), [whole])
        assert get(order).path.read_bytes() == FILM
        assert "range" not in loopback.heard[1].headers

    def test_followed_by_another_version_starts_again_from_zero(
        self, loopback: Loopback, order: TransferRequest
    ) -> None:
        other = film(100_032, seed=2)
        loopback.play(cut(loopback, 5000), ranged(loopback, other, '"v2"'))
        assert get(order).path.read_bytes() == other

    def test_followed_by_the_whole_file_unasked_is_started_over(
        self, loopback: Loopback, order: TransferRequest
    ) -> None:
        loopback.play(cut(loopback, 5000), [loopback.answer(200, FILM)])
        assert get(order).path.read_bytes() == FILM

    @pytest.mark.parametrize(
        "lie",
        [
            {"Content_Range": "bytes 4999-300031/300032"},
            {"Content_Range": "bytes 5000-300031/400000"},
            {"Content_Range": "garbage"},
            {"ETag": '"v2"'},
            {"Content_Encoding": "gzip"},
            {"Content_Type": "multipart/byteranges; boundary=x"},
        ],
    )
    def test_followed_by_a_range_that_does_not_fit_mixes_nothing(
        self, loopback: Loopback, order: TransferRequest, lie: dict[str, str]
    ) -> None:
        right = {"ETag": ETAG, "Content_Range": f"bytes 5000-{len(FILM) - 1}/{len(FILM)}"}
        wrong = loopback.answer(206, FILM[4999:], **(right | lie))
        loopback.play(cut(loopback, 5000), [wrong, loopback.CLOSE], ranged(loopback))
        assert get(order).path.read_bytes() == FILM
        assert "range" not in loopback.heard[2].headers

    def test_followed_by_a_shorter_range_goes_on_from_there(
        self, loopback: Loopback, order: TransferRequest
    ) -> None:
        some = loopback.answer(
            206, FILM[5000:6000], ETag=ETAG, Content_Range=f"bytes 5000-5999/{len(FILM)}"
        )
        loopback.play(cut(loopback, 5000), [some], ranged(loopback))
        assert get(order).path.read_bytes() == FILM
        assert loopback.heard[2].headers["range"] == "bytes=6000-"

    def test_followed_by_416_starts_again_from_zero(
        self, loopback: Loopback, order: TransferRequest
    ) -> None:
        beyond = loopback.answer(416, ETag=ETAG, Content_Range="bytes */4000")
        loopback.play(cut(loopback, 5000), [beyond], ranged(loopback))
        assert get(order).path.read_bytes() == FILM

    def test_that_never_ends_is_given_up_and_its_part_kept(
        self, loopback: Loopback, order: TransferRequest
    ) -> None:
        loopback.play(cut(loopback, 5000), [loopback.RESET])
        with raises_saying(DownloadFailed, match=r"connection reset; gave up after 3 tries"):
            get(order)
        loopback.play(ranged(loopback))
        assert get(order).path.read_bytes() == FILM
        assert loopback.heard[-1].headers["range"] == "bytes=5000-"
