"""One question about one task: what is asked, and what comes of the answer."""

import logging
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from random import Random

from rushes.providers.model import Problem, ProblemKind, Snapshot
from rushes.watch.clock import Clock
from rushes.watch.polling.planning import Planning
from rushes.watch.polling.schedule import Plan
from rushes.watch.polling.session import PollAnswer, Session, fault_of_ours
from rushes.watch.polling.tally import Tally
from rushes.watch.polling.task_source import TaskSource
from rushes.watch.task import Ref, Task

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a question.

    `asked` is whether anything was sent, `well` whether the answer told the task's status,
    `throttled` whether it was that too much is asked, `delay` the seconds until the next question
    about it; None where there is to be none.
    """

    asked: bool
    well: bool
    throttled: bool
    delay: float | None


class Questions:
    """Asks an account about its tasks, and reports the answers to `tasks`."""

    def __init__(self, session: Session, tasks: TaskSource, clock: Clock, rng: Random) -> None:
        self.tally = Tally()
        self._session = session
        self._condition = session.condition
        self._clock = clock
        self._tasks = tasks
        self._planning = Planning(session, clock, rng)

    def forget(self, ref: Ref) -> None:
        """Forget what was concluded from the answers about `ref`."""
        self._planning.forget(ref)

    async def ask(self, task: Task, members: AbstractSet[Ref]) -> Outcome:
        """Ask about `task` now; `members` are the account's tasks that are asked about.

        A fault of ours in doing so becomes the trouble of that task: it must not stop its account.
        """
        episode, began = self._condition.episode, self._clock.monotonic()
        try:
            answer = await self._session.ask(task.ref)
        except Exception as error:
            log.exception("asking about %s", task.ref)
            answer = PollAnswer(fault_of_ours(error))
        self.tally = self.tally.with_answer(answer)
        try:
            took = self._clock.monotonic() - began
            plan = self._take_in(task, answer, episode, took, alone=members <= {task.ref})
        except Exception as error:
            log.exception("taking in what was heard of %s", task.ref)
            plan = self._after_fault(task, fault_of_ours(error))
        return Outcome(
            asked=answer.asked,
            well=isinstance(answer.result, Snapshot),
            throttled=_is_throttle(answer.result),
            delay=None if plan is None else plan.delay,
        )

    def _take_in(
        self, task: Task, answer: PollAnswer, episode: int, took: float, *, alone: bool
    ) -> Plan | None:
        # What a removed task's answer says of the account holds all the same.
        plan = self._planning.after(task, answer.result, episode, took, alone=alone)
        if self._tasks.task(task.ref) is None:
            return None
        if isinstance(answer.result, Problem) and plan is not None and not answer.asked:
            self._tasks.postponed(task.ref, answer.result, plan)
        else:
            self._condition.polled()
            self._tasks.heard(task.ref, answer.result, answer.reply, plan)
        after = self._tasks.task(task.ref)
        return None if after is None or after.closed else plan

    def _after_fault(self, task: Task, problem: Problem) -> Plan | None:
        if self._tasks.task(task.ref) is None:
            return None
        plan = Plan(self._session.intervals.of(task), "internal error")
        self._tasks.postponed(task.ref, problem, plan)
        return plan


def _is_throttle(result: Snapshot | Problem) -> bool:
    return isinstance(result, Problem) and result.kind is ProblemKind.RATE_LIMITED
