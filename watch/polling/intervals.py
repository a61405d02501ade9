"""The interval of a task: the seconds between two polls of it."""

import logging

from rushes.providers.model import Snapshot
from rushes.watch.clock import Clock
from rushes.watch.config.accounts import Account
from rushes.watch.polling.learned import Learned
from rushes.watch.polling.task_source import TaskSource
from rushes.watch.task import Ref, Task

log = logging.getLogger(__name__)


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

    def of(self, task: Task) -> float:
        """The seconds between two polls of `task`."""
        return self.learned.wait(task) if self.learned else self.shortest

    def after(self, task: Task, snapshot: Snapshot) -> float:
        """The seconds from that answer about `task` to the next poll of it."""
        return self.learned.answered(task, snapshot) if self.learned else self.shortest

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
        if self.learned:
            self.learned.forget(ref)
