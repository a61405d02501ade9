"""What decodes which type of file. Nothing guesses: a decoder gets the format that we recognised.

Left to itself libavformat opened a text file named `.mp4` that began `ffconcat version 1.0`, and
decoded another file beside it.
"""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType

from rushes.providers.frozen import frozen


class Decoder(Enum):
    """The library that decodes."""

    PILLOW = "pillow"
    LIBAV = "libav"


@frozen
class Format:
    """A library, and its own name of a format."""

    decoder: Decoder
    name: str


def _still(name: str) -> Format:
    return Format(Decoder.PILLOW, name)


def _film(name: str) -> Format:
    return Format(Decoder.LIBAV, name)


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        ".png": _still("PNG"),
        ".jpg": _still("JPEG"),
        ".webp": _still("WEBP"),  # libav: InvalidDataError where it is animated
        ".gif": _still("GIF"),
        ".avif": _still("AVIF"),
        ".tif": _still("TIFF"),
        ".bmp": _still("BMP"),
        ".psd": _still("PSD"),
        ".jp2": _still("JPEG2000"),
        ".mp4": _film("mp4"),
        ".mov": _film("mp4"),
        ".3gp": _film("mp4"),
        ".3g2": _film("mp4"),
        ".webm": _film("matroska"),
        ".mkv": _film("matroska"),
        ".avi": _film("avi"),
        ".ts": _film("mpegts"),
        ".m2ts": _film("mpegts"),
        ".flv": _film("flv"),
        ".mpg": _film("mpeg"),
        ".wmv": _film("asf"),
        ".ogv": _film("ogg"),
    }
)
"""By the extension of a type in `providers/media.py`: our own, given by a file's bytes."""
