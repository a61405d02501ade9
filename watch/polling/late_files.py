"""Files that come later than the word of success: the few questions after the end.

Some gateways say that a task succeeded before its files are there. Where a success names none it is
asked about a few times more, over about ten minutes; beside the renewal of links these are the only
polls after an end (reliability.md rows 24 and 97). Pure: what was asked so far stands in the task.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from rushes.providers.model import Problem, ProblemKind, Snapshot, Status
from rushes.watch.polling.schedule import Plan
from rushes.watch.task import LATE_QUESTIONS, LateFiles, Task

PAUSES = (5.0, 20.0, 60.0, 180.0, 335.0)
"""Seconds before each of the questions, from the answer before it; ten minutes together."""

LATE = timedelta(hours=1)
"""After that long nothing more is on its way: then one question is all that is asked."""

WHY = "succeeded without files: asked again"

_OF_ACCOUNT = (ProblemKind.UNAVAILABLE, ProblemKind.RATE_LIMITED, ProblemKind.AUTH)
"""Problems that say nothing of the task: they do not count as one of its questions."""


def plan(task: Task, result: Snapshot | Problem, interval: float, now: datetime) -> Plan | None:
    """The next question about files after this answer; None where there is none for their sake.

    `task` is as it was before the answer; `interval` is the account's, in seconds.
    """
    asked = task.late_files.asked + _counts(task, result, now)
    if isinstance(result, Problem):
        still = task.awaits_files and result.kind not in _OF_ACCOUNT
    else:
        succeeded = task.names_no_file or (not task.over and result.status is Status.SUCCEEDED)
        still = succeeded and not result.outputs
    return Plan(_pause(asked, interval), WHY) if still and asked < LATE_QUESTIONS else None


def counted(before: Task, result: Snapshot | Problem, after: Task, now: datetime) -> Task:
    """`after`, with the question counted that this was the answer to."""
    asked = before.late_files.asked + _counts(before, result, now)
    return replace(after, late_files=replace(after.late_files, asked=min(asked, LATE_QUESTIONS)))


def wait(task: Task, interval: float, now: datetime) -> float:
    """Seconds until the next question about files, 0 where it is due or none is to come.

    It is told from when the task was last asked about, so it outlives a restart.
    """
    if not task.awaits_files or task.last_polled_at is None:
        return 0.0
    pause = _pause(task.late_files.asked, interval)
    return min(max(pause - (now - task.last_polled_at) / timedelta(seconds=1), 0.0), pause)


def once_more(task: Task) -> Task:
    """`task` with one more question to come, if all of them were asked in vain."""
    asked = min(task.late_files.asked, LATE_QUESTIONS - 1)
    return replace(task, late_files=LateFiles(asked, task.late_files.reported))


def reported(task: Task) -> Task:
    """`task` with its having no files told of."""
    return replace(task, late_files=replace(task.late_files, reported=True))


def _counts(before: Task, result: Snapshot | Problem, now: datetime) -> int:
    """How many of the questions this was the answer to: none, one, or all of them."""
    told = not isinstance(result, Problem) or result.kind not in _OF_ACCOUNT
    if not (before.names_no_file and told):
        return 0
    ended = before.transitions[-1].observed_at if before.transitions else now
    return LATE_QUESTIONS if now - ended > LATE else 1


def _pause(asked: int, interval: float) -> float:
    return max(PAUSES[min(asked, LATE_QUESTIONS - 1)], interval)
