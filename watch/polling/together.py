"""Asks about several tasks in one request, where the gateway documents such a one.

What the reply says of a task is that task's answer like any other. A task of which it says nothing,
or several things, is asked about alone, and so is every task of a request that came to nothing but
an answer: one id that the gateway cannot stand must not keep the others from being asked about. A
request that fails as a whole is one event for the account, however many tasks it was about.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from math import inf

from rushes.providers.model import Problem, ProblemKind
from rushes.watch.clock import Clock
from rushes.watch.polling.question import Outcome, Questions, Sent
from rushes.watch.polling.schedule import JITTER
from rushes.watch.polling.session import PollAnswer, Session, fault_of_ours
from rushes.watch.polling.timetable import WIDTH
from rushes.watch.task import Ref, Task

log = logging.getLogger(__name__)

ALONE_FOR = 600.0
"""Seconds for which a task is asked about alone after a request with others brought it nothing."""

GATHER, GATHER_CAP = 0.05, 0.5
"""A poll comes up to this share of the interval later, and so many seconds, to meet others."""

_HOLDING = (ProblemKind.AUTH, ProblemKind.RATE_LIMITED, ProblemKind.UNAVAILABLE)
"""Problems of a whole request that hold its tasks; after others each is asked about at once."""


class Together:
    """Joins questions into requests of as many tasks as fit."""

    def __init__(self, session: Session, questions: Questions, clock: Clock) -> None:
        self._session = session
        self._batch = session.account.provider.card.batch
        self._questions = questions
        self._clock = clock
        self._alone_until: dict[Ref, float] = {}

    @property
    def gather(self) -> float:
        """Seconds within which what comes due is asked about together, but for the first of it."""
        every = self._session.intervals.shortest
        return WIDTH if self._batch is None else max(WIDTH, min(GATHER * every, GATHER_CAP))

    @property
    def limit(self) -> int:
        """Tasks in one request at most."""
        return 1 if self._batch is None else self._batch.limit

    def can_join(self, ref: Ref) -> bool:
        """Whether a task may be asked about together with others."""
        if self._batch is None or not self._batch.takes(ref.id):
            return False
        return self._alone_until.get(ref, 0.0) <= self._clock.monotonic()

    def forget(self, ref: Ref) -> None:
        """Forget what was concluded from the answers about `ref`."""
        self._questions.forget(ref)
        self._alone_until.pop(ref, None)

    async def ask(self, tasks: Sequence[Task], members: AbstractSet[Ref]) -> Mapping[Ref, Outcome]:
        """Ask now, in one request, about `tasks` or as many as fit, from the first on.

        A task that is not in the result was told nothing, and is to be asked about at once.
        """
        if self._batch is not None:
            tasks = tasks[: max(self._batch.room([task.ref.id for task in tasks]), 1)]
            self._session.intervals.sent(len(tasks))
        if len(tasks) == 1:
            return {tasks[0].ref: await self._questions.ask(tasks[0], members)}
        refs, sent = [task.ref for task in tasks], self._questions.sent()
        try:
            answer = await self._session.ask_together(refs)
        except Exception as error:
            log.exception("asking about %d tasks of %s", len(refs), self._session.account.id)
            answer = PollAnswer(fault_of_ours(error))
        if isinstance(answer, PollAnswer):
            return self._failed(tasks, answer, sent, members)
        self._ask_alone(ref for ref in refs if ref not in answer)
        self._session.intervals.joined += len(answer) - 1
        return _level(
            {
                task.ref: self._questions.heard(task, answer[task.ref], sent, members)
                for task in tasks
                if task.ref in answer
            }
        )

    def _failed(
        self, tasks: Sequence[Task], answer: PollAnswer, sent: Sent, members: AbstractSet[Ref]
    ) -> Mapping[Ref, Outcome]:
        problem = answer.result
        if not isinstance(problem, Problem):
            return {}
        replied = problem.http_status is not None
        holds = problem.kind in _HOLDING
        if not holds or (replied and problem.kind is not ProblemKind.RATE_LIMITED):
            self._ask_alone(task.ref for task in tasks)
        if not holds:
            self._session.intervals.joined -= answer.asked
            return {}
        return {
            task.ref: self._questions.heard(task, answer, sent, members, again=n > 0)
            for n, task in enumerate(tasks)
        }

    def _ask_alone(self, refs: Iterable[Ref]) -> None:
        now = self._clock.monotonic()
        self._alone_until |= dict.fromkeys(refs, now + ALONE_FOR)


def _level(outcomes: Mapping[Ref, Outcome]) -> Mapping[Ref, Outcome]:
    """The outcomes with delays that differ by chance only made one: who was together stays so."""
    level: dict[Ref, Outcome] = {}
    longest = inf
    for ref, outcome in sorted(outcomes.items(), key=lambda item: -(item[1].delay or 0.0)):
        delay = outcome.delay
        if delay is not None:
            longest = longest if delay * (1 + JITTER) >= longest else delay
        level[ref] = replace(outcome, delay=None if delay is None else longest)
    return level
