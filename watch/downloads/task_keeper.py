"""What the downloads need of whoever keeps the tasks."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from rushes.watch.changes import DownloadNews, Fetched, Readers
from rushes.watch.clock import Clock
from rushes.watch.event_kinds import EventKind
from rushes.watch.task import Ref, Task


class TaskKeeper(Protocol):
    """Where the tasks are, and who hears of them (the desk)."""

    @property
    def clock(self) -> Clock:
        """What time it is."""
        ...

    @property
    def readers(self) -> Readers:
        """Where changes of the tasks are told."""
        ...

    def tasks(self) -> Mapping[Ref, Task]:
        """The watched tasks."""
        ...

    def task(self, ref: Ref) -> Task | None:
        """The task as it is now; None where it is not watched."""
        ...

    async def recalled(self, ref: Ref) -> Task | None:
        """The task with what this and other processes saved; None where that is not known."""
        ...

    def file_turn(self, ref: Ref, n: int) -> AbstractAsyncContextManager[bool]:
        """The turn to fetch an output's file, held until the end: whether it is ours."""
        ...

    def moved_on(self, task: Task, *, lasting: bool) -> None:
        """Take in a task whose downloads changed, and remember it where that is `lasting`."""
        ...

    def settled(self, task: Task, news: Fetched, *kinds: EventKind) -> None:
        """Take in and remember a task of which a download ended, and have that told."""
        ...

    def report(self, kind: EventKind, ref: Ref, news: DownloadNews) -> None:
        """Have a person told."""
        ...
