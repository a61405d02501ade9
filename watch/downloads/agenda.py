"""Which tasks have to be looked at: those that changed, and those whose moment has come.

With fifty thousand tasks a walk over all of them every two seconds is most of what an idle program
does, and nearly always finds nothing. What a look decides can change in two ways only: the task
changes, which the ledger tells its readers, or a moment comes that is known beforehand.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from rushes.watch.changes import Reader
from rushes.watch.deadlines import Deadlines
from rushes.watch.task import Ref, Task

AT_A_TIME = 200
"""Tasks that are looked at in one go: some milliseconds, in which no key is answered."""


async def in_slices(tasks: Sequence[Task]) -> AsyncIterator[Sequence[Task]]:
    """These tasks, AT_A_TIME of them: between two slices others have their turn."""
    for start in range(0, len(tasks), AT_A_TIME):
        yield tasks[start : start + AT_A_TIME]
        await asyncio.sleep(0)


class Agenda:
    """Gives out each task once for each change of it, and once at each moment that it waits for.

    A task that was given out and not put back, as the look failed, is given out again.
    """

    def __init__(self, reader: Reader, ahead: Iterable[timedelta] = ()) -> None:
        """Each end of an output is such a moment, and what lies `ahead` of it by one of these."""
        self._reader = reader
        self._ahead = (timedelta(0), *ahead)
        self._due: set[Ref] = set()
        self._deadlines = Deadlines[Ref]()
        self._looked: datetime | None = None

    def take(self, tasks: Mapping[Ref, Task], now: datetime) -> list[Task]:
        """The tasks to look at, at `now` (our clock, UTC).

        All of them the first time, and where our clock was set back: what is over may come again.
        """
        changes, due = self._reader.take(), self._due
        due.update(changes.refs, self._deadlines.take(now))
        if self._looked is None or now < self._looked:
            due.update(tasks)
        self._looked = now
        if changes.layout:
            self._deadlines.keep(tasks)
        due &= tasks.keys()
        in_order = tasks if len(due) == len(tasks) else sorted(due)
        return [tasks[ref] for ref in in_order]

    def put(self, task: Task, now: datetime, more: Iterable[datetime] = ()) -> None:
        """Have a task that was looked at wait for its next moment, or for one of `more`."""
        ends = ((at - now, at) for at in task.ends_of_unsaved) if task.over else ()
        moments = [at - ahead for left, at in ends for ahead in self._ahead if left > ahead]
        moments += [at for at in more if at > now]
        self._deadlines.put(task.ref, min(moments, default=None))
        self._due.discard(task.ref)
