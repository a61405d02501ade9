"""Fresh links: a task that is over is asked about again when one of its links died."""

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from rushes.providers.model import Output
from rushes.watch.task import Ref

if TYPE_CHECKING:
    from rushes.watch.polling.poller import Poller
    from rushes.watch.polling.pollers import Pollers


class Renewals:
    """Asks about a task once, however many of its links died; no task waits for another."""

    def __init__(self, pollers: "Pollers") -> None:
        self._pollers = pollers
        self._locks: WeakValueDictionary[Ref, asyncio.Lock] = WeakValueDictionary()
        self._asked_at: dict[Ref, float] = {}

    async def renewed(self, ref: Ref, n: int) -> Output | None:
        """Output `n` of a task as an answer names it that is newer than this call.

        The link of that output was just refused. An answer since the refusal is fresh, and so is
        one that another output's renewal brought within the interval: that link was refused before
        it, and reported later. None where the task has no such output (any more).
        """
        if ref.provider not in self._pollers:
            return None
        poller = self._pollers[ref.provider]
        if (task := poller.tasks.task(ref)) is None:
            return None
        polls, refused_at = task.polls, poller.clock.now()
        async with self._locks.setdefault(ref, asyncio.Lock()):
            task = poller.tasks.task(ref)
            if task and task.polls == polls and not self._was_just_asked(poller, ref):
                await _ask_again(poller, ref, refused_at)
                self._note(poller, ref)
        task = poller.tasks.task(ref)
        outputs = task.snapshot.outputs if task is not None and task.snapshot is not None else ()
        return outputs[n - 1] if n <= len(outputs) else None

    def _was_just_asked(self, poller: "Poller", ref: Ref) -> bool:
        at = self._asked_at.get(ref)
        task = poller.tasks.task(ref)
        if at is None or task is None:
            return False
        return poller.clock.monotonic() - at < poller.interval_of(task)

    def _note(self, poller: "Poller", ref: Ref) -> None:
        self._asked_at = {
            old: at
            for old, at in self._asked_at.items()
            if self._was_just_asked(self._pollers[old.provider], old)
        }
        self._asked_at[ref] = poller.clock.monotonic()


async def _ask_again(poller: "Poller", ref: Ref, since: datetime) -> None:
    """Ask about a task that is over, or take over what another process heard of it.

    What it heard before `since`, when a link was refused, is not fresh.
    """
    while (task := poller.tasks.task(ref)) is not None and poller.condition.open:
        (turn,) = (await poller.agreement.turns([task])).turns
        if turn.granted:
            async with poller.pace.room():
                await poller.pace.start()
                await poller.ask_about(task)
            return
        if turn.news is None or poller.tasks.task(ref) is None:
            await poller.clock.sleep(turn.wait)
            continue
        poller.learn(turn.news, turn.wait)
        heard_at = turn.news.last_polled_at
        if heard_at is not None and heard_at >= since:
            return
