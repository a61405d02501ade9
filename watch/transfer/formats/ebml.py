"""Matroska and WebM: elements with their length in front (RFC 8794, RFC 9559)."""

import struct

from rushes.watch.cuts import Cut
from rushes.watch.transfer.formats.finding import (
    UNTOLD,
    FileReader,
    Finding,
    Wholeness,
    cut,
    ends_at,
)

_SEGMENT, _INFO = 0x1853_8067, 0x1549_A966
_SCALE, _DURATION = 0x2A_D7B1, 0x4489
_HEAD = 0x1A45_DFA3
_MOST = 256
_NANOSECONDS = 1e9


def matroska(file: FileReader) -> Finding:
    """The Segment says how long it is; written to a pipe it does not, and nothing can be told."""
    at = 0
    for _ in range(_MOST):
        element = _element(file, at)
        if element is None:
            return UNTOLD if at else cut(Cut.NO_HEAD)
        kind, start, size = element
        if kind == _SEGMENT:
            found = UNTOLD if size is None else ends_at(start + size, file.size)
            if found.wholeness is Wholeness.CUT:
                return found
            return Finding(found.wholeness, seconds=_seconds(file, start))
        if size is None:
            return UNTOLD
        at = start + size
        if kind == _HEAD and at >= file.size:
            return cut(Cut.ONLY_HEAD)
    return UNTOLD


def _seconds(file: FileReader, at: int) -> float | None:
    for _ in range(_MOST):
        element = _element(file, at)
        if element is None or element[2] is None:
            return None
        kind, start, size = element[0], element[1], element[2]
        if kind == _INFO:
            return _duration(file, start, start + size)
        at = start + size
    return None


def _duration(file: FileReader, at: int, end: int) -> float | None:
    scale, units = 1_000_000, None
    for _ in range(_MOST):
        element = _element(file, at) if at < end else None
        if element is None or element[2] is None:
            break
        kind, start, size = element[0], element[1], element[2]
        if kind == _SCALE:
            scale = file.number(start, min(size, 8)) or scale
        elif kind == _DURATION and size in (4, 8):
            units = _float(file.read(start, size))
        at = start + size
    seconds = units * scale / _NANOSECONDS if units else 0.0
    return seconds if 0 < seconds < float("inf") else None


def _float(data: bytes) -> float | None:
    return struct.unpack(">f" if len(data) == 4 else ">d", data)[0] if len(data) in (4, 8) else None


def _element(file: FileReader, at: int) -> tuple[int, int, int | None] | None:
    """An element's id, where its body starts, and its size; None for the size where unknown."""
    head = file.read(at, 12)
    id_length = _length(head)
    size_length = _length(head[id_length:])
    if not 0 < id_length <= 4 or not size_length or len(head) < id_length + size_length:
        return None
    kind = int.from_bytes(head[:id_length], "big")
    ones = (1 << 7 * size_length) - 1
    size = int.from_bytes(head[id_length : id_length + size_length], "big") & ones
    return kind, at + id_length + size_length, None if size == ones else size


def _length(head: bytes) -> int:
    """How many bytes a number of variable size has, by the zeros that its first one begins with."""
    return 9 - head[0].bit_length() if head and head[0] else 0
