"""Adds up how long the fragments of a film last (ISO/IEC 14496-12, 8.8)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rushes.watch.transfer.formats.boxes import Box, boxes, find
from rushes.watch.transfer.formats.finding import FileReader
from rushes.watch.transfer.formats.tracks import Track

_SAMPLES = 65_536
_TRAFS = 64
# Flags of `tfhd` before its default duration, and of `trun` before its samples and in each.
_BASE, _DESCRIPTION, _DURATION = 0x1, 0x2, 0x8
_OFFSET, _FIRST_FLAGS, _EACH_DURATION = 0x1, 0x4, 0x100
_EACH = (0x100, 0x200, 0x400, 0x800)


@dataclass(slots=True)
class _Length:
    """What is known of a track while its fragments are read, in its own units."""

    default: int = 0
    first: int | None = None
    end: int = 0
    in_index: int = 0


def seconds(
    file: FileReader, pieces: Iterable[Box], extends: Box, known: Sequence[Track]
) -> float | None:
    """What index and fragments add up to, in the longest of the tracks; None where unknown."""
    scales = {track.id: track.scale for track in known}
    lengths = {track.id: _Length(in_index=track.units, end=track.units) for track in known}
    _take_defaults(file, extends, lengths)
    for piece in pieces:
        for traf in boxes(file, piece.start, min(piece.end, file.size), _TRAFS):
            if traf.kind == b"traf":
                _add(file, traf, lengths)
    lasting = [
        (length.end - (0 if length.in_index else length.first or 0)) / scales[track]
        for track, length in lengths.items()
    ]
    return max(lasting, default=0.0) or None


def _take_defaults(file: FileReader, extends: Box, lengths: dict[int, _Length]) -> None:
    for box in boxes(file, extends.start, min(extends.end, file.size), _TRAFS):
        if box.kind == b"trex":
            track = lengths.get(file.number(box.start + 4, 4) or 0)
            if track is not None:
                track.default = file.number(box.start + 12, 4) or 0


def _add(file: FileReader, traf: Box, lengths: dict[int, _Length]) -> None:
    """Add a fragment of one track; where it says when it begins (`tfdt`), that counts."""
    head = find(file, traf, b"tfhd")
    track = lengths.get(file.number(head.start + 4, 4) or 0) if head else None
    if head is None or track is None:
        return
    each = _own_default(file, head)
    begins = _begins(file, find(file, traf, b"tfdt"))
    start = track.end if begins is None else begins
    if track.first is None:
        track.first = start
    lasts = sum(
        _run(file, box, track.default if each is None else each)
        for box in boxes(file, traf.start, min(traf.end, file.size), _TRAFS)
        if box.kind == b"trun"
    )
    track.end = max(track.end, start + lasts)


def _own_default(file: FileReader, head: Box) -> int | None:
    flags = file.number(head.start + 1, 3) or 0
    at = head.start + 8 + (8 if flags & _BASE else 0) + (4 if flags & _DESCRIPTION else 0)
    return file.number(at, 4) if flags & _DURATION else None


def _begins(file: FileReader, box: Box | None) -> int | None:
    if box is None:
        return None
    return file.number(box.start + 4, 8 if file.read(box.start, 1) == b"\x01" else 4)


def _run(file: FileReader, box: Box, default: int) -> int:
    """How long the samples of one `trun` last."""
    flags, count = file.number(box.start + 1, 3) or 0, file.number(box.start + 4, 4) or 0
    if not flags & _EACH_DURATION:
        return count * default
    at = box.start + 8 + (4 if flags & _OFFSET else 0) + (4 if flags & _FIRST_FLAGS else 0)
    width = 4 * sum(bool(flags & flag) for flag in _EACH)
    data = file.read(at, min(width * min(count, _SAMPLES), max(box.end - at, 0)))
    return sum(int.from_bytes(data[n : n + 4], "big") for n in range(0, len(data), width))
