"""What is remembered beside a part, and when it is believed."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import stat
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from mp4_files import film
from saying import raises_saying

from rushes.watch.transfer.part import open_part
from rushes.watch.transfer.request import (
    DownloadFailed,
    Remote,
    TransferRequest,
)
from rushes.watch.transfer.side_file import Origins
from rushes.watch.transfer.validators import Version

if TYPE_CHECKING:
    from tests.watch.conftest import Loopback
from one_transfer import ETAG, FILM, REF, cut, files, get, ranged, recorded, side_file, synced_often


def the_part(order: TransferRequest) -> Path:
    return Path(str(side_file(order)).removesuffix(".json"))


def record(order: TransferRequest, synced: int) -> None:
    said = json.loads(side_file(order).read_text())
    side_file(order).write_text(json.dumps({**said, "synced": synced}))


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
