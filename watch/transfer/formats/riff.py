"""Files of chunks with their length in front: WAV, WebP, AVI, AIFF, and their 64-bit kin."""

from rushes.watch.transfer.formats.finding import STEPS, UNTOLD, WHOLE, FileReader, Finding, ends_at

_UNKNOWN = 0x7FFF_0000
"""Sizes from here on stand for "unknown" in files that were written to a pipe."""


def riff(file: FileReader) -> Finding:
    """WAV, WebP, AVI: the first size counts; a big AVI is several RIFFs one behind the other."""
    at = 0
    for _ in range(STEPS):
        head = file.read(at, 12)
        if at and head[:4] != b"RIFF":
            return WHOLE
        found = _chunks(file, at, "little")
        if found is not WHOLE or head[8:12] not in (b"AVI ", b"AVIX"):
            return found
        at += 8 + (size := int.from_bytes(head[4:8], "little")) + size % 2
    return UNTOLD


def aiff(file: FileReader) -> Finding:
    """AIFF and AIFC: as RIFF, the other way round."""
    return _chunks(file, 0, "big")


def _chunks(file: FileReader, at: int, order: str) -> Finding:
    size = file.number(at + 4, 4, order)
    if not size or size >= _UNKNOWN:
        return UNTOLD
    end = at + 8 + size
    if end == file.size + 1 and _ends_odd(file, at + 12, order):
        return WHOLE
    return ends_at(end, file.size)


def _ends_odd(file: FileReader, at: int, order: str) -> bool:
    """Whether the last chunk ends with the file, only the pad byte that makes it even missing."""
    for _ in range(STEPS):
        size = file.number(at + 4, 4, order)
        if size is None:
            return False
        at += 8 + size
        if at >= file.size:
            return at == file.size and size % 2 == 1
        at += size % 2
    return False


def rf64(file: FileReader) -> Finding:
    """RF64 and BW64: the size is in the `ds64` chunk, which comes first (EBU Tech 3306)."""
    size = file.number(20, 8, "little") if file.read(12, 4) == b"ds64" else None
    if not size or size >= 1 << 63:
        return UNTOLD
    data = file.number(28, 8, "little") or 0
    is_unpadded = data % 2 == 1 and 8 + size == file.size + 1
    return WHOLE if is_unpadded else ends_at(8 + size, file.size)


def w64(file: FileReader) -> Finding:
    """Wave64: the size of the whole file, its own head included, behind a GUID."""
    size = file.number(16, 8, "little")
    return ends_at(size, file.size) if size and size < 1 << 62 else UNTOLD


def au(file: FileReader) -> Finding:
    """AU: where the sound begins, and how many bytes it has; all ones where that is unknown."""
    start, size = file.number(4, 4), file.number(8, 4)
    if start is None or not size or size >= _UNKNOWN:
        return UNTOLD
    return ends_at(start + size, file.size)


def caf(file: FileReader) -> Finding:
    """CAF: chunks with 64-bit sizes; -1 for sound of unknown length, which comes last."""
    at = 8
    for _ in range(STEPS):
        size = file.number(at + 4, 8)
        if size is None:
            return WHOLE if at > 8 else UNTOLD
        if size >= 1 << 63:
            return UNTOLD
        at += 12 + size
        if at > file.size:
            return ends_at(at, file.size)
    return UNTOLD
