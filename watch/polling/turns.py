"""Leases the turns to ask: the processes that share a store ask about a task once an interval.

Before a task is asked about it is leased (reliability.md row 55). Who is refused takes over what
the other process heard. A throttle or a refused key that one process met holds the others, too.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from math import ceil, inf
from random import Random
from types import MappingProxyType
from typing import Protocol

from rushes.providers.model import Problem, ProblemKind
from rushes.watch.asked_every import AskedEvery
from rushes.watch.clock import Clock
from rushes.watch.start_times import next_start
from rushes.watch.store import (
    USE_WITHIN,
    Closure,
    Lease,
    LeaseRequest,
    Leases,
    Store,
    StoreBusy,
    StoreError,
    StoreHolds,
)
from rushes.watch.task import Ref, Task

LOOK_AGAIN = 1.0
"""Seconds after which a task that another process is asking about is looked at again."""

BUSY_FOR = 15.0
"""Seconds on end for which others' writing is believed to pass: so long nobody asks."""

SPREAD = (0.5, 1.5)
"""Who was refused comes back after so many times the wait, by chance, lest all come at once."""

TOGETHER = 3
"""So many times within LAG a process comes back: for all its tasks together, not for each."""

LAG = 0.15
"""Who was refused comes this share of the interval later than allowed: who asked goes on asking."""

_SAME = 1.0
"""Two closures of an account are one where they end within so many seconds of each other."""

_SHARED = (ProblemKind.RATE_LIMITED, ProblemKind.AUTH)

NOT_KNOWN: Mapping[Ref, float] = MappingProxyType({})
"""Nothing is known of how long tasks wait: each that is free may be asked about."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Whether a task may be asked about, until when at the latest, and what others heard of it.

    `use_by` is in monotonic seconds. Where the task may not be asked about, `wait` is the seconds
    until it is worth another try. `place` is when it began to wait, or will, where another process
    asked about it (monotonic seconds).
    """

    ref: Ref
    granted: bool
    use_by: float = 0.0
    wait: float = 0.0
    news: Task | None = None
    place: float | None = None


@dataclass(frozen=True, slots=True)
class Shut:
    """What another process met that holds for the whole account, until then (monotonic seconds)."""

    problem: Problem
    until: float


@dataclass(frozen=True, slots=True)
class Turns:
    """The answer to a request for turns."""

    turns: Sequence[Turn]
    shut: Shut | None = None


class Sharing(Protocol):
    """How one account's polls are agreed upon with other processes."""

    async def take(
        self,
        tasks: Sequence[Task],
        interval: float,
        key: str,
        by_hand: frozenset[Ref],
        waited: Mapping[Ref, float] = NOT_KNOWN,
    ) -> Turns:
        """Ask for turns, all in one go; by hand only a poll under way is waited for.

        `waited` is how many seconds tasks wait: one that another process asked about since is not
        granted, and its turn tells its true place.
        """
        ...

    def slot(self, count: int) -> AbstractAsyncContextManager[None]:
        """Room to ask: in all processes together at most `count` polls are under way."""
        ...

    async def next_start(self, period: float, behind: float) -> float:
        """Take the account's next start, as `start_times.next_start` says."""
        ...

    def tell(self, every: AskedEvery) -> None:
        """Let other processes know how often the account's tasks are asked about."""
        ...

    def done(self, ref: Ref, free_at: float) -> None:
        """A turn is over: what was heard is saved, and anybody may ask again at `free_at`."""
        ...

    def leave(self, interval: float) -> None:
        """Give up what is still leased."""
        ...

    def shut(self, problem: Problem, until: float, key: str) -> None:
        """Tell the others of what holds for the whole account, as far as it concerns them."""
        ...


def every_turn(tasks: Sequence[Task]) -> Turns:
    """The turns of who need not agree with anybody."""
    return Turns([Turn(task.ref, granted=True, use_by=inf) for task in tasks])


class Alone:
    """Nobody else is there to agree with."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._planned = 0.0

    async def take(
        self,
        tasks: Sequence[Task],
        interval: float,
        key: str,
        by_hand: frozenset[Ref],
        waited: Mapping[Ref, float] = NOT_KNOWN,
    ) -> Turns:
        """Every turn."""
        del interval, key, by_hand, waited
        return every_turn(tasks)

    def slot(self, count: int) -> AbstractAsyncContextManager[None]:
        """There is room: its own lanes are all there are."""
        del count
        return nullcontext()

    async def next_start(self, period: float, behind: float) -> float:
        """The next of its own starts."""
        at = next_start(self._planned, self._clock.monotonic(), period, behind)
        self._planned = at + period
        return at

    def tell(self, every: AskedEvery) -> None:
        """Nobody to tell."""

    def done(self, ref: Ref, free_at: float) -> None:
        """Nothing to tell."""

    def leave(self, interval: float) -> None:
        """Nobody waits."""

    def shut(self, problem: Problem, until: float, key: str) -> None:
        """Nobody to tell."""


class Shared:
    """Agrees through a store. Where that cannot be had, polling goes on without.

    While a team's store is away nobody asks, unless it says that each may ask alone.
    While another process writes nobody can take a turn, and nobody asks: whoever did would not
    know what others ask about. A process that does not come to an end within BUSY_FOR stops no
    polling: each process then asks alone (reliability.md rows 57 and 121).
    """

    def __init__(self, account: str, store: Store, clock: Clock, rng: Random) -> None:
        self._account = account
        self._store = store
        self._clock = clock
        self._rng = rng
        self._leased: dict[Ref, Lease] = {}
        self._busy_since: float | None = None
        self._phase = rng.random()
        self._shut_until = 0.0

    async def take(
        self,
        tasks: Sequence[Task],
        interval: float,
        key: str,
        by_hand: frozenset[Ref],
        waited: Mapping[Ref, float] = NOT_KNOWN,
    ) -> Turns:
        """Ask for turns, all in one go; returns once nobody else is in the way."""
        request = LeaseRequest(
            account=self._account,
            key_mark=key,
            interval=interval,
            tasks=tasks,
            by_hand=by_hand,
            waited=waited,
        )
        while True:
            sent_at = self._clock.monotonic()
            try:
                answer = await self._store.take(request)
                break
            except StoreHolds:
                # Nobody knows what others ask about; it is the store's to end that.
                left = self._spread(LOOK_AGAIN)
                return Turns([Turn(task.ref, granted=False, wait=left) for task in tasks])
            except StoreError as error:
                # That it is busy does not mean that one is alone: others may get through.
                if not self._will_pass(error, sent_at):
                    return every_turn(tasks)
            await self._clock.sleep(self._spread(LOOK_AGAIN))
        self._busy_since = None
        return self._turns(answer, interval, sent_at)

    def slot(self, count: int) -> AbstractAsyncContextManager[None]:
        """One of the account's slots."""
        return self._store.slot(self._account, count)

    async def next_start(self, period: float, behind: float) -> float:
        """The account's next start on this machine."""
        return await self._store.next_start(self._account, period, behind)

    def tell(self, every: AskedEvery) -> None:
        """Tell whoever looks at the account from outside."""
        self._store.tell_asked_every(self._account, every)

    def done(self, ref: Ref, free_at: float) -> None:
        """End the lease in the commit that saves what was heard: who sees one sees both."""
        lease = self._leased.pop(ref, None)
        if lease is not None:
            self._store.done(lease, free_at - self._clock.monotonic())

    def leave(self, interval: float) -> None:
        """Give up what is leased, an interval from now: some of it may just have been asked."""
        self._leased.clear()
        self._store.leave(self._account, interval)

    def shut(self, problem: Problem, until: float, key: str) -> None:
        """Tell of what holds the whole account; an outage each process finds out by itself."""
        if problem.kind in _SHARED:
            self._shut_until = until
            closure = Closure(problem, until - self._clock.monotonic())
            self._store.close_account(self._account, key, closure)

    def _turns(self, answer: Leases, interval: float, sent_at: float) -> Turns:
        granted = {lease.ref: lease for lease in answer.leases if lease.fence is not None}
        self._leased.update(granted)
        turns = [self._turn(lease, interval, sent_at) for lease in answer.leases]
        return Turns(turns, self._shut(answer.closure, sent_at))

    def _turn(self, lease: Lease, interval: float, sent_at: float) -> Turn:
        if lease.fence is not None:
            return Turn(lease.ref, granted=True, use_by=sent_at + USE_WITHIN, news=lease.news)
        if lease.asking:
            wait = min(lease.free_in, LOOK_AGAIN)
        elif lease.free_in > 0:
            wait = self._back_at(sent_at + lease.free_in, interval) - sent_at
        else:
            wait = 0.0
        # Counted from the answer: then it never seems to have waited longer than it did.
        place = None if lease.asking else self._clock.monotonic() + lease.free_in
        return Turn(lease.ref, granted=False, wait=wait, news=lease.news, place=place)

    def _shut(self, closure: Closure | None, sent_at: float) -> Shut | None:
        """A closure as a moment, which stays the same one however often it is asked for."""
        if closure is None:
            return None
        until = sent_at + closure.seconds
        if abs(until - self._shut_until) > _SAME:
            self._shut_until = until
        return Shut(closure.problem, self._shut_until)

    def _will_pass(self, error: StoreError, now: float) -> bool:
        if not isinstance(error, StoreBusy):
            return False
        self._busy_since = now if self._busy_since is None else self._busy_since
        return now - self._busy_since < BUSY_FOR

    def _spread(self, seconds: float) -> float:
        return seconds * self._rng.uniform(*SPREAD)

    def _back_at(self, at: float, interval: float) -> float:
        """When to look again at what may be free at `at`: at moments of this process's own."""
        every = LAG * interval / TOGETHER
        spread = at + self._spread(LAG * interval)
        return (ceil(spread / every - self._phase) + self._phase) * every
