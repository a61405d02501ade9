"""When an action can act, and else why not: the toast that a key answers with."""

from collections.abc import Callable

from rushes.tui.actions.dashboard_port import Situation
from rushes.watch.task import Task

WhyNot = Callable[[Situation], str]
"""Empty if an action can act now, else why it cannot, fit to show."""


def always(_: Situation) -> str:
    """No action could be refused less."""
    return ""


def on_a_task(now: Situation) -> str:
    """It needs a task to be for."""
    return "" if now.targets else ("nothing in sight" if now.total else "the list is empty")


def with_tasks(now: Situation) -> str:
    """It needs any task at all."""
    return "" if now.total else "the list is empty"


def sought(now: Situation) -> str:
    """It goes by the last filter."""
    return "" if now.sought else "no filter yet: / asks for one"


def unfinished(now: Situation) -> str:
    """It needs a task that is not over."""
    if why := on_a_task(now):
        return why
    return "" if any(_is_polled(task) for task in now.targets) else "it is over: nothing to poll"


def _is_polled(task: Task) -> bool:
    """Whether asking can tell more: it is not over, or has no files yet."""
    return not task.over or task.names_no_file


def finished(now: Situation) -> str:
    """It needs a task that is over."""
    if why := on_a_task(now):
        return why
    return "" if any(task.over for task in now.targets) else "not finished yet"


def with_output(now: Situation) -> str:
    """It needs an output that is on disk or has a link."""
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
    """It needs an output that has a link."""
    if why := on_a_task(now):
        return why
    if any(asset.url for task in now.targets for asset in task.assets(now.now)):
        return ""
    return "no link yet" if any(not task.over for task in now.targets) else "it has no link"
