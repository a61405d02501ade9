"""A poller at work on a few tasks, without a desk."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from random import Random

from fake_gateway import Gateway, entry, hiapi_body, session
from manual_clock import ManualClock

from rushes.providers.hiapi import CARD
from rushes.providers.model import Problem, Snapshot, Status
from rushes.providers.reply import Reply
from rushes.watch.polling.observe import observe, with_trouble
from rushes.watch.polling.poller import Poller
from rushes.watch.polling.schedule import Plan
from rushes.watch.polling.session import Session
from rushes.watch.polling.turns import Sharing
from rushes.watch.task import Ref, Task


class Tasks:
    """Stands in for the desk: keeps the tasks and what was reported."""

    def __init__(self, clock: ManualClock, *ids: str, provider: str = "hiapi") -> None:
        self._clock = clock
        self.known = {e.ref: Task(entry=e) for e in (entry(one, provider) for one in ids)}
        self.put_off: list[tuple[Ref, str]] = []
        self.before: list[Task] = []

    def task(self, ref: Ref) -> Task | None:
        """The task as it is now; None where it is not watched."""
        return self.known.get(ref)

    async def ended(self, account: str) -> list[Task]:
        """The tasks that succeeded before."""
        return [task for task in self.before if task.ref.provider == account]

    def heard(
        self, ref: Ref, result: Snapshot | Problem, reply: Reply | None, next_poll: Plan | None
    ) -> None:
        """Take in what a poll brought."""
        del reply, next_poll
        self.known[ref] = observe(self.known[ref], result, CARD, self._clock.now())

    def learned(self, remembered: Task, next_poll: Plan | None) -> None:
        """Take in what another process heard."""
        del next_poll
        self.known[remembered.ref] = remembered

    def postponed(self, ref: Ref, problem: Problem, next_poll: Plan) -> None:
        """Take in that a poll was put off."""
        del next_poll
        self.put_off.append((ref, problem.message))
        self.known[ref] = with_trouble(self.known[ref], problem, self._clock.now())

    def remove(self, task_id: str) -> Task:
        """Watch it no longer; the task as it was."""
        return self.known.pop(Ref("hiapi", task_id))

    def bring_back(self, task: Task) -> None:
        """Watch it again."""
        self.known[task.ref] = task

    def status_of(self, ref: Ref) -> Status | None:
        """What is known of a task of any account."""
        return self.known[ref].status

    def status(self, task_id: str) -> Status | None:
        """What is known of a task."""
        return self.known[Ref("hiapi", task_id)].status


def running(task_id: str) -> Reply:
    """That the task is under way."""
    return Reply(200, {}, hiapi_body(task_id, "handling"))


def failing(status: int, **headers: str) -> Reply:
    """An error of that HTTP status; underscores in the headers' names stand for hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, named, b'{"code": "x", "message": "no"}')


@asynccontextmanager
async def at_work(poller: Poller, tasks: Tasks) -> AsyncGenerator[None]:
    """The poller at work on these tasks."""
    for task in tasks.known.values():
        poller.watch(task)
    run = asyncio.create_task(poller.run())
    try:
        yield
    finally:
        run.cancel()
        await asyncio.gather(run, return_exceptions=True)


@asynccontextmanager
async def polling(
    clock: ManualClock,
    tasks: Tasks,
    answer: Callable[[str], Reply | str],
    sharing: Sharing | None = None,
) -> AsyncGenerator[tuple[Poller, Gateway, Session]]:
    """A poller at work on the tasks, the gateway that it asks, and the session between them."""
    gateway = Gateway(clock, answer)
    its = session(clock, gateway)
    poller = Poller(its, tasks, clock, Random(1), sharing)
    async with at_work(poller, tasks):
        yield poller, gateway, its
