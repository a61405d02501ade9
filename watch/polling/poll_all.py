"""Asks about some tasks once, for a command that ends then."""

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from itertools import islice
from math import ceil

from rushes.watch.polling.account_state import Access
from rushes.watch.polling.lanes import BATCH
from rushes.watch.polling.poller import Poller
from rushes.watch.polling.trials import TRY_AGAIN
from rushes.watch.polling.turns import Turn
from rushes.watch.task import Ref


async def poll_all(poller: Poller, refs: Iterable[Ref]) -> None:
    """Ask once about each of `refs` that this process may ask about, until the account is closed.

    A person asked for it, so an account that is thought to be in trouble is tried first.
    """
    left: deque[Ref] = deque(refs)
    condition = poller.condition
    poller.members.polled.update(left)
    condition.tried_by_hand()

    while left:
        while await poller.decide(left):
            # The task of the question that decides is not asked about a second time.
            left = deque(ref for ref in left if not _was_just_asked(poller, ref))
        if condition.suspected:
            # Another process is asking about that very task. Removed tasks are dropped meanwhile.
            await poller.clock.sleep(TRY_AGAIN)
            left = deque(ref for ref in left if poller.tasks.task(ref) is not None)
            continue
        if not condition.open:
            break
        lanes = poller.pace.limit
        joined = poller.together.limit
        leased = ceil(BATCH * lanes / joined) * joined
        some = [left.popleft() for _ in range(min(len(left), leased))]
        turns = deque(await poller.turns_for(some))
        await asyncio.gather(*(_lane(poller, turns, left) for _ in range(lanes)))
        left.extend(turn.ref for turn in turns)
    problem = condition.state.problem
    while left and problem is not None:
        poller.postpone(left.popleft(), problem, poller.session.intervals.shortest)


async def _lane(poller: Poller, turns: deque[Turn], left: deque[Ref]) -> None:
    """Use turns, as many as fit into one request at a time; what was told nothing goes to `left`.

    So does a turn that is too old.
    """
    while turns and poller.condition.state.access is Access.OPEN:
        async with poller.pace.room():
            if turns:
                await poller.pace.start()
            if not turns or poller.condition.state.access is not Access.OPEN:
                return
            now, taken = poller.clock.monotonic(), _taken(poller, turns)
            left.extend(turn.ref for turn in taken if now > turn.use_by)
            known = (poller.tasks.task(turn.ref) for turn in taken if now <= turn.use_by)
            if tasks := [task for task in known if task is not None and not task.closed]:
                told = await poller.ask_about(*tasks)
                left.extend(task.ref for task in tasks if task.ref not in told)


def _taken(poller: Poller, turns: deque[Turn]) -> Sequence[Turn]:
    """Take the next turn and those that join it."""
    first, together = turns.popleft(), poller.together
    if not together.can_join(first.ref):
        return (first,)
    able = (turn for turn in turns if together.can_join(turn.ref))
    joining = list(islice(able, together.limit - 1))
    for turn in joining:
        turns.remove(turn)
    return (first, *joining)


def _was_just_asked(poller: Poller, ref: Ref) -> bool:
    """Whether the task was heard of within the interval, or is watched no more."""
    task = poller.tasks.task(ref)
    interval = 0.0 if task is None else poller.session.intervals.of(task)
    return task is None or task.heard_within(interval, poller.clock.now())
