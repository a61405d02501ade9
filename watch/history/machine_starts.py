"""Shares an account's pace among the processes of a machine: one plan of when the next may ask.

Beside the plan stands how often tasks are asked about, for who looks at the account from outside.

The plan is a number in a file beside the slots (`machine_slots.py`), changed under its lock: a few
system calls a question, no commit. The kernel frees the lock of a process that dies.
"""

import contextlib
import os
import struct
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, cast

from rushes.watch.asked_every import AskedEvery, Pacing
from rushes.watch.disk.atomic import SaveFailed
from rushes.watch.disk.descriptors import close
from rushes.watch.disk.locks import let_go, open_lock, take
from rushes.watch.disk.paths import private_dir
from rushes.watch.start_times import next_start

if TYPE_CHECKING:
    from rushes.watch.clock import Clock

LOOK_EVERY = 0.001
"""Seconds between looks for a lock that is held for microseconds."""

PATIENCE = 1.0
"""Seconds after which a holder counts as stopped amid its work: each process then goes alone."""

HOLDS_FOR = 60.0
"""Seconds, or twice the interval, after which a statement is none: its process may have ended."""

_PLAN = struct.Struct("<d")
_TOLD = struct.Struct("<dddB")
_WHY: tuple[Pacing, ...] = tuple(Pacing)


def slots_of(history: Path) -> Path:
    """The folder, beside the database, of what processes share without it."""
    return history.parent / "slots"


class Starts:
    """One account's plan."""

    def __init__(self, folder: Path, account: str, clock: "Clock") -> None:
        self._folder = folder
        self._account = account
        self._clock = clock
        self._own_plan = 0.0
        self._files: list[int] = []
        weakref.finalize(self, _close, self._files)

    async def next(self, period: float, behind: float) -> float:
        """Take the next start, as `next_start` says.

        Where files cannot be locked, each process keeps to a plan of its own.
        """
        give_up_at = self._clock.monotonic() + PATIENCE
        try:
            file = self._file()
            while not take(file):
                if self._clock.monotonic() >= give_up_at:
                    return self._next(self._own_plan, period, behind)
                await self._clock.sleep(LOOK_EVERY)
            try:
                return self._planned_in(file, period, behind)
            finally:
                let_go(file)
        except (OSError, SaveFailed):
            return self._next(self._own_plan, period, behind)

    def tell(self, every: AskedEvery) -> None:
        """Write down how often tasks are asked about, and until when that holds."""
        until = self._clock.monotonic() + max(HOLDS_FOR, 2 * every.seconds)
        told = _TOLD.pack(every.seconds, every.limit, until, _WHY.index(every.why))
        with contextlib.suppress(OSError, SaveFailed):
            os.pwrite(self._file(), told, _PLAN.size)

    def _planned_in(self, file: int, period: float, behind: float) -> float:
        written = os.pread(file, _PLAN.size, 0)
        (planned,) = _PLAN.unpack(written) if len(written) == _PLAN.size else (0.0,)
        at = self._next(planned, period, behind)
        os.pwrite(file, _PLAN.pack(self._own_plan), 0)
        return at

    def _next(self, planned: float, period: float, behind: float) -> float:
        at = next_start(planned, self._clock.monotonic(), period, behind)
        self._own_plan = at + period
        return at

    def _file(self) -> int:
        if not self._files:
            private_dir(self._folder, durable=False)
            self._files.append(open_lock(_path(self._folder, self._account)))
        return self._files[0]


def asked_every(history: Path, account: str, now: float) -> AskedEvery | None:
    """What a process told that asks about the account's tasks; None where none does.

    `now` is in monotonic seconds.
    """
    try:
        written = _path(slots_of(history), account).read_bytes()[_PLAN.size :]
    except OSError:
        return None
    if len(written) != _TOLD.size:
        return None
    seconds, limit, until, why = cast("tuple[float, float, float, int]", _TOLD.unpack(written))
    holds = now < until <= now + max(HOLDS_FOR, 2 * seconds) and why < len(_WHY)
    return AskedEvery(seconds, _WHY[why], limit) if holds else None


def _path(folder: Path, account: str) -> Path:
    return folder / f"{account}.start"


def _close(files: list[int]) -> None:
    for descriptor in files:
        close(descriptor)
