"""The interval of a task: the seconds between two polls of it.

Where the tasks of an account need more polls a second than its rate allows, all of their intervals
are stretched by one factor, so that what is due is as much as can be asked.
"""

import asyncio
import logging

from rushes.providers.model import Snapshot
from rushes.watch.clock import Clock
from rushes.watch.config.accounts import Account
from rushes.watch.polling.learned import Learned
from rushes.watch.polling.task_source import TaskSource
from rushes.watch.task import Ref, Task

_AT_ONCE = 50
"""Earlier tasks that are looked at without a pause: they take a millisecond."""

_RECENT = 16
"""Requests by which it is told how many tasks one is about."""

log = logging.getLogger(__name__)

_MICRO = 1_000_000


class Intervals:
    """Tells the interval of each task of one account; whoever needs one asks here.

    `shortest` is the account's own interval, in seconds: no task is asked about more often, and
    what concerns the account as a whole goes by it. `learned` is what the account's own tasks teach
    about longer ones; None where the interval is fixed. `joined` are the requests that were saved
    by asking about several tasks at once.
    """

    def __init__(self, account: Account, clock: Clock) -> None:
        self._account = account.id
        self.joined = 0
        self.shortest = account.poll_interval
        self.learned = Learned(self.shortest, clock) if account.learns_interval else None
        self._rate = account.max_rate
        self._needs: dict[Ref, int] = {}
        self._needed = 0
        self._at_a_time = 1.0

    @property
    def stretch(self) -> float:
        """The factor of all intervals: how many times more is needed than the rate allows, or 1."""
        return max(1.0, self.needed / (self._rate * self._at_a_time))

    def sent(self, tasks: int) -> None:
        """Note a request about so many tasks: the rate is one of requests."""
        self._at_a_time += (tasks - self._at_a_time) / _RECENT

    @property
    def needed(self) -> float:
        """The polls a second that the tasks need."""
        return self._needed / _MICRO

    @property
    def mean(self) -> float:
        """The seconds between two polls of a task on average, not stretched."""
        if not self.learned or not self._needed:
            return self.shortest
        return max(self.shortest, len(self._needs) / self.needed)

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
        if not self.learned:
            return self.usual
        # Without what is learned the rate would hold up more of what is due.
        crowded = max(1.0, len(self._needs) / (self.shortest * self._rate))
        return self.learned.answered(task, snapshot, self.stretch, crowded)

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
            ended = list(await tasks.ended(self._account))
            for n in range(0, len(ended), _AT_ONCE):
                self.learned.note(ended[n : n + _AT_ONCE])
                await asyncio.sleep(0)
        except Exception:
            # An account must not stand still over this.
            log.exception("reading the earlier tasks of %s", self._account)

    def ended(self, task: Task | None) -> None:
        """Learn from a task, if it is over."""
        if self.learned and task is not None:
            self.learned.note((task,))

    @property
    def saved(self) -> float:
        """The requests that the plain interval, task by task, would have made more."""
        return self.joined + (self.learned.saved if self.learned else 0.0)

    def forget(self, ref: Ref) -> None:
        """A task is not polled any more."""
        self._needed -= self._needs.pop(ref, 0)
        if self.learned:
            self.learned.forget(ref)
