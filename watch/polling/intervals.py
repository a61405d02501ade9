"""The interval of a task: the seconds between two polls of it."""

from rushes.watch.config.accounts import Account
from rushes.watch.task import Task


class Intervals:
    """Tells the interval of each task of one account; whoever needs one asks here.

    `shortest` is the account's own interval, in seconds: no task is asked about more often, and
    what concerns the account as a whole goes by it.
    """

    def __init__(self, account: Account) -> None:
        self.shortest = account.poll_interval

    def of(self, task: Task) -> float:
        """The seconds between two polls of `task`."""
        del task
        return self.shortest
