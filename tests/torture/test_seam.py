"""The seam fails the call that it is told to, in the way that it is told, and no other."""

from __future__ import annotations

import errno
from dataclasses import dataclass, field

import pytest
from calls import FAILURES, PART, Strike, sqlite_error
from seam import Seam

from rushes.watch.history.schema import is_busy, is_damage


@dataclass
class File:
    """Takes what is written."""

    written: list[bytes] = field(default_factory=list[bytes])

    def write(self, _descriptor: int, data: bytes) -> int:
        self.written.append(bytes(data))
        return len(data)


def ignored(_line: str) -> None:
    """Nobody reads it."""


def write(seam: Seam, file: File, data: bytes) -> object:
    return seam.call("os.write", file.write, 3, data)


def test_only_the_call_of_that_number_fails_and_it_is_not_made() -> None:
    file, said = File(), list[str]()
    seam = Seam(Strike("os.write", 2, "ENOSPC"), said.append)
    assert write(seam, file, b"one") == 3
    with pytest.raises(OSError, match="No space") as failed:
        write(seam, file, b"two")
    assert failed.value.errno == errno.ENOSPC
    assert write(seam, file, b"three") == 5
    assert file.written == [b"one", b"three"]
    assert [line.split("\t")[:2] for line in said] == [["os.write", "2"]]


def test_one_that_lasts_fails_from_then_on() -> None:
    file = File()
    seam = Seam(Strike("os.write", 2, "EIO", lasting=True), ignored)
    assert write(seam, file, b"one") == 3
    for _ in range(3):
        with pytest.raises(OSError, match="put/output error"):
            write(seam, file, b"more")
    assert file.written == [b"one"]


def test_one_that_was_done_is_made_and_fails_all_the_same() -> None:
    removed: list[str] = []
    seam = Seam(Strike("os.unlink", 1, "ENOENT though done"), ignored)
    with pytest.raises(FileNotFoundError):
        seam.call("os.unlink", removed.append, "a")
    assert removed == ["a"]


def test_a_part_is_a_shorter_write() -> None:
    file = File()
    assert write(Seam(Strike("os.write", 1, PART), ignored), file, b"abcdef") == 3
    assert file.written == [b"abc"]


def test_without_a_strike_every_call_is_told_of() -> None:
    said: list[str] = []
    seam = Seam(None, said.append)
    write(seam, File(), b"one")
    write(seam, File(), b"two")
    assert [line.split("\t")[:2] for line in said] == [["os.write", "1"], ["os.write", "2"]]


def test_what_is_raised_for_sqlite_is_read_as_sqlites_own() -> None:
    assert is_busy(sqlite_error("BUSY"))
    assert is_damage(sqlite_error("CORRUPT"))
    assert not is_damage(sqlite_error("IOERR"))


def test_every_call_can_fail_and_no_failure_is_there_twice() -> None:
    for call, failures in FAILURES.items():
        names = [failure.name for failure in failures]
        assert names, call
        assert len(set(names)) == len(names), call
