"""What to make of an answer, given what is already on disk (reliability.md P10, rows 29 to 39).

Pure. Bytes are only ever joined where both sides prove to be of the same version of the file: a
strong ETag (RFC 9110, 8.8.3) that is equal, and an equal length.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from providers.text import clean

_STRONG = re.compile(r'"[\x21\x23-\x7e]{1,200}"')
_RANGE = re.compile(r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18})")
_LENGTH = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Version:
    """What a server says of a file: its strong ETag and its length in bytes, where it does."""

    etag: str | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """The beginning of a file that can be continued: `size` bytes of `total`, never all of them."""

    size: int
    etag: str
    total: int


@dataclass(frozen=True, slots=True)
class Complete:
    """What is on disk is the whole file, whatever the server may say now."""


@dataclass(frozen=True, slots=True)
class Append:
    """The body continues what is held, from byte `start`."""

    start: int


@dataclass(frozen=True, slots=True)
class Restart:
    """The body is the whole file, of this version."""

    version: Version


@dataclass(frozen=True, slots=True)
class Discard:
    """What is held cannot be continued: ask again, from zero."""

    reason: str


@dataclass(frozen=True, slots=True)
class Refuse:
    """This is not a file, and asking again will not make it one."""

    reason: str


Decision = Append | Restart | Discard | Refuse


def standing(size: int, version: Version) -> Held | Complete | None:
    """What `size` bytes of that version are good for; None where they cannot be continued.

    Bytes that all came under one strong ETag, as many as it has, are that version whole: there is
    nothing left to ask for.
    """
    if version.etag is None or version.total is None or not 0 < size <= version.total:
        return None
    return Complete() if size == version.total else Held(size, version.etag, version.total)


def asking(part: Held | None) -> dict[str, str]:
    """The request headers that ask for the rest of what is held, or for all."""
    return {} if part is None else {"Range": f"bytes={part.size}-", "If-Range": part.etag}


def decide(part: Held | None, status: int, headers: Mapping[str, str]) -> Decision:
    """What to do with an answer to `asking(part)`; header names are in lower case.

    What refuses the link itself is `link_answers`' to read, before this.
    """
    if status == 200:
        encoding = _encoding(headers)
        if encoding:
            return Refuse(f"the file came encoded as {encoding}, which was not asked for")
        return Restart(version_of(headers))
    if part is not None and status == 206:
        fault = _mismatch(part, headers)
        return Discard(fault) if fault else Append(part.size)
    if part is not None and status == 416:
        return Discard("the file is shorter now")
    return Refuse(f"HTTP {status}")


def version_of(headers: Mapping[str, str]) -> Version:
    """What the headers of a whole answer (200) say of the file."""
    length = headers.get("content-length", "")
    # A length beside a transfer coding is not the file's (RFC 9112, 6.2).
    known = _LENGTH.fullmatch(length) and "transfer-encoding" not in headers
    return Version(_strong(headers), int(length) if known else None)


def _mismatch(part: Held, headers: Mapping[str, str]) -> str:
    """Why the body of a 206 does not continue what is held; empty where it does."""
    if headers.get("content-type", "").strip().lower().startswith("multipart/"):
        return "several ranges came for one"
    if _encoding(headers):
        return "the range came encoded"
    if _strong(headers) != part.etag:
        return "the file is another version now"
    match = _RANGE.fullmatch(headers.get("content-range", ""))
    if match is None:
        return "the range that came is unreadable"
    start, end, total = map(int, match.groups())
    if start != part.size or not start <= end < total:
        return "another range came than was asked for"
    return "" if total == part.total else "the file has another length now"


def _encoding(headers: Mapping[str, str]) -> str:
    """The content coding of a body; empty for none."""
    coding = headers.get("content-encoding", "").strip().lower()
    return "" if coding == "identity" else clean(coding, 20)


def _strong(headers: Mapping[str, str]) -> str | None:
    etag = headers.get("etag", "").strip()
    return etag if _STRONG.fullmatch(etag) else None
