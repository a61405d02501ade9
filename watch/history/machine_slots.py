"""Limits the polls of an account that are under way at a time on the whole machine.

Each slot is a file, and a process that holds its lock (flock) may ask. The kernel frees the locks
of a process that dies, and locking takes microseconds: nothing has to be written, or to expire.
"""

import contextlib
import weakref
from collections.abc import AsyncGenerator
from pathlib import Path

from rushes.watch.clock import Clock
from rushes.watch.disk.atomic import SaveFailed
from rushes.watch.disk.descriptors import close
from rushes.watch.disk.locks import let_go, open_lock, take
from rushes.watch.disk.paths import private_dir

LOOK_EVERY = 0.02
"""Seconds between looks for a free slot, where all of them are taken."""

PATIENCE = 60.0
"""Seconds after which processes that hold all slots count as stopped: no poll takes that long."""

_NONE = -1
_ASKS_ANYWAY = (_NONE, _NONE)


class Slots:
    """One account's slots. A process that waits gets the next one before any that comes later."""

    def __init__(self, folder: Path, account: str, clock: Clock) -> None:
        self._folder = folder
        self._account = account
        self._clock = clock
        self._waiting = 0
        self._first: int | None = None
        self._held: set[int] = set()
        self._files: dict[str, int] = {}
        weakref.finalize(self, _close, self._files)
        self._none_since: float | None = None

    @contextlib.asynccontextmanager
    async def one_of(self, count: int) -> AsyncGenerator[None]:
        """Hold one of `count` slots, as soon as one is free."""
        n, slot = await self._wait_for(count)
        self._held.add(n)
        try:
            yield
        finally:
            self._held.discard(n)
            _let_go(slot)

    async def _wait_for(self, count: int) -> tuple[int, int]:
        self._waiting += 1
        try:
            while (slot := self._take(count)) is None:
                now = self._clock.monotonic()
                self._none_since = self._none_since or now
                if now - self._none_since > PATIENCE:
                    return _ASKS_ANYWAY
                await self._clock.sleep(LOOK_EVERY)
            self._none_since = None
            return slot
        finally:
            self._waiting -= 1
            if not self._waiting:
                self._step_back()

    def _take(self, count: int) -> tuple[int, int] | None:
        """A free slot and its descriptor, taken; None where this process has to wait."""
        try:
            if self._first is None:
                self._first = self._lock("next")
            if self._first is None:
                return None
            for n in range(count):
                if n not in self._held and (slot := self._lock(str(n))) is not None:
                    self._step_back()
                    return n, slot
        except (OSError, SaveFailed):
            # Where files cannot be locked each process keeps to its own lanes.
            return _ASKS_ANYWAY
        return None

    def _step_back(self) -> None:
        if self._first is not None:
            _let_go(self._first)
            self._first = None

    def _lock(self, name: str) -> int | None:
        """The descriptor of the file of that name, locked; None where another process has it."""
        if name not in self._files:
            self._files[name] = self._open(name)
        return self._files[name] if take(self._files[name]) else None

    def _open(self, name: str) -> int:
        private_dir(self._folder)
        return open_lock(self._folder / f"{self._account}.{name}")


def _let_go(slot: int) -> None:
    if slot != _NONE:
        let_go(slot)


def _close(files: dict[str, int]) -> None:
    for descriptor in files.values():
        close(descriptor)
