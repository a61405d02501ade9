"""Looks now and then, on a thread, whether saved files are still where they were saved."""

import asyncio

from rushes.watch.downloads.task_keeper import TaskKeeper
from rushes.watch.moved_files import missing, saved_paths, with_moved
from rushes.watch.task import Ref

ROUND_EVERY = 60.0
"""Seconds between two looks at a file at least."""

AT_ONCE = 500
"""Tasks of which one look sees the files: of very many each waits longer for its next turn."""


class MovedLook:
    """Marks the outputs of the watched tasks whose files are elsewhere now.

    While the disk does not answer nothing more is looked at, and nobody waits but the look itself.
    """

    def __init__(self, keeper: TaskKeeper) -> None:
        self._keeper = keeper
        self._left: list[Ref] = []
        self._next_round: float | None = None

    async def look(self) -> None:
        """Look at the files of some tasks more."""
        now, tasks = self._keeper.clock.monotonic(), self._keeper.tasks()
        if not self._left:
            if self._next_round is not None and now < self._next_round:
                return
            self._next_round = now + ROUND_EVERY
            self._left = [ref for ref, task in tasks.items() if task.fetches]
        some, self._left = self._left[-AT_ONCE:], self._left[:-AT_ONCE]
        seen = {ref: saved_paths(tasks[ref]) for ref in some if ref in tasks}
        paths = {path for its in seen.values() for path in its.values()}
        if not paths:
            return
        gone = await asyncio.to_thread(missing, paths)
        for ref, its in seen.items():
            task = self._keeper.task(ref)
            # What was saved meanwhile was not looked at: its turn comes.
            if task is not None and saved_paths(task) == its:
                marked = with_moved(task, gone)
                if marked is not task:
                    self._keeper.moved_on(marked, lasting=False)
