"""Which files will be lost at the speed that was measured, said before they are. Pure.

Files are fetched in the order of their deadlines, so all of them make it exactly if, for each
deadline, everything due by then fits into the time until then. A file that does not make it takes
up the line until its link dies.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)

_UNITS = ("B", "kB", "MB", "GB", "TB")


@dataclass(frozen=True, slots=True)
class Due(Generic[K]):
    """A file to be fetched: `left` bytes, None where nobody said; `seconds` until its link dies."""

    key: K
    left: int | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Forecast(Generic[K]):
    """The files that will be lost, and a sentence about them; empty where all make it."""

    lost: frozenset[K] = frozenset()
    sentence: str = ""

    def __bool__(self) -> bool:
        return bool(self.lost)


def forecast(files: Iterable[Due[K]], rate: float | None) -> Forecast[K]:
    """What becomes of `files` at `rate` bytes a second; nothing is said before it is measured.

    Nor is anything during a stall: below a byte a second there is no speed to count on. A file of
    unknown length takes no time here: what is said to be lost is so whatever its length is, and the
    sentence says how many there are. One whose time is over already is not counted.
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
    more = f"; {unknown} more of unknown size" if unknown else ""
    return Forecast(frozenset(lost), _sentence(queue, len(lost), rate) + more)


def _sentence(queue: list[tuple[float, int, K]], lost: int, rate: float) -> str:
    """The numbers of the deadline that asks for the most."""
    count = "1 file" if len(queue) == 1 else f"{lost} of {len(queue)} files"
    total, worst = 0, (-1.0, 0, 0.0)
    for seconds, left, _ in queue:
        total += left
        worst = max(worst, (total / seconds, total, seconds))
    need, size, seconds = worst
    needs, _, unit = _amount(need).partition(" ")
    has = f"{rate / 1000 ** _UNITS.index(unit):.1f}"
    if has == "0.0":
        has = f"{_amount(rate)}/s"
    return (
        f"{count} will not make it: {_amount(size)} in {_span(seconds)}"
        f" needs {needs} {unit}/s, have {has}"
    )


def _amount(count: float) -> str:
    """Bytes in decimal units, as links are sold and disks are labelled."""
    power = 0
    while count >= 999.95 and power < len(_UNITS) - 1:
        count /= 1000
        power += 1
    return f"{count:.1f} {_UNITS[power]}" if power else f"{count:.0f} {_UNITS[0]}"


def _span(seconds: float) -> str:
    if seconds < 100:
        return f"{max(seconds, 0):.0f} s"
    if seconds < 100 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.0f} h"
