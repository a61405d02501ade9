"""The tracks of a film: what its index says of each (ISO/IEC 14496-12, 8.2 to 8.7)."""

from rushes.providers.frozen import frozen
from rushes.watch.transfer.formats.boxes import Box, boxes, find
from rushes.watch.transfer.formats.finding import FileReader

_MOST = 64
# Version 0 and 1 of `mvhd` and `mdhd`: where the time scale is, where the duration, how wide.
_TIMES = {0: (12, 16, 4), 1: (20, 24, 8)}


@frozen
class Track:
    """A track: its id, units a second, units that the index itself speaks of, its `stbl`."""

    id: int
    scale: int
    units: int
    table: Box


def tracks(file: FileReader, index: Box) -> list[Track]:
    """The tracks of a film's index that can be made sense of, a bounded number of them."""
    found: list[Track] = []
    for box in boxes(file, index.start, min(index.end, file.size), _MOST):
        if box.kind == b"trak" and (track := _track(file, box)) is not None:
            found.append(track)
    return found


def _track(file: FileReader, box: Box) -> Track | None:
    head, media = find(file, box, b"tkhd"), find(file, box, b"mdia")
    times = find(file, media, b"mdhd") if media else None
    info = find(file, media, b"minf") if media else None
    table = find(file, info, b"stbl") if info else None
    if head is None or times is None or table is None:
        return None
    is_long = file.read(head.start, 1) == b"\x01"
    id_ = file.number(head.start + (20 if is_long else 12), 4)
    scale, units = _times(file, times)
    return Track(id_, scale, units or 0, table) if id_ is not None and scale else None


def duration_of(file: FileReader, header: Box) -> float | None:
    """Seconds that an `mvhd` says; None where it says nothing, as in a streamed file."""
    scale, units = _times(file, header)
    return units / scale if scale and units else None


def _times(file: FileReader, header: Box) -> tuple[int, int | None]:
    """Units a second and the duration in them, 0 and all ones being unknown."""
    head = file.read(header.start, min(32, header.end - header.start))
    if not head or head[0] not in _TIMES:
        return 0, None
    scale_at, at, width = _TIMES[head[0]]
    if len(head) < at + width:
        return 0, None
    units = int.from_bytes(head[at : at + width], "big")
    known = units not in (0, (1 << 8 * width) - 1)
    return int.from_bytes(head[scale_at : scale_at + 4], "big"), units if known else None


def ends(file: FileReader, known: list[Track]) -> int:
    """Where the last chunk of the tracks ends, as their tables have it; 0 where they do not say.

    The last entry of `stsc` counts for the last chunk, whatever number it has (8.7.4).
    """
    return max((_end(file, track.table) for track in known), default=0)


def _end(file: FileReader, table: Box) -> int:
    offset = _last_chunk(file, table)
    chunks, sizes = find(file, table, b"stsc"), find(file, table, b"stsz")
    if offset is None or chunks is None or sizes is None:
        return 0
    runs = file.number(chunks.start + 4, 4) or 0
    samples = file.number(chunks.start + 8 + 12 * (runs - 1) + 4, 4) if runs else None
    each, count = file.number(sizes.start + 4, 4), file.number(sizes.start + 8, 4)
    if samples is None or each is None or not count or each == 1:
        return offset  # sounds in MOV may count bytes as samples
    samples = min(samples, count)
    if each:
        return offset + samples * each
    listed = file.read(sizes.start + 12 + 4 * (count - samples), 4 * min(samples, 65_536))
    return offset + sum(int.from_bytes(listed[n : n + 4], "big") for n in range(0, len(listed), 4))


def _last_chunk(file: FileReader, table: Box) -> int | None:
    for kind, width in ((b"stco", 4), (b"co64", 8)):
        if box := find(file, table, kind):
            count = file.number(box.start + 4, 4)
            return file.number(box.start + 8 + width * (count - 1), width) if count else None
    return None
