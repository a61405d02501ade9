"""The one question that decides about an account in doubt: when it is asked, and about which task.

Where two tasks got no answer, the question is about the task that was answered last; where the
account is known to be in trouble, about the one that has waited longest. It is sent even where the
key was refused: the gateway may accept it by now.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable
from datetime import UTC, datetime

from rushes.watch.clock import Clock
from rushes.watch.polling.session import KEY_LIFE, Session
from rushes.watch.task import Ref, Task

log = logging.getLogger(__name__)

TRY_AGAIN = 1.0
"""Seconds until the next try where no task can be asked about at the moment."""

_NEVER = datetime.min.replace(tzinfo=UTC)


class Trials:
    """Asks the question whenever the account's condition calls for it.

    `ask` sends the question about a task and returns whether anything was sent; `follow` is called
    after the condition may have changed. Whoever changes the condition sets `changed`.
    """

    def __init__(
        self,
        session: Session,
        clock: Clock,
        *,
        ask: Callable[[Task], Awaitable[bool]],
        follow: Callable[[], None],
    ) -> None:
        self.changed = asyncio.Event()
        self._session = session
        self._condition = session.condition
        self._clock = clock
        self._ask = ask
        self._follow = follow
        self._answered: dict[Ref, None] = {}

    def answered(self, ref: Ref) -> None:
        """Note that the task was answered just now."""
        self._answered.pop(ref, None)
        self._answered[ref] = None

    def forget(self, ref: Ref) -> None:
        """Never choose the task again."""
        self._answered.pop(ref, None)

    async def run(self, tasks: Callable[[], Collection[Task]]) -> None:
        """Ask whenever the question is due, until cancelled; `tasks` gives those to choose from."""
        while True:
            left = self._seconds_left()
            if left is None:
                self.changed.clear()
                await self.changed.wait()
            elif left > 0:
                await self._wait(min(left, KEY_LIFE))
                await self._look_for_key()
            elif not await self.decide(tasks()):
                await self._wait(TRY_AGAIN)

    async def decide(self, tasks: Iterable[Task]) -> bool:
        """Ask the question now, if one is due; whether anything was sent."""
        left = self._seconds_left()
        task = self._whom(tasks) if left is not None and left <= 0 else None
        return task is not None and await self._ask(task)

    async def _wait(self, seconds: float) -> None:
        """Return at the next change from now on, or after so many seconds."""
        self.changed.clear()
        await self._clock.wait(self.changed, seconds)

    def _seconds_left(self) -> float | None:
        at = self._condition.question_at
        return None if at is None else at - self._clock.monotonic()

    def _whom(self, tasks: Iterable[Task]) -> Task | None:
        known = {task.ref: task for task in tasks}
        if self._condition.suspected:
            suspects = self._condition.suspects
            known = {ref: task for ref, task in known.items() if ref not in suspects} or known
            last = next((ref for ref in reversed(self._answered) if ref in known), None)
            if last is not None:
                return known[last]
        return min(known.values(), key=lambda task: task.last_polled_at or _NEVER, default=None)

    async def _look_for_key(self) -> None:
        """Look for another key than the one that was refused: it opens the account at once."""
        if not self._condition.key_refused:
            return
        try:
            await self._session.key()
        except Exception:
            log.exception("looking for the key of %s", self._session.account.id)
        self._follow()
