"""Asks about some tasks once, for a command that ends then."""

import asyncio
from collections import deque
from collections.abc import Iterable

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
    poller.members.update(left)
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
        some = [left.popleft() for _ in range(min(len(left), BATCH * lanes))]
        turns = deque(await poller.turns_for(some))
        await asyncio.gather(*(_lane(poller, turns, left) for _ in range(lanes)))
        left.extend(turn.ref for turn in turns)
    problem = condition.state.problem
    while left and problem is not None:
        poller.postpone(left.popleft(), problem, poller.session.intervals.shortest)


async def _lane(poller: Poller, turns: deque[Turn], left: deque[Ref]) -> None:
    """Ask about turns one after another; a turn too old goes to `left`."""
    while turns and poller.condition.state.access is Access.OPEN:
        async with poller.pace.room():
            if turns:
                await poller.pace.start()
            if not turns or poller.condition.state.access is not Access.OPEN:
                return
            turn = turns.popleft()
            if poller.clock.monotonic() > turn.use_by:
                left.append(turn.ref)
            else:
                await poller.poll(turn.ref)


def _was_just_asked(poller: Poller, ref: Ref) -> bool:
    """Whether the task was heard of within the interval, or is watched no more."""
    task = poller.tasks.task(ref)
    return task is None or task.heard_within(poller.interval_of(task), poller.clock.now())
