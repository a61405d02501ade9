"""Real pictures and films, made here; nothing of this runs without the extra `preview`."""

import io
import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest

pytest.importorskip("PIL", reason="the extra preview is not installed")
pytest.importorskip("av", reason="the extra preview is not installed")

import av
from PIL import Image

from rushes.watch.posters.decoding import decoded
from rushes.watch.posters.formats import FORMATS, Decoder, Format
from rushes.watch.posters.messages import Made, size_of_jpeg
from rushes.watch.posters.poster import EDGE, Media, PosterReason
from rushes.watch.posters.process import DecoderProcess

PNG, JPEG = Format(Decoder.PILLOW, "PNG"), Format(Decoder.PILLOW, "JPEG")
MP4 = Format(Decoder.LIBAV, "mp4")
RED, GREEN, BLUE = (250, 10, 10), (10, 250, 10), (10, 10, 250)


def written(image: Image.Image, name: str, **more: object) -> bytes:
    file = io.BytesIO()
    image.save(file, name, **more)
    return file.getvalue()


def film(*colours: tuple[int, int, int], name: str = "mp4", title: str = "") -> bytes:
    """A film of a second of each of these colours, each of which begins with a key frame."""
    file = io.BytesIO()
    opened: Any = av.open(file, "w", format=name)
    frames: Any = av.VideoFrame
    with opened as made:
        stream = made.add_stream("mpeg4", rate=4, options={"bf": "0"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.gop_size = 4
        made.metadata["title"] = title
        for colour in colours:
            frame = frames.from_image(Image.new("RGB", (64, 48), colour))
            for _ in range(4):
                made.mux(stream.encode(frame))
        made.mux(stream.encode(None))
    return file.getvalue()


def poster(data: bytes, wanted: Format) -> tuple[Made, Image.Image]:
    made = decoded(io.BytesIO(data), wanted)
    assert isinstance(made, Made)
    image = Image.open(io.BytesIO(made.jpeg))
    assert size_of_jpeg(made.jpeg) == image.size == (made.width, made.height)
    assert image.mode == "RGB"
    return made, image


def colour_of(image: Image.Image) -> tuple[int, int, int]:
    """The middle's colour, each part rounded to the nearest of 10, 64, 130 and 250."""
    found = image.getpixel((image.width // 2, image.height // 2))
    assert isinstance(found, tuple)
    red, green, blue = (min((10, 64, 130, 250), key=lambda it: abs(it - part)) for part in found)
    return red, green, blue


def test_a_still_is_made_small_and_says_how_large_it_was() -> None:
    made, image = poster(written(Image.new("RGB", (1280, 720), RED), "PNG"), PNG)
    assert image.size == (EDGE, 180)
    assert made.media == Media(1280, 720)
    assert colour_of(image) == RED


def test_a_small_still_stays_as_it_is() -> None:
    assert poster(written(Image.new("RGB", (40, 30), RED), "PNG"), PNG)[1].size == (40, 30)


def test_a_picture_that_was_taken_upright_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    made, image = poster(written(Image.new("RGB", (640, 320), RED), "JPEG", exif=exif), JPEG)
    assert image.size == (160, EDGE)
    assert made.media == Media(320, 640)


@pytest.mark.parametrize(
    ("image", "colour"),
    [
        (Image.new("RGBA", (8, 8), (250, 10, 10, 0)), (64, 64, 64)),
        (Image.new("RGBA", (8, 8), (250, 10, 10, 255)), RED),
        (Image.new("P", (8, 8), 0), (10, 10, 10)),
        (Image.frombytes("I;16", (8, 8), struct.pack("<H", 130 << 8) * 64), (130, 130, 130)),
    ],
)
def test_every_mode_becomes_three_colours(image: Image.Image, colour: tuple[int, int, int]) -> None:
    assert colour_of(poster(written(image, "PNG"), PNG)[1]) == colour


@pytest.mark.parametrize(
    ("colours", "colour"),
    [((RED,), RED), ((RED, GREEN, BLUE), GREEN), ((RED, GREEN, BLUE, BLUE, BLUE, BLUE), BLUE)],
)
def test_the_poster_of_a_film_is_its_key_frame_nearest_to_a_third(
    colours: tuple[tuple[int, int, int], ...], colour: tuple[int, int, int]
) -> None:
    made, image = poster(film(*colours), MP4)
    assert colour_of(image) == colour
    assert made.media == Media(64, 48, 4.0, float(len(colours)))


@pytest.mark.parametrize(
    ("name", "extension"),
    [("matroska", ".mkv"), ("avi", ".avi"), ("mpegts", ".ts"), ("mov", ".mov")],
)
def test_a_film_of_each_container_has_a_poster(name: str, extension: str) -> None:
    _, image = poster(film(RED, GREEN, name=name), FORMATS[extension])
    assert colour_of(image) in (RED, GREEN)


def test_a_film_may_have_a_title_that_is_no_utf_8() -> None:
    assert poster(film(RED, title="cafe").replace(b"cafe", b"caf\xe9"), MP4)[0].media.width == 64


def _huge() -> bytes:
    head = struct.pack(">4sIIBBBBB", b"IHDR", 30_000, 30_000, 8, 2, 0, 0, 0)
    signature, length = b"\x89PNG\r\n\x1a\n", b"\0\0\0\x0d"
    return signature + length + head + crc32(head).to_bytes(4) + b"\0\0\x10\0IDAT"


@pytest.mark.parametrize(
    ("data", "wanted", "why"),
    [
        (_huge, PNG, PosterReason.TOO_LARGE),
        (lambda: b"\x89PNG\r\n\x1a\n", PNG, PosterReason.UNREADABLE),
        (lambda: written(Image.new("RGB", (9, 9)), "PNG")[:-30], PNG, PosterReason.UNREADABLE),
        (lambda: written(Image.new("RGB", (9, 9)), "GIF"), PNG, PosterReason.UNREADABLE),
        (lambda: film(RED)[:200], MP4, PosterReason.UNREADABLE),
        (lambda: b"", MP4, PosterReason.UNREADABLE),
    ],
)
def test_a_hostile_or_broken_file_has_none(
    data: Callable[[], bytes], wanted: Format, why: PosterReason
) -> None:
    assert decoded(io.BytesIO(data()), wanted) is why


def test_a_list_of_other_files_is_no_film(tmp_path: Path) -> None:
    """Libavformat would open what it names, left to itself."""
    (tmp_path / "other.mp4").write_bytes(film(RED))
    listing = tmp_path / "film.mp4"
    listing.write_text("ffconcat version 1.0\nfile other.mp4\n")
    assert decoded(io.BytesIO(listing.read_bytes()), MP4) is PosterReason.UNREADABLE


def test_the_process_that_is_started_makes_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever it is started, and whatever is in that folder."""
    (tmp_path / "socket.py").write_text("raise SystemExit(1)")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "film.mp4").write_bytes(film(RED, GREEN, BLUE))
    process = DecoderProcess(seconds=60.0)
    file = os.open(tmp_path / "film.mp4", os.O_RDONLY)
    try:
        made = process.decode(file, MP4)
    finally:
        os.close(file)
        process.close()
    assert isinstance(made, Made)
    assert made.media == Media(64, 48, 4.0, 3.0)
