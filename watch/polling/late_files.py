"""Polls after a success that names no files yet.

Some gateways report a success before its files are there. Such a task is asked about a few times
more, over about ten minutes. Beside the renewal of links these are the only polls of a task that is
over (rows 24 and 97 in docs/reliability.md). Pure: the number of such polls is part of the task.
"""

from datetime import datetime, timedelta

from rushes.providers.fields import replace
from rushes.providers.model import Problem, ProblemKind, Snapshot, Status
from rushes.watch.polling.schedule import Plan
from rushes.watch.task import LATE_QUESTIONS, LateFiles, PollReason, PollWhy, Task

PAUSES = (5.0, 20.0, 60.0, 180.0, 335.0)
"""Seconds before each of the questions, from the answer before it; ten minutes together."""

LATE = timedelta(hours=1)
"""This long after the success no files are expected any more: one question is enough."""

WHY = PollWhy(PollReason.LATE_FILES)

_OF_ACCOUNT = (ProblemKind.UNAVAILABLE, ProblemKind.RATE_LIMITED, ProblemKind.AUTH)
"""Problems that say nothing about the task, so that the question does not count."""


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
    """`after` with this question counted, where it was one about files."""
    counts = _counts(before, result, now)
    if not counts:
        return after
    asked = before.late_files.asked + counts
    return replace(after, late_files=replace(after.late_files, asked=min(asked, LATE_QUESTIONS)))


def wait(task: Task, interval: float, now: datetime) -> float:
    """Seconds until the next question about files, 0 where it is due or none is to come.

    Counted from `last_polled_at`, which is saved, so that a restart changes nothing.
    """
    if not task.awaits_files or task.last_polled_at is None:
        return 0.0
    pause = _pause(task.late_files.asked, interval)
    return min(max(pause - (now - task.last_polled_at) / timedelta(seconds=1), 0.0), pause)


def once_more(task: Task) -> Task:
    """`task` with one question allowed again, where all of them were asked in vain."""
    asked = min(task.late_files.asked, LATE_QUESTIONS - 1)
    return replace(task, late_files=LateFiles(asked, task.late_files.reported))


def reported(task: Task) -> Task:
    """`task`, marked as reported to have no files."""
    return replace(task, late_files=replace(task.late_files, reported=True))


def _counts(before: Task, result: Snapshot | Problem, now: datetime) -> int:
    """How many questions about files this answer uses up: none, one, or all of them."""
    told = not isinstance(result, Problem) or result.kind not in _OF_ACCOUNT
    if not (before.names_no_file and told):
        return 0
    ended = before.transitions[-1].observed_at if before.transitions else now
    return LATE_QUESTIONS if now - ended > LATE else 1


def _pause(asked: int, interval: float) -> float:
    return max(PAUSES[min(asked, LATE_QUESTIONS - 1)], interval)
