"""What another user made in a folder that both may write to is no part of ours (row 84).

Here the system says of some of our own files that they are another user's.
"""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath
from random import Random
from typing import TYPE_CHECKING

import pytest
from mp4_files import film

from rushes.watch.task import Ref
from rushes.watch.transfer.limits import Limits
from rushes.watch.transfer.part import PartRefused, part_of
from rushes.watch.transfer.part_files import settle
from rushes.watch.transfer.request import DownloadFailed, Remote, Saved, TransferRequest
from rushes.watch.transfer.transfer import Transfer

if TYPE_CHECKING:
    from tests.watch.conftest import Heard, Loopback, Scene

FILM = film(60_000)
REF = Ref("hiapi", "tk-1")
PART = part_of(REF, 1)


@pytest.fixture
def order(loopback: Loopback, tmp_path: Path) -> TransferRequest:
    return TransferRequest(
        source=Remote(f"{loopback.url}/film.mp4", loopback.url),
        directory=tmp_path / "downloads",
        stem=PurePosixPath("video-1"),
        ref=REF,
        n=1,
    )


def get(order: TransferRequest) -> Saved:
    return Transfer(order, limits=Limits(tries=1, spare=0), rng=Random(1)).run()


def served(loopback: Loopback) -> None:
    """Have the server give all of the film, or its rest."""

    def scene(heard: Heard) -> Scene:
        start = int(heard.headers.get("range", "bytes=0-").removeprefix("bytes=").removesuffix("-"))
        if not start:
            return [loopback.answer(200, FILM, ETag='"v1"')]
        span = f"bytes {start}-{len(FILM) - 1}/{len(FILM)}"
        return [loopback.answer(206, FILM[start:], ETag='"v1"', Content_Range=span)]

    loopback.play(scene)


def cut_short(loopback: Loopback, order: TransferRequest, at: int) -> None:
    """Have so many bytes of it on disk."""
    whole = loopback.answer(200, b"", ETag='"v1"', content_length=str(len(FILM)))
    loopback.play([whole, FILM[:at], loopback.CLOSE])
    with pytest.raises(DownloadFailed):
        get(order)


@pytest.fixture
def theirs(loopback: Loopback, order: TransferRequest, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A part and its side file that fit to the byte, and are of another user."""
    cut_short(loopback, order, 30_000)
    part = order.directory / f"{PART}.part"
    part.write_bytes(b"EVIL" + part.read_bytes()[4:])
    mine = os.geteuid()
    stat, fstat = os.stat, os.fstat
    alien = {stat(path).st_ino for path in order.directory.glob("*.part*")}

    def seen(found: os.stat_result) -> os.stat_result:
        if found.st_ino not in alien:
            return found
        return os.stat_result((*found[:4], mine + 1, *found[5:]))

    def seen_by_name(
        path: str | Path, *, dir_fd: int | None = None, follow_symlinks: bool = True
    ) -> os.stat_result:
        return seen(stat(path, dir_fd=dir_fd, follow_symlinks=follow_symlinks))

    def seen_open(file: int) -> os.stat_result:
        return seen(fstat(file))

    monkeypatch.setattr(os, "stat", seen_by_name)
    monkeypatch.setattr(os, "fstat", seen_open)
    served(loopback)
    return part


def test_the_part_of_another_user_is_neither_gone_on_with_nor_removed(
    loopback: Loopback, order: TransferRequest, theirs: Path
) -> None:
    saved = get(order)
    assert saved.path.read_bytes() == FILM
    assert "range" not in loopback.heard[-1].headers
    assert theirs.read_bytes().startswith(b"EVIL")
    settle(order.directory, PART, saved.path)
    # Theirs stay as they were, and nothing of ours is left beside them but the file.
    assert len(list(order.directory.iterdir())) == 3


def test_the_side_file_of_another_user_beside_a_part_of_ours_is_not_believed(
    loopback: Loopback, order: TransferRequest, theirs: Path
) -> None:
    theirs.unlink()
    assert get(order).path.read_bytes() == FILM
    assert "range" not in loopback.heard[-1].headers


def test_files_of_another_user_under_both_names_are_refused(
    order: TransferRequest, theirs: Path
) -> None:
    theirs.rename(theirs.with_name(f"{PART}.{os.geteuid()}.part"))
    with pytest.raises(PartRefused):
        get(order)


def test_a_part_that_is_ours_under_our_own_name_is_gone_on_with(
    loopback: Loopback, order: TransferRequest, theirs: Path
) -> None:
    assert theirs.exists()
    cut_short(loopback, order, 40_000)
    served(loopback)
    assert get(order).path.read_bytes() == FILM
    assert loopback.heard[-1].headers["range"] == "bytes=40000-"


def test_where_all_files_seem_to_be_somebody_elses_parts_are_gone_on_with(
    loopback: Loopback, order: TransferRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a disk without owners that was mounted by root."""
    monkeypatch.setattr(os, "geteuid", lambda: 4711)
    cut_short(loopback, order, 30_000)
    served(loopback)
    assert get(order).path.read_bytes() == FILM
    assert loopback.heard[-1].headers["range"] == "bytes=30000-"
