"""The interval of a task: the seconds between two polls of it.

Where the tasks of an account need more polls a second than its rate allows, all of their intervals
are stretched by one factor, so that what is due is as much as can be asked.
"""

from rushes.watch.config.accounts import Account
from rushes.watch.task import Ref, Task

_MICRO = 1_000_000


class Intervals:
    """Tells the interval of each task of one account; whoever needs one asks here.

    `shortest` is the account's own interval, in seconds: no task is asked about more often, and
    what concerns the account as a whole goes by it.
    """

    def __init__(self, account: Account) -> None:
        self.shortest = account.poll_interval
        self._rate = account.max_rate
        self._needs: dict[Ref, int] = {}
        self._needed = 0

    @property
    def stretch(self) -> float:
        """The factor of all intervals: how many times more is needed than the rate allows, or 1."""
        return max(1.0, self._needed / (_MICRO * self._rate))

    def of(self, task: Task) -> float:
        """The seconds between two polls of `task`, stretched."""
        return self.wanted(task) * self.stretch

    def wanted(self, task: Task) -> float:
        """The seconds between two polls of `task`, were there no limit."""
        del task
        return self.shortest

    def note(self, ref: Ref, seconds: float) -> None:
        """Note that `ref` is asked about every so many seconds, not stretched."""
        self.forget(ref)
        # In millionths of a poll a second: the sum of whole numbers does not drift.
        need = self._needs[ref] = round(_MICRO / seconds)
        self._needed += need

    def forget(self, ref: Ref) -> None:
        """Note that `ref` is not asked about any more."""
        self._needed -= self._needs.pop(ref, 0)

    def __contains__(self, ref: object) -> bool:
        return ref in self._needs
