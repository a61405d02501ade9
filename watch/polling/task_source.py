"""What a poller needs of whoever keeps the tasks."""

from typing import Protocol

from rushes.providers.model import Problem, Snapshot
from rushes.providers.reply import Reply
from rushes.watch.polling.schedule import Plan
from rushes.watch.task import Ref, Task


class TaskSource(Protocol):
    """Where a poller finds its tasks and leaves what it heard (`rushes.watch.ledger`)."""

    def task(self, ref: Ref) -> Task | None:
        """The task as it is now; None once it is not watched any more."""
        ...

    def heard(
        self, ref: Ref, result: Snapshot | Problem, reply: Reply | None, next_poll: Plan | None
    ) -> None:
        """Take in what a poll brought, and when the next one is."""
        ...

    def learned(self, remembered: Task, next_poll: Plan) -> None:
        """Take in what another process heard of a task and saved, and when the next look is."""
        ...

    def postponed(self, ref: Ref, problem: Problem, next_poll: Plan) -> None:
        """Take in that a poll was put off, because of a problem of the whole account."""
        ...
