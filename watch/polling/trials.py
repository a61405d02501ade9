"""The one question that decides about an account in doubt: when it is asked, and about which task.

Where two tasks got no answer, the task that was answered last is asked; where the account is known
to be in trouble, the one that waited longest. It is really sent, with a key that was refused, too.
"""

import logging
from collections.abc import Awaitable, Callable, Collection, Iterable
from datetime import UTC, datetime

from rushes.watch.clock import Clock
from rushes.watch.polling.broadcast import Broadcast
from rushes.watch.polling.condition import ConditionState
from rushes.watch.polling.session import KEY_LIFE, Session
from rushes.watch.task import Ref, Task

log = logging.getLogger(__name__)

NOBODY = 1.0
"""Seconds until another look where no task can be asked at the moment."""

_NEVER = datetime.min.replace(tzinfo=UTC)


class Trials:
    """Asks it, whenever the account's gate wants it asked.

    `ask` sends the question about a task; whether anything was sent. `moved` is set where the gate
    changed; `look` takes in that it did.
    """

    def __init__(
        self,
        session: Session,
        clock: Clock,
        moved: Broadcast,
        *,
        ask: Callable[[Task], Awaitable[bool]],
        look: Callable[[], None],
    ) -> None:
        self._session = session
        self._clock = clock
        self._moved = moved
        self._ask = ask
        self._look = look
        self._answered: dict[Ref, None] = {}

    def answered(self, ref: Ref) -> None:
        """Note that the task was answered just now."""
        self._answered.pop(ref, None)
        self._answered[ref] = None

    def forget(self, ref: Ref) -> None:
        """The task is asked about no more."""
        self._answered.pop(ref, None)

    async def run(self, tasks: Callable[[], Collection[Task]]) -> None:
        """Ask until cancelled, one of those that `tasks` gives at the moment."""
        while True:
            left = self._seconds_left()
            if left is None:
                await self._moved.wait()
            elif left > 0:
                await self._clock.wait(self._moved.fresh(), min(left, KEY_LIFE))
                await self._look_for_key()
            elif not await self.decide(tasks()):
                await self._clock.wait(self._moved.fresh(), NOBODY)

    async def decide(self, tasks: Iterable[Task]) -> bool:
        """Ask the question now, if one is due; whether anything was sent."""
        left = self._seconds_left()
        task = self._whom(tasks) if left is not None and left <= 0 else None
        return task is not None and await self._ask(task)

    def _seconds_left(self) -> float | None:
        at = self._session.gate.question_at
        return None if at is None else at - self._clock.monotonic()

    def _whom(self, tasks: Iterable[Task]) -> Task | None:
        known = {task.ref: task for task in tasks}
        if self._session.gate.state is ConditionState.SUSPECTED:
            suspects = self._session.gate.suspects
            known = {ref: task for ref, task in known.items() if ref not in suspects} or known
            last = next((ref for ref in reversed(self._answered) if ref in known), None)
            if last is not None:
                return known[last]
        return min(known.values(), key=lambda task: task.last_polled_at or _NEVER, default=None)

    async def _look_for_key(self) -> None:
        """A key that differs from the one that was refused opens the gate at once."""
        if not self._session.key_refused:
            return
        try:
            await self._session.key()
        except Exception:
            log.exception("looking for the key of %s", self._session.account.id)
        self._look()
