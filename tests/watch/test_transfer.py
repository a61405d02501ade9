"""One output from a server that misbehaves to its place on disk."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path, PurePosixPath
from random import Random
from typing import TYPE_CHECKING

import pytest
from mp4_files import film
from noted import noted
from saying import raises_saying
from waiting import AT_ONCE, PATIENCE

from rushes.providers.card import Auth
from rushes.providers.errors import RushesError
from rushes.providers.secret import Secret
from rushes.tui.lines.reason_words import reasons_words
from rushes.watch.network.policy import Credential
from rushes.watch.network.url import Refused, origin_of
from rushes.watch.task import Ref
from rushes.watch.transfer.limits import Limits
from rushes.watch.transfer.part import PartBusy, PartRefused, open_part, part_of
from rushes.watch.transfer.request import (
    Canceled,
    DiskFull,
    DownloadFailed,
    LinkAnswer,
    LinkRefused,
    Remote,
    Saved,
    TransferRequest,
)
from rushes.watch.transfer.side_file import Origins
from rushes.watch.transfer.transfer import Transfer
from rushes.watch.transfer.validators import Version

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.watch.conftest import Heard, Loopback, Scene

REF = Ref("hiapi", "tk-1")
FILM = film(300_032)
ETAG = '"v1"'


@pytest.fixture
def order(tmp_path: Path, loopback: Loopback) -> TransferRequest:
    return TransferRequest(
        source=Remote(f"{loopback.url}/film.mp4?sig=secret", loopback.url),
        directory=tmp_path / "downloads",
        stem=PurePosixPath("hiapi/opening shot/video-1"),
        ref=REF,
        n=1,
    )


class Pauses(list[float]):
    """Takes the place of sleeping."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


def transfer(order: TransferRequest, **changes: int | float) -> Transfer:
    limits = replace(Limits(window=PATIENCE, tries=3, spare=0), **changes)  # pyright: ignore[reportArgumentType]
    return Transfer(order, limits=limits, rng=Random(1), pause=Pauses())


def get(order: TransferRequest, **changes: int | float) -> Saved:
    saved = transfer(order, **changes).run()
    noted(order.directory)
    return saved


def hasty(order: TransferRequest) -> Saved:
    """Leave a server after a tenth of a second, as often as a slow machine makes it look slow."""
    return get(order, window=0.1, tries=1000)


def files(order: TransferRequest) -> list[str]:
    root = order.directory
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def side_file(order: TransferRequest) -> Path:
    (found,) = order.directory.rglob("*.part.json")
    return found


def the_part(order: TransferRequest) -> Path:
    return Path(str(side_file(order)).removesuffix(".json"))


def recorded(order: TransferRequest) -> int:
    """How many bytes the side file says were synced."""
    synced = json.loads(side_file(order).read_text())["synced"]
    assert isinstance(synced, int)
    return synced


def record(order: TransferRequest, synced: int) -> None:
    said = json.loads(side_file(order).read_text())
    side_file(order).write_text(json.dumps({**said, "synced": synced}))


def ranged(loopback: Loopback, film: bytes = FILM, etag: str = ETAG) -> Callable[[Heard], Scene]:
    """A storage that does everything right."""

    def scene(heard: Heard) -> Scene:
        wanted = heard.headers.get("range")
        if wanted is None or heard.headers.get("if-range") != etag:
            return [loopback.answer(200, film, ETag=etag)]
        start = int(wanted.removeprefix("bytes=").removesuffix("-"))
        end = len(film) - 1
        return [
            loopback.answer(
                206, film[start:], ETag=etag, Content_Range=f"bytes {start}-{end}/{len(film)}"
            )
        ]

    return scene


def cut(loopback: Loopback, at: int, film: bytes = FILM, etag: str = ETAG) -> Scene:
    """The beginning of the film, and then nothing."""
    head = loopback.answer(200, b"", ETag=etag, content_length=str(len(film)))
    return [head, film[:at], loopback.CLOSE]


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


def synced_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a part synced each 50 kB, which come in pieces that are no larger."""
    monkeypatch.setattr("rushes.watch.transfer.part.SYNC_EVERY", 50_000)
    monkeypatch.setattr("rushes.watch.network.direct.BUFFER", 32 * 1024)


class TestTheSideFile:
    def cut_short(self, loopback: Loopback, order: TransferRequest) -> None:
        loopback.play(cut(loopback, 5000), [loopback.RESET])
        with pytest.raises(DownloadFailed):
            get(order)

    def test_tells_what_the_part_is_of_and_hides_the_links_query(
        self, loopback: Loopback, order: TransferRequest
    ) -> None:
        self.cut_short(loopback, order)
        side = side_file(order)
        assert json.loads(side.read_text()) == {
            "url": f"{loopback.url}/film.mp4?…",
            "etag": ETAG,
            "modified": None,
            "total": len(FILM),
            "unversioned": False,
            "task": "hiapi:tk-1",
            "n": 1,
            "synced": 5000,
        }
        assert stat.S_IMODE(side.stat().st_mode) == 0o600
        assert len(files(order)) == 2

    def test_lets_a_renewed_link_to_the_same_place_go_on(
        self, loopback: Loopback, order: TransferRequest
    ) -> None:
        self.cut_short(loopback, order)
        loopback.play(ranged(loopback))
        renewed = Remote(f"{loopback.url}/film.mp4?sig=other", loopback.url)
        assert get(replace(order, source=renewed)).path.read_bytes() == FILM
        assert loopback.heard[-1].headers["range"] == "bytes=5000-"

    def test_of_another_place_is_not_believed(
        self, loopback: Loopback, order: TransferRequest
    ) -> None:
        self.cut_short(loopback, order)
        loopback.play(ranged(loopback))
        moved = Remote(f"{loopback.url}/elsewhere.mp4", loopback.url)
        assert get(replace(order, source=moved)).path.read_bytes() == FILM
        assert "range" not in loopback.heard[-1].headers

    @pytest.mark.parametrize(
        "text",
        [
            b"",
            b"{",
            b"null",
            b"[" * 60_000,
            b"\xff\xfe",
            b'{"url": 1}',
            b'{"url": "u", "etag": null, "total": 1.5, "task": "t", "n": 1, "synced": 0}',
            b'{"url": "u", "etag": null, "total": 1, "task": "t", "n": 1, "synced": "5000"}',
        ],
    )
    def test_that_is_broken_means_from_zero(
        self, loopback: Loopback, order: TransferRequest, text: bytes
    ) -> None:
        self.cut_short(loopback, order)
        side_file(order).write_bytes(text)
        loopback.play(ranged(loopback))
        assert get(order).path.read_bytes() == FILM
        assert "range" not in loopback.heard[-1].headers

    def test_of_a_part_that_is_whole_already_makes_asking_needless(
        self, loopback: Loopback, order: TransferRequest
    ) -> None:
        self.cut_short(loopback, order)
        the_part(order).write_bytes(FILM)
        record(order, len(FILM))
        asked = len(loopback.heard)
        assert get(order).sha256 == hashlib.sha256(FILM).hexdigest()
        assert len(loopback.heard) == asked

    @pytest.mark.parametrize("unsynced", [100, 400_000])
    def test_is_believed_where_the_part_is_longer_than_what_was_synced(
        self, loopback: Loopback, order: TransferRequest, unsynced: int
    ) -> None:
        self.cut_short(loopback, order)
        the_part(order).write_bytes(FILM[:5000] + bytes(unsynced))
        loopback.play(ranged(loopback))
        assert get(order).path.read_bytes() == FILM
        assert loopback.heard[-1].headers["range"] == "bytes=5000-"

    def test_of_a_new_version_never_speaks_of_bytes_of_the_old_one_though_the_disk_fails(
        self, loopback: Loopback, order: TransferRequest, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.cut_short(loopback, order)
        sync = os.fsync

        def failing(file: int) -> None:
            if stat.S_ISDIR(os.fstat(file).st_mode):
                raise OSError(errno.EIO, "I/O error")
            sync(file)

        monkeypatch.setattr(os, "fsync", failing)
        other = film(len(FILM), seed=9)
        loopback.play(ranged(loopback, other, '"v2"'))
        with raises_saying(DownloadFailed, match="the disk reports an error"):
            get(order)
        monkeypatch.undo()
        assert get(order).path.read_bytes() == other

    @pytest.mark.parametrize("synced", [5001, len(FILM) + 1, -1])
    def test_that_speaks_of_bytes_that_are_not_there_is_not_believed(
        self, loopback: Loopback, order: TransferRequest, synced: int
    ) -> None:
        self.cut_short(loopback, order)
        record(order, synced)
        loopback.play(ranged(loopback))
        assert get(order).path.read_bytes() == FILM
        assert "range" not in loopback.heard[-1].headers

    def test_says_at_no_time_that_more_was_synced_than_was(
        self, loopback: Loopback, order: TransferRequest, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        synced: dict[int, int] = {}
        said: list[int] = []
        sync, rename = os.fsync, os.rename

        def note_sync(file: int) -> None:
            sync(file)
            found = os.fstat(file)
            synced[found.st_ino] = found.st_size

        def note_record(old: str, new: str, *, src_dir_fd: int, dst_dir_fd: int) -> None:
            rename(old, new, src_dir_fd=src_dir_fd, dst_dir_fd=dst_dir_fd)
            side = side_file(order)
            assert side.stat().st_ino in synced, "a record has its name before it is on disk"
            told = json.loads(side.read_text())
            if "named" in told:
                assert told["synced"] == len(FILM)
                return
            said.append(told["synced"])
            assert said[-1] <= synced.get(the_part(order).stat().st_ino, 0)

        synced_often(monkeypatch)
        monkeypatch.setattr(os, "fsync", note_sync)
        monkeypatch.setattr(os, "rename", note_record)
        loopback.play(ranged(loopback))
        get(order)
        assert said[0] == 0
        assert len(said) >= 4
        assert all(later - earlier >= 50_000 for earlier, later in pairwise(said))

    def test_is_written_anew_every_two_seconds_however_little_came(
        self, order: TransferRequest
    ) -> None:
        now = 0.0
        origins = Origins("https://cdn.example/film", str(REF), 1, Version(ETAG, len(FILM)))
        with open_part(order.directory, (), "x", lambda: now) as part:
            part.restart(origins)
            for seconds, synced in ((1.9, 0), (2.0, 200), (3.9, 200), (4.1, 400)):
                now = seconds
                part.write(bytes(100))
                assert recorded(order) == synced
        assert recorded(order) == 400

    def test_of_an_older_version_is_gone_for_good_before_a_byte_of_the_new_one_comes(
        self, loopback: Loopback, order: TransferRequest, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.cut_short(loopback, order)
        steps: list[str] = []

        def noting(name: str) -> None:
            real = getattr(os, name)

            def note(*args: object, **more: object) -> object:
                steps.append(name)
                return real(*args, **more)

            monkeypatch.setattr(os, name, note)

        for name in ("fsync", "rename", "ftruncate"):
            noting(name)
        other = film(100_032, seed=2)
        loopback.play(ranged(loopback, other, '"v2"'))
        assert get(order).path.read_bytes() == other
        assert steps[:4] == ["fsync", "rename", "fsync", "ftruncate"]


class TestWhatIsNoOutput:
    @pytest.mark.parametrize(
        ("body", "words"),
        [
            (b"<!doctype html><title>Sign in</title>" + b" " * 5000, "a web page"),
            (b'{"error": "no"}', "a JSON document"),
            (b"<?xml version='1.0'?><Error/>", "an XML document"),
            (b"", "an empty file"),
        ],
    )
    def test_is_not_saved_whatever_it_is_called(
        self, loopback: Loopback, order: TransferRequest, body: bytes, words: str
    ) -> None:
        loopback.play([loopback.answer(200, body, Content_Type="video/mp4", ETag=ETAG)])
        with raises_saying(DownloadFailed, match=words):
            get(order)
        assert files(order) == []
        assert len(loopback.heard) == 1

    def test_is_noticed_at_its_beginning(self, loopback: Loopback, order: TransferRequest) -> None:
        loopback.play(
            [
                loopback.answer(200, b"<html>" + bytes(600), content_length="900000000")[:-1],
                loopback.HOLD,
            ]
        )
        with raises_saying(DownloadFailed, match="a web page"):
            get(order)

    def test_is_more_than_is_allowed(self, loopback: Loopback, order: TransferRequest) -> None:
        loopback.play(ranged(loopback))
        moved = transfer(order, size=100_000)
        with raises_saying(DownloadFailed, match="allowed"):
            moved.run()
        assert moved.received == 0
        loopback.play([b"HTTP/1.1 200 OK\r\n\r\n", FILM, loopback.CLOSE])
        with raises_saying(DownloadFailed, match="allowed"):
            get(order, size=100_000)
        assert files(order) == []

    @pytest.mark.parametrize("status", [202, 400, 401, 403, 404, 410, 429, 500, 503, 520])
    def test_is_a_link_that_is_refused_once_and_asked_at_no_more_from_here(
        self, loopback: Loopback, order: TransferRequest, status: int
    ) -> None:
        loopback.play([loopback.answer(status, b"<Error/>")])
        with raises_saying(LinkRefused, match=str(status)):
            get(order)
        assert files(order) == []
        assert len(loopback.heard) == 1

    def test_is_the_pause_that_a_busy_server_asks_for(
        self, loopback: Loopback, order: TransferRequest
    ) -> None:
        loopback.play([loopback.answer(503, Retry_After="77")])
        with pytest.raises(LinkRefused) as caught:
            get(order)
        assert (caught.value.answer, caught.value.after) == (LinkAnswer.BUSY, 77)

    @pytest.mark.parametrize("status", [206, 302, 304])
    def test_is_an_answer_that_asking_again_will_not_better(
        self, loopback: Loopback, order: TransferRequest, status: int
    ) -> None:
        loopback.play([loopback.answer(status, FILM if status == 206 else b"")])
        with raises_saying(DownloadFailed, match=str(status)):
            get(order)
        assert len(loopback.heard) == 1

    def test_is_not_what_a_length_shorter_than_the_file_makes_of_it(
        self, loopback: Loopback, order: TransferRequest
    ) -> None:
        loopback.play(
            [loopback.answer(200, FILM, content_length=str(len(FILM) + 7)), loopback.CLOSE]
        )
        with raises_saying(DownloadFailed, match="gave up"):
            get(order)


class TestPatience:
    def test_a_silent_server_is_left_and_asked_again(
        self, loopback: Loopback, order: TransferRequest
    ) -> None:
        loopback.play(
            [
                loopback.answer(200, b"", ETag=ETAG, content_length=str(len(FILM))),
                FILM[:5000],
                loopback.HOLD,
            ],
            ranged(loopback),
        )
        assert hasty(order).path.read_bytes() == FILM

    @pytest.mark.parametrize("drip", ["head", "body"])
    def test_so_is_one_that_drips(
        self, loopback: Loopback, order: TransferRequest, drip: str
    ) -> None:
        letters = [b"%c" % letter for letter in FILM[32:1832]]
        slow = [step for letter in letters for step in (letter, 0.02)]
        whole = loopback.answer(200, b"", ETag=ETAG, content_length=str(len(FILM)))
        dripping = [b"HTTP/1.1 200 OK\r\n", *slow] if drip == "head" else [whole, FILM[:32], *slow]
        loopback.play([*dripping, loopback.CLOSE], ranged(loopback))
        begun = time.monotonic()
        assert hasty(order).path.read_bytes() == FILM
        assert time.monotonic() - begun < AT_ONCE

    def test_pauses_grow_and_tries_are_counted(
        self, loopback: Loopback, order: TransferRequest
    ) -> None:
        pauses = Pauses()
        loopback.play([loopback.RESET])
        with raises_saying(DownloadFailed, match="connection reset; gave up after 5 tries"):
            Transfer(order, limits=Limits(tries=5), rng=Random(1), pause=pauses).run()
        assert len(pauses) == 4
        assert all(0 <= pause <= 2.0**n for n, pause in enumerate(pauses, start=1))
        assert files(order) == []


class TestRedirects:
    def content(self, order: TransferRequest, gateway: Loopback) -> TransferRequest:
        key = Credential(origin_of(gateway.url), Auth(env="X"), Secret("sk-1"))
        return replace(order, source=Remote(f"{gateway.url}/content", gateway.url, key))

    def test_the_key_is_sent_to_its_own_origin_and_not_beyond(
        self, loopback: Loopback, elsewhere: Loopback, order: TransferRequest
    ) -> None:
        loopback.play(
            [loopback.answer(302, Location="/there", Set_Cookie="a=b")],
            [loopback.answer(307, Location=f"{elsewhere.url}/film?sig=%2B~")],
        )
        elsewhere.play(ranged(elsewhere))
        assert get(self.content(order, loopback)).path.read_bytes() == FILM
        assert [heard.headers["authorization"] for heard in loopback.heard] == ["Bearer sk-1"] * 2
        (there,) = elsewhere.heard
        assert "sk-1" not in there.raw.decode()
        assert there.target == "/film?sig=%2B~"
        assert all("cookie" not in heard.headers for heard in loopback.heard + elsewhere.heard)

    @pytest.mark.parametrize("spelled", ["sk-of%2Fthis%2Bgateway", "%73%6B-of/this+gateway"])
    def test_a_redirect_with_the_key_in_it_is_not_followed(
        self, loopback: Loopback, elsewhere: Loopback, order: TransferRequest, spelled: str
    ) -> None:
        there = f"{elsewhere.url}/film?key={spelled}"
        loopback.play([loopback.answer(302, Location=there)])
        key = Credential(origin_of(loopback.url), Auth(env="X"), Secret("sk-of/this+gateway"))
        source = Remote(f"{loopback.url}/content", loopback.url, key)
        with pytest.raises(Refused, match="the link has the account's key in it") as caught:
            get(replace(order, source=source))
        assert "gateway" not in str(caught.value)
        assert elsewhere.connections == 0

    def test_the_key_is_not_sent_again_once_it_was_left_behind(
        self, loopback: Loopback, elsewhere: Loopback, order: TransferRequest
    ) -> None:
        loopback.play([loopback.answer(302, Location=f"{elsewhere.url}/")], ranged(loopback))
        elsewhere.play([elsewhere.answer(302, Location=f"{loopback.url}/back")])
        get(self.content(order, loopback))
        assert "authorization" in loopback.heard[0].headers
        assert "authorization" not in loopback.heard[1].headers

    @pytest.mark.parametrize("status", [401, 403])
    def test_a_key_that_is_refused_is_said(
        self, loopback: Loopback, order: TransferRequest, status: int
    ) -> None:
        loopback.play([loopback.answer(status)])
        with raises_saying(LinkRefused, match="refused the key") as caught:
            get(self.content(order, loopback))
        assert caught.value.key_refused

    def test_five_hops_and_no_more(self, loopback: Loopback, order: TransferRequest) -> None:
        loopback.play([loopback.answer(302, Location="/round")])
        with pytest.raises(Refused, match="redirected more than 5 times"):
            get(order)
        assert len(loopback.heard) == 6

    @pytest.mark.parametrize(
        "location",
        [
            "file:///etc/passwd",
            "data:video/mp4;base64,AAAA",
            "ftp://127.0.0.1/x",
            "http://user@127.0.0.1/",
            "http://[::1",
            "http://169.254.169.254/latest/meta-data",
            "http://10.0.0.1/",
            "http://2130706433/",
        ],
    )
    def test_none_leads_where_a_link_may_not(
        self, loopback: Loopback, order: TransferRequest, location: str
    ) -> None:
        loopback.play([loopback.answer(302, Location=location)])
        with pytest.raises(Refused):
            get(order)
        assert files(order) == []


class TestCancelling:
    def test_ends_a_blocked_read_at_once_and_keeps_the_part(
        self, loopback: Loopback, order: TransferRequest
    ) -> None:
        whole = loopback.answer(200, b"", ETag=ETAG, content_length=str(len(FILM)))
        loopback.play([whole, FILM[:5000], loopback.HOLD])
        moved, ended = transfer(order), list[type[BaseException]]()

        def run() -> None:
            try:
                moved.run()
            except Canceled as canceled:
                ended.append(type(canceled))

        thread = threading.Thread(target=run)
        thread.start()
        while moved.done < 5000:
            time.sleep(0.005)
        begun = time.monotonic()
        moved.cancel()
        thread.join(PATIENCE)
        assert time.monotonic() - begun < AT_ONCE
        assert ended == [Canceled]
        loopback.play(ranged(loopback))
        assert get(order).path.read_bytes() == FILM
        assert loopback.heard[-1].headers["range"] == "bytes=5000-"

    def test_never_takes_an_open_ended_body_for_whole(
        self, loopback: Loopback, order: TransferRequest
    ) -> None:
        loopback.play([b"HTTP/1.1 200 OK\r\n\r\n", FILM[:5000], loopback.HOLD])
        moved = transfer(order)
        threading.Timer(0.1, moved.cancel).start()
        with pytest.raises(Canceled):
            moved.run()
        assert not list(order.directory.rglob("*.mp4"))

    def test_before_it_began_asks_nobody(self, loopback: Loopback, order: TransferRequest) -> None:
        moved = transfer(order)
        moved.cancel()
        with pytest.raises(Canceled):
            moved.run()
        assert loopback.connections == 0
        assert files(order) == []


class TestTheDisk:
    def test_full_from_the_start_is_noticed_before_the_first_byte(
        self, loopback: Loopback, order: TransferRequest
    ) -> None:
        loopback.play(ranged(loopback))
        with raises_saying(DownloadFailed, match=r"no room on the disk: \d+ KB to come, 100"):
            Transfer(order, free=lambda _: 20_000_000, limits=Limits(spare=19_900_000)).run()
        assert files(order) == []

    def test_full_on_the_way_keeps_the_part_and_says_so(
        self, loopback: Loopback, order: TransferRequest, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write, written = os.write, list[int]()

        def full(file: int, data: bytes) -> int:
            if sum(written) > 100_000:
                raise OSError(errno.ENOSPC, "No space left on device")
            written.append(write(file, data))
            return written[-1]

        synced_often(monkeypatch)
        monkeypatch.setattr(os, "write", full)
        loopback.play(ranged(loopback))
        with raises_saying(DownloadFailed, match=r"cannot save in .*downloads: no space left"):
            get(order)
        monkeypatch.undo()
        kept = recorded(order)
        assert 50_000 <= kept <= 150_000
        assert get(order).path.read_bytes() == FILM
        assert loopback.heard[-1].headers["range"] == f"bytes={kept}-"

    @pytest.mark.parametrize("when", ["at the end", "on the way"])
    def test_that_cannot_sync_is_never_said_to_have_saved_nor_asked_twice(
        self, loopback: Loopback, order: TransferRequest, monkeypatch: pytest.MonkeyPatch, when: str
    ) -> None:
        sync, failed = os.fsync, list[int]()

        def failing(file: int) -> None:
            found = os.fstat(file)
            if stat.S_ISREG(found.st_mode) and found.st_size > 40_000:
                failed.append(found.st_size)
                raise OSError(errno.EIO, "I/O error")
            sync(file)

        if when == "on the way":
            synced_often(monkeypatch)
        monkeypatch.setattr(os, "fsync", failing)
        loopback.play(ranged(loopback))
        with raises_saying(DownloadFailed, match="the disk reports an error"):
            get(order)
        assert len(failed) == 1
        assert (failed[0] < len(FILM)) == (when == "on the way")
        assert files(order) == []

    def test_that_cannot_sync_any_more_leaves_what_it_synced_before(
        self, loopback: Loopback, order: TransferRequest, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sync = os.fsync

        def failing(file: int) -> None:
            if os.fstat(file).st_size > 150_000:
                raise OSError(errno.ENOSPC, "No space left on device")
            sync(file)

        synced_often(monkeypatch)
        monkeypatch.setattr(os, "fsync", failing)
        loopback.play(ranged(loopback))
        with raises_saying(DiskFull, match="no space left"):
            get(order)
        monkeypatch.undo()
        kept = recorded(order)
        assert 50_000 <= kept <= 150_000
        assert get(order).path.read_bytes() == FILM
        assert loopback.heard[-1].headers["range"] == f"bytes={kept}-"

    def test_has_the_bytes_before_the_name_and_the_name_before_the_end(
        self, loopback: Loopback, order: TransferRequest, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        steps: list[str] = []
        sync, link = os.fsync, os.link

        def note_sync(file: int) -> None:
            is_file = stat.S_ISREG(os.fstat(file).st_mode)
            steps.append("sync file" if is_file else "sync folder")
            sync(file)

        def note_link(*args: str, src_dir_fd: int, dst_dir_fd: int, follow_symlinks: bool) -> None:
            steps.append("name")
            link(
                *args, src_dir_fd=src_dir_fd, dst_dir_fd=dst_dir_fd, follow_symlinks=follow_symlinks
            )

        monkeypatch.setattr(os, "fsync", note_sync)
        monkeypatch.setattr(os, "link", note_link)
        loopback.play(ranged(loopback))
        get(order)
        # The part, then its side file, which says the name that comes.
        assert steps[-5:] == ["sync file", "sync file", "sync folder", "name", "sync folder"]

    def test_that_is_read_only_is_named(self, loopback: Loopback, order: TransferRequest) -> None:
        order.directory.parent.joinpath("downloads").write_text("a file, not a folder")
        with pytest.raises(RushesError, match="downloads"):
            get(order)
        assert loopback.connections == 0


class TestWhatIsInTheWay:
    def part(self, order: TransferRequest) -> Path:
        return order.directory / f"{part_of(order.ref, order.n)}.part"

    def test_a_link_in_the_place_of_a_folder_is_not_followed(
        self, loopback: Loopback, order: TransferRequest, tmp_path: Path
    ) -> None:
        outside = tmp_path / "outside"
        outside.mkdir()
        order.directory.mkdir()
        (order.directory / "hiapi").symlink_to(outside)
        with raises_saying(PartRefused, match="no folder of ours"):
            get(order)
        assert not list(outside.iterdir())

    @pytest.mark.parametrize("where", ["part", "final"])
    def test_a_link_in_the_place_of_a_file_is_not_written_through(
        self, loopback: Loopback, order: TransferRequest, tmp_path: Path, where: str
    ) -> None:
        precious = tmp_path / "precious"
        precious.write_text("mine")
        final = order.directory / order.stem.with_suffix(".mp4")
        with open_part(order.directory, order.stem.parts[:-1], "x") as part:
            part.discard()
        (self.part(order) if where == "part" else final).symlink_to(precious)
        loopback.play(ranged(loopback))
        if where == "part":
            with pytest.raises(PartRefused):
                get(order)
        else:
            assert get(order).path.name == "video-1-2.mp4"
        assert precious.read_text() == "mine"

    def test_a_second_name_of_another_file_is_not_written_to(
        self, loopback: Loopback, order: TransferRequest, tmp_path: Path
    ) -> None:
        precious = tmp_path / "precious"
        precious.write_text("mine")
        self.part(order).parent.mkdir(parents=True)
        self.part(order).hardlink_to(precious)
        loopback.play(ranged(loopback))
        assert get(order).path.read_bytes() == FILM
        assert precious.read_text() == "mine"

    def test_a_pipe_is_no_part(self, loopback: Loopback, order: TransferRequest) -> None:
        self.part(order).parent.mkdir(parents=True)
        os.mkfifo(self.part(order))
        with pytest.raises(PartRefused):
            get(order)

    def test_the_same_download_in_another_process_is_left_alone(
        self, loopback: Loopback, order: TransferRequest
    ) -> None:
        stem = self.part(order).name.removesuffix(".part")
        with (
            open_part(order.directory, order.stem.parts[:-1], stem),
            raises_saying(PartBusy, match="another rushes"),
        ):
            get(order)
        assert loopback.connections == 0

    def test_a_part_that_is_exchanged_on_the_way_is_not_published(
        self, loopback: Loopback, order: TransferRequest
    ) -> None:
        def exchanging(_: Heard) -> Scene:
            self.part(order).unlink()
            self.part(order).write_text("evil")
            return [loopback.answer(200, FILM)]

        loopback.play(exchanging)
        with raises_saying(PartRefused, match="exchanged"):
            get(order)
        assert not list(order.directory.rglob("*.mp4"))


KILLED = """
import sys
from pathlib import Path, PurePosixPath
from rushes.watch.transfer.limits import Limits
from rushes.watch.transfer.request import TransferRequest, Remote
from rushes.watch.task import Ref
from rushes.watch.transfer.transfer import Transfer
import rushes.watch.transfer.part
import rushes.watch.network.direct
rushes.watch.transfer.part.SYNC_EVERY = 50_000
rushes.watch.network.direct.BUFFER = 32 * 1024

url, gateway, folder = sys.argv[1:]
order = TransferRequest(source=Remote(url, gateway), directory=Path(folder),
              stem=PurePosixPath("hiapi/opening shot/video-1"), ref=Ref("hiapi", "tk-1"), n=1)
Transfer(order, limits=Limits(window=60.0, spare=0)).run()
"""


def test_a_killed_transfer_is_continued_by_the_next_process(
    loopback: Loopback, order: TransferRequest
) -> None:
    assert isinstance(order.source, Remote)
    whole = loopback.answer(200, b"", ETag=ETAG, content_length=str(len(FILM)))
    loopback.play([whole, FILM[:150_000], loopback.HOLD])
    argv = [sys.executable, "-c", KILLED, order.source.url, loopback.url, str(order.directory)]
    root = str(Path(__file__).parents[2])
    with subprocess.Popen(argv, env={**os.environ, "PYTHONPATH": root}) as child:
        deadline = time.monotonic() + PATIENCE
        while sum(p.stat().st_size for p in order.directory.rglob("*.part")) < 150_000:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        child.send_signal(signal.SIGKILL)
    assert not list(order.directory.rglob("*.mp4"))
    kept = recorded(order)
    assert 100_000 <= kept <= 150_000
    loopback.play(ranged(loopback))
    saved = get(order)
    assert saved.sha256 == hashlib.sha256(FILM).hexdigest()
    assert loopback.heard[-1].headers["range"] == f"bytes={kept}-"
    assert files(order) == ["hiapi/opening shot/video-1.mp4"]
