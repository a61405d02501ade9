"""Every format's own word on whether a file of it is whole."""

import os
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
import sample_files as small
from hypothesis import given, settings
from hypothesis import strategies as st
from mp4_files import box, movie_header
from sampling import rounds

from rushes.providers.media import UNKNOWN, Media, of_bytes, recognised
from rushes.tui.lines.reason_words import reason_words
from rushes.watch.reasons import BytesMissing, NotWhole
from rushes.watch.transfer.formats.finding import FileReader, Finding, Wholeness
from rushes.watch.transfer.formats.walk import walked

CUT, ALL, UNTOLD = Wholeness.CUT, Wholeness.WHOLE, Wholeness.UNTOLD
FAST = small.film()


def found(data: bytes) -> Finding:
    media = recognised(of_bytes(data)) or UNKNOWN
    return walked(media, FileReader(of_bytes(data), len(data)))


def end(data: bytes, kind: bytes) -> int:
    """The offset of the first box of that kind in an MP4."""
    return data.index(kind) - 4


@pytest.mark.parametrize("ending", small.WHOLE)
def test_a_whole_file_is_whole(ending: str) -> None:
    media = recognised(of_bytes(small.WHOLE[ending]))
    assert media is not None
    assert media.extension == ending
    assert found(small.WHOLE[ending]).wholeness is ALL


@pytest.mark.parametrize("ending", small.WHOLE)
def test_every_beginning_of_it_is_told_to_be_cut(ending: str) -> None:
    data = small.WHOLE[ending]
    kept = [
        size
        for size in range(len(data) // 3, len(data))
        if recognised(of_bytes(data[:size])) and found(data[:size]).wholeness is not CUT
    ]
    assert kept == []


@pytest.mark.parametrize(
    "data",
    [
        FAST + bytes(4),
        FAST + b"\r\n",
        FAST + bytes(7),
        FAST + b"--boundary of a form--",
        small.png() + b"trailer",
        small.jpeg() + small.jpeg(),
        small.jpeg() + FAST,
        small.jpeg(small.segment(0xEB, b"JP\0\1" + small.jpeg())),
        small.jpeg(small.segment(0xE1, b"Exif\0\0" + small.jpeg())),
        small.png(small.chunk(b"caBX", small.png())),
        small.gif() + b"\0\0",
        small.webp() + b"\0",
        small.avi() + small.avi(b"AVIX"),
        small.wav(101, 1),
        small.wav() + b"LIST\4\0\0\0abcd",
        small.mp3() + b"TAG" + bytes(125),
        small.id3(b"GEOB" + bytes(900)) + small.mp3(),
        small.archive() + b"\0\0",
        small.glb() + b"\0",
        small.tiff(at_the_end=False),
        small.ogg() + b"\0\0",
        small.fragmented(small.fragment(500, 500)),
        small.FTYP + box(b"moov", box(b"cmov", b"packed")) + small.MDAT,
        box(b"free", b"12345678") + FAST,
        box(b"\0\0\0\x0cJXL "[4:8], b"\r\n\x87\n") + box(b"ftyp", b"jxl ") + box(b"jxlc", b"x"),
    ],
)
def test_bytes_behind_the_end_and_pictures_in_pictures_are_no_fault(data: bytes) -> None:
    assert found(data).wholeness is ALL


@pytest.mark.parametrize(
    "data",
    [
        small.riff(b"WAVE", b"fmt " + bytes(60), 0xFFFF_FFFF),
        small.riff(b"WAVE", b"fmt " + bytes(60), 0x7FFF_F024),
        small.riff(b"WAVE", b"fmt " + bytes(60), 0),
        small.riff(b"AVI ", b"LIST" + bytes(60), 0),
        small.matroska(streamed=True),
        small.mp3(counted=False),
        small.flac(),
        b"\xff\x0a" + bytes(50),
        b"\xff\xf1\x50\x40\x21\x3f\xfc" + bytes(50),
        b"glTF\2\0\0\0",
        b".snd" + struct.pack(">II", 24, 0xFFFF_FFFF) + bytes(40),
    ],
)
def test_what_was_written_to_a_pipe_is_not_called_cut(data: bytes) -> None:
    assert found(data).wholeness is UNTOLD


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (FAST[:-1], "1 bytes of it are missing"),
        (FAST[:-300], "its first part|bytes of it are missing|nothing behind its index"),
        (FAST[: end(FAST, b"mdat")], "there is nothing behind its index"),
        (small.FTYP + small.MDAT, "no index"),
        (small.fragmented(), "there is nothing behind its index"),
        ((small.avi() + small.avi(b"AVIX"))[:-1], "1 bytes of it are missing"),
        (small.png()[:-12], "IEND"),
        (small.png().replace(b"IDAT", bytes(4)), "do not follow"),
        (small.gif().replace(b";", b""), "trailer"),
        (small.jpeg()[:-2], "end marker"),
        (small.jpeg(small.segment(0xEB, small.jpeg()))[:-2], "end marker"),
        (small.ogg()[: -len(small.page(4, bytes(100)))], "last page"),
        (small.mp3()[:-1], "1 bytes"),
        (small.id3(bytes(900))[:500], "nothing behind its tag"),
        (small.archive()[:-1], "comment"),
        (small.archive()[:-40], "directory"),
        (small.ply()[:-1], "1 bytes"),
        (box(b"jP  ", b"\r\n\x87\n") + box(b"ftyp", b"jp2 "), "nothing behind its head"),
        (small.avif()[: len(box(b"ftyp", b"avif\0\0\0\0mif1avif"))], "nothing behind its head"),
    ],
)
def test_what_is_cut_says_why(data: bytes, why: str) -> None:
    finding = found(data)
    assert finding.wholeness is CUT
    assert finding.why is not None
    said = reason_words(NotWhole("x", finding.why))
    assert any(words in said for words in why.split("|"))


def open_ended(data: bytes) -> bytes:
    """The same film with an `mdat` that does not say where it ends."""
    at = end(data, b"mdat")
    return data[:at] + bytes(4) + data[at + 4 :]


def test_data_that_reaches_to_the_end_is_held_against_the_tables() -> None:
    runs = box(b"stsc", bytes(4) + struct.pack(">IIII", 1, 1, 2, 1))
    sizes = box(b"stsz", bytes(4) + struct.pack(">IIII", 0, 2, 90, 110))
    empty = small.track(1, table=runs + sizes + box(b"stco", bytes(4) + struct.pack(">II", 1, 0)))
    head = small.FTYP + box(b"moov", movie_header(5) + empty)
    at = struct.pack(">II", 1, len(head) + 8)
    index = movie_header(5) + small.track(1, table=runs + sizes + box(b"stco", bytes(4) + at))
    data = open_ended(small.FTYP + box(b"moov", index) + box(b"mdat", bytes(200)))
    assert found(data) == Finding(ALL, seconds=5.0)
    assert found(data[:-1]).why == BytesMissing(1)


def test_a_film_without_tables_may_reach_to_the_end() -> None:
    assert found(open_ended(FAST)) == Finding(ALL, seconds=5.0)


@pytest.mark.parametrize("version", [0, 1])
@pytest.mark.parametrize("seconds", [0.04, 5.0, 3600.5])
def test_the_duration_is_read_from_both_versions_of_the_header(
    version: int, seconds: float
) -> None:
    index = box(b"moov", box(b"udta", b"x" * 50) + movie_header(seconds, version=version))
    wide = (1).to_bytes(4, "big") + b"mdat" + (116).to_bytes(8, "big") + bytes(100)
    assert found(small.FTYP + wide + index) == Finding(ALL, seconds=seconds)


@pytest.mark.parametrize("index", [movie_header(0), movie_header(4_294_967.295)])
def test_an_unknown_duration_is_unknown(index: bytes) -> None:
    assert found(small.FTYP + box(b"moov", index) + small.MDAT) == Finding(ALL)


@pytest.mark.parametrize(
    ("data", "seconds"),
    [
        # Nothing in the header: each sample says how long it is, or the run, or the index.
        (small.fragmented(small.fragment(500, 500), small.fragment(1000)), 2.0),
        (small.fragmented(small.fragment(0, 0, default=750)), 1.5),
        (small.fragmented(small.fragment(1, 1), default=5), 0.002),
        # The header speaks of the first fragment only.
        (small.fragmented(small.fragment(1500, begins=2000), said=2, units=2000), 3.5),
        (small.fragmented(small.fragment(1500), said=2, units=2000), 3.5),
        # A film that begins in the middle of a stream lasts as long as what is there.
        (small.fragmented(small.fragment(1500, begins=90_000)), 1.5),
        # Cut between fragments: what is left is all that can be added up.
        (small.fragmented(said=2, units=2000) + small.MDAT, 2.0),
    ],
)
def test_fragments_add_up(data: bytes, seconds: float) -> None:
    assert found(data).seconds == seconds


@pytest.mark.parametrize("doctype", [b"webm", b"matroska"])
def test_the_duration_of_matroska_is_read(doctype: bytes) -> None:
    assert found(small.matroska(doctype, seconds=7.5)).seconds == 7.5


def counted(data: bytes) -> tuple[Finding, int, int]:
    """What is found, in how many reads, of how many bytes at most."""
    reads: list[int] = []

    def read(at: int, count: int) -> bytes:
        reads.append(count)
        return data[at : at + count]

    media = recognised(read) or UNKNOWN
    return walked(media, FileReader(read, len(data))), len(reads), sum(reads)


def test_a_film_of_a_million_boxes_is_not_read_to_its_end() -> None:
    finding, reads, size = counted(FAST + box(b"free", b"") * 1_000_000)
    assert finding.wholeness is UNTOLD
    assert reads < 40_000
    assert size < 1_000_000


def test_a_film_of_4_gib_is_judged_by_a_few_heads(tmp_path: Path) -> None:
    size = 4 * 1024**3
    path = tmp_path / "film.mp4"
    head = small.FTYP + box(b"moov", movie_header(5))
    path.write_bytes(head + struct.pack(">I4sQ", 1, b"mdat", size - len(head)))
    os.truncate(path, size)
    reads: list[int] = []
    with path.open("rb") as file:

        def read(at: int, count: int) -> bytes:
            reads.append(count)
            return os.pread(file.fileno(), count, at)

        media = recognised(read)
        assert media is not None
        assert walked(media, FileReader(read, size)) == Finding(ALL, seconds=5.0)
    assert sum(reads) < 10_000


@pytest.mark.parametrize(
    "data",
    [
        small.jpeg()[:-2] + b"\x11" * 2_000_000 + b"\xff\xd9",
        small.gif()[:-1] + b"\x21\xfe" + (b"\xff" + bytes(255)) * 8000 + b"\0;",
    ],
)
def test_pictures_are_read_in_blocks(data: bytes) -> None:
    finding, reads, size = counted(data)
    assert finding.wholeness is ALL
    assert reads < 100
    assert size < 2 * len(data)


def walks(data: bytes) -> list[Callable[[], Finding]]:
    """Every walk over the same bytes, whatever their type."""
    file = FileReader(of_bytes(data), len(data))
    endings = [*small.WHOLE, ".jxl", ".m4s", ".pdf", ".ply", ".svg", ".w64", ".caf", ".au", ".psb"]
    return [lambda e=ending: walked(Media("", e, UNKNOWN.family), file) for ending in endings]


@settings(derandomize=True, max_examples=rounds(30, 1000))
@given(st.binary(max_size=300))
def test_no_bytes_are_too_odd_to_be_walked(data: bytes) -> None:
    for walk in walks(data):
        walk()


@settings(derandomize=True, max_examples=rounds(40, 1500))
@given(
    st.sampled_from([*small.WHOLE.values(), small.fragmented(small.fragment(5, 6, begins=9))]),
    st.binary(max_size=12),
    st.integers(0, 400),
    st.integers(0, 400),
)
def test_nothing_that_a_file_says_of_itself_is_believed(
    data: bytes, noise: bytes, at: int, kept: int
) -> None:
    changed = (data[:at] + noise + data[at + len(noise) :])[: max(kept, 20)]
    recognised(of_bytes(changed))
    finding = found(changed)
    assert finding.seconds is None or finding.seconds > 0
