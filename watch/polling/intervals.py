"""The interval of a task: the seconds between two polls of it.

Where the tasks of an account need more polls a second than its rate allows, all of their intervals
are stretched by one factor, so that what is due is as much as can be asked.
"""

import logging

from rushes.providers.model import Snapshot
from rushes.watch.clock import Clock
from rushes.watch.config.accounts import Account
from rushes.watch.polling.learned import Learned
from rushes.watch.polling.task_source import TaskSource
from rushes.watch.task import Ref, Task

log = logging.getLogger(__name__)

_MICRO = 1_000_000


class Intervals:
    """Tells the interval of each task of one account; whoever needs one asks here.

    `shortest` is the account's own interval, in seconds: no task is asked about more often, and
    what concerns the account as a whole goes by it. `learned` is what the account's own tasks teach
    about longer ones; None where the interval is fixed.
    """

    def __init__(self, account: Account, clock: Clock) -> None:
        self._account = account.id
        self.shortest = account.poll_interval
        self.learned = Learned(self.shortest, clock) if account.learns_interval else None
        self._rate = account.max_rate
        self._needs: dict[Ref, int] = {}
        self._needed = 0

    @property
    def stretch(self) -> float:
        """The factor of all intervals: how many times more is needed than the rate allows, or 1."""
        return max(1.0, self.needed / self._rate)

    @property
    def needed(self) -> float:
        """The polls a second that the tasks need."""
        return self._needed / _MICRO

    @property
    def usual(self) -> float:
        """The seconds between two polls of a task of which nothing more is known, stretched."""
        return self.shortest * self.stretch

    def of(self, task: Task) -> float:
        """The seconds between two polls of `task`, stretched."""
        return self.wanted(task) * self.stretch

    def wanted(self, task: Task) -> float:
        """The seconds between two polls of `task`, were there no limit."""
        return self.learned.wait(task) if self.learned else self.shortest

    def after(self, task: Task, snapshot: Snapshot) -> float:
        """The seconds from that answer about `task` to the next poll of it, stretched."""
        wanted = self.learned.answered(task, snapshot) if self.learned else self.shortest
        return wanted * self.stretch

    def note(self, ref: Ref, seconds: float) -> None:
        """Note that `ref` is asked about every so many seconds, not stretched."""
        self._needed -= self._needs.pop(ref, 0)
        # In millionths of a poll a second: the sum of whole numbers does not drift.
        need = self._needs[ref] = round(_MICRO / seconds)
        self._needed += need

    def expect(self, task: Task) -> None:
        """Note that `task` will be asked about, as often as is to be expected so far."""
        if task.ref not in self._needs:
            self.note(task.ref, self.wanted(task))

    async def recall(self, tasks: TaskSource) -> None:
        """Learn from the account's earlier tasks, if anything is to be learned."""
        if not self.learned:
            return
        try:
            self.learned.note(await tasks.ended(self._account))
        except Exception:
            # An account must not stand still over this.
            log.exception("reading the earlier tasks of %s", self._account)

    def ended(self, task: Task | None) -> None:
        """Learn from a task, if it is over."""
        if self.learned and task is not None:
            self.learned.note((task,))

    def forget(self, ref: Ref) -> None:
        """A task is not polled any more."""
        self._needed -= self._needs.pop(ref, 0)
        if self.learned:
            self.learned.forget(ref)
