"""One output from where it is to its place on disk, in a worker thread.

The rules are reliability.md's rows 29 to 45: bytes are joined only where they prove to be of one
version (`resume.py`), a file gets its name only when it is whole, of a known type and on disk.
"""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePosixPath
from random import Random

from rushes.providers.media import HEAD
from rushes.providers.text import clean, without_query
from rushes.watch.asset import Check
from rushes.watch.disk.descriptors import FULL, free_bytes
from rushes.watch.disk.shortage import shortage
from rushes.watch.network.assets import Arriving, open_asset
from rushes.watch.network.direct import Chunk
from rushes.watch.network.hang_up import Connection
from rushes.watch.network.unreachable import Unreachable
from rushes.watch.network.url import Origin, origin_of
from rushes.watch.reasoned import disk_fault, reason_of
from rushes.watch.reasons import BytesMissing, CannotSave, Cause, GaveUp, NoRoom, TooLarge
from rushes.watch.transfer.byte_budget import ByteBudget
from rushes.watch.transfer.content_coding import Gunzip, Undecodable, unframed
from rushes.watch.transfer.content_range import content_length
from rushes.watch.transfer.continuation import Continuation, Mismatch, beyond, up_to
from rushes.watch.transfer.file_check import NotTheOutput, Promise, Verdict, judge, refuse_page
from rushes.watch.transfer.file_names import with_extension
from rushes.watch.transfer.formats.finding import FileReader
from rushes.watch.transfer.limits import Interrupted, Limits, SpeedFloor, Tries
from rushes.watch.transfer.link_answers import refusal
from rushes.watch.transfer.part import Part, open_part, part_of
from rushes.watch.transfer.request import (
    Canceled,
    DiskFull,
    DownloadFailed,
    LinkAnswer,
    LinkRefused,
    Remote,
    Saved,
    TransferRequest,
    Worthless,
)
from rushes.watch.transfer.resume import (
    Append,
    AskAlone,
    Complete,
    Discard,
    PartState,
    Refuse,
    Restart,
    asking,
    decide,
)
from rushes.watch.transfer.side_file import Origins
from rushes.watch.transfer.validators import Version

_ANEW = (0.2, 0.5)
"""Seconds before each further fetch, from zero, of a file that its own format calls cut."""


class Transfer:
    """One download. `run` blocks in its thread; all else may be read and called from any other.

    `done` and `total` are bytes of the file, `received` counts what came over the network.
    `if_range_ignored` are the origins that answer If-Range with all of an unchanged file; they are
    added to, and shared by the transfers that are given them. `budget` is what holds them back.
    """

    def __init__(
        self,
        request: TransferRequest,
        *,
        limits: Limits | None = None,
        rng: Random | None = None,
        pause: Callable[[float], None] | None = None,
        now: Callable[[], float] = time.monotonic,
        free: Callable[[int], int] = free_bytes,
        if_range_ignored: set[Origin] | None = None,
        budget: ByteBudget | None = None,
    ) -> None:
        self.done = 0
        self.total: int | None = None
        self.received = 0
        self._request = request
        self._media_type = ""
        self._limits = limits or Limits()
        self._rng = rng or Random()  # noqa: S311  it spreads retries, it guards nothing
        self._connection = Connection()
        self._abandoned = False
        self._pause = self._connection.wait if pause is None else pause
        self._now = now
        self._free = free
        self._if_range_ignored = set[Origin]() if if_range_ignored is None else if_range_ignored
        self._tries = Tries(self._limits, now)
        self._budget = budget or ByteBudget(())

    def cancel(self) -> None:
        """End it within a moment; what has arrived stays for another time."""
        self._connection.cut()

    def abandon(self) -> None:
        """The same where nobody hears what comes of it: a file that was not noted gets no name."""
        self._abandoned = True
        self._connection.cut()

    def run(self) -> Saved:
        """The saved file. Raises DownloadFailed, LinkRefused, DiskFull, Canceled and others."""
        request = self._request
        name = part_of(request.ref, request.n)
        try:
            with open_part(request.directory, request.stem.parts[:-1], name, self._now) as part:
                return self._found(part) or self._settle(part)
        except OSError as error:
            reason = CannotSave(clean(str(request.directory)), disk_fault(error))
            if error.errno in FULL:
                raise DiskFull(reason, max((self.total or 0) - self.done, 0)) from error
            raise DownloadFailed(reason) from error

    def _found(self, part: Part) -> Saved | None:
        """The file that an earlier process had whole, and was killed before that was noted."""
        named, output = part.named, (self._request.ref, self._request.n)
        if named is None or part.origins is None or not part.origins.is_of(*output):
            return None
        if part.take_up():
            path = named.path
        elif part.is_whole:
            names = self._names(part, PurePosixPath(named.path).suffix)
            path = part.publish(names, named.media_type, measured=named.measured)
        else:
            return None
        self._media_type = named.media_type
        self.total = named.size if named.measured else None
        return self._saved(part, path, self._judged(part))

    def _settle(self, part: Part) -> Saved:
        try:
            return self._publish(part, self._whole(part))
        except NotTheOutput as found:
            part.discard()
            if isinstance(self._request.source, bytes):
                raise Worthless(found.reason) from None
            raise LinkRefused(found.reason, LinkAnswer.PAGE) from None
        except (Worthless, Undecodable):
            part.discard()
            raise

    def _whole(self, part: Part) -> Verdict:
        """Fetch what its own format calls whole: what is cut is fetched again from zero, twice."""
        source = self._request.source
        if isinstance(source, bytes):
            self._restart(part, "", Version(total=len(source)))
            self._add(part, source)
            return _unless_cut(self._judged(part))
        for pause in _ANEW:
            self._fetch(part, source)
            verdict = self._judged(part)
            if verdict.missing is None:
                return verdict
            self._restart(part, source.url, Version())
            self._pause(pause)
        self._fetch(part, source)
        return _unless_cut(self._judged(part))

    @property
    def _promise(self) -> Promise:
        return Promise(self._request.kind, self._media_type, self._request.seconds)

    def _judged(self, part: Part) -> Verdict:
        file = FileReader(lambda at, count: os.pread(part.file, count, at), part.size)
        return judge(file, self._promise)

    def _publish(self, part: Part, verdict: Verdict) -> Saved:
        names = self._names(part, verdict.media.extension)
        path = part.publish(names, self._media_type, measured=self.total is not None)
        return self._saved(part, path, verdict)

    def _saved(self, part: Part, path: str, verdict: Verdict) -> Saved:
        is_length_known = self.total is not None
        odd = verdict.reasons if is_length_known else (Cause.LENGTH_UNVERIFIED, *verdict.reasons)
        if part.origins is not None and part.origins.unversioned:
            odd = (Cause.UNVERSIONED, *odd)
        checked = (Check.LENGTH, *verdict.checked) if is_length_known else verdict.checked
        return Saved(self._request.directory / path, part.size, part.sha256, odd, checked)

    def _names(self, part: Part, extension: str) -> Iterator[str]:
        for path in with_extension(self._request.stem_of(part.sha256), extension):
            if self._abandoned:
                raise Canceled("canceled")
            yield path.name

    def _fetch(self, part: Part, remote: Remote) -> None:
        """Ask for the file, and for its rest, until it is whole or there is no use in asking."""
        ways = Continuation(origin_of(remote.url), self._if_range_ignored)
        while not isinstance(held := self._begin(part, remote, ways), Complete):
            received = self.received
            self._tries.begin(part.size)
            try:
                if self._attempt(part, remote, ways, held):
                    return
            except Unreachable as trouble:
                self._end_if_cut()
                if shortage(trouble) is not None:
                    raise
                if isinstance(trouble, Mismatch):
                    self._restart(part, remote.url, Version())
                    if held is not None:
                        continue
                goes_on = self._begin(part, remote, ways) is not None
                worth_it = self._tries.brought(part.size if goes_on else 0)
                narrower = ways.narrow(held, self.received - received)
                if self._tries.over or not (narrower or worth_it):
                    self._wait(trouble)

    def _wait(self, trouble: Unreachable) -> None:
        """Let the pause before the next try pass; raises DownloadFailed where there is none."""
        if self._tries.over:
            reason = GaveUp(reason_of(trouble), self._tries.spent)
            if not self.received:
                raise LinkRefused(reason, LinkAnswer.NONE) from None
            raise DownloadFailed(reason) from None
        self._pause(self._tries.pause(self._rng))

    def _begin(self, part: Part, remote: Remote, ways: Continuation) -> PartState | Complete | None:
        """What is on disk of this output, whose link may have another path now, and is of use."""
        self._end_if_cut()
        known = part.origins
        if known is None or not known.is_of(self._request.ref, self._request.n):
            return None
        moved = known.url != without_query(remote.url)
        held = ways.part_state(part.size, known.version, moved=moved)
        if held is not None or not moved:
            self.done, self.total = part.size, known.version.total
        return held

    def _attempt(
        self, part: Part, remote: Remote, ways: Continuation, held: PartState | None
    ) -> bool:
        """Whether the file is whole now; False where it is to be asked for once more at once."""
        with open_asset(
            remote.url,
            asking(held),
            gateway=remote.gateway,
            connection=self._connection,
            credential=remote.credential,
            network=remote.network,
            silence=self._limits.window,
            piece=self._budget.piece,
        ) as arriving:
            self._media_type = arriving.headers.get("content-type", "")
            match self._follow(remote, held, arriving):
                case Append(end, total) if held is not None:
                    ways.came(held)
                    part.measure(total)
                    self.total = total
                    self._make_room(part)
                    self._receive(part, beyond(part, held, self._incoming(arriving)), end)
                case Restart(version, end, zipped):
                    known = part.origins.version if part.origins is not None else None
                    self._restart(part, remote.url, version)
                    self._tries.begin_anew(same=version == known)
                    self._make_room(part)
                    self._receive_all(part, arriving, end, zipped=zipped)
                case _:
                    ways.ask_alone()
                    return False
        self._end_if_cut()
        if self.total is not None and part.size < self.total:
            raise Interrupted(BytesMissing(self.total - part.size))
        return True

    def _follow(
        self, remote: Remote, held: PartState | None, arriving: Arriving
    ) -> Append | Restart | AskAlone:
        """What the answer brings; raises where its body is of no use."""
        keyed = remote.credential is not None
        if (refused := refusal(arriving, keyed=keyed, now=self._now)) is not None:
            raise refused
        match decide(held, arriving.status, arriving.headers):
            case Append() | Restart() | AskAlone() as decision:
                return decision
            case Discard(reason):
                raise Mismatch(reason)
            case Refuse(reason):
                raise DownloadFailed(reason)

    def _restart(self, part: Part, url: str, version: Version) -> None:
        request = self._request
        part.restart(Origins(without_query(url), str(request.ref), request.n, version))
        self.done, self.total = 0, version.total

    def _make_room(self, part: Part) -> None:
        limits, total = self._limits, self.total
        if total is not None and total > limits.size:
            raise Worthless(TooLarge(limits.size, total))
        needed = (total or 0) - part.size
        free = max(0, self._free(part.folder) - limits.spare)
        if free < needed:
            raise DiskFull(NoRoom(needed, free), needed)

    def _incoming(self, arriving: Arriving) -> Iterator[Chunk]:
        """The body as it comes, counted once it was dealt with; raises Interrupted for a drip."""
        pace = SpeedFloor(self._limits, self._now)
        for chunk in arriving.chunks:
            yield chunk
            self.received += len(chunk)
            pace.note(len(chunk))
            pace.rest(self._budget.hold(len(chunk), self._pause))

    def _receive_all(
        self, part: Part, arriving: Arriving, end: int | None, *, zipped: bool
    ) -> None:
        """Add a body that is the file from its first byte on."""
        coding = arriving.headers.get("content-encoding", "")
        chunks = unframed(self._incoming(arriving), coding)
        if not zipped:
            self._receive(part, chunks, end)
            return
        unzipped = Gunzip(map(bytes, chunks))
        self._receive(part, unzipped, None)
        if unzipped.proven or content_length(arriving.headers) is not None:
            self.total = part.size

    def _receive(self, part: Part, chunks: Iterable[Chunk], end: int | None) -> None:
        for chunk in up_to(end, part, chunks):
            self._add(part, chunk)

    def _add(self, part: Part, chunk: Chunk) -> None:
        if part.size + len(chunk) > self._limits.size:
            raise Worthless(TooLarge(self._limits.size))
        unknown = part.size < HEAD
        part.write(chunk)
        self.done = part.size
        if unknown and part.size >= HEAD:
            refuse_page(part.head(HEAD), self._promise)

    def _end_if_cut(self) -> None:
        if self._connection.is_cut:
            raise Canceled("canceled")


def _unless_cut(verdict: Verdict) -> Verdict:
    """The verdict; raises Worthless where the format itself says that more has to come."""
    if verdict.missing is not None:
        raise Worthless(verdict.missing)
    return verdict
