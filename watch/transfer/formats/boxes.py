"""Files of boxes: MP4, MOV, M4A, AVIF, HEIC, JPEG XL, JPEG 2000 (ISO/IEC 14496-12, 4.2)."""

from collections.abc import Iterator

from rushes.providers.frozen import frozen
from rushes.watch.cuts import Cut
from rushes.watch.transfer.formats.finding import (
    STEPS,
    UNTOLD,
    WHOLE,
    FileReader,
    Finding,
    cut,
    ends_at,
)

_FEWEST = 8
# A box of another type that reaches beyond the end, behind a film that is all there, is no box.
_TOP = frozenset(
    b"ftyp styp moov mdat moof mfra free skip wide uuid meta sidx ssix pnot pdin emsg prft udta "
    b"idat imda jxll jxlc jxlp jxli jbrd jumb brob Exif jp2h jp2c jp2i jpch jplh uinf mpvd meco "
    b"PICT".split()
) | {b"JXL ", b"xml ", b"jP  "}
_HEADS = (b"ftyp", b"jP  ", b"JXL ")
_PADDING = bytes(4)


@frozen
class Box:
    """A box: its body is from `start` up to `end`; `open` where it reaches to the file's end."""

    kind: bytes
    start: int
    end: int
    open: bool = False


def boxes(file: FileReader, start: int, end: int, most: int = STEPS) -> Iterator[Box]:
    """The boxes from `start` on, `most` at most; the last one may say that it ends after `end`."""
    for _ in range(most):
        head = file.read(start, 16) if end - start >= _FEWEST else b""
        if len(head) < _FEWEST:
            return
        length, kind, body = int.from_bytes(head[:4], "big"), head[4:8], 8
        to_the_end = length == 0
        if length == 1:
            length, body = int.from_bytes(head[8:16], "big"), 16
        elif to_the_end:
            length = end - start
        # A box shorter than its own head leads nowhere: it ends after everything.
        stop = start + length if length >= body else end + 1
        yield Box(kind, start + body, stop, to_the_end)
        start = stop


def find(file: FileReader, parent: Box, kind: bytes) -> Box | None:
    """The first box of that kind within `parent`, if all of it is there."""
    inside = boxes(file, parent.start, min(parent.end, file.size))
    return next((box for box in inside if box.kind == kind and box.end <= parent.end), None)


def all_there(file: FileReader, top: list[Box]) -> Finding:
    """Whether the boxes at the top end where the file does; what is no box behind them is odd."""
    if not top:
        return cut(Cut.NO_FIRST_PART)
    if len(top) >= STEPS:
        return UNTOLD
    last, kinds = top[-1], {box.kind for box in top[:-1]}
    if last.end > file.size and last.kind not in _TOP and {b"moov", b"mdat"} <= kinds:
        return WHOLE
    return ends_at(last.end, file.size)


def still(file: FileReader) -> Finding:
    """A picture of boxes; zeros behind its head are neither a box nor a picture."""
    top = list(boxes(file, 0, file.size))
    found = all_there(file, top)
    if found == WHOLE and all(box.kind in _HEADS for box in top):
        return cut(Cut.ONLY_HEAD)
    if found == WHOLE and any(box.open and box.kind == _PADDING for box in top):
        return UNTOLD
    return found
