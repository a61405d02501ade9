"""Asking about some tasks once: none is left out without a word."""

import asyncio
from collections.abc import Mapping, Sequence
from random import Random

from fake_gateway import Gateway, session
from manual_clock import ManualClock
from poller_rig import Tasks, running

from rushes.providers.reply import Reply
from rushes.watch.polling.poll_all import poll_all
from rushes.watch.polling.poller import Poller
from rushes.watch.polling.turns import NOT_KNOWN, Alone, Turn, Turns
from rushes.watch.task import Ref, Task


class AnotherAsksFirst(Alone):
    """The first task that is asked for alone is being asked about by another process at first."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__(clock)
        self.refused = 0

    async def take(
        self,
        tasks: Sequence[Task],
        interval: float,
        key: str,
        by_hand: frozenset[Ref],
        waited: Mapping[Ref, float] = NOT_KNOWN,
    ) -> Turns:
        if len(tasks) == 1 and by_hand and self.refused < 2:
            self.refused += 1
            return Turns([Turn(tasks[0].ref, granted=False, wait=1.0)])
        return await super().take(tasks, interval, key, by_hand, waited)


async def test_a_doubt_that_cannot_be_settled_at_once_leaves_nobody_unasked(
    clock: ManualClock,
) -> None:
    """Row 91: the question that decides is another process' for a moment."""
    tasks = Tasks(clock, *(f"t{n}" for n in range(30)))

    def answer(task_id: str) -> Reply | str:
        return "connection reset" if task_id in ("t0", "t1") else running(task_id)

    gateway = Gateway(clock, answer)
    sharing = AnotherAsksFirst(clock)
    poller = Poller(session(clock, gateway), tasks, clock, Random(1), sharing)
    polling = asyncio.create_task(poll_all(poller, list(tasks.known)))
    await clock.advance(60)
    assert polling.done()
    assert sharing.refused == 2
    assert {task_id for _, task_id in gateway.asked} == {
        task.ref.id for task in tasks.known.values()
    }
