"""Notices that the machine slept or the process was stopped, and counts what happened meanwhile.

The counts are complete only after every open task was polled again, so they come a little later.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from rushes.watch.changes import Reader, SuspensionSummary
from rushes.watch.clock import Clock
from rushes.watch.downloads.alerts import AT_RISK
from rushes.watch.task import Ref, Task

REPORTED_FROM = timedelta(minutes=5)
"""A shorter suspension is not reported."""

PATIENCE = 60.0
"""Seconds that the report waits for tasks that cannot be polled."""


class Suspension:
    """Compares the times of its own looks: a look that comes much too late ends a suspension.

    It goes by the boot clock, which runs on while the machine sleeps; the monotonic clock does not,
    and the wall clock may be set (reliability.md R6). `reader` tells which tasks changed between.
    """

    def __init__(self, clock: Clock, reader: Reader) -> None:
        self._clock = clock
        self._reader = reader
        self._looked = clock.boottime()
        self._left: datetime | None = None
        self._open: set[Ref] = set()
        self._waiting: frozenset[Ref] = frozenset()
        self._give_up = 0.0

    def look(self, tasks: Mapping[Ref, Task]) -> SuspensionSummary | None:
        """Return the summary of a suspension once, when its tasks were polled again; else None."""
        boot, now = self._clock.boottime(), self._clock.now()
        away = timedelta(seconds=boot - self._looked)
        if away >= REPORTED_FROM:
            self._left = now - away
            self._waiting = frozenset(self._open)
            self._give_up = boot + PATIENCE
        self._looked = boot
        self._take(tasks)
        left = self._left
        if left is None or (boot < self._give_up and self._unasked(tasks, left)):
            return None
        self._left = None
        return self._summary(tasks, left, now)

    def _take(self, tasks: Mapping[Ref, Task]) -> None:
        """Note which tasks are open now."""
        changes = self._reader.take()
        if changes.layout:
            self._open = {ref for ref, task in tasks.items() if not task.over}
            return
        self._open -= changes.refs
        self._open.update(ref for ref in changes.refs if ref in tasks and not tasks[ref].over)

    def _unasked(self, tasks: Mapping[Ref, Task], left: datetime) -> bool:
        """Whether a task that was open before the suspension was not polled since."""
        waited_for = (tasks[ref] for ref in self._waiting & self._open)
        return any(
            task.last_polled_at is None or task.last_polled_at < left + REPORTED_FROM / 2
            for task in waited_for
        )

    def _summary(
        self, tasks: Mapping[Ref, Task], left: datetime, now: datetime
    ) -> SuspensionSummary:
        done = [ref for ref in self._waiting if ref in tasks and tasks[ref].over]
        at_risk = [task for task in tasks.values() if task.over and _at_risk(task, now)]
        lost = sum(_lost(task, left, now) for task in tasks.values() if task.over)
        return SuspensionSummary(len(done), len(at_risk), lost)


def _at_risk(task: Task, now: datetime) -> bool:
    loss = task.next_loss(now)
    if loss is None or loss.deadline is None:
        return False
    return loss.deadline - task.server_time(now) <= AT_RISK


def _lost(task: Task, left: datetime, now: datetime) -> int:
    """How many of its outputs expired unsaved since we left."""
    return sum(
        asset.lost and asset.deadline is not None and asset.deadline > task.server_time(left)
        for asset in task.assets(now)
    )
