"""A task by another clock than the one that its times are of.

In a team's store times are by the clock of its server: machines whose clocks are apart would take
each other's for their own, and count down to the wrong moment.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from rushes.watch.task import Task, Transition


def shifted(task: Task, by: timedelta) -> Task:
    """The same by a clock that is so much ahead; what the provider said of times stays.

    One whose times are at the end of all times makes no sense, and stays as it is.
    """
    if not by:
        return task
    try:
        return _shifted(task, by)
    except OverflowError:
        return task


def _shifted(task: Task, by: timedelta) -> Task:
    trouble = task.trouble
    return replace(
        task,
        transitions=tuple(_shifted_step(step, by) for step in task.transitions),
        trouble=trouble and replace(trouble, since=trouble.since + by),
        last_polled_at=_later(task.last_polled_at, by),
        unfinished_at=_later(task.unfinished_at, by),
        skew=task.skew - by,
        ratings={n: replace(it, at=it.at + by) for n, it in task.ratings.items()},
    )


def _shifted_step(step: Transition, by: timedelta) -> Transition:
    again = tuple(_shifted_step(one, by) for one in step.again)
    return replace(step, observed_at=step.observed_at + by, again=again)


def _later(at: datetime | None, by: timedelta) -> datetime | None:
    return None if at is None else at + by
