"""The file that a format's walk reads, and the finding that it returns."""

from enum import Enum

from rushes.providers.frozen import frozen
from rushes.providers.media import ReadAt
from rushes.watch.cuts import Cut
from rushes.watch.reasons import BytesMissing

STEPS = 32_768
"""Parts of a file that one walk looks at, at most: beyond them nothing is said."""

BLOCK = 256 * 1024
"""Bytes that are read at once where a walk has to see every byte."""


class Wholeness(Enum):
    """What a format says of a file: it is all there, more has to come, or nothing."""

    WHOLE = "whole"
    CUT = "cut"
    UNTOLD = "untold"


@frozen
class Finding:
    """What a file's own format says of it: `why` it is cut, and how many `seconds` it lasts."""

    wholeness: Wholeness
    why: Cut | BytesMissing | None = None
    seconds: float | None = None


@frozen
class FileReader:
    """A file of `size` bytes; `read` takes an offset and a count and may raise OSError."""

    read: ReadAt
    size: int

    def number(self, at: int, count: int, order: str = "big") -> int | None:
        """The unsigned number of `count` bytes there, "big" or "little"; None behind the end."""
        data = self.read(at, count)
        if len(data) < count:
            return None
        return int.from_bytes(data, "little" if order == "little" else "big")


WHOLE = Finding(Wholeness.WHOLE)
UNTOLD = Finding(Wholeness.UNTOLD)


def cut(why: Cut | BytesMissing) -> Finding:
    """The finding that more has to come."""
    return Finding(Wholeness.CUT, why)


def ends_at(end: int, size: int) -> Finding:
    """Whole where `end`, as the file's head has it, is within its `size`; bytes behind are odd."""
    return WHOLE if end <= size else cut(BytesMissing(end - size))
