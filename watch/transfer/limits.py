"""Limits of one download: its size, its slowest speed, and its number of tries."""

from collections.abc import Callable
from random import Random

from rushes.providers.error_codes import ErrorCode
from rushes.providers.frozen import frozen
from rushes.watch.backoff import back_off
from rushes.watch.network.unreachable import Unreachable
from rushes.watch.reasoned import Reasoned
from rushes.watch.reasons import TooSlow

FIRST_PAUSE = 1.0
"""Seconds that the first pause before another try is drawn from, doubled with each try."""

LONGEST_PAUSE = 30.0
"""Seconds that a pause is drawn from at most."""


class Interrupted(Reasoned, Unreachable):
    """The bytes stopped coming."""

    code = ErrorCode.UNREACHABLE


@frozen(kw_only=True)
class Limits:
    """When to give up.

    `size`: bytes of a file; `tries`: in a row, that brought too little, and how often a file is
    begun anew; `slowest`: bytes a second, over a `window` of seconds; `spare`: bytes of the disk
    that are left to others.
    """

    size: int = 4 * 1024**3
    tries: int = 6
    slowest: float = 1024.0
    window: float = 30.0
    spare: int = 16 * 1024**2


class SpeedFloor:
    """Raises Interrupted where bytes come more slowly than the limit."""

    def __init__(self, limits: Limits, now: Callable[[], float]) -> None:
        self._limits = limits
        self._now = now
        self._since = now()
        self._bytes = 0

    def rest(self, seconds: float) -> None:
        """Leave out of the account that nothing was read for so long, by our own will."""
        self._since += seconds

    def note(self, count: int) -> None:
        """Take note of bytes that came; raises Interrupted when a window brought too few."""
        self._bytes += count
        now = self._now()
        if now - self._since < self._limits.window:
            return
        if self._bytes < self._limits.slowest * (now - self._since):
            raise Interrupted(TooSlow(self._limits.slowest))
        self._since, self._bytes = now, 0


class Tries:
    """Counts what a file has cost: its beginnings, and in `poor` the tries in a row of no use."""

    def __init__(self, limits: Limits, now: Callable[[], float]) -> None:
        self._limits = limits
        self._now = now
        self._begun = now()
        self._size: int | None = 0
        self._beginnings = 0
        self.poor = 0

    @property
    def spent(self) -> int:
        """How many tries were of no use, so far as they count."""
        return max(self.poor, self._beginnings - 1)

    @property
    def over(self) -> bool:
        """Whether there were as many as `Limits` allows."""
        return self.spent >= self._limits.tries

    def pause(self, rng: Random) -> float:
        """Seconds before the next one, drawn from twice as many after each that was of no use."""
        return back_off(self.poor, FIRST_PAUSE, LONGEST_PAUSE, rng)

    def begin(self, size: int) -> None:
        """Note that one begins, with so many bytes to go on from."""
        self._size, self._begun = size, self._now()

    def begin_anew(self, *, same: bool) -> None:
        """Note that it brings the file from zero, and whether it did so before."""
        self._size = None if same else 0
        self._beginnings += 1

    def brought(self, size: int) -> bool:
        """Note that it ended, with so many bytes to go on from; whether it was worth it.

        It was where they came no slower than is put up with. Then there is no need for a pause: a
        server that sends a file in pieces is not in trouble.
        """
        gained = 0 if self._size is None else size - self._size
        enough = gained >= self._limits.slowest * max(1.0, self._now() - self._begun)
        self.poor = 0 if enough else self.poor + 1
        return enough
