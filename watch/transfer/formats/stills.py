"""Finds the end of a TIFF, a BMP and a Photoshop file by the offsets and lengths in their heads."""

from rushes.providers.frozen import frozen
from rushes.watch.cuts import Cut
from rushes.watch.transfer.formats.finding import UNTOLD, WHOLE, FileReader, Finding, cut, ends_at

_ENTRIES = 4096
_STRIPS = 65_536
_PAGES = 256
_SECTIONS = 3
# TIFF 6.0, 2, and BigTIFF: bytes of a value of each type.
_WIDTHS = (0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8)
_OFFSETS, _COUNTS = (273, 324), (279, 325)


@frozen
class _Tiff:
    """A TIFF as its head says: the byte order, and whether offsets have 8 bytes."""

    file: FileReader
    order: str
    is_big: bool

    @property
    def room(self) -> int:
        """Bytes of an offset, and of the values that an entry itself has room for."""
        return 8 if self.is_big else 4

    def number(self, at: int, count: int) -> int:
        """The number there; 0 behind the end."""
        return self.file.number(at, count, self.order) or 0

    def values(self, entry: int) -> tuple[int, int, int]:
        """Where the values of an entry are, how many, and the bytes of one."""
        kind, count = self.number(entry + 2, 2), self.number(entry + 4, self.room)
        width = _WIDTHS[kind] if kind < len(_WIDTHS) else 0
        at = entry + 4 + self.room
        return at if width * count <= self.room else self.number(at, self.room), count, width

    def listed(self, entry: int) -> list[int]:
        """The values of an entry that holds whole numbers, a bounded number of them."""
        at, count, width = self.values(entry)
        data = self.file.read(at, width * min(count, _STRIPS))
        order = "little" if self.order == "little" else "big"
        return [
            int.from_bytes(data[n : n + width], order)
            for n in range(0, len(data) - width + 1, width or 1)
        ]


def tiff(file: FileReader) -> Finding:
    """The lists of all pictures, and what they list, have to be within the file."""
    order = "little" if file.read(0, 2) == b"II" else "big"
    head = _Tiff(file, order, file.number(2, 2, order) == 43)
    found, at = UNTOLD, head.number(8 if head.is_big else 4, head.room)
    if not at:
        return cut(Cut.HEAD)
    for _ in range(_PAGES):
        count = file.number(at, 8 if head.is_big else 2, order)
        if count is None:
            return cut(Cut.NO_LIST_OF_PARTS)
        step, first = (20, at + 8) if head.is_big else (12, at + 2)
        after = first + step * count
        if after + head.room > file.size:
            return cut(Cut.LIST_OF_PARTS)
        if count and (found := _page(head, range(first, after, step))) is not WHOLE:
            return found
        at = head.number(after, head.room)
        if not at:
            return found
    return UNTOLD


def _page(head: _Tiff, entries: range) -> Finding:
    """Whether the values of a picture's entries, and its rows, are within the file."""
    ends = [0]
    kinds: dict[int, int] = {}
    for entry in entries[:_ENTRIES]:
        kinds[head.number(entry, 2)] = entry
        at, count, width = head.values(entry)
        ends.append(at + count * width)
    for offsets, sizes in zip(_OFFSETS, _COUNTS, strict=True):
        if offsets in kinds and sizes in kinds:
            rows = zip(head.listed(kinds[offsets]), head.listed(kinds[sizes]), strict=False)
            ends += [offset + size for offset, size in rows]
    return ends_at(max(ends), head.file.size)


def bmp(file: FileReader) -> Finding:
    """The size of the whole file is behind its two letters; 0 where a writer left it out."""
    size = file.number(2, 4, "little")
    return ends_at(size, file.size) if size else UNTOLD


def psd(file: FileReader) -> Finding:
    """Three sections with their lengths, then the picture, which begins with how it is packed."""
    is_big = file.number(4, 2) == 2
    at = 26
    for section in range(_SECTIONS):
        width = 8 if is_big and section == _SECTIONS - 1 else 4
        size = file.number(at, width)
        if size is None:
            return cut(Cut.WITHIN_PART)
        at += width + size
    return cut(Cut.NO_PICTURE) if at + 2 > file.size else _pixels(file, at)


def _pixels(file: FileReader, at: int) -> Finding:
    """Raw rows have a known size; packed ones list theirs (compression 1)."""
    packing, channels, depth = file.number(at, 2), file.number(12, 2), file.number(22, 2)
    rows, columns = file.number(14, 4), file.number(18, 4)
    if not (channels and depth and rows and columns):
        return UNTOLD
    if packing == 0:
        return ends_at(at + 2 + channels * rows * ((columns * depth + 7) // 8), file.size)
    if packing != 1 or channels * rows > _STRIPS:
        return UNTOLD
    width = 4 if file.number(4, 2) == 2 else 2
    listed = file.read(at + 2, width * channels * rows)
    if len(listed) < width * channels * rows:
        return cut(Cut.WITHIN_PART)
    sizes = (int.from_bytes(listed[n : n + width], "big") for n in range(0, len(listed), width))
    return ends_at(at + 2 + len(listed) + sum(sizes), file.size)
