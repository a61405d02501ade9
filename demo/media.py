"""Makes real media files of any size, all different, from a few shipped clips and stills.

The shipped ones are patterns out of ffmpeg's own generators. Filler goes where each format allows
it, so that every file plays: a `free` box after the last box of an MP4 (ISO/IEC 14496-12,
8.1.2), COM segments after the SOI of a JPEG (ITU-T T.81, B.2.4.5), a private ancillary chunk before
the IEND of a PNG (PNG specification, 5.4).
"""

import hashlib
import zlib
from functools import cached_property, lru_cache
from importlib.resources import files
from random import Random

CONTENT_TYPES = {".mp4": "video/mp4", ".jpg": "image/jpeg", ".png": "image/png"}

_BLOCK = 64 * 1024
_COM_MIN, _COM_MAX = 4, 2 + 0xFFFF
_PNG_END = 12


class File:
    """One file: `head`, then seeded filler up to `size` bytes, which is made when it is read."""

    def __init__(self, head: bytes, size: int, seed: str) -> None:
        self.size = size
        self._head = head
        self._seed = seed

    def read(self, start: int, stop: int) -> bytes:
        """Return the bytes from start up to, not including, stop."""
        stop = min(stop, self.size)
        head = self._head[start:stop]
        at = max(start - len(self._head), 0)
        end = max(stop - len(self._head), 0)
        if end == at:
            return head
        lead = at % _BLOCK
        blocks = (lead + end - at) // _BLOCK + 1
        return head + (self._block * blocks)[lead : lead + end - at]

    @property
    def etag(self) -> str:
        """A strong entity tag, quotes included."""
        return f'"{hashlib.sha256(f"{self._seed} {self.size}".encode()).hexdigest()[:32].upper()}"'

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of the whole file, in hexadecimal."""
        digest = hashlib.sha256()
        for start in range(0, self.size, 1 << 20):
            digest.update(self.read(start, start + (1 << 20)))
        return digest.hexdigest()

    @cached_property
    def _block(self) -> bytes:
        return _noise(self._seed, _BLOCK)


def grow(medium: str, size: int, seed: str) -> File:
    """Return a shipped medium with filler up to `size` bytes; `seed` decides the filler.

    The file is `size` bytes long unless the medium itself is longer.
    """
    seedling = _shipped(medium)
    space = max(size - len(seedling), 64)
    if medium.endswith(".mp4"):
        head = seedling + space.to_bytes(4, "big") + b"free"
        return File(head, len(seedling) + space, seed)
    widen = _widen_png if medium.endswith(".png") else _widen_jpeg
    whole = widen(seedling, space, seed)
    return File(whole, len(whole), seed)


def _widen_jpeg(still: bytes, space: int, seed: str) -> bytes:
    filler = _noise(seed, space)
    comments = bytearray()
    while space > 0:
        # A segment is never left a remainder too short to be one itself.
        take = space if space <= _COM_MAX else min(_COM_MAX, space - _COM_MIN)
        comments += b"\xff\xfe" + (take - 2).to_bytes(2, "big") + filler[: take - 4]
        space -= take
    return still[:2] + bytes(comments) + still[2:]


def _widen_png(still: bytes, space: int, seed: str) -> bytes:
    filler = b"ruSh" + _noise(seed, space - _PNG_END)
    chunk = (space - _PNG_END).to_bytes(4, "big") + filler + zlib.crc32(filler).to_bytes(4, "big")
    return still[:-_PNG_END] + chunk + still[-_PNG_END:]


def _noise(seed: str, length: int) -> bytes:
    # Filler, not secrets: it has to be the same on every run.
    return Random(seed).randbytes(length)  # noqa: S311


@lru_cache
def _shipped(medium: str) -> bytes:
    return files("rushes.demo").joinpath("media", medium).read_bytes()
