"""A server of files in pieces: every way to tell versions apart, and to name a piece."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.watch.conftest import Heard, Loopback, Scene

DATES = [f"Sat, 28 Nov 2026 10:0{version}:00 GMT" for version in range(10)]
"""The Last-Modified of each version."""

NOW = "Sat, 28 Nov 2026 11:00:00 GMT"


@dataclass(frozen=True)
class Manners:
    """How a server tells versions of a file apart, and how it names a piece of one.

    `etag` has a place for the version. `if_range`: it is honoured where it fits. `status` is that
    of a piece.
    """

    etag: str = ""
    modified: bool = False
    if_range: bool = True
    status: int = 206


RUNGS = {
    "an ETag": Manners(etag='"v{}"'),
    "an ETag, If-Range ignored": Manners(etag='"v{}"', if_range=False),
    "an ETag, pieces under 200": Manners(etag='"v{}"', status=200),
    "a date": Manners(modified=True),
    "a date, pieces under 200": Manners(modified=True, status=200),
    "a date, If-Range ignored": Manners(modified=True, if_range=False),
    "a weak ETag": Manners(etag='W/"v{}"'),
    "nothing": Manners(if_range=False),
    "nothing, pieces under 200": Manners(if_range=False, status=200),
}
"""Servers of every rung of the ladder (reliability.md, row 29)."""


@dataclass
class Shelf:
    """Serves `films[0]`, and the next one after every `replace_after` answers.

    An answer is cut off after `cut` bytes; a piece is never longer than `cap`. `changes` alters its
    headers (a value of "" takes one away). `sent` counts the bytes of bodies.
    """

    loopback: Loopback
    films: list[bytes]
    manners: Manners
    cut: int | None = None
    cap: int | None = None
    replace_after: int | None = None
    changes: dict[str, str] = field(default_factory=dict[str, str])
    answers: int = 0

    def __call__(self, heard: Heard) -> Scene:
        version = 0
        if self.replace_after is not None:
            version = min(self.answers // self.replace_after, len(self.films) - 1)
        self.answers += 1
        film, about = self.films[version], {"Date": NOW}
        if self.manners.etag:
            about["ETag"] = self.manners.etag.format(version)
        if self.manners.modified:
            about["Last-Modified"] = DATES[version]
        start = self._start(heard, about)
        body, status = film, 200
        if start is not None:
            body, status = film[start:][: self.cap], self.manners.status
            last = start + len(body) - 1
            about["Content-Range"] = f"bytes {start}-{last}/{len(film)}"
            about |= self.changes
        head = {"content-length": str(len(body))} | about
        yield self.loopback.answer(status, b"", **head)
        yield body[: self.cut]
        yield self.loopback.CLOSE

    def _start(self, heard: Heard, about: dict[str, str]) -> int | None:
        """The first byte of the piece that is wanted; None for all of the file."""
        wanted, condition = heard.headers.get("range"), heard.headers.get("if-range")
        if wanted is None:
            return None
        strong = {about.get("Last-Modified", ""), about.get("ETag", "")}
        fits = self.manners.if_range and condition in strong
        if condition is not None and (not fits or condition.startswith("W/")):
            return None
        return int(wanted.removeprefix("bytes=").removesuffix("-"))
