"""What of a task moves with each answer, whatever that says: when it was asked about, and the like.

So a save of it is small where nothing else is new.
"""

from rushes.providers.fields import replace
from rushes.watch.task import Task


def same_but_times(before: Task, task: Task) -> bool:
    """Whether nothing of `task` is news, beside the polls and the times of what was saved before.

    Where there are outputs their ends move with the server's clock, and where there is a trouble
    that is told each time: then it is not the same.
    """
    return (
        task.status is before.status
        and task.raw_status == before.raw_status
        and task.transitions == before.transitions
        and task.not_found_in_a_row == before.not_found_in_a_row
        and before.trouble is None
        and task.trouble is None
        and task.snapshot == before.snapshot
        and not (task.snapshot is not None and task.snapshot.outputs)
        and task.fetches == before.fetches
        and task.late_files == before.late_files
        and task.ratings == before.ratings
    )


def with_times_of(task: Task, newer: Task) -> Task:
    """The same with the times and the polls of `newer`."""
    return replace(
        task,
        polls=newer.polls,
        last_polled_at=newer.last_polled_at,
        unfinished_at=newer.unfinished_at,
        skew=newer.skew,
    )
