"""How long an MP4 lasts, and whether all of it is there, from its boxes alone (ISO/IEC 14496-12).

Only the heads of boxes are read, a bounded number of them, whatever the file says of itself.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass

_BOXES = 4096
_MVHD = {0: (12, 16, 4, 0xFFFF_FFFF), 1: (20, 24, 8, 0xFFFF_FFFF_FFFF_FFFF)}


@dataclass(frozen=True, slots=True)
class Film:
    """What an MP4 says of itself: `seconds`, None where it does not, and what is wrong with it."""

    seconds: float | None = None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class _Box:
    kind: bytes
    start: int
    end: int


def examine(file: int, size: int) -> Film:
    """What the open file of `size` bytes says of itself; raises OSError where it is unreadable."""
    boxes = list(_boxes(file, 0, size))
    if len(boxes) < _BOXES and (not boxes or boxes[-1].end != size):
        return Film(fault="its parts do not add up to its length")
    index = next((box for box in boxes if box.kind == b"moov"), None)
    if index is None:
        return Film(fault="it has no index, so no player can play it")
    header = next(
        (box for box in _boxes(file, index.start, index.end) if box.kind == b"mvhd"), None
    )
    if header is None or header.end > index.end:
        return Film(fault="its index has no header")
    return Film(_seconds(os.pread(file, 32, header.start)))


def _boxes(file: int, start: int, end: int) -> Iterator[_Box]:
    """The boxes from `start` on; the last one may say that it ends after `end`."""
    for _ in range(_BOXES):
        head = os.pread(file, 16, start)
        if start >= end or len(head) < 8:
            return
        length, kind, body = int.from_bytes(head[:4], "big"), head[4:8], 8
        if length == 1:
            length, body = int.from_bytes(head[8:16], "big"), 16
        elif length == 0:
            length = end - start
        # A box shorter than its own head leads nowhere: it ends after everything.
        stop = start + length if length >= body else end + 1
        yield _Box(kind, start + body, stop)
        start = stop


def _seconds(mvhd: bytes) -> float | None:
    """The duration of a movie header; None where it is unknown, as in a fragmented file."""
    if not mvhd or mvhd[0] not in _MVHD:
        return None
    scale_at, at, width, unknown = _MVHD[mvhd[0]]
    scale = int.from_bytes(mvhd[scale_at : scale_at + 4], "big")
    duration = int.from_bytes(mvhd[at : at + width], "big")
    if not scale or duration in (0, unknown) or len(mvhd) < at + width:
        return None
    return duration / scale


def disagreement(film: Film, promised: float | None) -> str:
    """What is odd about a film that was to last `promised` seconds; empty for nothing.

    Encoders end on whole frames and round: a twentieth, and half a second, are no oddity.
    """
    if film.fault:
        return f"damaged: {film.fault}"
    if promised is None or film.seconds is None:
        return ""
    if abs(film.seconds - promised) <= max(0.5, promised / 20):
        return ""
    return f"lasts {film.seconds:.1f} s, {promised:g} s were promised"
