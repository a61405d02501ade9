"""The store of one machine: an SQLite database for all processes that share a home.

One connection on one writer thread; the event loop hands over what changed and goes on. Changes are
gathered for a quarter of a second and committed together (WAL, synchronous=FULL: reliability.md
R3); of several changes to one task the last is written.
"""

import asyncio
import sqlite3
from collections.abc import (
    AsyncGenerator,
    Callable,
    Collection,
    Iterable,
    Mapping,
    Sequence,
)
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from rushes.providers.reply import Reply
from rushes.watch.asked_every import AskedEvery
from rushes.watch.clock import Clock, SystemClock
from rushes.watch.disk.ownership import OURS, TrustedOwners
from rushes.watch.history import ended_rows, event_rows, prune, task_rows
from rushes.watch.history.connection import Work
from rushes.watch.history.inbox import AtOnce, Change, Durably, Flush, Later, Look, Question
from rushes.watch.history.lease_owner import new_owner
from rushes.watch.history.machine_starts import Starts, slots_of
from rushes.watch.history.reader import PATIENCE, HistoryReader, condition_of, reading_of
from rushes.watch.history.thread import HistoryThread
from rushes.watch.queued_events import CommandEnd, CutOff, Happening, QueuedEvent
from rushes.watch.store import (
    CLOSE_WITHIN,
    COMMAND_WITHIN,
    FLUSH_WITHIN,
    Closure,
    LastBody,
    Lease,
    LeaseRequest,
    Leases,
    News,
    StoreError,
)
from rushes.watch.store_condition import StoreCondition
from rushes.watch.task import Entry, Ref, Task

if TYPE_CHECKING:
    from rushes.watch.figures.gathered import Asked, Gathered
    from rushes.watch.figures.model import Model
    from rushes.watch.figures.usual import Usual
    from rushes.watch.history.lease_rows import AccountLeases
    from rushes.watch.history.machine_slots import Slots


class History:
    """A `Store` in a file. Every method may be called from the event loop."""

    def __init__(
        self,
        path: Path,
        patience: float = PATIENCE,
        *,
        clock: Clock | None = None,
        trusted: TrustedOwners = OURS,
    ) -> None:
        """Open or create `path`; leases run by `clock`. Raises StoreError when it cannot be used.

        Blocks for as long as opening takes. `trusted` are those who may have written it.
        """
        self._path = path
        self._clock = clock or SystemClock()
        self._thread = HistoryThread(path, patience, trusted)
        self._leases: dict[str, AccountLeases] = {}
        self._slots: dict[str, Slots] = {}
        self._starts: dict[str, Starts] = {}
        self._notes = 0
        self._happened = 0

    @cached_property
    def blocking(self) -> HistoryReader:
        """The same history for who has no event loop; closed with this one."""
        return HistoryReader(self._path, thread=self._thread)

    @cached_property
    def _owner(self) -> str:
        """Who runs the commands for what happens here."""
        return new_owner()

    @property
    def condition(self) -> StoreCondition:
        """How the file is at the moment."""
        return condition_of(self._thread)

    # -- what was observed --------------------------------------------------------------------

    async def load(self, entries: Iterable[Entry]) -> dict[Ref, Task]:
        """The tasks of `entries` with everything remembered of them."""
        return await self._thread.ask(Question, reading_of(self._thread, list(entries)))

    async def ended(self, account: str, count: int) -> list[Task]:
        """The last tasks of an account that succeeded; none where they cannot be read."""

        def look(db: sqlite3.Connection) -> list[Task]:
            try:
                return ended_rows.load_ended(db, account, count)
            except (sqlite3.DatabaseError, UnicodeDecodeError):
                if not self._thread.writer.read_only:
                    raise
                return []  # a newer Rushes may have moved things

        return await self._thread.ask(Question, look)

    async def last_body(self, ref: Ref) -> LastBody | None:
        """The last reply about `ref`; None where there was none."""
        return await self._thread.ask(Question, lambda db: task_rows.last_body(db, ref))

    async def usual(self, model: "Model") -> "Usual | None":
        """How long the last tasks of a model took that succeeded, watched or not."""
        from rushes.watch.figures.usual import LAST, usual
        from rushes.watch.history.figures import last_runs

        return usual(await self._thread.ask(Look, lambda db: last_runs(db, model, LAST)))

    async def figures(
        self, asked: "Asked", now: datetime, tags: Mapping[Ref, Sequence[str]]
    ) -> "Gathered":
        """Sums over all that is remembered and was asked for; what lacks is worked out.

        That is done some hundred tasks at a time, and left where the file cannot be written.
        """
        from rushes.watch.history import figure_days, figures

        ask = self._thread.ask
        last: str | None = ""
        if await ask(Question, figures.lacking):
            with suppress(StoreError):
                while last is not None:
                    last = await ask(AtOnce, partial(figures.work_out, after=last))
        work = partial(figure_days.gathered, asked=asked, now=now.timestamp(), tags=tags)
        return await ask(Question, work)

    def save(
        self, task: Task, reply: Reply | None = None, happenings: Sequence[Happening] = ()
    ) -> None:
        """Queue `task`, its reply and what happened to it for the next commit."""
        owner = self._owner if happenings else ""
        self._thread.put(Change(task, reply, tuple(happenings), owner))

    async def news(self, watched: Callable[[], Collection[Ref]]) -> AsyncGenerator[News]:
        """None: the processes of a machine hear of each other with their leases."""
        del watched
        for none in ():
            yield none

    async def flush(self, within: float = FLUSH_WITHIN) -> None:
        """Return when everything handed over so far is committed; raises StoreError."""
        await self._thread.ask(Flush, lambda _db: None, within)

    # -- whose turn it is ---------------------------------------------------------------------

    async def take(self, request: LeaseRequest) -> Leases:
        """Lease what is free, in a transaction that comes before what is still gathered.

        A power cut may undo it, a crash may not.
        """
        return await self._of(request.account).take(request)

    def done(self, lease: Lease, free_in: float) -> None:
        """End a granted lease in the next commit."""
        self._of(lease.ref.provider).done(lease, free_in)

    def leave(self, account: str, free_in: float) -> None:
        """End all leases of an account that are not done, in the next commit."""
        self._of(account).leave(free_in)

    def close_account(self, account: str, key_mark: str, closure: Closure) -> None:
        """Write down what closes an account, in the next commit."""
        self._of(account).close_account(key_mark, closure)

    def slot(self, account: str, count: int) -> AbstractAsyncContextManager[None]:
        """One of the account's slots on this machine."""
        if account not in self._slots:
            from rushes.watch.history.machine_slots import Slots

            self._slots[account] = Slots(slots_of(self._path), account, self._clock)
        return self._slots[account].one_of(count)

    async def next_start(self, account: str, period: float, behind: float) -> float:
        """The account's next start on this machine."""
        return await self._starts_of(account).next(period, behind)

    def file_turn(self, ref: Ref, n: int) -> AbstractAsyncContextManager[bool]:
        """Everybody's: the part of a file is locked."""
        del ref, n
        return nullcontext(True)

    def tell_asked_every(self, account: str, every: AskedEvery) -> None:
        """Write it beside the plan of the account's starts."""
        self._starts_of(account).tell(every)

    def _starts_of(self, account: str) -> Starts:
        if account not in self._starts:
            self._starts[account] = Starts(slots_of(self._path), account, self._clock)
        return self._starts[account]

    def _of(self, account: str) -> "AccountLeases":
        if account not in self._leases:
            from rushes.watch.history.lease_rows import AccountLeases

            self._leases[account] = AccountLeases(account, self._thread, self._clock)
        return self._leases[account]

    # -- events and their commands ------------------------------------------------------------

    def queue(self, happening: Happening) -> None:
        """Queue what happened, in the next commit."""
        owner = self._owner
        self._note(lambda db: event_rows.queue(db, [happening], owner))

    def recovered(self, account: str) -> None:
        """Note in the next commit that an account answers again."""
        self._note(lambda db: event_rows.recovered(db, account))

    def command_turn(self) -> AbstractAsyncContextManager[None]:
        """The turn to run an event's command, of which there is one on this machine."""
        return self._command_turns.one_of(1)

    async def has_event(self, *, own: bool) -> bool:
        """Whether an event is queued whose command is to be run here."""

        def look(db: sqlite3.Connection) -> bool:
            if own:
                return event_rows.has_own(db, self._owner)
            return event_rows.is_left(db, self._owner, self._now)

        if self._thread.writer.read_only:
            return False  # an older Rushes may have made it, which has none
        return await self._thread.ask(Question, look)

    async def begin_event(self) -> QueuedEvent | None:
        """Take an event whose command is to be run here, and have that synced."""

        def begin(db: sqlite3.Connection) -> QueuedEvent | None:
            return event_rows.begin(db, self._owner, self._now)

        return await self._thread.ask(Durably, begin)

    def end_event(self, number: int, end: CommandEnd) -> None:
        """Note in the next commit how it ended with a command."""
        owner, now = self._owner, self._now
        self._note(lambda db: event_rows.end(db, number, owner, end, now))

    async def cut_off(self) -> Sequence[CutOff]:
        """The commands whose processes ended before them."""
        if self._thread.writer.read_only:
            return ()
        return await self._thread.ask(
            Durably, lambda db: event_rows.cut_off(db, self._owner, self._now)
        )

    @cached_property
    def _command_turns(self) -> "Slots":
        from rushes.watch.history.machine_slots import Slots

        # No account can have that name, and no command takes that long.
        return Slots(slots_of(self._path), "[on]", self._clock, patience=COMMAND_WITHIN)

    @property
    def _now(self) -> float:
        return self._clock.now().timestamp()

    def _note(self, work: Work[None]) -> None:
        """Have something of events done in the next commit, each time anew."""
        self._happened += 1
        self._thread.put(Later(f"event {self._happened}", work))

    # -- what is kept -------------------------------------------------------------------------

    async def note_watched(self, refs: Iterable[Ref]) -> None:
        """Note that these are on a watchlist; nothing is written where it was noted today."""
        wanted, now = list(refs), self._clock.now().timestamp()
        if self._thread.writer.read_only:
            return
        if await self._thread.ask(Question, lambda db: prune.have_aged(db, wanted, now)):
            self._notes += 1  # each note is of tasks of its own
            mark = partial(prune.mark_watched, refs=wanted, now=now)
            self._thread.put(Later(f"watched {self._notes}", mark))

    async def prune(self, keep: float | None, watched: Collection[Ref]) -> int:
        """Forget what is old, a short step at a time, so that nobody else has to wait long."""
        from rushes.watch.history import lease_rows

        if self._thread.writer.read_only:
            return 0
        await self._thread.ask(Question, lambda _db: None)  # what was noted so far counts
        forgotten = 0 if keep is None else await self._forget(keep, list(watched))
        ask, now = self._thread.ask, self._clock.monotonic()
        await ask(AtOnce, lambda db: lease_rows.drop_lapsed(db, now))
        old = await ask(Look, prune.old_bodies)
        while old:
            await ask(AtOnce, lambda db: prune.drop_bodies(db, old))
        while await ask(AtOnce, prune.give_back):
            pass
        return forgotten

    async def _forget(self, keep: float, watched: Collection[Ref]) -> int:
        ask, now, forgotten = self._thread.ask, self._clock.now().timestamp(), 0
        await ask(AtOnce, lambda db: prune.mark_watched(db, watched, now))
        last = ""
        while last := await ask(AtOnce, partial(prune.mark_the_others, now=now, after=last)):
            pass
        while some := await ask(AtOnce, lambda db: prune.forget_some(db, now - keep)):
            forgotten += some
        return forgotten

    async def close(self, within: float = CLOSE_WITHIN) -> None:
        """Commit what is left in so many seconds and let go of the file; again it does nothing.

        What could not be committed in that time is lost, and `condition` says so. It can be asked
        about again: what is watched is in the watchlist.
        """
        await asyncio.to_thread(self._thread.close, within)
