"""The protocol by which a poller finds its tasks and reports what it heard."""

from collections.abc import Iterable
from typing import Protocol

from rushes.providers.model import Problem, Snapshot
from rushes.providers.reply import Reply
from rushes.watch.polling.schedule import Plan
from rushes.watch.task import Ref, Task


class TaskSource(Protocol):
    """Gives a poller its tasks and takes what it heard of them (`rushes.watch.ledger`)."""

    def task(self, ref: Ref) -> Task | None:
        """The task as it is now; None once it is not watched any more."""
        ...

    async def ended(self, account: str) -> Iterable[Task]:
        """The account's last tasks that succeeded, watched or not; none where that fails."""
        ...

    def heard(
        self, ref: Ref, result: Snapshot | Problem, reply: Reply | None, next_poll: Plan | None
    ) -> None:
        """Update a task after a poll; `next_poll` is None where none is to follow."""
        ...

    def learned(self, remembered: Task, next_poll: Plan | None) -> None:
        """Update a task with what another process heard of it and saved.

        None as `next_poll` leaves it as it is.
        """
        ...

    def postponed(self, ref: Ref, problem: Problem, next_poll: Plan) -> None:
        """Note that a task's poll was put off because of a problem, mostly of its account."""
        ...
