"""Where a TIFF, a BMP and a Photoshop file end, by the offsets and lengths in their heads."""

from watch.formats.finding import UNTOLD, Finding, Source, cut, ends_at

_ENTRIES = 4096
_STRIPS = 65_536
_SECTIONS = 3
# TIFF 6.0, 2: bytes of a SHORT, a LONG and a LONG8 (BigTIFF).
_WIDTHS = {3: 2, 4: 4, 16: 8}
_OFFSETS, _COUNTS = (273, 324), (279, 325)


def tiff(file: Source) -> Finding:
    """The list of the first picture, and what it lists, has to be within the file."""
    order = "little" if file.read(0, 2) == b"II" else "big"
    is_big = file.number(2, 2, order) == 43
    at = file.number(8 if is_big else 4, 8 if is_big else 4, order)
    count = None if at is None else file.number(at, 8 if is_big else 2, order)
    if at is None or count is None:
        return cut("the list of its parts is missing")
    step, at = (20, at + 8) if is_big else (12, at + 2)
    if at + step * count > file.size:
        return cut("the list of its parts is not all there")
    entries = {
        file.number(entry, 2, order): entry
        for entry in range(at, at + step * min(count, _ENTRIES), step)
    }
    ends = [
        offset + size
        for offsets, sizes in zip(_OFFSETS, _COUNTS, strict=True)
        if offsets in entries and sizes in entries
        for offset, size in zip(
            _values(file, entries[offsets], order, is_big=is_big),
            _values(file, entries[sizes], order, is_big=is_big),
            strict=False,
        )
    ]
    return ends_at(max(ends), file.size) if ends else UNTOLD


def _values(file: Source, entry: int, order: str, *, is_big: bool) -> list[int]:
    """The numbers of an entry of the list, in the entry itself where they are few."""
    width = _WIDTHS.get(file.number(entry + 2, 2, order) or 0, 0)
    room = 8 if is_big else 4
    count = min(file.number(entry + 4, room, order) or 0, _STRIPS)
    at = entry + 4 + room
    if width * count > room:
        at = file.number(at, room, order) or 0
    data = file.read(at, width * count)
    return [
        int.from_bytes(data[n : n + width], "little" if order == "little" else "big")
        for n in range(0, len(data) - width + 1, width or 1)
    ]


def bmp(file: Source) -> Finding:
    """The size of the whole file is behind its two letters; 0 where a writer left it out."""
    size = file.number(2, 4, "little")
    return ends_at(size, file.size) if size else UNTOLD


def psd(file: Source) -> Finding:
    """Three sections with their lengths, then the picture, which begins with how it is packed."""
    is_big = file.number(4, 2) == 2
    at = 26
    for section in range(_SECTIONS):
        width = 8 if is_big and section == _SECTIONS - 1 else 4
        size = file.number(at, width)
        if size is None:
            return cut("it ends within one of its parts")
        at += width + size
    return cut("its picture is missing") if at + 2 > file.size else _pixels(file, at)


def _pixels(file: Source, at: int) -> Finding:
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
        return cut("it ends within one of its parts")
    sizes = (int.from_bytes(listed[n : n + width], "big") for n in range(0, len(listed), width))
    return ends_at(at + 2 + len(listed) + sum(sizes), file.size)
