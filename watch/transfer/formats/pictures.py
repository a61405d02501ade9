"""Finds the end of a PNG, a JPEG and a GIF, part by part, since pictures hold pictures."""

import re

from rushes.watch.cuts import Cut
from rushes.watch.transfer.formats.finding import BLOCK, UNTOLD, WHOLE, FileReader, Finding, cut

_PARTS = 1_000_000
# What no compressed picture data holds: a marker that is neither stuffing, restart nor fill.
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)
_BARE = frozenset((0x01, *range(0xD0, 0xD9)))
_EOI = 0xD9


def png(file: FileReader) -> Finding:
    """A PNG ends with its IEND chunk (PNG specification, 5.3); what is behind it is not its."""
    at = 8
    for _ in range(_PARTS):
        head = file.read(at, 8)
        if len(head) < 8:
            return cut(Cut.NO_IEND)
        length, kind = int.from_bytes(head[:4], "big"), head[4:]
        if not kind.isalpha():
            return cut(Cut.PARTS_APART)
        at += 12 + length
        if at > file.size:
            return cut(Cut.WITHIN_PART)
        if kind == b"IEND":
            return WHOLE
    return UNTOLD


def jpeg(file: FileReader) -> Finding:
    """A JPEG ends with the EOI marker (ITU-T T.81, B.1.1.3) outside of its segments."""
    at = 2
    for _ in range(_PARTS):
        found = _next_marker(file, at)
        if found is None:
            return cut(Cut.NO_END_MARKER)
        at, marker = found
        if marker == _EOI:
            return WHOLE
        if marker not in _BARE:
            length = file.number(at, 2)
            if length is None or at + length > file.size:
                return cut(Cut.WITHIN_SEGMENT)
            at += max(length, 2)
    return UNTOLD


def _next_marker(file: FileReader, at: int) -> tuple[int, int] | None:
    """The offset behind the next marker from `at` on, and its code; None where there is none."""
    near = file.read(at, 2)
    if near[:1] == b"\xff" and _MARKER.match(near):
        return at + 2, near[1]
    while len(block := file.read(at, BLOCK)) > 1:
        if found := _MARKER.search(block):
            return at + found.end(), found.group()[1]
        # The first half of a marker may be the last byte of a block.
        at += len(block) - 1
    return None


def gif(file: FileReader) -> Finding:
    """A GIF ends with the trailer 3b, which comes where a block would (GIF89a, 27)."""
    walk = _GifWalk(file)
    walk.skip(10)
    packed = walk.byte()
    walk.skip(2 + (_colours(packed) if packed is not None else 0))
    for _ in range(_PARTS):
        match walk.byte():
            case None:
                return cut(Cut.NO_TRAILER)
            case 0x3B:
                return WHOLE
            case 0x21:
                walk.skip(1)
                walk.skip_blocks()
            case 0x2C:
                walk.skip(8)
                packed = walk.byte()
                walk.skip(1 + (_colours(packed) if packed is not None else 0))
                walk.skip_blocks()
            case 0x00:
                pass  # some writers leave a block's end behind its end
            case _:
                return cut(Cut.PARTS_APART)
    return UNTOLD


def _colours(packed: int) -> int:
    """Bytes of the colour table that a descriptor speaks of."""
    return 3 << (packed & 7) + 1 if packed & 0x80 else 0


class _GifWalk:
    """A place in a GIF; it reads blocks of the file, since its own are 255 bytes at most."""

    def __init__(self, file: FileReader) -> None:
        self._file = file
        self._at = 0
        self._from = 0
        self._block = b""

    def skip(self, count: int) -> None:
        """Go on behind `count` bytes."""
        self._at += count

    def byte(self) -> int | None:
        """The next byte; None at the end."""
        place = self._at - self._from
        if not 0 <= place < len(self._block):
            self._block, self._from, place = self._file.read(self._at, BLOCK), self._at, 0
            if not self._block:
                return None
        self._at += 1
        return self._block[place]

    def skip_blocks(self) -> None:
        """Go on behind a chain of blocks, each with its length before it, the last one empty."""
        while length := self.byte():
            self._at += length
