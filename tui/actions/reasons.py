"""Tells whether a command can act now, and if not why, for a toast."""

from collections.abc import Callable
from datetime import datetime

from rushes.providers.frozen import frozen
from rushes.watch.task import Task


@frozen
class Situation:
    """What decides whether a command can act now.

    `current` is the task under the cursor; `targets` are the tasks that a command is for; `sought`:
    whether there was a filter; `total`: how many tasks are watched, shown or not.
    """

    now: datetime
    current: Task | None
    targets: tuple[Task, ...]
    sought: bool
    total: int


WhyNot = Callable[[Situation], str]
"""Returns why a command cannot act now, fit to show; empty if it can."""


def always(_: Situation) -> str:
    """Always allowed."""
    return ""


def on_a_task(now: Situation) -> str:
    """Needs a task: marked ones in sight, or the one under the cursor."""
    return "" if now.targets else ("nothing in sight" if now.total else "the list is empty")


def with_tasks(now: Situation) -> str:
    """Needs any watched task, shown or not."""
    return "" if now.total else "the list is empty"


def sought(now: Situation) -> str:
    """Needs a filter to go by, if only the last one."""
    return "" if now.sought else "no filter yet: / asks for one"


def unfinished(now: Situation) -> str:
    """Needs a task of which polling can tell more."""
    if why := on_a_task(now):
        return why
    return "" if any(_is_polled(task) for task in now.targets) else "it is over: nothing to poll"


def _is_polled(task: Task) -> bool:
    """Whether polling can tell more: the task is not over, or has no files yet."""
    return not task.over or task.names_no_file


def finished(now: Situation) -> str:
    """Needs a task that is over."""
    if why := on_a_task(now):
        return why
    return "" if any(task.over for task in now.targets) else "not finished yet"


def with_output(now: Situation) -> str:
    """Needs an output that is on disk or has a link."""
    task = now.current
    if why := on_a_task(now):
        return why
    if task is None or not task.over:
        return "not finished yet"
    assets = tuple(task.assets(now.now))
    if any(asset.saved or asset.url for asset in assets):
        return ""
    return "nothing saved yet, and no link to open" if assets else "it has no output"


def with_link(now: Situation) -> str:
    """Needs an output that has a link."""
    if why := on_a_task(now):
        return why
    if any(asset.url for task in now.targets for asset in task.assets(now.now)):
        return ""
    return "no link yet" if any(not task.over for task in now.targets) else "it has no link"
