"""Whether a saved file is still the one that was saved."""

import hashlib
import os
from dataclasses import replace
from pathlib import Path

import pytest
from mp4_files import film

from rushes.tui.lines.reason_words import reason_words
from rushes.watch.asset import Check, Fetch, OutputState
from rushes.watch.transfer.verify import Verified, verified

FILM = film(5000)


@pytest.fixture
def saved(tmp_path: Path) -> Fetch:
    path = tmp_path / "video-1.mp4"
    path.write_bytes(FILM)
    return Fetch(
        state=OutputState.DOWNLOADED,
        path=path,
        done=len(FILM),
        total=len(FILM),
        sha256=hashlib.sha256(FILM).hexdigest(),
    )


def fault_of(fetch: Fetch) -> str:
    fault = verified(fetch).fault
    return reason_words(fault) if fault is not None else ""


def put(fetch: Fetch, data: bytes) -> None:
    assert fetch.path is not None
    fetch.path.write_bytes(data)


def test_a_file_that_nobody_touched_is_as_it_was(saved: Fetch) -> None:
    assert verified(saved).fault is None


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (FILM[:-1], "it has 4999 bytes, 5000 were saved"),
        (FILM + b"x", "it has 5001 bytes, 5000 were saved"),
        (FILM[:-1] + bytes([FILM[-1] ^ 1]), "its content changed: the sha256 is another"),
        (b"<html>" + bytes(4994), "it is a web page now"),
    ],
)
def test_one_that_changed_says_how(saved: Fetch, data: bytes, fault: str) -> None:
    put(saved, data)
    assert fault_of(saved) == fault


def test_one_that_is_gone_or_exchanged_is_said_to_be(saved: Fetch, tmp_path: Path) -> None:
    assert saved.path is not None
    saved.path.rename(tmp_path / "elsewhere")
    assert fault_of(saved) == "the file is gone"
    saved.path.symlink_to(tmp_path / "elsewhere")
    assert fault_of(saved) == "a link is in its place"
    saved.path.unlink()
    os.mkfifo(saved.path)
    assert fault_of(saved) == "it is no file any more"
    saved.path.unlink()
    saved.path.mkdir()
    assert fault_of(saved) == "it is no file any more"


def test_a_file_that_never_was_whole_is_told_though_nobody_touched_it(saved: Fetch) -> None:
    half = FILM[:2500]
    put(saved, half)
    known = replace(saved, done=2500, sha256=hashlib.sha256(half).hexdigest())
    assert fault_of(known) == "not a whole mp4: 2500 bytes of it are missing"


def test_one_on_another_machine_is_said_to_be_there(saved: Fetch) -> None:
    there = replace(saved, path=None, url="file://render-1/out/video-1.mp4")
    assert fault_of(there) == "its file is on another machine"


def test_it_is_said_what_was_looked_at(saved: Fetch) -> None:
    every = (Check.LENGTH, Check.TYPE, Check.INDEX, Check.CHECKSUM)
    assert verified(saved) == Verified(None, every)
    assert verified(replace(saved, sha256=None)).checked == every[:-1]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("captions.vtt", b"WEBVTT\n\n00:00.000 --> 00:02.000\nHello\n"),
        ("vector.svg", b"<svg></svg>"),
        ("words.json", b"[1]"),
        ("page.bin", b"<html></html>"),
        ("program.bin", b"MZ" + bytes(90)),
    ],
)
def test_what_was_saved_as_text_is_expected_to_be_text(
    tmp_path: Path, name: str, data: bytes
) -> None:
    (tmp_path / name).write_bytes(data)
    fetch = Fetch(state=OutputState.DOWNLOADED, path=tmp_path / name, done=len(data))
    assert verified(fetch).fault is None


def test_a_record_without_a_place_says_so() -> None:
    assert fault_of(Fetch(state=OutputState.DOWNLOADED)) == "history does not say where it is"
