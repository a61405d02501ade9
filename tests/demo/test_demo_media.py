"""Every file of the cast, held against the format it claims to be."""

import zlib
from collections.abc import Iterator

import pytest

from rushes.demo.cast import CAST
from rushes.demo.gateway import Gateway
from rushes.demo.media import File, grow
from rushes.demo.scene import Tempo
from rushes.demo.stage import Stage

STAGE = Stage(CAST, Tempo(0), lambda: 0)
OUTPUTS = [(scene, n) for scene in CAST for n in range(1, len(scene.outputs) + 1)]
NAMES = [f"{scene.label} {n}" for scene, n in OUTPUTS]


def boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield (type, payload) of each top-level box of an MP4."""
    at = 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        assert 8 <= size <= len(data) - at
        yield data[at + 4 : at + 8], data[at + 8 : at + size]
        at += size


def segments(data: bytes) -> Iterator[int]:
    """Yield the markers of a JPEG up to its scan, which runs to the EOI."""
    assert data[:2] == b"\xff\xd8"
    assert data[-2:] == b"\xff\xd9"
    at = 2
    while data[at + 1] != 0xDA:
        assert data[at] == 0xFF
        yield data[at + 1]
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        assert length >= 2
        at += 2 + length


def chunks(data: bytes) -> Iterator[bytes]:
    """Yield the chunk types of a PNG, each with a CRC that holds."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at = 8
    while at < len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        body = data[at + 4 : at + 8 + length]
        assert zlib.crc32(body).to_bytes(4, "big") == data[at + 8 + length : at + 12 + length]
        yield body[:4]
        at += 12 + length


def check(medium: str, data: bytes) -> None:
    if medium.endswith(".mp4"):
        kinds = [kind for kind, _ in boxes(data)]
        assert kinds[0] == b"ftyp"
        assert {b"moov", b"mdat"} <= set(kinds)
        assert b"avc1" in next(payload for kind, payload in boxes(data) if kind == b"moov")
    elif medium.endswith(".jpg"):
        assert {0xFE, 0xDB, 0xC4} <= set(segments(data))
    else:
        kinds = list(chunks(data))
        assert (kinds[0], kinds[-1]) == (b"IHDR", b"IEND")
        assert b"IDAT" in kinds


@pytest.mark.parametrize("index", range(len(OUTPUTS)), ids=NAMES)
def test_an_output_is_a_sound_file_of_the_size_in_the_cast(index: int) -> None:
    scene, n = OUTPUTS[index]
    output = scene.outputs[n - 1]
    file = STAGE.file(scene, n)
    check(output.medium, file.read(0, file.size))
    assert file.size == output.size
    low, high = (200_000, 12_000_000) if output.kind == "video" else (50_000, 400_000)
    assert low <= file.size <= high


def test_no_two_outputs_have_the_same_bytes_and_a_second_gateway_has_the_same_ones() -> None:
    sums = Gateway().file_sha256
    assert len(sums) == len(OUTPUTS)
    assert len(set(sums.values())) == len(OUTPUTS)
    first = CAST[0]
    key = (first.provider, first.id, 1)
    assert Gateway().file_sha256[key] == sums[key]
    with pytest.raises(KeyError):
        sums[first.provider, first.id, 99]


@pytest.mark.parametrize("room", [64, 65_530, 65_537, 65_538, 65_541, 65_542, 131_074, 200_000])
@pytest.mark.parametrize("medium", ["dusk-first.jpg", "carpet.png", "dusk.mp4"])
def test_a_file_grows_by_any_length_and_stays_sound(medium: str, room: int) -> None:
    seedling = seedling_size(medium)
    file = grow(medium, seedling + room, "seed")
    assert file.size == seedling + room
    check(medium, file.read(0, file.size))


def seedling_size(medium: str) -> int:
    smallest: File = grow(medium, 0, "seed")
    return smallest.size - 64
