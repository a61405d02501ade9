"""Shares a limit of bytes a second among all transfers of a home, in whatever process they are.

Each limit is one plan: the moment up to which its bytes are spent. It is a number in a file beside
the slots of the polls (`watch/history/machine_slots.py`), changed under the file's lock: who takes
bytes moves it on by what they take, and waits until it has come. Nothing is held while one waits,
and nothing is saved up while nobody takes, but for what a timer that rings late may make up for.
"""

import os
import struct
import threading
import time
import weakref
from collections.abc import Callable, Iterable
from pathlib import Path

from rushes.watch.disk.atomic import SaveFailed
from rushes.watch.disk.descriptors import close
from rushes.watch.disk.locks import let_go, open_lock, take
from rushes.watch.disk.paths import private_dir

BEHIND = 0.1
"""Seconds of a limit that may be made up for at most."""

PATIENCE = 1.0
"""Seconds after which who has the lock counts as stopped amid its work: each then goes alone."""

_LOOK_EVERY = 0.001
"""Seconds between two looks for a lock that is held for microseconds."""

_FURTHEST, _MOST_TAKEN = 30.0, 128 * 64 * 1024
"""Nothing is planned further ahead than so many seconds, and so many bytes: else the plan is from
before the machine started."""

_LEAST_PIECE = 4096
_PLAN = struct.Struct("<d")


class ByteLimit:
    """One limit, of `rate` bytes a second, whose plan is in `folder`. Any thread may take."""

    def __init__(
        self,
        folder: Path,
        rate: float,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`now` is monotonic, and the same in all processes of the machine."""
        self.rate = rate
        self._folder = folder
        self._now = now
        self._sleep = sleep
        self._own_plan = 0.0
        self._turn = threading.Lock()
        self._files: list[int] = []
        weakref.finalize(self, _close, self._files)

    def take(self, count: int) -> float:
        """Take bytes that have come; returns the seconds after which more may come.

        Where files cannot be locked each process keeps to the limit by itself.
        """
        with self._turn:
            try:
                end = self._taken_in(self._file(), count)
            except (OSError, SaveFailed):
                end = self._end(self._own_plan, count)
            self._own_plan = end
        return max(0.0, end - self._now())

    def _taken_in(self, file: int, count: int) -> float:
        give_up_at = self._now() + PATIENCE
        while not take(file):
            if self._now() >= give_up_at:
                return self._end(self._own_plan, count)
            self._sleep(_LOOK_EVERY)
        try:
            written = os.pread(file, _PLAN.size, 0)
            (planned,) = _PLAN.unpack(written) if len(written) == _PLAN.size else (0.0,)
            end = self._end(planned, count)
            os.pwrite(file, _PLAN.pack(end), 0)
            return end
        finally:
            let_go(file)

    def _end(self, planned: float, count: int) -> float:
        """The moment up to which the limit is spent, once so many bytes are taken as well."""
        now = self._now()
        # Written so that a plan that is no number counts as none.
        if not planned <= now + _FURTHEST + _MOST_TAKEN / self.rate:
            planned = now
        return max(planned, now - BEHIND) + count / self.rate

    def _file(self) -> int:
        if not self._files:
            private_dir(self._folder, durable=False)
            self._files.append(open_lock(self._folder / f"download-{self.rate:.0f}.rate"))
        return self._files[0]


class ByteBudget:
    """All limits that hold for a transfer at once."""

    def __init__(self, limits: Iterable[ByteLimit]) -> None:
        self._limits = tuple(limits)

    @property
    def piece(self) -> int | None:
        """Bytes to be read at once: a hundredth of a second's, so that all have a share.

        None where there is no limit.
        """
        least = min((limit.rate for limit in self._limits), default=None)
        return None if least is None else int(max(_LEAST_PIECE, least / 100))

    def hold(self, count: int, pause: Callable[[float], None]) -> float:
        """Take bytes that have come, and pause until more may; the seconds of that."""
        seconds = max((limit.take(count) for limit in self._limits), default=0.0)
        if seconds > 0:
            pause(seconds)
        return seconds


def budget_of(folder: Path, rates: Iterable[float | None]) -> ByteBudget | None:
    """The budget of these limits, whose plans are in `folder`; None where there are none."""
    limits = [ByteLimit(folder, rate) for rate in dict.fromkeys(rates) if rate is not None]
    return ByteBudget(limits) if limits else None


def _close(files: list[int]) -> None:
    for descriptor in files:
        close(descriptor)
