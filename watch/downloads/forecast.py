"""Predicts which files will expire before they are downloaded, at the measured speed. Pure.

Files are fetched in the order of their deadlines, so all of them make it exactly if, for each
deadline, everything due by then fits into the time until then. A file that does not make it uses
the bandwidth until its link dies.
"""

from collections.abc import Hashable, Iterable
from typing import Generic, TypeVar

from rushes.providers.frozen import frozen
from rushes.watch.changes import Shortfall

K = TypeVar("K", bound=Hashable)


@frozen
class Due(Generic[K]):
    """A file to be fetched: `left` bytes, None where nobody said; `seconds` until its link dies."""

    key: K
    left: int | None
    seconds: float


@frozen
class Forecast(Generic[K]):
    """The files that will be lost, and by how much they are late; None where all make it."""

    lost: frozenset[K] = frozenset()
    shortfall: Shortfall | None = None

    def __bool__(self) -> bool:
        return bool(self.lost)


def forecast(files: Iterable[Due[K]], rate: float | None) -> Forecast[K]:
    """What becomes of `files` at `rate` bytes a second; nothing is said before it is measured.

    Nor is anything during a stall: below a byte a second there is no speed to count on. A file of
    unknown length takes no time here: what is said to be lost is so whatever its length is, and the
    shortfall says how many there are. One whose time is over already is not counted.
    """
    alive = [due for due in files if due.seconds > 0]
    sized = [(due.seconds, due.left, due.key) for due in alive if due.left is not None]
    queue = sorted(sized, key=lambda due: due[0])
    if rate is None or rate < 1 or not queue:
        return Forecast()
    lost: list[K] = []
    clock = 0.0
    for seconds, left, key in queue:
        done = clock + left / rate
        if done > seconds:
            lost.append(key)
        clock = max(clock, min(done, seconds))
    if not lost:
        return Forecast()
    unknown = len(alive) - len(queue)
    return Forecast(frozenset(lost), _shortfall(queue, len(lost), rate, unknown))


def _shortfall(
    queue: list[tuple[float, int, K]], lost: int, rate: float, unknown: int
) -> Shortfall:
    """The numbers of the deadline that asks for the most."""
    total, worst = 0, (-1.0, 0, 0.0)
    for seconds, left, _ in queue:
        total += left
        worst = max(worst, (total / seconds, total, seconds))
    _, size, seconds = worst
    return Shortfall(lost, len(queue), size, seconds, rate, unknown)
