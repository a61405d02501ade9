"""The store of a team: one PostgreSQL database for all machines that share its accounts.

Leases run by the server's clock; what is handed over is gathered for a quarter of a second and
committed in one transaction. What is not said here is as `watch/store.py` has it.
"""

import asyncio
import json
import sqlite3
from collections.abc import AsyncGenerator, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from datetime import datetime
from itertools import count
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID, uuid4

from rushes.providers.reply import Reply
from rushes.watch.asked_every import AskedEvery
from rushes.watch.clock import Clock, SystemClock
from rushes.watch.postgres import event_rows, lease_rows, prune_rows, slot_rows, task_rows
from rushes.watch.postgres.gathered import Gathered, Work, Writer
from rushes.watch.postgres.task_rows import Change
from rushes.watch.postgres.thread import (
    COMMIT_WITHIN,
    TAKE_WITHIN,
    Parameters,
    PostgresThread,
    StoreAway,
)
from rushes.watch.queued_events import CommandEnd, CutOff, Happening, QueuedEvent
from rushes.watch.store import (
    ANSWER_WITHIN,
    CLOSE_WITHIN,
    COMMAND_WITHIN,
    FLUSH_WITHIN,
    USE_WITHIN,
    Closure,
    LastBody,
    Lease,
    LeaseRequest,
    Leases,
    StoreCondition,
    StoreNotice,
    StoreReason,
)
from rushes.watch.task import Entry, Ref, Task

if TYPE_CHECKING:
    from psycopg import Connection

    from rushes.watch.figures.gathered import Asked
    from rushes.watch.figures.gathered import Gathered as Sums
    from rushes.watch.figures.model import Model
    from rushes.watch.figures.usual import Usual

T = TypeVar("T")

SLOT_LOOK = 0.1
"""Seconds between two looks for a free slot."""

_COMMANDS = "[on] "
"""No account's name begins like that: it is a home's turn to run a command."""


def _server_clock() -> datetime | None:
    return None


class PostgresStore:
    """A `Store` in a database of PostgreSQL, in which `rushes store init` has made its tables."""

    def __init__(
        self,
        parameters: Parameters,
        *,
        home: str,
        where: str = "",
        clock: Clock | None = None,
        moment: Callable[[], datetime | None] = _server_clock,
    ) -> None:
        """`home` tells whose commands of `[on]` are run here; `where` names the store to people.

        `moment` is what tests have instead of the server's clock.
        """
        self._clock = clock or SystemClock()
        self._moment = moment
        self._home = home
        self._where = where
        self._id = uuid4()
        self._numbers = count(1)
        writer = Writer(str(self._id), self._queue)
        self.thread = PostgresThread(parameters, lambda: Gathered(writer))

    @property
    def condition(self) -> StoreCondition:
        """How the store is: away for as long as `unsaved` is there."""
        thread = self.thread
        unsaved = None
        if thread.away_since is not None:
            unsaved = StoreNotice(StoreReason.NOT_SAVED, self._where, thread.trouble)
        newer = thread.about is not None and not thread.about.writable
        return StoreCondition(unsaved=unsaved, read_only=newer)

    # -- what was observed ----------------------------------------------------------------------

    async def load(self, entries: Iterable[Entry]) -> dict[Ref, Task]:
        """The tasks of `entries` with everything remembered of them."""
        wanted = list(entries)
        return await self._ask(lambda db: task_rows.load(db, wanted), COMMIT_WITHIN)

    async def ended(self, account: str, count: int) -> list[Task]:
        """The last tasks of an account that succeeded."""
        return await self._ask(lambda db: task_rows.ended(db, account, count))

    async def last_body(self, ref: Ref) -> LastBody | None:
        """The last reply about `ref`."""
        return await self._ask(lambda db: task_rows.last_body(db, ref))

    async def usual(self, model: "Model") -> "Usual | None":
        """How long the last tasks of a model took that succeeded."""
        from rushes.watch.figures.figure import figure_of
        from rushes.watch.figures.usual import LAST, usual

        such = (model.provider, model.name)
        tasks = await self._ask(lambda db: task_rows.every(db, such))
        found = [it for it in map(figure_of, tasks) if it is not None and it.run_ms is not None]
        last = sorted(found, key=lambda it: it.ended or 0.0)[-LAST:]
        return usual([it.run_ms for it in last if it.run_ms is not None])

    async def figures(
        self, asked: "Asked", now: datetime, tags: Mapping[Ref, Sequence[str]]
    ) -> "Sums":
        """Sums over all that is remembered: what they are is told once, in SQLite."""
        tasks = await self._ask(task_rows.every, COMMIT_WITHIN)
        return await asyncio.to_thread(_sums, tasks, asked, now.timestamp(), tags)

    def save(
        self, task: Task, reply: Reply | None = None, happenings: Sequence[Happening] = ()
    ) -> None:
        """Queue `task`, its reply and what happened to it for the next commit."""
        change = Change(task=task, reply=reply, happenings=tuple(happenings))
        self.thread.change(lambda batch: batch.change(change))

    async def flush(self, within: float = FLUSH_WITHIN) -> None:
        """Return when everything handed over so far is committed; raises StoreError."""
        try:
            await asyncio.wait_for(asyncio.wrap_future(self.thread.flush()), within)
        except TimeoutError:
            raise StoreAway(self.thread.trouble) from None

    # -- whose turn it is -----------------------------------------------------------------------

    async def take(self, request: LeaseRequest) -> Leases:
        """Lease what is free; what the server tells later than USE_WITHIN is of no use any more."""
        asked = monotonic()
        taken = await self._ask(lambda db: lease_rows.take(db, request, self._given))
        if monotonic() - asked > USE_WITHIN:
            raise StoreAway(self.thread.trouble)
        return taken

    def done(self, lease: Lease, free_in: float) -> None:
        """End a granted lease in the next commit."""
        row = {"ref": str(lease.ref), "fence": lease.fence}
        self._end_leases(f"done {lease.ref} {lease.fence}", lease_rows.DONE, row, free_in)

    def leave(self, account: str, free_in: float) -> None:
        """End all leases of an account that are not done, in the next commit."""
        self._end_leases(f"leave {account}", lease_rows.LEAVE, {"account": account}, free_in)

    def close_account(self, account: str, key_mark: str, closure: Closure) -> None:
        """Write down what closes an account, in the next commit."""
        problem = closure.problem
        row = {"account": account, "key_mark": key_mark, "kind": problem.kind.value,
               "message": problem.message, "code": problem.code,
               "http_status": problem.http_status, "seconds": closure.seconds}  # fmt: skip
        self._later(f"close {account}", lambda db: _run(db, lease_rows.CLOSE, self._given | row))

    def slot(self, account: str, count: int) -> AbstractAsyncContextManager[None]:
        """One of the account's slots on all machines together."""
        return self._one_of(account, count, USE_WITHIN + ANSWER_WITHIN)

    async def next_start(self, account: str, period: float, behind: float) -> float:
        """The account's next start on all machines, by this machine's monotonic clock."""
        asked = self._clock.monotonic()
        moment = self._moment()
        work = lambda db: slot_rows.next_start(db, account, period, behind, moment)  # noqa: E731
        return asked + await self._ask(work)

    def tell_asked_every(self, account: str, every: AskedEvery) -> None:
        """Write it beside the plan of the account's starts."""
        told = json.dumps([every.seconds, every.why.value, every.limit])
        self._later(f"told {account}", lambda db: slot_rows.tell(db, account, told))

    # -- events and their commands --------------------------------------------------------------

    def queue(self, happening: Happening) -> None:
        """Queue what happened, in the next commit."""
        self._note(lambda db: self._queue(db, [happening]))

    def recovered(self, account: str) -> None:
        """Note in the next commit that an account answers again."""
        self._note(lambda db: event_rows.recovered(db, account, self._given))

    def command_turn(self) -> AbstractAsyncContextManager[None]:
        """The turn to run an event's command, of which a home has one."""
        return self._one_of(_COMMANDS + self._home, 1, COMMAND_WITHIN)

    async def has_event(self, *, own: bool) -> bool:
        """Whether an event is queued whose command is to be run here."""
        return await self._ask(lambda db: event_rows.has(db, self._given, own=own))

    async def begin_event(self) -> QueuedEvent | None:
        """Take an event whose command is to be run here, durably."""
        return await self._ask(lambda db: event_rows.begin(db, self._given))

    def end_event(self, number: int, end: CommandEnd) -> None:
        """Note in the next commit how it ended with a command."""
        self._note(lambda db: event_rows.end(db, number, end, self._given))

    async def cut_off(self) -> Sequence[CutOff]:
        """The commands whose processes ended before them."""
        return await self._ask(lambda db: event_rows.cut_off(db, self._given))

    # -- what is kept ---------------------------------------------------------------------------

    async def note_watched(self, refs: Iterable[Ref]) -> None:
        """Note that these are on a list: nothing is written where that was noted in this hour."""
        wanted, moment = [str(ref) for ref in refs], self._moment()
        work = lambda db: prune_rows.note_watched(db, wanted, moment, new=False)  # noqa: E731
        await self._ask(work, COMMIT_WITHIN)

    async def prune(self, keep: float | None, watched: Collection[Ref]) -> int:
        """Forget what is old, some hundred rows at a time."""
        moment, forgotten = self._moment(), 0
        if keep is not None:
            refs = [str(ref) for ref in watched]
            work = lambda db: prune_rows.note_watched(db, refs, moment, new=True)  # noqa: E731
            await self._ask(work, COMMIT_WITHIN)
            while await self._ask(lambda db: prune_rows.note_the_others(db, moment), COMMIT_WITHIN):
                pass
            forget: Callable[[Connection], int] = lambda db: prune_rows.forget_some(  # noqa: E731
                db, keep, moment
            )
            while some := await self._ask(forget, COMMIT_WITHIN):
                forgotten += some
        while await self._ask(prune_rows.drop_bodies, COMMIT_WITHIN):
            pass
        lapsed = self._given | {"longest": lease_rows.LONGEST}
        await self._ask(lambda db: _run(db, lease_rows.LAPSED, lapsed), COMMIT_WITHIN)
        return forgotten

    async def close(self, within: float = CLOSE_WITHIN) -> None:
        """Commit what is left in so many seconds, and disconnect; again it does nothing."""
        await asyncio.to_thread(self.thread.close, within)

    # -- inside ---------------------------------------------------------------------------------

    @property
    def _given(self) -> dict[str, Any]:
        """What statements need to know of who asks, and when."""
        return {
            "owner": self._id,
            "home": self._home,
            "moment": self._moment(),
            "within": COMMAND_WITHIN,
        }

    def _queue(self, db: "Connection", happenings: Iterable[Happening]) -> None:
        event_rows.queue(db, happenings, self._given)

    async def _ask(self, work: "Callable[[Connection], T]", within: float = TAKE_WITHIN) -> T:
        return await asyncio.wrap_future(self.thread.ask(work, within))

    def _later(self, name: str, work: Work) -> None:
        self.thread.change(lambda batch: batch.later(name, work))

    def _note(self, work: Work) -> None:
        """Have something of events done in the next commit, each in its order."""
        self._later(f"event {next(self._numbers):09}", work)

    def _end_leases(self, name: str, sql: str, row: dict[str, Any], free_in: float) -> None:
        said = self._clock.monotonic()

        def work(db: "Connection") -> None:
            left = max(free_in - (self._clock.monotonic() - said), 0.0)
            _run(db, sql, {**self._given, **row, "free_in": left})

        self._later(name, work)

    @asynccontextmanager
    async def _one_of(self, account: str, count: int, lasts: float) -> AsyncGenerator[None]:
        owner: UUID = uuid4()

        def take(db: "Connection") -> bool:
            moment = self._moment()
            return slot_rows.take(db, account, owner, count=count, lasts=lasts, moment=moment)

        try:
            while not await self._ask(take):
                await self._clock.sleep(SLOT_LOOK)
            yield
        finally:
            # Not waited for: who ends must not be held up, and the slot runs out by itself.
            self.thread.ask(lambda db: slot_rows.give_back(db, account, owner))


def _run(db: "Connection", sql: str, row: Mapping[str, Any]) -> None:
    db.execute(sql.encode(), row)


def _sums(
    tasks: Sequence[Task], asked: "Asked", now: float, tags: Mapping[Ref, Sequence[str]]
) -> "Sums":
    from rushes.watch.history import figure_days
    from rushes.watch.history.schema import MIGRATIONS, teach
    from rushes.watch.history.task_rows import save

    with closing(sqlite3.connect(":memory:")) as db:
        teach(db)
        db.executescript("".join(MIGRATIONS))
        for task in tasks:
            save(db, task, None)
        return figure_days.gathered(db, asked, now, tags)
