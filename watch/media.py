"""What a file is, by its first bytes: the only types that are ever saved (reliability.md S3)."""

import re
from dataclasses import dataclass

HEAD = 512
"""Bytes of a file's beginning that are looked at."""


@dataclass(frozen=True, slots=True)
class Media:
    """A type of file that is saved; `extension` begins with a dot."""

    media_type: str
    extension: str


_MP4 = Media("video/mp4", ".mp4")
_MOV = Media("video/quicktime", ".mov")
_M4A = Media("audio/mp4", ".m4a")

# ISO base media files begin with a box: its length, its type, and for `ftyp` the major brand.
_BOXED = re.compile(rb"....(ftyp(.{4})|moov|mdat|wide)", re.DOTALL)
_STILL_BRANDS = (b"avif", b"avis", b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1")
_BRANDS = {b"qt  ": _MOV, b"M4A ": _M4A, b"M4B ": _M4A}

_SIGNS = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), Media("image/png", ".png")),
    (re.compile(rb"\xff\xd8\xff"), Media("image/jpeg", ".jpg")),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), Media("image/webp", ".webp")),
    (re.compile(rb"GIF8[79]a"), Media("image/gif", ".gif")),
    (re.compile(rb"\x1a\x45\xdf\xa3.{0,60}\x42\x82.webm", re.DOTALL), Media("video/webm", ".webm")),
    (re.compile(rb"RIFF....WAVE", re.DOTALL), Media("audio/wav", ".wav")),
    (re.compile(rb"OggS\x00"), Media("audio/ogg", ".ogg")),
    (re.compile(rb"ID3[\x02-\x04]"), Media("audio/mpeg", ".mp3")),
    # A bare MPEG frame: sync, layer III, a bit rate and a sample rate that exist.
    (
        re.compile(rb"\xff[\xe2\xe3\xf2\xf3\xfa\xfb][\x10-\xeb]", re.DOTALL),
        Media("audio/mpeg", ".mp3"),
    ),
)

_TEXTS = (
    (re.compile(rb"<(!doctype html|html|head|body|title|script)", re.IGNORECASE), "a web page"),
    (re.compile(rb"<\?xml|<[a-z]", re.IGNORECASE), "an XML document"),
    (re.compile(rb"[{\[]"), "a JSON document"),
    (re.compile(rb"[\t\n\r\x20-\x7e]{16,}\Z"), "plain text"),
)


def sniff(head: bytes) -> Media | None:
    """The type of a file that begins with `head`; None for all that is not to be saved."""
    boxed = _BOXED.match(head)
    if boxed:
        brand = boxed.group(2)
        if brand in _STILL_BRANDS:
            return None
        return _MOV if brand is None else _BRANDS.get(brand, _MP4)
    for sign, media in _SIGNS:
        if sign.match(head):
            return media
    return None


def instead(head: bytes) -> str:
    """What a file that is none of our types seems to be, in words: "a web page"."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    for sign, words in _TEXTS:
        if sign.match(text):
            return words
    return "a file of a type that is not saved" if head else "an empty file"
