"""The tasks that one account's poller polls, and what is under way with them."""

from collections.abc import Iterable

from rushes.watch.polling.task_source import TaskSource
from rushes.watch.task import Ref, Task


class Members:
    """Sets of refs: those that are `polled`, and among them the others.

    `by_hand` a person wants asked about now, `asking` has questions under way, and `put_off` comes
    back once the account is open.
    """

    def __init__(self, tasks: TaskSource) -> None:
        self.polled: set[Ref] = set()
        self.by_hand: set[Ref] = set()
        self.asking: set[Ref] = set()
        self.put_off: set[Ref] = set()
        self._tasks = tasks

    def begin(self, refs: Iterable[Ref]) -> None:
        """A question about these is sent."""
        self.asking.update(refs)
        self.by_hand.difference_update(refs)
        self.put_off.difference_update(refs)

    def forget(self, ref: Ref) -> None:
        """Stop polling `ref`."""
        for refs in (self.polled, self.by_hand, self.put_off):
            refs.discard(ref)

    def askable(self) -> list[Task]:
        """The tasks that could be asked about now: those that a person wants before all others."""
        return self.open(self.by_hand & self.polled) or self.open(self.polled)

    def open(self, refs: Iterable[Ref]) -> list[Task]:
        """Those that are polled still, and are not being asked about."""
        tasks = (self._tasks.task(ref) for ref in refs if ref not in self.asking)
        return [task for task in tasks if task is not None and not task.closed]
