"""The port behind which everything observed is kept, and processes agree on who asks about what.

Nothing of a database is in it: values go in and out, and every time is aware UTC or a number of
seconds from now, because each store decides whose clock its leases run by. `watch/history/` is the
store of one machine, in SQLite; tests have one in memory; `tests/watch/test_store_contract.py`
holds what every store has to do.
"""

from collections.abc import AsyncGenerator, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from rushes.providers.error_codes import ErrorCode
from rushes.providers.errors import RushesError
from rushes.providers.frozen import frozen
from rushes.providers.model import Problem
from rushes.watch.queued_events import CommandEnd, CutOff, Happening, QueuedEvent
from rushes.watch.store_condition import StoreCondition
from rushes.watch.task import Entry, Ref, Task

if TYPE_CHECKING:
    from rushes.providers.reply import Reply
    from rushes.watch.asked_every import AskedEvery
    from rushes.watch.figures.gathered import Asked, Gathered
    from rushes.watch.figures.model import Model
    from rushes.watch.figures.usual import Usual

ANSWER_WITHIN = 30.0
"""Seconds that a gateway's answer may take: a lease lasts that long, or the interval, and more."""

FLUSH_WITHIN = 30.0
"""Seconds after which a disk that does not answer is not waited for any more."""

CLOSE_WITHIN = 1.5
"""Seconds that closing may take: a program that is to end has to end (reliability.md row 81)."""

USE_WITHIN = 5.0
"""Seconds after asking for a lease within which the question to the gateway has to be sent."""

COMMAND_WITHIN = 180.0
"""Seconds after which an event is no other process's any more, where nobody can tell of that."""

WAITED_ALIKE = 0.1
"""A task waited as long as it is said to, where it is less by no more than so many seconds."""


class StoreError(RushesError):
    """The store cannot be opened, read or written."""

    code = ErrorCode.HISTORY


class StoreBusy(StoreError):
    """Another process is writing; nothing is wrong with the store, and it will pass."""

    code = ErrorCode.HISTORY_BUSY


class StoreHolds(StoreBusy):
    """Nobody may ask at present; the store itself knows for how long."""

    code = ErrorCode.HISTORY_BUSY


# -- whose turn it is ---------------------------------------------------------------------------


@frozen(kw_only=True)
class LeaseRequest:
    """A wish to ask an account about tasks, as far as they are known here.

    `key_mark` tells the account's key from another one. A task `by_hand` is refused only while a
    question about it is under way. `interval` is the seconds between two polls of a task. `waited`
    is for how many seconds tasks could have been asked about, as far as it is known here: one that
    another process asked about since is refused, as there may be others that have waited longer.
    """

    account: str
    key_mark: str
    interval: float
    tasks: Sequence[Task]
    by_hand: frozenset[Ref] = frozenset()
    waited: Mapping[Ref, float] = field(default_factory=dict[Ref, float])


@frozen(kw_only=True)
class Lease:
    """Whether a task may be asked about, and what other processes saved of it since.

    `fence` identifies a granted lease among all of this store's; it is None for a refused one.
    `free_in` is the seconds after which a refused task is free, below 0 for one that has waited
    since; `asking` is whether a question about it is under way, so that it may be free sooner.
    """

    ref: Ref
    fence: int | None
    free_in: float = 0.0
    asking: bool = False
    news: Task | None = None


@frozen
class Closure:
    """A problem that another process met, which closes the account for so many seconds more."""

    problem: Problem
    seconds: float


@frozen
class Leases:
    """The answer to a request: one lease for each task, and what closes the account, if it is."""

    leases: Sequence[Lease]
    closure: Closure | None = None


@frozen
class News:
    """What other machines did: tasks as they are now, and whether a shared list was edited."""

    tasks: Sequence[Task] = ()
    lists: bool = False


# -- the port -----------------------------------------------------------------------------------


@frozen
class LastBody:
    """The last reply about a task, as it came; `at` is when (UTC, RFC 3339)."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    at: str


class Store(Protocol):
    """Remembers tasks, and grants leases to ask about them.

    Methods that are not awaited return at once and raise nothing: what they hand over is saved in
    the order in which it came, and `condition` tells where that fails. The others raise StoreError,
    or StoreBusy where trying again helps.
    """

    @property
    def condition(self) -> StoreCondition:
        """How the store is at the moment."""
        ...

    async def load(self, entries: Iterable[Entry]) -> dict[Ref, Task]:
        """The tasks of `entries` with everything remembered of them."""
        ...

    async def last_body(self, ref: Ref) -> LastBody | None:
        """The last reply about `ref`; None where there was none, or it is not kept any more."""
        ...

    async def ended(self, account: str, count: int) -> Sequence[Task]:
        """Tasks of an account that succeeded, watched or not: the last ones, `count` at most.

        What a watchlist says of them is not known here. It is read from what is saved by then.
        """
        ...

    async def usual(self, model: "Model") -> "Usual | None":
        """How long the last tasks of a model took that succeeded, watched or not."""
        ...

    async def figures(
        self, asked: "Asked", now: datetime, tags: Mapping[Ref, Sequence[str]]
    ) -> "Gathered":
        """Sums over all that is remembered, watched or not, and was asked for."""
        ...

    def save(
        self, task: Task, reply: "Reply | None" = None, happenings: Sequence[Happening] = ()
    ) -> None:
        """Remember `task` as it is now, and the reply that it is known from.

        What several processes save is joined: a saved file stays known, the first end of a task
        stands, polls are never counted down, and every step stays; where a status flapped those
        between the first and the last ones are counted (`watch/steps.py`). The bytes of an inline
        output are kept until its file is saved, whoever saves it (`watch/inline_files.py`).

        In the same commit what happened to it is queued for its command, but for what is known:
        the end of a task that was over, a file that was saved, a loss or failure of an output that
        was lost or failed.
        """
        ...

    def queue(self, happening: Happening) -> None:
        """Queue what happened without a task's being saved, once."""
        ...

    def recovered(self, account: str) -> None:
        """Note that an account answers again: its next problem is another one."""
        ...

    def news(self, watched: "Callable[[], Collection[Ref]]") -> AsyncGenerator[News]:
        """What other machines did, as they do it: of the tasks that are `watched` at the time.

        The processes of one machine hear of each other with their leases: their store has no news,
        and ends at once.
        """
        ...

    async def flush(self, within: float = FLUSH_WITHIN) -> None:
        """Return when everything handed over so far is durable; raises StoreError where it is not.

        So it does once the disk has not answered for `within` seconds. What was handed over is
        kept, and tried again, all the same.
        """
        ...

    async def take(self, request: LeaseRequest) -> Leases:
        """Lease what nobody else has leased, all in one go.

        A lease lasts USE_WITHIN, and ANSWER_WITHIN or the interval after that (the longer one),
        unless `done` or `leave` ends it.
        """
        ...

    def done(self, lease: Lease, free_in: float) -> None:
        """End a granted lease, in the commit that saves what was heard: who sees one sees both.

        Anybody may lease the task again in `free_in` seconds. One taken since stays as it is.
        """
        ...

    def leave(self, account: str, free_in: float) -> None:
        """End all leases of an account that were granted here and are not done."""
        ...

    def close_account(self, account: str, key_mark: str, closure: Closure) -> None:
        """Tell other processes what closes an account; a refused key concerns that key only."""
        ...

    def slot(self, account: str, count: int) -> AbstractAsyncContextManager[None]:
        """One of `count` slots for questions under way at an account, in all processes together."""
        ...

    async def next_start(self, account: str, period: float, behind: float) -> float:
        """When the account's next question may start, among all processes (monotonic seconds).

        Each call takes a moment of its own, a `period` after the one before: `start_times.py`.
        """
        ...

    def file_turn(self, ref: Ref, n: int) -> AbstractAsyncContextManager[bool]:
        """The turn to fetch output `n`, which one machine has at a time: whether it is ours.

        It is told at once, and the turn is held until the end. The processes of one machine are
        kept apart by the files that they write: there it is everybody's.
        """
        ...

    def tell_asked_every(self, account: str, every: "AskedEvery") -> None:
        """Tell other processes how often an account's tasks are asked about, for a time."""
        ...

    def command_turn(self) -> AbstractAsyncContextManager[None]:
        """The turn to run an event's command: one in all processes."""
        ...

    async def has_event(self, *, own: bool) -> bool:
        """Whether an event is queued whose command is to be run here.

        It is one of this store's, or unless `own` one of a process that has ended.
        """
        ...

    async def begin_event(self) -> QueuedEvent | None:
        """Take such an event, the store's own ones first; None for none.

        It is durable before this returns that its command was begun: nobody ever gets it again.
        """
        ...

    def end_event(self, number: int, end: CommandEnd) -> None:
        """Note how it ended with the command of an event that was begun here."""
        ...

    async def cut_off(self) -> Sequence[CutOff]:
        """The commands of the last day whose processes ended before them, the oldest first."""
        ...

    async def note_watched(self, refs: Iterable[Ref]) -> None:
        """Note that these tasks are on a watchlist now: their age counts from here."""
        ...

    async def prune(self, keep: float | None, watched: Collection[Ref]) -> int:
        """Forget tasks last watched `keep` seconds ago or earlier, None: none; how many they were.

        `watched` are all tasks that are on a list now. Old bodies and lapsed leases go, too. It is
        done in short steps; those that are done stay done where one fails.
        """
        ...

    async def close(self, within: float = CLOSE_WITHIN) -> None:
        """Save what is left in so many seconds, and let go of everything; again it does nothing."""
        ...
