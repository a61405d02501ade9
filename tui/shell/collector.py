"""When Python looks for garbage: never before the first frame, and never between two keys.

What is counted down to nothing is let go of at once. Only objects that hold each other wait for the
collector, whose look at all there is stops everything: a tenth of a second with ten thousand tasks.
So the young objects are looked at as usual, which takes less than a millisecond, and all of them in
a rest. What stands when the list does is never looked at again.
"""

import gc
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

REST = 3.0
"""Seconds without a key after which there is time for a look at everything."""

AT_LATEST = 600.0
"""Seconds for which such a look is put off where no key is ever long in coming."""

MUCH = 10
"""Looks at what is younger after which there is enough for a look at everything: as in Python."""

SHARE = 100
"""How many times as long as the last look took the next one waits: a hundredth is spent on it."""

_NEVER = 1_000_000_000


class Garbage(Protocol):
    """What of the `gc` module is used."""

    def enable(self) -> None:
        """Look by itself."""
        ...

    def disable(self) -> None:
        """Look only when told to."""
        ...

    def freeze(self) -> None:
        """Never look again at what there is."""
        ...

    def collect(self) -> int:
        """Look at everything."""
        ...

    def get_threshold(self) -> tuple[int, int, int]:
        """After how much of each age it looks by itself."""
        ...

    def set_threshold(self, young: int, middle: int, old: int, /) -> None:
        """Change that."""
        ...

    def get_stats(self) -> Sequence[Mapping[str, int]]:
        """How often each age was looked at."""
        ...


class Collector:
    """Decides when to look for garbage. `monotonic` gives seconds."""

    def __init__(
        self, garbage: Garbage | None = None, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._garbage: Garbage = garbage or gc
        self._monotonic = monotonic
        self._pressed_at = monotonic()
        self._due_since: float | None = None
        self._not_before = 0.0
        self._seen = 0

    def hold(self) -> None:
        """Look at nothing: what is made until the first frame stays."""
        self._garbage.disable()

    def go_on(self) -> None:
        """Look at what is young from now on, and never again at what there is."""
        young, middle, _ = self._garbage.get_threshold()
        self._garbage.freeze()
        self._garbage.set_threshold(young, middle, _NEVER)
        self._garbage.enable()
        self._seen = self._looks()

    def pressed(self) -> None:
        """Note that a key was pressed."""
        self._pressed_at = self._monotonic()

    def look(self) -> None:
        """Look at everything, if there is enough to be looked at and nobody would wait for it."""
        now = self._monotonic()
        if self._looks() - self._seen < MUCH or now < self._not_before:
            return
        if self._due_since is None:
            self._due_since = now
        if now - self._pressed_at < REST and now - self._due_since < AT_LATEST:
            return
        self._garbage.collect()
        self._not_before = self._monotonic() + SHARE * (self._monotonic() - now)
        self._due_since = None
        self._seen = self._looks()

    def _looks(self) -> int:
        return self._garbage.get_stats()[1]["collections"]
