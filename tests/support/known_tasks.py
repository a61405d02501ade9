"""A home that watches tasks made by hand and remembers all of them."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from manual_clock import ManualClock

from rushes.watch.disk.paths import Paths
from rushes.watch.history.store import History
from rushes.watch.task import Task
from rushes.watch.watchlist.file import WatchlistFile, path_for


def remember(home: Path, tasks: Sequence[Task], watchlist: str = "default") -> None:
    """Put the tasks on that list and into the history."""
    paths = Paths.under(home)
    home.mkdir(exist_ok=True)
    WatchlistFile(path_for(watchlist, paths)).add(task.entry for task in tasks)
    asyncio.run(_save(paths.history, tasks))


async def _save(path: Path, tasks: Sequence[Task]) -> None:
    history = History(path, clock=ManualClock())
    for task in tasks:
        history.save(task)
    await history.flush(60.0)
    await history.close()
