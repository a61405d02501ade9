"""How long a task waited and how long it ran, by one rule for the screen, the figures and the page.

A run begins with the start that the provider states, else with the creation that it states, else
with our first sight of the task. It ends with the stated end, else with our sight of it.
"""

from datetime import datetime, timedelta

from rushes.providers.model import Status
from rushes.watch.task import Task

_NO_TIME = timedelta(0)


def ran_for(task: Task, now: datetime) -> timedelta | None:
    """How long the run took or has taken so far; None where its start was never seen."""
    if task.started_at is None:
        return None
    start, stated = task.started_at
    if not stated and task.transitions[0].status.terminal:
        return None
    return max(_NO_TIME, (task.finished_at or now) - start)


def queued_for(task: Task) -> timedelta | None:
    """How long the task waited before it ran; None where that is not known.

    Both ends as the provider states them; else from the first sight of it as queued to the first
    sight of it as anything else that says something.
    """
    said = task.snapshot
    if said is not None and said.created_at and said.started_at:
        return max(_NO_TIME, said.started_at - said.created_at)
    steps = [step for step in task.transitions if step.status is not Status.UNKNOWN]
    if not steps or steps[0].status is not Status.QUEUED:
        return None
    left = next((step for step in steps if step.status is not Status.QUEUED), None)
    if left is None or left.status.terminal:  # it was not seen running: when it began is not known
        return None
    return max(_NO_TIME, task.stepped_at(left) - task.stepped_at(steps[0]))
