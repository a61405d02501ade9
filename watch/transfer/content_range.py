"""Reads from the headers which bytes of a file a body is (RFC 9110, 14.4)."""

import re
from collections.abc import Mapping

from rushes.providers.frozen import frozen
from rushes.watch.reasons import Cause

_RANGE = re.compile(r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18})", re.IGNORECASE)
_LENGTH = re.compile(r"[0-9]{1,18}")


@frozen
class Range:
    """The bytes from `start` up to before `end`, of `total`; at least one."""

    start: int
    end: int
    total: int

    @property
    def is_whole(self) -> bool:
        """Whether it is all of the file."""
        return self.start == 0 and self.end == self.total


@frozen
class Unreadable:
    """The headers do not say, or contradict each other."""

    reason: Cause


def range_of(headers: Mapping[str, str]) -> Range | Unreadable:
    """The one range that the body is; header names are in lower case."""
    if headers.get("content-type", "").strip().lower().startswith("multipart/byteranges"):
        return Unreadable(Cause.SEVERAL_RANGES)
    match = _RANGE.fullmatch(headers.get("content-range", "").strip())
    if match is None:
        return Unreadable(Cause.RANGE_UNREADABLE)
    start, last, total = map(int, match.groups())
    if not start <= last < total:
        return Unreadable(Cause.RANGE_IMPOSSIBLE)
    length = content_length(headers)
    if length is not None and length != last + 1 - start:
        return Unreadable(Cause.RANGE_LENGTH)
    return Range(start, last + 1, total)


def content_length(headers: Mapping[str, str]) -> int | None:
    """The bytes of the body as it is sent; None where they are not announced."""
    length = headers.get("content-length", "").strip()
    # A length beside a transfer coding is not the body's (RFC 9112, 6.2).
    known = _LENGTH.fullmatch(length) and "transfer-encoding" not in headers
    return int(length) if known else None
