"""One question about one task: what is asked, and what comes of the answer."""

import logging
from collections import Counter
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
from rushes.watch.task import PollReason, PollWhy, Ref, Task

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


@dataclass(frozen=True, slots=True)
class Sent:
    """When a question was sent: the episode of the account's condition, and monotonic seconds."""

    episode: int
    at: float


class Questions:
    """Asks an account about its tasks, and reports the answers to `tasks`.

    `outcomes` counts the questions that were sent by the problem that came of them; None is none.
    """

    def __init__(self, session: Session, tasks: TaskSource, clock: Clock, rng: Random) -> None:
        self.tally = Tally()
        self.outcomes = Counter[ProblemKind | None]()
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
        sent = self.sent()
        try:
            answer = await self._session.ask(task.ref)
        except Exception as error:
            log.exception("asking about %s", task.ref)
            answer = PollAnswer(fault_of_ours(error))
        return self.heard(task, answer, sent, members)

    def sent(self) -> Sent:
        """Now, for an answer to come."""
        return Sent(self._condition.episode, self._clock.monotonic())

    def heard(
        self,
        task: Task,
        answer: PollAnswer,
        sent: Sent,
        members: AbstractSet[Ref],
        *,
        again: bool = False,
    ) -> Outcome:
        """What comes of an answer about `task` to a question that was sent then.

        `again` is whether it is the answer to a question about several tasks that was heard before,
        about another one of them: it counts once for the account.
        """
        if not again:
            self.tally = self.tally.with_answer(answer)
            if answer.asked:
                self.outcomes[getattr(answer.result, "kind", None)] += 1
        alone = members <= {task.ref}
        try:
            plan = self._take_in(task, answer, sent, alone=alone, again=again)
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
        self, task: Task, answer: PollAnswer, sent: Sent, *, alone: bool, again: bool
    ) -> Plan | None:
        # What a removed task's answer says of the account holds all the same.
        took, result = self._clock.monotonic() - sent.at, answer.result
        asked = None if answer.reply is None else answer.reply.poll_after
        plan = self._planning.after(
            task, result, sent.episode, took, alone=alone, again=again, asked=asked
        )
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
        plan = Plan(self._session.intervals.of(task), PollWhy(PollReason.OUR_FAULT))
        self._tasks.postponed(task.ref, problem, plan)
        return plan


def _is_throttle(result: Snapshot | Problem) -> bool:
    return isinstance(result, Problem) and result.kind is ProblemKind.RATE_LIMITED
