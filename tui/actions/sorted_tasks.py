"""All tasks in the order of a key, kept from one arrangement to the next."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from rushes.watch.sorting import SortKey, SortValue, arranged, sort_value
from rushes.watch.task import Ref, Task

RECHECK = timedelta(seconds=5)
"""How often values that depend on the time are made anew."""


class SortedTasks:
    """The tasks' values of a key, and their order, made anew only where a value is another one."""

    def __init__(self) -> None:
        self.key = SortKey.ADDED
        self.descending = True
        self._values: dict[Ref, SortValue] = {}
        self._order: list[Ref] | None = None
        self._ordered: Mapping[Ref, Task] = {}
        self._valued_at: datetime | None = None

    def by(self, key: SortKey, *, descending: bool) -> None:
        """Sort by another key, or the other way round."""
        if key is not self.key:
            self._values.clear()
        self.key, self.descending, self._order = key, descending, None

    def clear(self) -> None:
        """Forget all tasks."""
        self._values.clear()
        self._order = None

    def forget(self, ref: Ref) -> None:
        """Forget a task that is not watched any more."""
        self._values.pop(ref, None)
        self._order = None

    def note(self, task: Task, now: datetime) -> bool:
        """Take in a task as it is now; whether its value is another one than before."""
        value, ref = sort_value(self.key, task, now), task.ref
        if ref in self._values and self._values[ref] == value:
            return False
        self._values[ref] = value
        self._order = None
        return True

    def order(self, tasks: Mapping[Ref, Task], now: datetime) -> list[Ref]:
        """The refs of `tasks`, all of them, in order."""
        if self._valued_at is None or not timedelta(0) <= now - self._valued_at < RECHECK:
            self._valued_at = now
            for ref in self._passing(tasks, now):
                self.note(tasks[ref], now)
        # Equals stand as the tasks do, and in another mapping these may stand otherwise.
        is_known = self._ordered is tasks
        if self._order is None or not is_known or len(self._order) != len(tasks):
            self._ordered = tasks
            if not self._values.keys() >= tasks.keys():
                for ref in tasks.keys() - self._values.keys():
                    self.note(tasks[ref], now)
            value = self._values.__getitem__
            self._order = arranged(tasks, value, self.key, descending=self.descending)
        return self._order

    def are_in_order(self, refs: Iterable[Ref]) -> bool:
        """Whether these few are in order for sure: of equals only the whole list can tell."""
        few, value = list(refs), self._values.__getitem__
        if len(set(map(value, few))) < len(few):
            return False
        return arranged(few, value, self.key, descending=self.descending) == few

    def _passing(self, tasks: Mapping[Ref, Task], now: datetime) -> Iterable[Ref]:
        """The tasks whose value can be another one by now though they did not change."""
        if self.key is SortKey.RUN:
            return [ref for ref, task in tasks.items() if not task.over]
        if self.key is SortKey.EXPIRES:
            ends = ((ref, value) for ref, value in self._values.items() if ref in tasks)
            at = now.timestamp()
            return [ref for ref, end in ends if isinstance(end, float) and end <= at]
        return ()
