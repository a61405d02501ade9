"""Reads TOML files of a bounded size; its errors say where in the file they are."""

import os
import re
import stat
from datetime import date, datetime, time
from pathlib import Path

from rushes.providers.error_codes import ErrorCode
from rushes.providers.errors import RushesError
from rushes.providers.frozen import frozen
from rushes.providers.language import _
from rushes.providers.text import clean
from rushes.watch.disk.atomic import plain_words
from rushes.watch.disk.descriptors import close

Toml = str | int | float | bool | datetime | date | time | list["Toml"] | dict[str, "Toml"]


class BadFile(RushesError):
    """A file cannot be read or is not TOML; `line` and `column` count from 1 where known."""

    code = ErrorCode.BAD_FILE

    def __init__(
        self, path: Path, reason: str, line: int | None = None, column: int | None = None
    ) -> None:
        place = f"line {line}" if line else ""
        place += f", column {column}" if line and column else ""
        super().__init__(": ".join(filter(None, (clean(str(path)), place, reason))))
        self.path = path
        self.reason = reason
        self.line = line
        self.column = column


@frozen
class Stamp:
    """Tells whether a file has changed without reading it."""

    mtime_ns: int
    size: int
    inode: int
    device: int
    ctime_ns: int

    @classmethod
    def of(cls, seen: os.stat_result) -> "Stamp":
        """The stamp in the result of `stat`."""
        return cls(seen.st_mtime_ns, seen.st_size, seen.st_ino, seen.st_dev, seen.st_ctime_ns)


@frozen
class FileBytes:
    """A file's bytes, its stamp from just before reading, its permission bits and its owner."""

    body: bytes
    stamp: Stamp
    mode: int
    owner: int


@frozen
class FileText:
    """A file's text, its stamp from just before reading, and its permission bits."""

    text: str
    stamp: Stamp
    mode: int


def read_text(path: Path, limit: int) -> FileText | None:
    """The UTF-8 text of the regular file at `path`, None where there is no file.

    Raises BadFile for anything else, and for more than `limit` bytes.
    """
    file = read_bytes(path, limit)
    return file and FileText(decoded(path, file.body), file.stamp, file.mode)


def read_bytes(path: Path, limit: int) -> FileBytes | None:
    """The bytes of the regular file at `path`, None where there is no file.

    Raises BadFile for anything else, and for more than `limit` bytes.
    """
    try:
        # Without O_NONBLOCK the mere opening of a FIFO hangs.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BadFile(path, plain_words(error)) from None
    try:
        seen = os.fstat(descriptor)
        if not stat.S_ISREG(seen.st_mode):
            raise BadFile(path, _("not a regular file"))
        if seen.st_size > limit:
            raise BadFile(path, _("larger than {limit} bytes").format(limit=limit))
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            body = file.read(limit)
    except OSError as error:
        raise BadFile(path, plain_words(error)) from None
    finally:
        close(descriptor)
    return FileBytes(body, Stamp.of(seen), stat.S_IMODE(seen.st_mode), seen.st_uid)


def parse_toml(path: Path, text: str) -> dict[str, Toml]:
    """The document in `text`; raises BadFile with line and column.

    tomllib also raises errors of its numbers, dates and recursion, without a place (M11): then the
    last line is given.
    """
    import tomllib  # not where a list is read that is kept in a faster form

    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError, OverflowError) as error:
        last = text.count("\n") + 1
        column = len(text) - text.rfind("\n")
        if isinstance(error, RecursionError):
            raise BadFile(path, _("nested too deep"), last, column) from None
        reason = clean(str(error), 200)
        if place := re.search(r" \(at line (\d+), column (\d+)\)$", reason):
            reason = reason[: place.start()]
            last, column = int(place[1]), int(place[2])
        raise BadFile(path, reason.removesuffix(" (at end of document)"), last, column) from None


def decoded(path: Path, body: bytes) -> str:
    """The text of UTF-8 bytes, without a byte order mark; raises BadFile with line and column."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = body[: error.start]
        line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        raise BadFile(path, _("bytes that are not UTF-8"), line, column) from None
