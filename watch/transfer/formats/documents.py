"""Finds the end of archives, 3D models and documents: ZIP, USDZ, PDF, GLB, PLY and text."""

import json
import re

from rushes.providers.text_media import text_of
from rushes.watch.cuts import Cut
from rushes.watch.transfer.formats.finding import UNTOLD, WHOLE, FileReader, Finding, cut, ends_at

_ZIP_TAIL = 65_557
"""Bytes before the end within which a ZIP's end record begins: 22, and a comment of 65,535."""

_JSON_MOST = 16 * 1024 * 1024
"""Bytes of a JSON file that is read whole; of a longer one nothing is told."""

_TEXT_TAIL = 64 * 1024
_PLY_HEAD = 64 * 1024
_NEAR_THE_END = 8
_SIZES = {
    **dict.fromkeys(("char", "uchar", "int8", "uint8"), 1),
    **dict.fromkeys(("short", "ushort", "int16", "uint16"), 2),
    **dict.fromkeys(("int", "uint", "float", "int32", "uint32", "float32"), 4),
    **dict.fromkeys(("double", "float64"), 8),
}


def zipped(file: FileReader) -> Finding:
    """A ZIP ends with the record of its directory (APPNOTE, 4.3.16), which lies before it."""
    start = max(0, file.size - _ZIP_TAIL)
    tail = file.read(start, _ZIP_TAIL)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or at + 22 > len(tail):
        return cut(Cut.NO_DIRECTORY)
    if at + 22 + int.from_bytes(tail[at + 20 : at + 22], "little") > len(tail):
        return cut(Cut.COMMENT)
    size = int.from_bytes(tail[at + 12 : at + 16], "little")
    if size != 0xFFFF_FFFF and size > start + at:
        return cut(Cut.DIRECTORY)
    return WHOLE


def pdf(file: FileReader) -> Finding:
    """A PDF ends with %%EOF; a little may come behind (ISO 32000-1, 7.5.5)."""
    tail = file.read(max(0, file.size - _ZIP_TAIL), _ZIP_TAIL)
    return WHOLE if b"%%EOF" in tail else cut(Cut.NO_END)


def glb(file: FileReader) -> Finding:
    """A GLB has its length behind its version (glTF 2.0, 4.2)."""
    size = file.number(8, 4, "little")
    return UNTOLD if size is None else ends_at(size, file.size)


def ply(file: FileReader) -> Finding:
    """The head of a binary PLY counts its elements; a list in one has at least its own count."""
    head, found, _ = file.read(0, _PLY_HEAD).partition(b"end_header")
    if not found:
        return cut(Cut.HEAD) if file.size < _PLY_HEAD else UNTOLD
    if b"format binary" not in head:
        return UNTOLD
    least = count = 0
    for line in head.decode("latin-1").splitlines():
        match line.split():
            case ["element", _, number] if number.isdigit():
                count = int(number[:12])
            case ["property", "list", kind, *_] | ["property", kind, _]:
                least += count * _SIZES.get(kind, 0)
            case _:
                pass
    found = ends_at(len(head) + len(b"end_header\n") + least, file.size)
    return found if b"property list" not in head or found is not WHOLE else UNTOLD


def svg(file: FileReader) -> Finding:
    """An SVG ends with the tag that its root began with."""
    tail = file.read(max(0, file.size - _TEXT_TAIL), _TEXT_TAIL)
    if re.search(rb"</(\w+:)?svg\s*>", tail):
        return WHOLE
    alone = re.search(rb"<(\w+:)?svg\b[^<]*/>\s*\Z", tail)
    if alone or tail.startswith((b"\xff\xfe", b"\xfe\xff")):
        return WHOLE if alone else UNTOLD
    return cut(Cut.NO_END_TAG)


def parsed(file: FileReader) -> tuple[Finding, object]:
    """Whether a JSON text is whole, and its value; UNTOLD and None for what is too long.

    Raises ValueError for what is no JSON at all.
    """
    if file.size > _JSON_MOST:
        return UNTOLD, None
    text = (text_of(file.read(0, file.size)) or "").rstrip()
    try:
        return WHOLE, json.loads(text)
    except RecursionError:
        return UNTOLD, None
    except json.JSONDecodeError as error:
        if error.pos >= len(text) - _NEAR_THE_END or error.msg.startswith("Unterminated"):
            return cut(Cut.WITHIN_VALUE), None
        raise
