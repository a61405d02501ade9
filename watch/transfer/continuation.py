"""Chooses how the rest of a partly downloaded file is requested.

The rungs, each safe by itself (reliability.md rows 29 and 35): If-Range with a strong ETag; Range
alone where that brought the whole of the same file; If-Range with a Last-Modified that is strong;
bytes that are read again and compared. `resume.py` judges the answers.
"""

from collections.abc import Iterable, Iterator

from rushes.watch.network.direct import Chunk
from rushes.watch.network.url import Origin
from rushes.watch.reasons import Cause
from rushes.watch.transfer.limits import Interrupted
from rushes.watch.transfer.part import Part
from rushes.watch.transfer.resume import OVERLAP, SHORTEST_OVERLAP, Complete, PartState, part_state
from rushes.watch.transfer.validators import Version


class Mismatch(Interrupted):
    """What came does not continue what is held: the file is to be asked for from zero."""


class Continuation:
    """What is known of how the server of one file answers range requests.

    `if_range_ignored` are the origins that answer If-Range with all of an unchanged file; this one
    is added to them when it does so and has ranges all the same.
    """

    def __init__(self, origin: Origin, if_range_ignored: set[Origin]) -> None:
        self._origin = origin
        self._ignored = if_range_ignored
        self._alone = False
        self._overlap = OVERLAP

    def part_state(
        self, size: int, version: Version, *, moved: bool
    ) -> PartState | Complete | None:
        """What `size` bytes of that version are good for here; `moved`: of another path."""
        conditional = not self._alone and self._origin not in self._ignored
        return part_state(
            size, version, conditional=conditional, overlap=self._overlap, moved=moved
        )

    def ask_alone(self) -> None:
        """Send no If-Range any more."""
        self._alone = True

    def came(self, held: PartState) -> None:
        """Note that what was asked for came."""
        if self._alone and not held.conditional:
            self._ignored.add(self._origin)

    def narrow(self, held: PartState | None, came: int) -> bool:
        """Read less again from now on where all that came was hardly more; whether it is less."""
        if held is None or not 0 < came < 2 * held.overlap:
            return False
        narrower = max(came // 2, SHORTEST_OVERLAP)
        is_less = narrower < held.overlap
        self._overlap = min(self._overlap, narrower)
        return is_less


def beyond(part: Part, held: PartState, chunks: Iterable[Chunk]) -> Iterator[Chunk]:
    """The bytes behind those that are held; those that come again have to be equal.

    Raises Mismatch where they are not, Interrupted where not all of them come.
    """
    at = held.start
    for chunk in chunks:
        again, more = chunk[: held.size - at], chunk[held.size - at :]
        if again and not part.repeats(at, again):
            raise Mismatch(Cause.OTHER_BYTES)
        at += len(again)
        if again and at == held.size and held.version.strong_etag is None:
            part.doubt()
        if more:
            yield more
    if at < held.size:
        raise Interrupted(Cause.OVERLAP_MISSING)


def up_to(end: int | None, part: Part, chunks: Iterable[Chunk]) -> Iterator[Chunk]:
    """The bytes, as long as there are no more of them than were announced. Raises Mismatch."""
    for chunk in chunks:
        if end is not None and part.size + len(chunk) > end:
            raise Mismatch(Cause.MORE_BYTES)
        yield chunk
