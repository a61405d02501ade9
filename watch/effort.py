"""How much trouble one file is worth: bounds, pace and patience (reliability.md S5, M4)."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from watch.unreachable import Unreachable

_LONGEST_PAUSE = 30.0
_LONGEST_RETRY_AFTER = 120.0


class Interrupted(Unreachable):
    """The bytes stopped coming; `after` is the seconds that the server asked us to wait."""

    def __init__(self, reason: str, after: float = 0.0) -> None:
        super().__init__(reason)
        self.after = after


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """When to give up.

    `size`: bytes of a file; `tries`: in a row, that brought nothing; `slowest`: bytes a second,
    over a `window` of seconds; `spare`: bytes of the disk that are left to others.
    """

    size: int = 4 * 1024**3
    tries: int = 6
    slowest: float = 1024.0
    window: float = 30.0
    spare: int = 16 * 1024**2


class Pace:
    """Notices that bytes come too slowly to be worth the wait."""

    def __init__(self, limits: Limits, now: Callable[[], float]) -> None:
        self._limits = limits
        self._now = now
        self._since = now()
        self._bytes = 0

    def note(self, count: int) -> None:
        """Take note of bytes that came; raises Interrupted when a window brought too few."""
        self._bytes += count
        now = self._now()
        if now - self._since < self._limits.window:
            return
        if self._bytes < self._limits.slowest * (now - self._since):
            raise Interrupted(f"less than {self._limits.slowest:g} bytes a second came")
        self._since, self._bytes = now, 0


def wait_before(tries: int, trouble: Exception, rng: Random) -> float:
    """Seconds until the next try: full jitter (R5), or what the server asked for where longer."""
    backoff = rng.uniform(0, min(_LONGEST_PAUSE, 2.0**tries))
    asked = trouble.after if isinstance(trouble, Interrupted) else 0.0
    return max(backoff, min(asked, _LONGEST_RETRY_AFTER))
