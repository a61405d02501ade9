"""Turns of a process that asks alone while the team's store is away.

Each of so many processes asks that many times as seldom, from a moment of its own choice on: so
the account is asked as often as it was by all together.
"""

from dataclasses import replace
from random import Random

from rushes.watch.clock import Clock
from rushes.watch.store import Lease, LeaseRequest, Leases, Store
from rushes.watch.task import Ref


class AloneTurns:
    """Takes turns in the home's own store, at a pace that leaves room for the other machines."""

    def __init__(self, own: Store, clock: Clock, rng: Random) -> None:
        self._own = own
        self._clock = clock
        self._rng = rng
        self._granted: dict[Ref, Lease] = {}
        self._begins: dict[str, float] = {}
        self._free_at: dict[Ref, float] = {}
        self.members = 1
        """How many processes there were when the store was last heard of."""

    def end(self) -> None:
        """The store is back: the next time begins at another moment."""
        self._begins.clear()
        self._free_at.clear()

    async def take(self, request: LeaseRequest) -> Leases:
        """Lease what no other process of the home has leased, once this one's moment has come."""
        now = self._clock.monotonic()
        begins = self._begins.get(request.account)
        if begins is None:
            begins = now + self._rng.uniform(0, request.interval * (self.members - 1))
            self._begins[request.account] = begins
        later = {
            task.ref: at - now
            for task in request.tasks
            if (at := max(begins, self._free_at.get(task.ref, now))) > now
            and task.ref not in request.by_hand
        }
        refused = [Lease(ref=ref, fence=None, free_in=left) for ref, left in later.items()]
        wanted = [task for task in request.tasks if task.ref not in later]
        if not wanted:
            return Leases(refused)
        found = await self._own.take(replace(request, tasks=wanted))
        self._granted |= {it.ref: it for it in found.leases if it.fence is not None}
        return Leases([*found.leases, *refused], found.closure)

    def done(self, lease: Lease, free_in: float) -> bool:
        """End a lease that was granted here; whether it was."""
        if self._granted.get(lease.ref) != lease:
            return False
        del self._granted[lease.ref]
        # Its own lease holds back the home's other processes alone.
        self._free_at[lease.ref] = self._clock.monotonic() + free_in * self.members
        self._own.done(lease, free_in * self.members)
        return True

    async def next_start(self, account: str, period: float, behind: float) -> float:
        """The account's next start of this machine."""
        return await self._own.next_start(account, period * self.members, behind)
