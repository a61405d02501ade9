"""Fresh links: a task that is over is asked again when one of its links died."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from weakref import WeakValueDictionary

from rushes.watch.clock import Clock
from rushes.watch.config.accounts import Account
from rushes.watch.polling.poller import ANOTHER_ASKED, Poller
from rushes.watch.polling.schedule import Plan
from rushes.watch.task import Ref, Task


class Renewals:
    """Asks a task once, however many of its links died, and lets no task wait for another."""

    def __init__(
        self,
        task: Callable[[Ref], Task | None],
        pollers: Mapping[str, Poller],
        accounts: Mapping[str, Account],
        clock: Clock,
    ) -> None:
        self._task = task
        self._pollers = pollers
        self._accounts = accounts
        self._clock = clock
        self._locks: WeakValueDictionary[Ref, asyncio.Lock] = WeakValueDictionary()
        self._asked_at: dict[Ref, float] = {}

    async def renew(self, ref: Ref) -> None:
        """Have what is known of `ref` be fresher than this call, whose link was just refused.

        What was heard since the refusal is fresh, and so is what another output's renewal brought
        within the interval: that link was refused before it, only told of later.
        """
        poller, refused_at = self._pollers.get(ref.provider), self._clock.now()
        polls = self._polls(ref)
        if poller is None or polls is None:
            return
        lock = self._locks.setdefault(ref, asyncio.Lock())
        async with lock:
            if self._polls(ref) == polls and not self._was_just_asked(ref):
                await _ask_again(poller, ref, refused_at)
                self._note(ref)

    def _polls(self, ref: Ref) -> int | None:
        task = self._task(ref)
        return None if task is None else task.polls

    def _was_just_asked(self, ref: Ref) -> bool:
        at = self._asked_at.get(ref)
        interval = self._accounts[ref.provider].poll_interval
        return at is not None and self._clock.monotonic() - at < interval

    def _note(self, ref: Ref) -> None:
        self._asked_at = {
            old: at for old, at in self._asked_at.items() if self._was_just_asked(old)
        }
        self._asked_at[ref] = self._clock.monotonic()


async def _ask_again(poller: Poller, ref: Ref, since: datetime) -> None:
    """Ask about a task that is over, or take over what another process heard of it.

    What it heard before `since`, when a link was refused, is not fresh.
    """
    while (task := poller.watched.task(ref)) is not None and poller.gate.open:
        (turn,) = (await poller.agreement.turns([task])).turns
        if turn.granted:
            async with poller.room():
                await poller.ask_about(task)
            return
        if turn.news is None or poller.watched.task(ref) is None:
            await poller.clock.sleep(turn.wait)
            continue
        poller.watched.learned(turn.news, Plan(turn.wait, ANOTHER_ASKED))
        heard_at = turn.news.last_polled_at
        if heard_at is not None and heard_at >= since:
            return
