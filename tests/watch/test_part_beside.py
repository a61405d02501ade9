"""A longer file: its digest is worked out, and it is synced, beside the thread that writes it."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import threading
import time
from typing import TYPE_CHECKING

import pytest
from mp4_files import film
from waiting import PATIENCE

from rushes.watch.task import Ref
from rushes.watch.transfer import part as part_module
from rushes.watch.transfer.part import SYNC_EVERY, Part, open_part
from rushes.watch.transfer.side_file import Origins, read_side_file
from rushes.watch.transfer.validators import Version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

EVERY = 50_000
FILM = film(600_000)
ORIGINS = Origins(
    "https://cdn.example/film", str(Ref("hiapi", "tk-1")), 1, Version('"v1"', 600_000)
)
PIECE = 20_000


@pytest.fixture(autouse=True)
def beside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part_module, "BESIDE_FROM", 1)
    monkeypatch.setattr(part_module, "SYNC_EVERY", EVERY)


@pytest.fixture
def part(tmp_path: Path) -> Iterator[Part]:
    with open_part(tmp_path, (), "x") as made:
        made.restart(ORIGINS)
        yield made


def recorded(part: Part) -> int:
    return read_side_file(part.folder, "x.part.json").synced


def written(part: Part, data: bytes) -> None:
    for start in range(0, len(data), PIECE):
        part.write(data[start : start + PIECE])


class Syncs:
    """What the disk is asked to sync of regular files above 1 kB, by whom; each waits for `go`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, fails: OSError | None = None) -> None:
        self.go = threading.Event()
        self.begun: list[tuple[int, int]] = []
        self.done: list[int] = []
        sync = os.fsync

        def fsync(file: int) -> None:
            found = os.fstat(file)
            if not stat.S_ISREG(found.st_mode) or found.st_size < 1000:
                sync(file)
                return
            self.begun.append((found.st_size, threading.get_ident()))
            self.go.wait(PATIENCE)
            if fails is not None:
                raise fails
            sync(file)
            self.done.append(found.st_size)

        monkeypatch.setattr(os, "fsync", fsync)


def in_thread(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_bytes_are_written_while_others_are_synced_but_no_more_than_one_record_ahead(
    part: Part, monkeypatch: pytest.MonkeyPatch
) -> None:
    syncs = Syncs(monkeypatch)
    writing = in_thread(lambda: written(part, FILM))
    deadline = time.monotonic() + PATIENCE
    while part.size < 2 * EVERY and time.monotonic() < deadline:
        time.sleep(0.001)
    writing.join(0.05)
    assert len(syncs.begun) == 1
    assert 2 * EVERY <= part.size <= 2 * EVERY + PIECE
    assert recorded(part) == 0
    syncs.go.set()
    writing.join()
    assert part.size == len(FILM)
    assert threading.get_ident() not in {thread for _, thread in syncs.begun}


def test_row_150_a_record_says_no_more_than_was_synced_before_it(
    part: Part, monkeypatch: pytest.MonkeyPatch
) -> None:
    syncs, said = Syncs(monkeypatch), list[tuple[int, int]]()
    rename = os.rename

    def note(old: str, new: str, **folders: int) -> None:
        rename(old, new, **folders)
        said.append((recorded(part), max(syncs.done, default=0)))

    monkeypatch.setattr(os, "rename", note)
    syncs.go.set()
    written(part, FILM)
    part.publish(["film.mp4"])
    assert len(said) > 4
    assert all(record <= synced for record, synced in said)


def test_the_file_is_what_came_and_its_digest_is_of_that(part: Part, tmp_path: Path) -> None:
    written(part, FILM)
    assert part.sha256 == hashlib.sha256(FILM).hexdigest()
    assert part.publish(["film.mp4"]) == "film.mp4"
    assert (tmp_path / "film.mp4").read_bytes() == FILM


def test_one_that_is_begun_anew_forgets_what_waits_of_the_old(part: Part) -> None:
    other = film(600_000, seed=9)
    written(part, FILM)
    part.restart(ORIGINS)
    assert (recorded(part), part.size) == (0, 0)
    written(part, other)
    assert part.sha256 == hashlib.sha256(other).hexdigest()


@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC])
def test_a_sync_that_fails_ends_the_writing_with_its_reason_and_is_not_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    with open_part(tmp_path, (), "x") as part:
        part.restart(ORIGINS)
        written(part, FILM[:EVERY])
        part._settle()  # pyright: ignore[reportPrivateUsage]
        syncs = Syncs(monkeypatch, OSError(code, os.strerror(code)))
        syncs.go.set()
        with pytest.raises(OSError, match=os.strerror(code)) as raised:
            written(part, FILM[EVERY:])
        assert raised.value.errno == code
        assert part.size == EVERY
    assert len(syncs.begun) == 1
    monkeypatch.undo()
    with open_part(tmp_path, (), "x") as again:
        assert again.head(again.size) == FILM[:EVERY]


def test_one_that_is_thrown_away_leaves_no_side_file_of_a_sync_that_ends_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    syncs = Syncs(monkeypatch)
    with open_part(tmp_path, (), "x") as part:
        part.restart(ORIGINS)
        written(part, FILM[:EVERY])
        discarding = in_thread(part.discard)
        discarding.join(0.05)
        syncs.go.set()
        discarding.join()
    assert list(tmp_path.iterdir()) == []


def test_what_was_written_is_kept_for_another_time_and_no_thread_is_left(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    with open_part(tmp_path, (), "x") as part:
        part.restart(ORIGINS)
        written(part, FILM[: EVERY * 3 + 7])
        assert len(set(threading.enumerate()) - before) == 2
    assert not set(threading.enumerate()) - before
    with open_part(tmp_path, (), "x") as again:
        assert again.size == EVERY * 3 + 7
        assert again.sha256 == hashlib.sha256(FILM[: again.size]).hexdigest()


def test_a_short_one_needs_no_thread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part_module, "BESIDE_FROM", len(FILM) + 1)
    before = set(threading.enumerate())
    with open_part(tmp_path, (), "x") as part:
        part.restart(ORIGINS)
        written(part, FILM)
        assert not set(threading.enumerate()) - before
        assert recorded(part) >= len(FILM) - EVERY - PIECE


def test_two_records_are_as_far_apart_as_a_person_who_quits_can_wait_for() -> None:
    """What is being synced and what came meanwhile are on disk within two seconds (row 69)."""
    assert 2 * SYNC_EVERY <= 32 * 1024**2
