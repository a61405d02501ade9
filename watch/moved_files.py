"""Looks whether saved files are still where they were saved, for commands that only print.

A disk that does not answer holds up nobody for long: what cannot be told in time stays as it was.
"""

import threading
import time
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from rushes.providers.fields import replace
from rushes.watch.asset import OutputState
from rushes.watch.task import Task

WITHIN = 1.0
"""Seconds that the disk may take for all files that a command looks at."""


def saved_paths(task: Task) -> dict[int, Path]:
    """Where the outputs of a task were saved, by their numbers."""
    return {
        n: fetch.path
        for n, fetch in task.fetches.items()
        if fetch.state is OutputState.DOWNLOADED and fetch.path is not None
    }


def missing(paths: Iterable[Path]) -> frozenset[Path]:
    """Those of these paths where nothing is any more, as far as that can be told. Blocks."""
    return frozenset(path for path in paths if _is_missing(path))


def with_moved(task: Task, gone: frozenset[Path]) -> Task:
    """The task, its outputs marked as moved whose files are `gone`; itself where nothing changed.

    What it has saved otherwise was found.
    """
    moved = frozenset(n for n, path in saved_paths(task).items() if path in gone)
    return task if moved == task.moved else replace(task, moved=moved)


class FileLook:
    """Looks at the files of some tasks after others, for so many seconds in all at most."""

    def __init__(self, within: float = WITHIN) -> None:
        self._left = within

    def at(self, tasks: Collection[Task]) -> Iterator[Task]:
        """These tasks, their outputs marked as moved whose files are elsewhere now.

        Once the time is over they are returned as they were.
        """
        gone = self._missing([path for task in tasks for path in saved_paths(task).values()])
        return iter(tasks) if gone is None else (with_moved(task, gone) for task in tasks)

    def _missing(self, paths: Collection[Path]) -> frozenset[Path] | None:
        """What is missing of these; None where the disk did not say so in time."""
        found = list[frozenset[Path]]()
        if not paths:
            return frozenset()
        if self._left <= 0:
            return None
        looking = threading.Thread(target=lambda: found.append(missing(paths)), daemon=True)
        began = time.monotonic()
        looking.start()
        looking.join(self._left)
        self._left -= time.monotonic() - began
        return found[0] if found else None


def _is_missing(path: Path) -> bool:
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except (OSError, ValueError):
        return False
    return False
