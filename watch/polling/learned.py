"""What one account's own tasks teach about when to ask, and how many polls that saved."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from rushes.providers.frozen import frozen
from rushes.providers.model import Snapshot, Status
from rushes.watch.clock import Clock
from rushes.watch.polling.cadence import (
    LAST,
    LONGEST,
    Sample,
    Spread,
    Start,
    ages,
    samples,
    spread,
    wait,
)
from rushes.watch.task import Ref, Task

_Group = tuple[str | None, Start]
"""A model, or None for all of the account's, and from when ages count."""

_WORKING = (Status.QUEUED, Status.RUNNING)


@frozen
class _Planned:
    """A wait that was told, in seconds, and when it began (monotonic)."""

    seconds: float
    since: float


class Learned:
    """Tells how long to wait for a task's next poll, from how long the others took.

    `plain` is the account's own interval in seconds: the wait where nothing is known, and never
    undercut. `saved` are the polls that the plain interval would have made more in the same time.
    A task whose model is not known is compared with all of the account's tasks.
    """

    def __init__(self, plain: float, clock: Clock) -> None:
        self.saved = 0.0
        self._plain = plain
        self._clock = clock
        self._noted: set[Ref] = set()
        self._samples: dict[_Group, list[Sample]] = defaultdict(list)
        self._spreads: dict[_Group, Spread | None] = {}
        self._planned: dict[Ref, _Planned] = {}

    def note(self, tasks: Iterable[Task]) -> None:
        """Learn from those of the tasks that are over, from each once."""
        for task in tasks:
            if task.over and task.ref not in self._noted:
                self._noted.add(task.ref)
                self._take(task)

    def wait(self, task: Task, snapshot: Snapshot | None = None) -> float:
        """The seconds from the last poll of a task to its next; `snapshot` is a newer answer."""
        status = snapshot.status if snapshot else task.status
        found = self._compared(task, snapshot, self._clock.now()) if status in _WORKING else None
        return self._plain if found is None else wait(*found, self._plain)

    def answered(self, task: Task, snapshot: Snapshot) -> float:
        """The wait after that answer about the task, which is counted."""
        now = self._clock.monotonic()
        planned = self._planned.pop(task.ref, None)
        if planned and not snapshot.status.terminal and now >= planned.since + planned.seconds:
            # The last wait of a task saves nothing: the plain interval might have seen the end at
            # once. What took longer for other reasons was not saved by what was learned.
            self.saved += planned.seconds / self._plain - 1
        seconds = self.wait(task, snapshot)
        if not snapshot.status.terminal:
            self._planned[task.ref] = _Planned(seconds, now)
        return seconds

    def forget(self, ref: Ref) -> None:
        """A task is not polled any more."""
        self._planned.pop(ref, None)

    def _take(self, task: Task) -> None:
        for sample in samples(task, max(LONGEST, self._plain)):
            models = {sample.model, None}
            for group in ((model, sample.start) for model in models):
                kept = [*self._samples[group], sample]
                self._samples[group] = sorted(kept, key=lambda one: one.seen_at)[-LAST:]
                self._spreads.pop(group, None)

    def _compared(
        self, task: Task, snapshot: Snapshot | None, now: datetime
    ) -> tuple[float, Spread] | None:
        """The task's age and what it is compared with; None where too little is known."""
        known = snapshot.model if snapshot else None
        if known is None and task.snapshot is not None:
            known = task.snapshot.model
        for start, age in ages(task, snapshot, now):
            if (found := self._spread((known, start))) is not None:
                return age, found
        return None

    def _spread(self, group: _Group) -> Spread | None:
        if group not in self._spreads:
            self._spreads[group] = spread(self._samples[group])
        return self._spreads[group]
