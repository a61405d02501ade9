"""One output from where it is to its place on disk, in a worker thread.

The rules are reliability.md's rows 29 to 45: bytes are joined only where they prove to be of one
version, a file gets its name only when it is whole, of a known type and on disk.
"""

import errno
import os
import time
from collections.abc import Callable, Iterator
from random import Random

from providers.text import clean, without_query
from watch.atomic import plain_words
from watch.client import Arriving, open_asset
from watch.effort import Interrupted, Limits, Pace, wait_before
from watch.line import Line
from watch.link_answers import refusal
from watch.media import HEAD, Media, instead, sniff
from watch.mp4 import disagreement, examine
from watch.names import with_extension
from watch.order import (
    Answer,
    Canceled,
    DiskFull,
    DownloadFailed,
    LinkRefused,
    Order,
    Remote,
    Saved,
)
from watch.part import Origins, Part, open_part, part_of
from watch.resume import (
    Append,
    Complete,
    Discard,
    Held,
    Refuse,
    Restart,
    Version,
    asking,
    decide,
    standing,
)
from watch.unreachable import Unreachable

UNVERIFIED = "length unverified"
"""The note of a file whose server never said how long it is."""

_GAIN = 64 * 1024
"""Bytes that a try has to bring for the ones before it to be forgotten."""

_FULL = (errno.ENOSPC, errno.EDQUOT)
_FILMS = ("video/mp4", "video/quicktime")


class _Worthless(DownloadFailed):
    """What arrived is not the output: there is nothing to keep."""


class _AnythingElse(_Worthless):
    """What arrived is of no type that an output has, such as a web page."""


def free_bytes(folder: int) -> int:
    """The bytes we may still write where the open folder is."""
    disk = os.fstatvfs(folder)
    return disk.f_bavail * disk.f_frsize


class Transfer:
    """One download. `run` blocks in its thread; all else may be read and called from any other.

    `done` and `total` are bytes of the file, `received` counts what came over the network.
    """

    def __init__(
        self,
        order: Order,
        *,
        limits: Limits | None = None,
        rng: Random | None = None,
        pause: Callable[[float], None] | None = None,
        now: Callable[[], float] = time.monotonic,
        free: Callable[[int], int] = free_bytes,
    ) -> None:
        self.done = 0
        self.total: int | None = None
        self.received = 0
        self._order = order
        self._limits = limits or Limits()
        self._rng = rng or Random()  # noqa: S311  it spreads retries, it guards nothing
        self._line = Line()
        self._abandoned = False
        self._pause = self._line.wait if pause is None else pause
        self._now = now
        self._free = free

    def cancel(self) -> None:
        """End it within a moment; what has arrived stays for another time."""
        self._line.cut()

    def abandon(self) -> None:
        """The same where nobody hears what comes of it: a file that was not noted gets no name."""
        self._abandoned = True
        self._line.cut()

    def run(self) -> Saved:
        """The saved file. Raises DownloadFailed, LinkRefused, DiskFull, Canceled and others."""
        order = self._order
        name = part_of(order.ref, order.n)
        try:
            with open_part(order.directory, order.stem.parts[:-1], name, self._now) as part:
                return self._settle(part)
        except OSError as error:
            reason = f"cannot save in {clean(str(order.directory))}: {plain_words(error)}"
            if error.errno in _FULL:
                raise DiskFull(reason, max((self.total or 0) - self.done, 0)) from error
            raise DownloadFailed(reason) from error

    def _settle(self, part: Part) -> Saved:
        try:
            if isinstance(self._order.source, bytes):
                self._restart(part, "", Version(total=len(self._order.source)))
                self._add(part, self._order.source)
            else:
                self._fetch(part, self._order.source)
            return self._publish(part, _media(part))
        except _AnythingElse as found:
            part.discard()
            if isinstance(self._order.source, bytes):
                raise
            raise LinkRefused(str(found), Answer.PAGE) from None
        except _Worthless:
            part.discard()
            raise

    def _publish(self, part: Part, media: Media) -> Saved:
        notes = [] if self.total is not None else [UNVERIFIED]
        if media.media_type in _FILMS:
            notes.append(disagreement(examine(part.file, part.size), self._order.seconds))
        size, sha256 = part.size, part.sha256
        name = part.publish(self._names(media))
        path = self._order.directory / self._order.stem.with_name(name)
        return Saved(path, size, sha256, "; ".join(filter(None, notes)))

    def _names(self, media: Media) -> Iterator[str]:
        for path in with_extension(self._order.stem, media.extension):
            if self._abandoned:
                raise Canceled("canceled")
            yield path.name

    def _fetch(self, part: Part, remote: Remote) -> None:
        """Ask for the file, and for its rest, until it is whole or there is no use in asking."""
        tries = 0
        while True:
            before = self._begin(part, remote)
            if isinstance(before, Complete):
                return
            size = part.size
            try:
                self._attempt(part, remote, before)
                return
            except Unreachable as trouble:
                self._end_if_cut()
                gained = isinstance(before, Held) and part.size - size >= _GAIN
                tries = 1 if gained else tries + 1
                if tries >= self._limits.tries:
                    reason = f"{trouble}; gave up after {tries} tries"
                    if not self.received:
                        raise LinkRefused(reason, Answer.NONE) from None
                    raise DownloadFailed(reason) from None
                self._pause(wait_before(tries, trouble, self._rng))

    def _begin(self, part: Part, remote: Remote) -> Held | Complete | None:
        """What is on disk of this very output from this very URL, and is good for something."""
        self._end_if_cut()
        known, order = part.origins, self._order
        if known is None or known != Origins(
            without_query(remote.url), str(order.ref), order.n, known.version
        ):
            return None
        self.done, self.total = part.size, known.version.total
        return standing(part.size, known.version)

    def _attempt(self, part: Part, remote: Remote, before: Held | None) -> None:
        with open_asset(
            remote.url,
            asking(before),
            gateway=remote.gateway,
            line=self._line,
            credential=remote.credential,
            silence=self._limits.window,
        ) as arriving:
            self._follow(part, remote, before, arriving)
            self._receive(part, arriving)
        self._end_if_cut()
        if self.total is not None and part.size < self.total:
            raise Interrupted(f"{self.total - part.size} bytes are missing")
        if self.total is not None and part.size > self.total:
            self._restart(part, remote.url, Version())
            raise Interrupted("more bytes came than there are")

    def _follow(self, part: Part, remote: Remote, before: Held | None, arriving: Arriving) -> None:
        """Make the part ready for the body; raises where the body is of no use."""
        keyed = remote.credential is not None
        if (refused := refusal(arriving, keyed=keyed, now=self._now)) is not None:
            raise refused
        match decide(before, arriving.status, arriving.headers):
            case Append():
                self._make_room(part)
            case Restart(version):
                self._restart(part, remote.url, version)
                self._make_room(part)
            case Discard(reason):
                self._restart(part, remote.url, Version())
                raise Interrupted(reason)
            case Refuse(reason):
                raise DownloadFailed(reason)

    def _restart(self, part: Part, url: str, version: Version) -> None:
        order = self._order
        part.restart(Origins(without_query(url), str(order.ref), order.n, version))
        self.done, self.total = 0, version.total

    def _make_room(self, part: Part) -> None:
        limits, total = self._limits, self.total
        if total is not None and total > limits.size:
            raise _Worthless(f"{_mib(total)} is more than the {_mib(limits.size)} that are allowed")
        needed = (total or 0) - part.size
        free = max(0, self._free(part.folder) - limits.spare)
        if free < needed:
            told = f"no room on the disk: {_mib(needed)} to come, {_mib(free)} free"
            raise DiskFull(told, needed)

    def _receive(self, part: Part, arriving: Arriving) -> None:
        pace = Pace(self._limits, self._now)
        for chunk in arriving.chunks:
            self._add(part, chunk)
            pace.note(len(chunk))

    def _add(self, part: Part, chunk: bytes) -> None:
        if part.size + len(chunk) > self._limits.size:
            raise _Worthless(f"the file is longer than the {_mib(self._limits.size)} allowed")
        unknown = part.size < HEAD
        part.write(chunk)
        self.done = part.size
        self.received += len(chunk)
        if unknown and part.size >= HEAD:
            _media(part)

    def _end_if_cut(self) -> None:
        if self._line.is_cut:
            raise Canceled("canceled")


def _media(part: Part) -> Media:
    """The type of what arrived; raises _AnythingElse for what is no output."""
    head = part.head(HEAD)
    media = sniff(head)
    if media is None:
        raise _AnythingElse(f"{instead(head)} came instead of a picture, a film or a sound")
    return media


def _mib(count: int) -> str:
    return f"{count / 1024**2:.1f} MiB"
