"""One output from where it is to its place on disk, in a worker thread.

The rules are reliability.md's rows 29 to 45: bytes are joined only where they prove to be of one
version, a file gets its name only when it is whole, of a known type and on disk.
"""

import errno
import os
import time
from collections.abc import Callable, Iterator, Mapping
from random import Random

from providers.media import HEAD
from providers.reply import Reply
from providers.text import clean, without_query
from watch.atomic import plain_words
from watch.client import Arriving, open_asset
from watch.effort import Interrupted, Limits, Pace, wait_before
from watch.formats.finding import Source
from watch.judging import NotTheOutput, Promise, Verdict, judge, refuse_page
from watch.line import Line
from watch.names import with_extension
from watch.order import Canceled, DiskFull, DownloadFailed, LinkExpired, Order, Remote, Saved
from watch.part import Origins, Part, open_part, part_of
from watch.resume import (
    Append,
    Complete,
    Discard,
    ExpiredLink,
    Held,
    Refuse,
    Restart,
    TryLater,
    Version,
    asking,
    decide,
    standing,
)
from watch.task import Check
from watch.unreachable import Unreachable

UNVERIFIED = "length unverified"
"""The note of a file whose server never said how long it is."""

_GAIN = 64 * 1024
"""Bytes that a try has to bring for the ones before it to be forgotten."""

_FULL = (errno.ENOSPC, errno.EDQUOT)

_ANEW = (0.2, 0.5)
"""Seconds before each further fetch, from zero, of a file that its own format calls cut."""


class _Worthless(DownloadFailed):
    """What arrived is not the output: there is nothing to keep."""


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
        self._media_type = ""
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
        """The saved file. Raises DownloadFailed, DiskFull, LinkExpired, Canceled and others."""
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
            return self._publish(part, self._whole(part))
        except NotTheOutput as found:
            part.discard()
            told = f"{found} came instead of a picture, a film or a sound"
            raise _Worthless(told) from None
        except _Worthless:
            part.discard()
            raise

    def _whole(self, part: Part) -> Verdict:
        """Fetch what its own format calls whole: what is cut is fetched again from zero, twice."""
        source = self._order.source
        if isinstance(source, bytes):
            self._restart(part, "", Version(total=len(source)))
            self._add(part, source)
            return _unless_cut(self._judged(part))
        for pause in _ANEW:
            self._fetch(part, source)
            verdict = self._judged(part)
            if not verdict.missing:
                return verdict
            self._restart(part, source.url, Version())
            self._pause(pause)
        self._fetch(part, source)
        return _unless_cut(self._judged(part))

    @property
    def _promise(self) -> Promise:
        return Promise(self._order.kind, self._media_type, self._order.seconds)

    def _judged(self, part: Part) -> Verdict:
        file = Source(lambda at, count: os.pread(part.file, count, at), part.size)
        return judge(file, self._promise)

    def _publish(self, part: Part, verdict: Verdict) -> Saved:
        is_length_known = self.total is not None
        notes = verdict.notes if is_length_known else (UNVERIFIED, *verdict.notes)
        checked = (Check.LENGTH, *verdict.checked) if is_length_known else verdict.checked
        size, sha256 = part.size, part.sha256
        name = part.publish(self._names(verdict.media.extension))
        path = self._order.directory / self._order.stem.with_name(name)
        return Saved(path, size, sha256, "; ".join(notes), checked)

    def _names(self, extension: str) -> Iterator[str]:
        for path in with_extension(self._order.stem, extension):
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
                    raise DownloadFailed(f"{trouble}; gave up after {tries} tries") from None
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
            network=remote.network,
            silence=self._limits.window,
        ) as arriving:
            self._media_type = arriving.headers.get("content-type", "")
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
        match decide(before, arriving.status, arriving.headers):
            case Append():
                self._make_room(part)
            case Restart(version):
                self._restart(part, remote.url, version)
                self._make_room(part)
            case Discard(reason):
                self._restart(part, remote.url, Version())
                raise Interrupted(reason)
            case TryLater(reason):
                raise Interrupted(reason, _retry_after(arriving.headers))
            case ExpiredLink(status) if remote.credential is not None and status in (401, 403):
                raise DownloadFailed(f"the gateway refused the key ({status})")
            case ExpiredLink(status):
                raise LinkExpired(f"the link is not honoured any more ({status})")
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
            refuse_page(part.head(HEAD), self._promise)

    def _end_if_cut(self) -> None:
        if self._line.is_cut:
            raise Canceled("canceled")


def _unless_cut(verdict: Verdict) -> Verdict:
    """The verdict; raises _Worthless where the format itself says that more has to come."""
    if verdict.missing:
        raise _Worthless(verdict.missing)
    return verdict


def _retry_after(headers: Mapping[str, str]) -> float:
    return Reply(0, headers, b"").retry_after or 0.0


def _mib(count: int) -> str:
    return f"{count / 1024**2:.1f} MiB"
