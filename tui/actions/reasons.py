"""Tells whether a command can act now, and if not why, for the notice line."""

from collections.abc import Callable
from datetime import datetime

from rushes.providers.frozen import frozen
from rushes.providers.language import _
from rushes.watch.asset import OutputState
from rushes.watch.task import Task


@frozen
class Situation:
    """What decides whether a command can act now.

    `current` is the task under the cursor; `targets` are the tasks that a command is for; `sought`:
    whether there was a filter; `total`: how many tasks are watched, shown or not; `on_a_batch`:
    whether a batch is under the cursor, of which `current` is the first.
    """

    now: datetime
    current: Task | None
    targets: tuple[Task, ...]
    sought: bool
    total: int
    on_a_batch: bool = False


WhyNot = Callable[[Situation], str]
"""Returns why a command cannot act now, fit to show; empty if it can."""


def always(_: Situation) -> str:
    """Always allowed."""
    return ""


def on_a_task(now: Situation) -> str:
    """Needs a task: marked ones in sight, or the one under the cursor."""
    return "" if now.targets else (_("nothing in sight") if now.total else _("the list is empty"))


def with_tasks(now: Situation) -> str:
    """Needs any watched task, shown or not."""
    return "" if now.total else _("the list is empty")


def sought(now: Situation) -> str:
    """Needs a filter to go by, if only the last one."""
    return "" if now.sought else _("no filter yet: / asks for one")


def unfinished(now: Situation) -> str:
    """Needs a task of which polling can tell more."""
    if why := on_a_task(now):
        return why
    return "" if any(_is_polled(task) for task in now.targets) else _("it is over: nothing to poll")


def _is_polled(task: Task) -> bool:
    """Whether polling can tell more: the task is not over, or has no files yet."""
    return not task.over or task.names_no_file


def finished(now: Situation) -> str:
    """Needs a task that is over."""
    if why := on_a_task(now):
        return why
    return "" if any(task.over for task in now.targets) else _("not finished yet")


def with_saved(now: Situation) -> str:
    """Needs a file that is on disk."""
    if why := on_a_task(now):
        return why
    assets = (asset for task in now.targets for asset in task.assets(now.now))
    there = any(asset.state is OutputState.DOWNLOADED for asset in assets)
    return "" if there else _("nothing saved yet")


def with_output(now: Situation) -> str:
    """Needs an output that is on disk or has a link."""
    task = now.current
    if why := on_a_task(now):
        return why
    if now.on_a_batch:
        return with_saved(now)
    if task is None or not task.over:
        return _("not finished yet")
    assets = tuple(task.assets(now.now))
    if any(asset.saved or asset.url for asset in assets):
        return ""
    return _("nothing saved yet, and no link to open") if assets else _("it has no output")


def rateable(now: Situation) -> str:
    """Needs a task that names an output."""
    if why := on_a_task(now):
        return why
    has_output = now.current is not None and any(True for _ in now.current.assets(now.now))
    return "" if has_output else _("it has no output")


def with_link(now: Situation) -> str:
    """Needs an output that has a link."""
    if why := on_a_task(now):
        return why
    if any(asset.url for task in now.targets for asset in task.assets(now.now)):
        return ""
    return _("no link yet") if any(not task.over for task in now.targets) else _("it has no link")
