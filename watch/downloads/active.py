"""One download that runs: its progress, its speed, and how it is stopped."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from rushes.watch.asset import Fetch, Halt, OutputState
from rushes.watch.downloads.job import Job
from rushes.watch.downloads.lanes import CRAWLS_AFTER, USEFUL
from rushes.watch.reasons import Reason
from rushes.watch.transfer.request import LinkRefused

if TYPE_CHECKING:
    from rushes.watch.transfer.transfer import Transfer

_SMOOTHING = 0.3
_BELIEVED_AFTER = 2.0

STALLED_AFTER = 3.0
"""Seconds without a byte after which there is no speed to speak of."""

ANSWERED_WITHIN = 2.0
"""Seconds that the new links of a task wait for an answer under its old ones."""


@dataclass(slots=True)
class ActiveTransfer:
    """A job under way; `transfer` while its bytes are.

    `stopped`: a person ended it; `halt` says how, None for no reason worth a note. `refusal` is why
    its link brought no file. `probe`: it was begun to see whether a full disk has room again.
    `puts`: it is being put into a bucket, and holds no lane.
    """

    job: Job
    probe: bool = False
    task: asyncio.Task[Fetch | None] | None = None
    transfer: "Transfer | None" = None
    stopped: bool = False
    halt: Halt | None = None
    refusal: LinkRefused | None = None
    rate: float = 0.0
    shown: Fetch = field(default_factory=lambda: Fetch(state=OutputState.DOWNLOADING))
    _received: int = 0
    _measured: float = 0.0
    _silent: float = 0.0
    puts: bool = False
    _finished: bool = False

    @property
    def speed(self) -> float | None:
        """Bytes a second, once they were measured for long enough to be believed.

        None in a stall: what does not come at the moment says nothing of how fast it will.
        """
        return self.rate if self._measured >= _BELIEVED_AFTER and self.rate else None

    @property
    def crawls(self) -> bool:
        """Whether its bytes come so slowly, if at all, that others need not wait for its lane."""
        return self._measured >= CRAWLS_AFTER and self.rate < USEFUL

    @property
    def wrote(self) -> bool:
        """Whether its present transfer has written anything."""
        return self.transfer is not None and self.transfer.received > 0

    def follow(self, transfer: "Transfer | None") -> None:
        """Measure this transfer from now on; what the one before came to is kept in mind."""
        if self.transfer is not None:
            self.shown = replace(self.shown, done=self.transfer.done, total=self.transfer.total)
        self.transfer = transfer
        self.rate = 0.0
        self._received = 0
        self._measured = 0.0
        self._silent = 0.0

    def measure(self, seconds: float) -> Fetch:
        """The progress; `seconds` have passed since the last call."""
        if self.transfer is None:
            return self.shown
        self._note(self.transfer.received, seconds)
        return Fetch(
            state=OutputState.DOWNLOADING,
            done=self.transfer.done,
            total=self.transfer.total,
            rate=self.rate,
        )

    def _note(self, received: int, seconds: float) -> None:
        """Take in how much has come; a short silence belongs to the bytes that end it."""
        fresh, self._received = received - self._received, received
        self._measured += seconds
        self._silent += seconds
        if fresh:
            now = fresh / self._silent
            self.rate = self.rate + _SMOOTHING * (now - self.rate) if self.rate else now
            self._silent = 0.0
        elif self._silent >= STALLED_AFTER:
            self.rate = 0.0

    def finish(self) -> None:
        """Note that the file has its name: from now on it is too late to stop."""
        self._finished = True

    def stop(self, halt: Halt | None) -> None:
        """End it; a thread that holds the file is waited for."""
        if self._finished:
            return
        self.stopped, self.halt = True, halt
        if self.transfer is not None:
            self.transfer.cancel()
        elif self.task is not None:
            self.task.cancel()

    def set_aside(self, halt: Halt | None, *reasons: Reason) -> Fetch | None:
        """What is known of the output once it is not on its way any more; None without a halt."""
        if halt is None:
            return None
        kept = self.shown.set_aside(halt, *reasons)
        return replace(kept, done=0) if halt is Halt.CANCELED else kept


async def answered(runs: Iterable[ActiveTransfer]) -> None:
    """Return once each of `runs`, of one task, has ended or brings bytes; within ANSWERED_WITHIN.

    Links that died together are renewed together: which of the new ones is whose cannot be told of
    an output that is under way (row 82).
    """
    silent = [run.task for run in runs if run.task is not None and not run.wrote]
    if silent:
        await asyncio.wait(silent, timeout=ANSWERED_WITHIN)
