"""How long an MP4 or MOV lasts and whether all of it is there (ISO/IEC 14496-12).

Only the heads of boxes and the tables of fragments are read, a bounded number of them, whatever
the file says of itself.
"""

from rushes.watch.cuts import Cut
from rushes.watch.reasons import BytesMissing
from rushes.watch.transfer.formats import fragments
from rushes.watch.transfer.formats.boxes import Box, all_there, boxes, find
from rushes.watch.transfer.formats.finding import FileReader, Finding, Wholeness, cut
from rushes.watch.transfer.formats.tracks import Track, duration_of, ends, tracks

_PICTURES = frozenset((b"mdat", b"moof", b"imda"))


def film(file: FileReader) -> Finding:
    """What a film or a sound of boxes says of itself."""
    top = list(boxes(file, 0, file.size))
    found = all_there(file, top)
    index = next((box for box in top if box.kind == b"moov"), None)
    if found.wholeness is Wholeness.CUT:
        return found
    if index is None:
        return cut(Cut.NO_INDEX)
    header = find(file, index, b"mvhd")
    if not any(box.kind in _PICTURES for box in top):
        return cut(Cut.ONLY_INDEX)
    known = tracks(file, index)
    last = top[-1]
    if last.open and last.kind == b"mdat" and (missing := ends(file, known) - file.size) > 0:
        return cut(BytesMissing(missing))
    seconds = _seconds(file, top, index, header, known) if header else None
    return Finding(found.wholeness, seconds=seconds)


def segment(file: FileReader) -> Finding:
    """A piece of a stream, which has no index of its own."""
    return all_there(file, list(boxes(file, 0, file.size)))


def _seconds(
    file: FileReader, top: list[Box], index: Box, header: Box, known: list[Track]
) -> float | None:
    """The header's duration; with fragments, what they add up to behind what it speaks of."""
    said = duration_of(file, header)
    extends = find(file, index, b"mvex")
    if extends is None:
        return said
    lasting = fragments.seconds(file, [box for box in top if box.kind == b"moof"], extends, known)
    return max(filter(None, (said, lasting)), default=None)
