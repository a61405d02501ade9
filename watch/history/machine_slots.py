"""Limits the polls of an account that are under way at a time on the whole machine.

Each slot is a file, and a process that holds its lock (flock) may ask. The kernel frees the locks
of a process that dies, and locking takes microseconds: nothing has to expire. A process that is
stopped keeps its locks, so who takes a slot writes its name into it: behind a slot whose holder
stands still there is a spare one (row 61 in docs/reliability.md).
"""

import contextlib
import os
import weakref
from itertools import count as count_from
from pathlib import Path

from rushes.watch.clock import Clock
from rushes.watch.disk.atomic import SaveFailed
from rushes.watch.disk.descriptors import close
from rushes.watch.disk.locks import let_go, open_lock, take
from rushes.watch.disk.paths import private_dir
from rushes.watch.history.lease_owner import cannot_ask, new_owner

LOOK_EVERY = 0.02
"""Seconds between looks for a free slot, where all of them are taken."""

LOOK_BEHIND_EVERY = 0.5
"""Seconds between looks for slots behind those whose holders stand still."""

PATIENCE = 60.0
"""Seconds after which a slot's holder counts as stopped, where nobody can tell: no poll takes that
long."""

_LONGEST_NAME = 200


class Slots:
    """One account's slots. A process that waits gets the next one before any that comes later."""

    def __init__(
        self, folder: Path, account: str, clock: Clock, *, patience: float = PATIENCE
    ) -> None:
        """`patience`: seconds after which a holder counts as stopped where nobody can tell."""
        self._patience = patience
        self._folder = folder
        self._account = account
        self._clock = clock
        self._owner = new_owner()
        self._waiting = 0
        self._first: str | None = None
        self._held: set[str] = set()
        self._files: dict[str, int] = {}
        self._names: tuple[str, ...] = ()
        self._look_behind_at = 0.0
        weakref.finalize(self, _close, self._files)

    def one_of(self, count: int) -> "OneOf":
        """Hold one of `count` slots, as soon as one is free.

        Where files cannot be locked there are none, and each process keeps to its own lanes.
        """
        return OneOf(self, count)

    async def wait_for(self, count: int) -> str | None:
        """The name of a slot that is held from now on; None where files cannot be locked."""
        self._waiting += 1
        try:
            while (slot := self._take(count)) is None:
                await self._clock.sleep(LOOK_EVERY)
            return slot
        except (OSError, SaveFailed):
            return None
        finally:
            self._waiting -= 1
            if not self._waiting:
                self._step_back()

    def _take(self, count: int) -> str | None:
        """The name of a slot that was free; None where this process has to wait."""
        behind = self._clock.monotonic() >= self._look_behind_at
        if behind:
            self._look_behind_at = self._clock.monotonic() + LOOK_BEHIND_EVERY
        self._first = self._first or self._lock("next", behind=behind)
        if self._first is None:
            return None
        for further in (False, True) if behind else (False,):
            for name in self._first_of(count):
                if name in self._held:
                    continue
                if (slot := self._lock(name, behind=further)) is not None:
                    self._step_back()
                    return slot
        return None

    def _first_of(self, count: int) -> tuple[str, ...]:
        if len(self._names) != count:
            self._names = tuple(map(str, range(count)))
        return self._names

    def _step_back(self) -> None:
        if self._first is not None:
            self.let_go(self._first)
            self._first = None

    def _lock(self, slot: str, *, behind: bool) -> str | None:
        """Lock a slot, and return the name of its file; None where it is in use.

        With `behind` the spare ones are tried, too, as long as who holds the one before stands
        still.
        """
        for n in count_from():
            name = slot + "+" * n
            if name in self._held:
                return None
            if name not in self._files:
                self._files[name] = self._open(name)
            if take(self._files[name]):
                self._held.add(name)
                self._sign(name)
                return name
            if not behind or not self._stands_still(name):
                return None
        return None

    def let_go(self, name: str) -> None:
        """Let others have a slot."""
        self._held.discard(name)
        let_go(self._files[name])

    def _sign(self, name: str) -> None:
        """Write who holds a slot, and since when; always as long, so that no disk is too full."""
        signature = f"{self._owner} {self._clock.monotonic():.3f}".ljust(_LONGEST_NAME)
        with contextlib.suppress(OSError):
            os.pwrite(self._files[name], signature.encode(), 0)

    def _stands_still(self, name: str) -> bool:
        signature = os.pread(self._files[name], _LONGEST_NAME, 0).decode("ascii", "replace")
        owner, _, since = signature.rstrip().rpartition(" ")
        try:
            return cannot_ask(owner) or self._clock.monotonic() - float(since) > self._patience
        except ValueError:
            return False  # it is just being signed

    def _open(self, name: str) -> int:
        private_dir(self._folder, durable=False)
        return open_lock(self._folder / f"{self._account}.{name}")


class OneOf:
    """One of the slots, held while this is entered."""

    def __init__(self, slots: Slots, count: int) -> None:
        self._slots = slots
        self._count = count
        self._slot: str | None = None

    async def __aenter__(self) -> None:
        self._slot = await self._slots.wait_for(self._count)

    async def __aexit__(self, *_: object) -> None:
        if self._slot is not None:
            self._slots.let_go(self._slot)


def _close(files: dict[str, int]) -> None:
    for descriptor in files.values():
        close(descriptor)
