"""The store of a home that works on a team's: what is shared, and the home's own history.

The history is the home's copy of what the team knows: commands that print read it, and the commands
of `[on]` are queued in it. While the shared store is away it is the journal too: what is observed
is saved there, and `unsent.py` sends it once the store is back. Nobody is asked about meanwhile
but what was leased; after `[store] alone_after` each process asks alone, at so much slower a pace
that all of them together ask as often as before.
"""

import asyncio
import contextlib
import logging
from collections.abc import (
    AsyncGenerator,
    Callable,
    Collection,
    Iterable,
    Mapping,
    Sequence,
)
from dataclasses import replace
from datetime import datetime
from random import Random
from threading import Event
from typing import TYPE_CHECKING

from rushes.providers.frozen import frozen
from rushes.providers.language import _
from rushes.providers.reply import Reply
from rushes.watch.clock import Clock
from rushes.watch.history.store import History
from rushes.watch.postgres.listener import Listener
from rushes.watch.postgres.looks import Looker
from rushes.watch.postgres.session import Session
from rushes.watch.postgres.store import PostgresStore
from rushes.watch.postgres.task_rows import Version
from rushes.watch.queued_events import Happening
from rushes.watch.store import (
    CLOSE_WITHIN,
    FLUSH_WITHIN,
    Closure,
    LastBody,
    Lease,
    LeaseRequest,
    Leases,
    News,
    StoreError,
    StoreHolds,
)
from rushes.watch.store_condition import StoreCondition
from rushes.watch.task import Entry, Ref, Task
from rushes.watch.team.alone import AloneTurns
from rushes.watch.team.conduct import Conduct
from rushes.watch.team.copying import Copy
from rushes.watch.team.feed import Feed
from rushes.watch.team.marks import Marks
from rushes.watch.team.notices import notices
from rushes.watch.team.own_events import OwnEvents
from rushes.watch.team.unsent import AWAY_AFTER, Unsent
from rushes.watch.team_faults import StoreAway, StoreUnusable

if TYPE_CHECKING:
    from rushes.watch.figures.gathered import Asked, Gathered
    from rushes.watch.figures.model import Model
    from rushes.watch.figures.usual import Usual

log = logging.getLogger(__name__)

TEND_EVERY = 0.5
"""Seconds between two looks at what waits to be sent, and whether the store is back."""

MEMBER_EVERY = 30.0
"""Seconds after which a process says again that it is there."""


@frozen(kw_only=True)
class Member:
    """Who a process is to the others: its machine's name, and its version of Rushes."""

    name: str
    version: str


class TeamStore(OwnEvents):
    """A `Store` of a home over a team's. Every method may be called from the event loop."""

    def __init__(
        self,
        history: History,
        sessions: Callable[[], Session],
        marks: Marks,
        member: Member,
        *,
        where: str,
        conduct: Conduct,
        clock: Clock,
        rng: Random,
        moment: Callable[[], datetime | None] = lambda: None,
    ) -> None:
        """`sessions` makes connections, `where` names the store to people.

        `moment` is what tests have instead of the server's clock.
        """
        super().__init__(history)
        self._sessions = sessions
        self._member = member
        self._where = where
        self._conduct = conduct
        self._session = sessions()
        self._clock = clock
        self._marks = marks
        self.shared = PostgresStore(self._session, self._committed, clock=clock, moment=moment)
        self._copy = Copy(self._session, history.blocking, marks, self.shared.texts)
        self._unsent = Unsent(self.shared, history, marks)
        self._feed = Feed(self._copy, clock)
        self._alone = AloneTurns(history, clock, rng)
        self._tending: asyncio.Task[None] | None = None
        self._lost = Event()
        self._closed = False

    def begin(self) -> None:
        """Begin to look after what waits to be sent, until it is closed; once."""
        self._tending = asyncio.create_task(self._tend())

    @property
    def waiting(self) -> int:
        """How many tasks wait to be saved in the shared store."""
        return self._unsent.count

    @property
    def condition(self) -> StoreCondition:
        """How the history is, and whether the shared store is away."""
        own = self._history.condition
        now, alone, polls = self._clock.now(), self._asks_alone, self._conduct.poll
        more = notices(self.shared, self._where, now, self.waiting, alone=alone, polls=polls)
        return replace(own, notices=(*own.notices, *more)) if more else own

    # -- what was observed ----------------------------------------------------------------------

    async def load(self, entries: Iterable[Entry]) -> dict[Ref, Task]:
        """The tasks of `entries` with everything that the team knows of them.

        What only this home knows is saved for the others. Raises StoreUnusable where the store is
        there and cannot be used.
        """
        wanted = list(entries)
        try:
            tasks, missing = await asyncio.to_thread(self._copy.load, wanted)
        except StoreAway:
            return await self._history.load(wanted)
        for ref in missing:
            if tasks[ref].polls:
                self.shared.save(tasks[ref])
        return tasks

    async def ended(self, account: str, count: int) -> Sequence[Task]:
        """The last tasks of an account that succeeded, on whatever machine."""
        with contextlib.suppress(StoreUnusable):
            return await self.shared.ended(account, count)
        return await self._history.ended(account, count)

    async def last_body(self, ref: Ref) -> LastBody | None:
        """The last reply about `ref`, whoever got it."""
        with contextlib.suppress(StoreUnusable):
            if (found := await self.shared.last_body(ref)) is not None:
                return found
        return await self._history.last_body(ref)

    async def usual(self, model: "Model") -> "Usual | None":
        """How long the last tasks of a model took that succeeded, on whatever machine."""
        from rushes.watch.figures.figure import figure_of
        from rushes.watch.figures.usual import LAST, usual

        try:
            tasks = await self.shared.of_model(model, LAST)
        except StoreUnusable:
            return await self._history.usual(model)
        found = [it for it in map(figure_of, tasks) if it is not None and it.run_ms is not None]
        return usual([it.run_ms for it in found if it.run_ms is not None])

    async def figures(
        self, asked: "Asked", now: datetime, tags: Mapping[Ref, Sequence[str]]
    ) -> "Gathered":
        """Sums over all that the team's machines observed; first what is new of it is copied."""
        with contextlib.suppress(StoreUnusable):
            await asyncio.to_thread(self._copy.bring_all)
        return await self._history.figures(asked, now, tags)

    def save(
        self, task: Task, reply: Reply | None = None, happenings: Sequence[Happening] = ()
    ) -> None:
        """Queue `task` for the next commit here and there; what happened is queued here."""
        self._history.save(task, reply, happenings)
        if self.shared.refused is None:
            self.shared.save(task, reply)

    async def news(self, watched: Callable[[], Collection[Ref]]) -> AsyncGenerator[News]:
        """What other machines did; their tasks are in the home's copy then."""

        def listen(feed: Feed) -> Listener | Looker:
            number = self.shared.number
            if not self._conduct.listen:
                return Looker(self._session, number, feed.tell)
            return Listener(self._sessions(), number, feed.tell, feed.tell_lists, self._lost.set)

        async with contextlib.aclosing(self._feed.news(watched, listen)) as its:
            async for news in its:
                yield news

    async def flush(self, within: float = FLUSH_WITHIN) -> None:
        """Return when everything handed over is durable, there or, while that is away, here."""
        await self._history.flush(within)
        try:
            await self.shared.flush(min(within, AWAY_AFTER))
        except StoreUnusable:
            await self._unsent.keep()

    # -- whose turn it is -----------------------------------------------------------------------

    async def take(self, request: LeaseRequest) -> Leases:
        """Lease from the shared store what is free; raises StoreHolds while it is away.

        A machine that looks on leases nothing.
        """
        if not self._conduct.poll:
            raise StoreHolds(_("[store] poll = false: this machine looks on, others ask"))
        if self._asks_alone:
            return await self._alone.take(request)
        try:
            return await self.shared.take(request)
        except StoreUnusable as error:
            raise StoreHolds(str(error)) from None

    def done(self, lease: Lease, free_in: float) -> None:
        """End a granted lease in the next commit."""
        if not self._alone.done(lease, free_in):
            self.shared.done(lease, free_in)

    def leave(self, account: str, free_in: float) -> None:
        """End all leases of an account that are not done."""
        self.shared.leave(account, free_in)
        self._history.leave(account, free_in)

    def close_account(self, account: str, key_mark: str, closure: Closure) -> None:
        """Tell all machines what closes an account."""
        self.shared.close_account(account, key_mark, closure)
        self._history.close_account(account, key_mark, closure)

    @contextlib.asynccontextmanager
    async def slot(self, account: str, count: int) -> AsyncGenerator[None]:
        """One of the account's slots on all machines; on this one while the store is away."""
        async with contextlib.AsyncExitStack() as stack:
            try:
                await stack.enter_async_context(self.shared.slot(account, count))
            except StoreUnusable:
                await stack.enter_async_context(self._history.slot(account, count))
            yield

    async def next_start(self, account: str, period: float, behind: float) -> float:
        """The account's next start on all machines; on this one while the store is away."""
        try:
            return await self.shared.next_start(account, period, behind)
        except StoreUnusable:
            return await self._alone.next_start(account, period, behind)

    @contextlib.asynccontextmanager
    async def file_turn(self, ref: Ref, n: int) -> AsyncGenerator[bool]:
        """The turn to fetch an output on all machines; everybody's while the store is away."""
        async with contextlib.AsyncExitStack() as stack:
            try:
                granted = await stack.enter_async_context(self.shared.file_turn(ref, n))
            except StoreUnusable:
                granted = True
            yield granted

    # -- what is kept ---------------------------------------------------------------------------

    async def note_watched(self, refs: Iterable[Ref]) -> None:
        """Note here and there that these are on a list."""
        wanted = list(refs)
        await self._history.note_watched(wanted)
        with contextlib.suppress(StoreUnusable):
            await self.shared.note_watched(wanted)

    async def prune(self, keep: float | None, watched: Collection[Ref]) -> int:
        """Forget what is old here and there; how many tasks that were there."""
        forgotten = await self._history.prune(keep, watched)
        with contextlib.suppress(StoreUnusable):
            forgotten = await self.shared.prune(keep, watched)
        return forgotten

    async def close(self, within: float = CLOSE_WITHIN) -> None:
        """Save what is left there or here in so many seconds; again it does nothing."""
        if self._closed:
            return
        self._closed = True
        if self._tending is not None:
            self._tending.cancel()
        self.shared.leave_members()
        try:
            await self.shared.close(within / 2 if self.shared.away_for is None else within / 8)
            with contextlib.suppress(StoreError):
                await self._unsent.keep()
                await self._unsent.note_committed()
        finally:
            await self._history.close(within / 2)
            await asyncio.to_thread(self._marks.close)

    async def note_member(self) -> None:
        """Note that this process is there, and how many are; raises StoreUnusable."""
        who = self._member
        self._alone.members = await self.shared.note_member(who.name, who.version)
        self._alone.end()

    # -- inside ---------------------------------------------------------------------------------

    @property
    def _asks_alone(self) -> bool:
        away, after = self.shared.away_for, self._conduct.alone_after
        is_long = away is not None and after is not None and away > after
        return is_long and self._conduct.poll

    def _committed(self, versions: Mapping[Ref, str], joined: Collection[Ref]) -> None:
        """On the shared store's thread: what is there as it is here, and what others added to."""
        self._unsent.committed({ref: it for ref, it in versions.items() if ref not in joined})
        if joined:
            self._feed.tell({ref: Version(versions[ref]) for ref in joined})

    async def _tend(self) -> None:
        noted = float("-inf")
        with contextlib.suppress(StoreError):
            await self._unsent.find()
        while True:
            now = self._clock.monotonic()
            looks = self._lost.is_set() or self.shared.away_for is not None
            if looks or now - noted > MEMBER_EVERY:
                self._lost.clear()
                with contextlib.suppress(StoreUnusable):
                    await self.note_member()
                    noted = now
            try:
                await self._unsent.look()
            except Exception:
                # A fault of ours: without the next look nothing would ever be sent.
                log.exception("what waits for the shared store was not looked after")
            await self._clock.sleep(TEND_EVERY)
