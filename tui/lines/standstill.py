"""Tasks as they are shown while polling is paused: without the times of next polls."""

from dataclasses import replace

from rushes.watch.task import PollReason, PollWhy, Task, Trouble

_PAUSED = PollWhy(PollReason.PAUSED)


def still(trouble: Trouble) -> Trouble:
    """The trouble without the time of a next try."""
    return replace(trouble, retry_at=None)


def stilled(task: Task) -> Task:
    """The task without the time of its next poll."""
    trouble = still(task.trouble) if task.trouble else None
    if task.next_poll_at is None:
        return replace(task, trouble=trouble)
    return replace(task, trouble=trouble, next_poll_at=None, next_poll_why=_PAUSED)
