"""What an MP4 says of itself, read from its boxes alone."""

import os
from pathlib import Path
from random import Random

import pytest
from films import box, film, movie_header
from hypothesis import given, settings
from hypothesis import strategies as st
from watch.mp4 import Film, disagreement, examine

SUM = "its parts do not add up to its length"


def examined(data: bytes, tmp_path: Path) -> Film:
    path = tmp_path / "film.mp4"
    path.write_bytes(data)
    with path.open("rb") as file:
        return examine(file.fileno(), len(data))


@pytest.mark.parametrize("version", [0, 1])
@pytest.mark.parametrize("seconds", [0.04, 5.0, 3600.5])
def test_the_duration_is_read_from_both_versions_of_the_header(
    tmp_path: Path, version: int, seconds: float
) -> None:
    index = box(b"moov", box(b"udta", b"x" * 50) + movie_header(seconds, version=version))
    assert examined(box(b"ftyp", b"isom") + index, tmp_path) == Film(seconds)


def test_the_index_may_come_last_and_after_a_box_of_64_bits(tmp_path: Path) -> None:
    wide = (1).to_bytes(4, "big") + b"mdat" + (1016).to_bytes(8, "big") + bytes(1000)
    index = box(b"moov", movie_header(2.5))
    assert examined(box(b"ftyp", b"isom") + wide + index, tmp_path) == Film(2.5)


def test_the_last_box_may_reach_to_the_end_without_saying_where_that_is(tmp_path: Path) -> None:
    data = box(b"moov", movie_header(2.5)) + bytes(4) + b"mdat" + bytes(100)
    assert examined(data, tmp_path) == Film(2.5)


@pytest.mark.parametrize("index", [movie_header(0), movie_header(4_294_967.295)])
def test_an_unknown_duration_is_unknown(tmp_path: Path, index: bytes) -> None:
    assert examined(box(b"moov", index), tmp_path) == Film(None)


@pytest.mark.parametrize("cut", [1, 7, 100, 4000])
def test_a_film_that_ends_too_soon_is_damaged(tmp_path: Path, cut: int) -> None:
    assert examined(film(5000)[:-cut], tmp_path).fault == SUM


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", SUM),
        (box(b"ftyp", b"isom") + b"\0\0\0\3mdat", SUM),
        (box(b"ftyp", b"isom") + box(b"mdat", bytes(100)), "it has no index"),
        (box(b"ftyp", b"isom") + box(b"moov", box(b"trak", b"")), "its index has no header"),
        (box(b"moov", movie_header(5)[:-60]), "its index has no header"),
    ],
)
def test_what_no_player_could_play_is_damaged(tmp_path: Path, data: bytes, fault: str) -> None:
    assert examined(data, tmp_path).fault.startswith(fault)


def test_a_film_of_a_million_boxes_is_not_read_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, reads = os.pread, list[int]()

    def counting(file: int, size: int, at: int) -> bytes:
        reads.append(size)
        return read(file, size, at)

    monkeypatch.setattr(os, "pread", counting)
    data = box(b"moov", movie_header(5)) + box(b"free", b"") * 1_000_000
    assert examined(data, tmp_path) == Film(5.0)
    assert sum(reads) < 200_000


@settings(derandomize=True, max_examples=200)
@given(st.binary(max_size=200), st.integers(0, 300), st.integers(0, 2**64 - 1))
def test_whatever_it_says_it_is_read_to_an_end(noise: bytes, at: int, length: int) -> None:
    data = bytearray(film(400, seed=Random(at).randrange(9)))
    data[at : at + len(noise)] = noise
    data[at : at + 8] = length.to_bytes(8, "big")
    file = os.memfd_create("film")
    try:
        os.write(file, data)
        found = examine(file, len(data))
    finally:
        os.close(file)
    assert found.seconds is None or found.seconds > 0


@pytest.mark.parametrize(
    ("found", "promised", "words"),
    [
        (Film(5.0), 5.0, ""),
        (Film(5.04), 5.0, ""),
        (Film(4.6), 5.0, ""),
        (Film(58.0), 60.0, ""),
        (Film(5.0), None, ""),
        (Film(None), 5.0, ""),
        (Film(3.2), 5.0, "lasts 3.2 s, 5 s were promised"),
        (Film(5.0), 10.0, "lasts 5.0 s, 10 s were promised"),
        (Film(fault="it has no index"), 5.0, "damaged: it has no index"),
    ],
)
def test_a_frame_more_or_less_is_no_oddity(found: Film, promised: float, words: str) -> None:
    assert disagreement(found, promised) == words
