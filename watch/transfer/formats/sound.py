"""Finds the end of an Ogg and an MP3."""

import re

from rushes.providers.media import behind_tags
from rushes.watch.cuts import Cut
from rushes.watch.transfer.formats.finding import UNTOLD, WHOLE, FileReader, Finding, cut, ends_at

_PAGE = 27
_LONGEST_PAGE = _PAGE + 255 + 255 * 255
_LAST = 0x04
_XING = re.compile(rb"Xing|Info")
_FRAME = 192
_HAS_FRAMES, _HAS_BYTES = 0x1, 0x2


def ogg(file: FileReader) -> Finding:
    """The last page of an Ogg is marked as the end of its stream (RFC 3533, 6)."""
    at = max(0, file.size - 2 * _LONGEST_PAGE)
    tail = file.read(at, 2 * _LONGEST_PAGE)
    flags = _last_page(tail)
    if flags is None:
        return cut(Cut.WITHIN_PAGE)
    return WHOLE if flags & _LAST else cut(Cut.NO_LAST_PAGE)


def _last_page(tail: bytes) -> int | None:
    """The flags of the last page; None where it is cut, or there is none.

    A page within the data of another would not be followed by a third, nor by the end.
    """
    start = tail.find(b"OggS\0")
    while start >= 0:
        flags, at = None, start
        while tail.startswith(b"OggS\0", at) and (end := _page_end(tail, at)) is not None:
            flags, at = tail[at + 5], end
        if flags is not None and not tail.startswith(b"OggS\0", at):
            return flags
        if flags is not None:
            return None
        start = tail.find(b"OggS\0", start + 1)
    return None


def _page_end(tail: bytes, at: int) -> int | None:
    """Where a page ends; None where not all of it is there."""
    table = tail[at + _PAGE : at + _PAGE + tail[at + _PAGE - 1]] if at + _PAGE <= len(tail) else b""
    end = at + _PAGE + len(table) + sum(table)
    complete = at + _PAGE <= len(tail) and len(table) == tail[at + _PAGE - 1]
    return end if complete and end <= len(tail) else None


def mp3(file: FileReader) -> Finding:
    """The Xing or Info head in the first frame says how many bytes come from that frame on.

    The ID3 tag before it does not count. Without such a head, as in a stream, nothing is told.
    """
    start = behind_tags(file.read)
    if start >= file.size:
        return cut(Cut.ONLY_TAG)
    head = file.read(start, _FRAME)
    found = _XING.search(head)
    if found is None:
        return UNTOLD
    at = start + found.end()
    flags = file.number(at, 4) or 0
    size = file.number(at + (8 if flags & _HAS_FRAMES else 4), 4) if flags & _HAS_BYTES else None
    return ends_at(start + size, file.size) if size and size < 1 << 31 else UNTOLD
