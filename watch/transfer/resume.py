"""What to make of an answer, given what is already on disk (reliability.md P10, rows 29 to 39).

Pure. Bytes are only ever joined where both sides prove to be of the same version of the file: by a
validator that is strong (RFC 9110, 8.8) and equal, or where there is none, by bytes that are read
once more and are equal; by an equal length in any case.
"""

from collections.abc import Mapping
from dataclasses import replace

from rushes.providers.frozen import frozen
from rushes.watch.reasons import Cause, Encoded, HttpStatus, PartUnder, Reason
from rushes.watch.transfer.content_coding import codings
from rushes.watch.transfer.content_range import Range, Unreadable, range_of
from rushes.watch.transfer.validators import Version, version_of

OVERLAP = 64 * 1024
"""Bytes that are read again where no validator vouches for what is held."""

SHORTEST_OVERLAP = 8 * 1024
"""Fewer would say too little: a part that is not twice as long is begun again."""


@frozen
class PartState:
    """The beginning of a file that can be continued: `size` bytes of `version`.

    The last `overlap` of them are read again and compared. `conditional`: If-Range is sent, which
    is not done where it is known to bring the whole file though it holds.
    """

    size: int
    version: Version
    conditional: bool = True
    overlap: int = 0

    @property
    def start(self) -> int:
        """The first byte to be asked for."""
        return self.size - self.overlap


@frozen
class Complete:
    """What is on disk is the whole file, whatever the server may say now."""


@frozen
class Append:
    """The body continues what is held from the byte that was asked for, up to before `end`.

    `total` is the length of the file, where nothing told it before.
    """

    end: int
    total: int


@frozen
class Restart:
    """The body is the file from its first byte, of this version; up to before `end` where known.

    `zipped`: it is the gzip of it.
    """

    version: Version
    end: int | None = None
    zipped: bool = False


@frozen
class AskAlone:
    """The file is the same and came whole all the same: its rest may come without If-Range."""


@frozen
class Discard:
    """What is held cannot be continued: ask again, from zero."""

    reason: Reason


@frozen
class Refuse:
    """This is not a file, and asking again will not make it one."""

    reason: Reason


Decision = Append | Restart | AskAlone | Discard | Refuse


def part_state(
    size: int,
    version: Version,
    *,
    conditional: bool = True,
    overlap: int = OVERLAP,
    moved: bool = False,
) -> PartState | Complete | None:
    """What `size` bytes of that version are good for; None where they cannot be continued.

    Bytes that all came under one strong validator, as many as there are, are that version whole:
    there is nothing left to ask for. `overlap` is how many are read again where nothing vouches;
    then the length has to be known. `moved`: they came from another path, so that strong ETag,
    length and the bytes that are read again all have to be equal.
    """
    strong, total = version.validator is not None, version.total
    if size <= 0 or (total is not None and size > total):
        return None
    if moved:
        overlap = min(overlap, size // 2)
        told = version.strong_etag is not None and total is not None
        return (
            PartState(size, version, conditional, overlap)
            if told and overlap >= SHORTEST_OVERLAP
            else None
        )
    if strong and size == total:
        return Complete()
    if version.strong_etag is not None or (strong and conditional):
        return PartState(size, version, conditional)
    overlap = min(overlap, size // 2)
    if total is None or overlap < SHORTEST_OVERLAP:
        return None
    return PartState(size, version, False, overlap)


def asking(part: PartState | None) -> dict[str, str]:
    """The request headers that ask for the rest of what is held, or for all."""
    if part is None:
        return {}
    wanted = {"Range": f"bytes={part.start}-"}
    validator = part.version.validator
    return wanted | {"If-Range": validator} if part.conditional and validator else wanted


def decide(part: PartState | None, status: int, headers: Mapping[str, str]) -> Decision:
    """What to do with an answer to `asking(part)`; header names are in lower case.

    What refuses the link itself is `link_answers`' to read, before this.
    """
    if status == 200 and not headers.get("content-range", "").strip():
        return _whole(part, headers)
    if status in (200, 206):
        return _beginning(status, headers) if part is None else _rest(part, status, headers)
    if part is not None and status == 416:
        return Discard(Cause.SHORTER_NOW)
    return Refuse(HttpStatus(status))


def _whole(part: PartState | None, headers: Mapping[str, str]) -> Decision:
    """What to do with all of the file."""
    match codings(headers.get("content-encoding", "")):
        case ():
            pass
        case ("gzip" | "x-gzip",):
            # Its length and its validators are those of the gzip.
            return Restart(Version(), zipped=True)
        case coded:
            return Refuse(Encoded(coded))
    version = version_of(headers)
    if part is not None and part.conditional and _is_same(part.version, version, headers):
        return AskAlone()
    return Restart(version, version.total)


def _is_same(held: Version, version: Version, headers: Mapping[str, str]) -> bool:
    """Whether all of the file came though only its rest was wanted, and may be had.

    Without If-Range a date vouches for nothing, and bytes do only where the length is known.
    """
    return (
        held.validator is not None
        and (held.strong_etag is not None or held.total is not None)
        and held.validator == version.validator
        and (held.total == version.total or None in (held.total, version.total))
        and headers.get("accept-ranges", "").strip().lower() != "none"
    )


def _beginning(status: int, headers: Mapping[str, str]) -> Decision:
    """What to do with a part of the file though all of it was asked for."""
    found = range_of(headers)
    coded = codings(headers.get("content-encoding", ""))
    if isinstance(found, Range) and found.start == 0 and not coded:
        return Restart(replace(version_of(headers), total=found.total), found.end)
    # Under 200 it may be a cache's mistake, which passes.
    return Discard(Cause.PART_FOR_WHOLE) if status == 200 else Refuse(PartUnder(status))


def _rest(part: PartState, status: int, headers: Mapping[str, str]) -> Decision:
    """What to do with a part of the file where one was asked for."""
    if codings(headers.get("content-encoding", "")):
        return Discard(Cause.RANGE_ENCODED)
    found = range_of(headers)
    if isinstance(found, Unreadable):
        return Discard(found.reason)
    if status == 200 and found.is_whole:
        return Restart(replace(version_of(headers), total=found.total), found.end)
    if not part.version.agrees_with(headers, conditional=part.conditional):
        return Discard(Cause.OTHER_VERSION)
    if found.start != part.start:
        return Discard(Cause.OTHER_RANGE)
    if part.version.total not in (None, found.total):
        return Discard(Cause.OTHER_LENGTH)
    return Append(found.end, found.total)
