"""What a team's machines have in common: one PostgreSQL database, as `rushes store init` made it.

Leases run by the server's clock; what is handed over is gathered for a quarter of a second and
committed in one transaction. `watch/team/store.py` makes a `Store` of it and of a home's history:
what is not said here is as `watch/store.py` has it. Every method may be called from the event loop;
those that are awaited raise StoreUnusable, or StoreAway where trying again helps.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

from rushes.providers.reply import Reply
from rushes.watch.clock import Clock, SystemClock
from rushes.watch.figures.model import Model
from rushes.watch.postgres import entry_rows, lease_rows, members, prune_rows, slot_rows, task_rows
from rushes.watch.postgres.connection import Connection
from rushes.watch.postgres.gathered import Gathered, Work
from rushes.watch.postgres.known_texts import KnownTexts
from rushes.watch.postgres.lease_rows import Ended
from rushes.watch.postgres.session import Session
from rushes.watch.postgres.task_rows import Change, Saved
from rushes.watch.postgres.thread import COMMIT_WITHIN, TAKE_WITHIN, PostgresThread
from rushes.watch.store import (
    ANSWER_WITHIN,
    FLUSH_WITHIN,
    USE_WITHIN,
    Closure,
    LastBody,
    Lease,
    LeaseRequest,
    Leases,
)
from rushes.watch.task import Ref, Task
from rushes.watch.team_faults import StoreAway, StoreRefused, StoreUnusable

T = TypeVar("T")
Committed = Callable[[Mapping[Ref, str], Collection[Ref]], None]
"""Is told of the versions that tasks have now, and which of them hold what others saved, too."""

SLOT_LOOK = 0.1
"""Seconds between two looks for a free slot."""


HELD_FOR = 60.0
"""Seconds after which a turn to fetch a file runs out that nobody holds any more."""

RELEASE_AFTER = 0.5
"""Seconds after which such a turn is given back: what was fetched has to be saved before."""

_FILE = "[file]"
"""No account's name begins like that."""


def _server_clock() -> datetime | None:
    return None


class PostgresStore:
    """Tasks, leases, slots and members in a team's database."""

    def __init__(
        self,
        session: Session,
        committed: Committed,
        *,
        clock: Clock | None = None,
        moment: Callable[[], datetime | None] = _server_clock,
    ) -> None:
        """Nothing is connected yet. `committed` is called on the store's own thread.

        `moment` is what tests have instead of the server's clock.
        """
        self._clock = clock or SystemClock()
        self._moment = moment
        self.number: UUID = uuid4()
        self._committed = committed
        self.texts = KnownTexts()
        self._session = session
        self._held: dict[str, UUID] = {}
        self._releasing: set[asyncio.Task[None]] = set()
        self.thread = PostgresThread(
            session,
            lambda: Gathered(self.number, self._save, self._end, self._note_committed),
            self._clock.monotonic,
        )

    @property
    def ahead(self) -> timedelta:
        """How far the store's clock is ahead of this machine's."""
        return self._session.ahead

    @property
    def incarnation(self) -> str:
        """What tells the store from what it was before another took its place."""
        return self._session.incarnation

    @property
    def away_for(self) -> float | None:
        """Seconds since it was found away; None where the last call went well."""
        since = self.thread.away_since
        return None if since is None else self._clock.monotonic() - since

    @property
    def trouble(self) -> StoreUnusable | None:
        """Why the last call failed; None where it went well."""
        return self.thread.trouble

    @property
    def refused(self) -> StoreRefused | None:
        """Why nothing can be written from here; None where that was not found out."""
        return self.thread.refused

    # -- what was observed ----------------------------------------------------------------------

    async def ended(self, account: str, count: int) -> list[Task]:
        """The last tasks of an account that succeeded."""
        return await self._ask(lambda db: task_rows.ended(db, account, count, self.ahead))

    async def of_model(self, model: Model, count: int) -> list[Task]:
        """The last tasks of a model that succeeded."""
        provider, name = model.provider, model.name
        return await self._ask(lambda db: task_rows.of_model(db, provider, name, count, self.ahead))

    async def last_body(self, ref: Ref) -> LastBody | None:
        """The last reply about `ref`."""
        return await self._ask(lambda db: task_rows.last_body(db, ref, self.ahead))

    def save(self, task: Task, reply: Reply | None = None) -> None:
        """Queue `task` and its reply for the next commit."""
        change = Change(task=task, reply=reply)
        self.thread.change(lambda batch: batch.change(change))

    def withdraw(self) -> Collection[Ref]:
        """The tasks that are queued and not committed; they are not tried any more."""
        found = set[Ref]()
        self.thread.change(lambda batch: found.update(batch.withdraw()))
        return found

    async def flush(self, within: float = FLUSH_WITHIN) -> None:
        """Return when everything handed over so far is committed."""
        try:
            await asyncio.wait_for(asyncio.wrap_future(self.thread.flush()), within)
        except TimeoutError:
            raise self.thread.trouble or StoreAway("") from None

    # -- whose turn it is -----------------------------------------------------------------------

    async def take(self, request: LeaseRequest) -> Leases:
        """Lease what is free; what the server tells later than USE_WITHIN is of no use any more."""
        asked = self._clock.monotonic()
        given = self._given
        taken = await self._ask_once(
            lambda db: lease_rows.take(db, request, given, self.texts, self.ahead)
        )
        if self._clock.monotonic() - asked > USE_WITHIN:
            raise StoreAway("")
        return taken

    def done(self, lease: Lease, free_in: float) -> None:
        """End a granted lease in the next commit."""
        if lease.fence is None:
            return
        ended = Ended(lease.fence, self._clock.monotonic() + free_in)
        self.thread.change(lambda batch: batch.done(str(lease.ref), ended))

    def leave(self, account: str, free_in: float) -> None:
        """End all leases of an account that are not done, in the next commit."""
        free_at = self._clock.monotonic() + free_in

        def work(db: Connection) -> None:
            left = max(free_at - self._clock.monotonic(), 0.0)
            _run(db, lease_rows.LEAVE, {**self._given, "account": account, "free_in": left})

        self._later(f"leave {account}", work)

    def close_account(self, account: str, key_mark: str, closure: Closure) -> None:
        """Write down what closes an account, in the next commit."""
        problem = closure.problem
        row = {"account": account, "key_mark": key_mark, "kind": problem.kind.value,
               "message": problem.message, "code": problem.code,
               "http_status": problem.http_status, "seconds": closure.seconds}  # fmt: skip
        given = self._given | row
        self._later(f"close {account}", lambda db: _run(db, lease_rows.CLOSE, given))

    def slot(self, account: str, count: int) -> AbstractAsyncContextManager[None]:
        """One of the account's slots on all machines together."""
        return self._one_of(account, count, USE_WITHIN + ANSWER_WITHIN)

    async def next_start(self, account: str, period: float, behind: float) -> float:
        """The account's next start on all machines, by this machine's monotonic clock."""
        asked = self._clock.monotonic()
        moment = self._moment()
        return asked + await self._ask_once(
            lambda db: slot_rows.next_start(db, account, period, behind, moment)
        )

    @asynccontextmanager
    async def file_turn(self, ref: Ref, n: int) -> AsyncGenerator[bool]:
        """The turn to fetch an output's file, held by saying again and again that it is."""
        name, owner = f"{_FILE} {ref}#{n}", uuid4()

        def take(db: Connection) -> bool:
            return slot_rows.take(
                db, name, owner, count=1, lasts=HELD_FOR, moment=self._moment(), again=True
            )

        granted = await self._ask(take)
        if not granted:
            yield False
            return
        self._held[name] = owner
        holding = asyncio.create_task(self._hold(take))
        try:
            yield True
        finally:
            releasing = asyncio.create_task(self._release_later(name, holding))
            self._releasing.add(releasing)
            releasing.add_done_callback(self._releasing.discard)

    async def _hold(self, take: Callable[[Connection], bool]) -> None:
        while True:
            await self._clock.sleep(HELD_FOR / 3)
            with contextlib.suppress(StoreUnusable):
                await self._ask(take)

    async def _release_later(self, name: str, holding: asyncio.Task[None]) -> None:
        """Give a turn back after what was fetched was handed over: with its commit, or later."""
        await self._clock.sleep(RELEASE_AFTER)
        holding.cancel()
        self._release(name)

    def _release(self, name: str) -> None:
        if (owner := self._held.pop(name, None)) is not None:
            self._later(name, lambda db: slot_rows.give_back(db, name, owner))

    async def note_member(self, name: str, version: str) -> int:
        """Note that this process is there; how many are."""
        return await self._ask(lambda db: members.note(db, self.number, name, version))

    def leave_members(self) -> None:
        """Note in the next commit that this process is there no more."""
        self._later("member", lambda db: members.leave(db, self.number))

    # -- what is kept ---------------------------------------------------------------------------

    async def note_watched(self, refs: Iterable[Ref]) -> None:
        """Note that these are on a list: nothing is written where that was noted in this hour."""
        wanted, moment = [str(ref) for ref in refs], self._moment()
        await self._ask(
            lambda db: prune_rows.note_watched(db, wanted, moment, new=False), COMMIT_WITHIN
        )

    async def prune(self, keep: float | None, watched: Collection[Ref]) -> int:
        """Forget what is old, some hundred rows at a time."""
        forgotten = 0 if keep is None else await self._forget(keep, [str(ref) for ref in watched])
        while await self._ask(prune_rows.drop_bodies, COMMIT_WITHIN):
            pass
        await self._ask(entry_rows.forget_removed, COMMIT_WITHIN)
        lapsed = self._given | {"longest": lease_rows.LONGEST}
        await self._ask(lambda db: _run(db, lease_rows.LAPSED, lapsed), COMMIT_WITHIN)
        return forgotten

    async def _forget(self, keep: float, watched: Sequence[str]) -> int:
        moment, forgotten = self._moment(), 0

        def forget(db: Connection) -> int:
            return prune_rows.forget_some(db, keep, moment)

        await self._ask(
            lambda db: prune_rows.note_watched(db, watched, moment, new=True), COMMIT_WITHIN
        )
        while await self._ask(lambda db: prune_rows.note_the_others(db, moment), COMMIT_WITHIN):
            pass
        while some := await self._ask(forget, COMMIT_WITHIN):
            forgotten += some
        return forgotten

    async def close(self, within: float) -> None:
        """Commit what is left in so many seconds, and disconnect; again it does nothing."""
        for name in list(self._held):
            self._release(name)
        await asyncio.to_thread(self.thread.close, within)

    # -- inside ---------------------------------------------------------------------------------

    @property
    def _given(self) -> dict[str, Any]:
        """What statements need to know of who asks, and when."""
        return {"owner": self.number, "moment": self._moment()}

    async def _ask(self, work: Callable[[Connection], T], within: float = TAKE_WITHIN) -> T:
        return await asyncio.wrap_future(self.thread.ask(work, within))

    async def _ask_once(self, work: Callable[[Connection], T]) -> T:
        """As `_ask`, without a transaction around it: each statement is one."""
        return await asyncio.wrap_future(self.thread.ask(work, whole=False))

    def _later(self, name: str, work: Work) -> None:
        self.thread.change(lambda batch: batch.later(name, work))

    def _save(self, db: Connection, changes: Collection[Change]) -> Saved:
        return task_rows.save(db, changes, self.number, self.texts, self.ahead)

    def _note_committed(self, versions: Mapping[Ref, str], saved: Saved) -> None:
        self.texts.note(saved.known)
        self._committed(versions, saved.others)

    def _end(self, db: Connection, ended: Mapping[str, Ended]) -> None:
        lease_rows.end(db, ended, self._clock.monotonic(), self._given)

    @asynccontextmanager
    async def _one_of(self, account: str, count: int, lasts: float) -> AsyncGenerator[None]:
        owner: UUID = uuid4()

        def take(db: Connection) -> bool:
            moment = self._moment()
            return slot_rows.take(db, account, owner, count=count, lasts=lasts, moment=moment)

        try:
            while not await self._ask_once(take):
                await self._clock.sleep(SLOT_LOOK)
            yield
        finally:
            # Not waited for: who ends must not be held up, and the slot runs out by itself.
            self.thread.ask(lambda db: slot_rows.give_back(db, account, owner), whole=False)


def _run(db: Connection, sql: str, row: Mapping[str, Any]) -> None:
    db.execute(sql.encode(), row)
