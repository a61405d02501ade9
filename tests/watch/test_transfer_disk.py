"""Fetching where the disk, or what lies in its place, stands in the way."""

from __future__ import annotations

import errno
import hashlib
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from saying import raises_saying
from waiting import PATIENCE

from rushes.providers.errors import RushesError
from rushes.watch.transfer.limits import Limits
from rushes.watch.transfer.part import PartBusy, PartRefused, open_part, part_of
from rushes.watch.transfer.request import (
    DiskFull,
    DownloadFailed,
    Remote,
    TransferRequest,
)
from rushes.watch.transfer.transfer import Transfer

if TYPE_CHECKING:
    from tests.watch.conftest import Heard, Loopback, Scene
from one_transfer import ETAG, FILM, files, get, ranged, recorded, synced_often


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
