"""Keeps what is known of each watched task; nothing else changes it.

Pollers and downloads report here. Each report makes a new frozen `Task`, saves it in the store, and
notes the change for every reader.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from operator import attrgetter

from rushes.providers.language import _
from rushes.providers.model import Problem, ProblemKind, Snapshot
from rushes.providers.reply import Reply
from rushes.watch.changes import (
    DownloadNews,
    Event,
    Fetched,
    Readers,
    SuspensionSummary,
    step_event,
)
from rushes.watch.clock import Clock
from rushes.watch.config.accounts import Account, with_record_lifetime
from rushes.watch.event_kinds import EventKind
from rushes.watch.events.queue import EventQueue
from rushes.watch.inline_files import without_saved_files
from rushes.watch.polling.account_state import AccountState
from rushes.watch.polling.observe import observe, with_skew, with_trouble
from rushes.watch.polling.schedule import Plan
from rushes.watch.ratings import latest, rated
from rushes.watch.steps import merged, new_steps, with_numbers_of
from rushes.watch.store import Store, StoreError
from rushes.watch.task import Entry, Ref, Task

ENDED = 400
"""Tasks of an account that are read to learn how long its models take (`polling/cadence.py`)."""


class Ledger:
    """The tasks as they are now, in the watchlist's order; `used` are the accounts of them."""

    def __init__(
        self,
        accounts: Mapping[str, Account],
        store: Store,
        account_state: Callable[[str], AccountState],
        clock: Clock,
        queue: EventQueue | None = None,
    ) -> None:
        """`queue` is where events go that a person has a command for."""
        self.clock = clock
        self.readers = Readers(clock)
        self._accounts = accounts
        self._store = store
        self._begun_anew = 0
        self._account_state = account_state
        self._queue = queue or EventQueue(store)
        self._troubles: dict[str, ProblemKind] = {}
        self._open: set[Ref] = set()
        self._tasks: dict[Ref, Task] = {}
        self.used: tuple[str, ...] = ()
        self._unread: dict[Ref, Entry] = {}
        self._order: Collection[Ref] = ()

    def tasks(self) -> Mapping[Ref, Task]:
        """The watched tasks whose history is read, in the watchlist's order once all are.

        Where tasks come or go there is another mapping: whoever holds this one keeps all of its
        refs, and what was last known of them, until told of the next. Tasks that are read behind
        the others (`read_more`) join the mapping that is there.
        """
        return self._tasks

    def refs(self) -> Collection[Ref]:
        """All that is watched, whether its history is read yet or not."""
        return self._tasks.keys() | self._unread.keys() if self._unread else self._tasks.keys()

    @property
    def open(self) -> int:
        """How many of the watched tasks whose history is read are not over."""
        return len(self._open)

    @property
    def unread(self) -> int:
        """How many watched tasks there are whose history is not read yet."""
        return len(self._unread)

    def task(self, ref: Ref) -> Task | None:
        """The task as it is now; None where it is not watched."""
        return self._tasks.get(ref)

    # -- what the watchlist says --------------------------------------------------------------

    async def adopt(self, listed: Iterable[Entry], at_once: int | None = None) -> Collection[Ref]:
        """Keep the listed tasks and no others, in that order; returns the refs that are new.

        New tasks are loaded from the store first, then all changes show at once. Of more than
        `at_once` only those that were added last are: `read_more` brings the others. Raises
        StoreError.
        """
        entries = {entry.ref: entry for entry in listed}
        fresh = [entry for entry in entries.values() if not self._knows(entry.ref)]
        if at_once is not None and len(fresh) > at_once:
            fresh.sort(key=attrgetter("added"), reverse=True)
        found = await self._store.load(fresh[:at_once])
        before, known = self._tasks, dict[Ref, Task]()
        for ref, entry in entries.items():
            if ref in found:
                known[ref] = self._as_read(found[ref])
            elif (task := before.get(ref)) is not None:
                known[ref] = _with_entry(task, entry)
        for ref, task in known.items():
            if before.get(ref) is not task:
                self.readers.changed(ref)
        waiting = {ref: entries[ref] for ref in self._unread if ref in entries}
        self._unread = waiting | {entry.ref: entry for entry in fresh[len(found) :]}
        self._tasks, self._order = known, entries.keys()
        self._open = {ref for ref, task in known.items() if not task.over}
        self.used = tuple(dict.fromkeys(ref.provider for ref in entries))
        self.readers.moved()
        return {entry.ref for entry in fresh}

    async def read_more(self, most: int) -> Collection[Ref]:
        """Load at most so many of the tasks that are not read yet, and return their refs.

        Those that were added last come first: so they are listed. Raises StoreError.
        """
        found = await self._store.load(list(islice(self._unread.values(), most)))
        read = list[Ref]()
        for ref, task in found.items():
            entry = self._unread.pop(ref, None)
            if entry is not None:  # else it was removed meanwhile
                self._take_in(self._as_read(_with_entry(task, entry)))
                read.append(ref)
        if not self._unread:
            self._tasks = {ref: self._tasks[ref] for ref in self._order}
        self.readers.arrived(read)
        return read

    def save_again(self) -> None:
        """Save every task once more where the store lost what it had since the last call."""
        begun_anew = self._store.condition.begun_anew
        if begun_anew != self._begun_anew:
            self._begun_anew = begun_anew
            for task in self._tasks.values():
                self._store.save(task)

    async def recalled(self, ref: Ref) -> Task | None:
        """The task with what other processes saved of it; None where the store cannot tell.

        Its outputs have the numbers that they have here.
        """
        task = self._tasks.get(ref)
        try:
            return (
                with_numbers_of(task, (await self._store.load([task.entry]))[ref]) if task else None
            )
        except StoreError:
            return None

    def file_turn(self, ref: Ref, n: int) -> AbstractAsyncContextManager[bool]:
        """The turn to fetch an output's file, in all processes that share the store."""
        return self._store.file_turn(ref, n)

    async def ended(self, account: str) -> Sequence[Task]:
        """The account's last tasks that succeeded, watched or not; none where that fails."""
        try:
            return await self._store.ended(account, ENDED)
        except StoreError:
            return ()

    async def is_noted(self) -> bool:
        """Wait until the store has all that was handed to it; whether it has."""
        try:
            await self._store.flush()
        except StoreError:
            return False
        return not self._store.condition.read_only

    # -- what the pollers report --------------------------------------------------------------

    def heard(
        self, ref: Ref, result: Snapshot | Problem, reply: Reply | None, next_poll: Plan | None
    ) -> None:
        """Note what a poll brought and when the next one is; save it with the reply."""
        now = self.clock.now()
        before = self._tasks[ref]
        task = observe(before, result, self._accounts[ref.provider].provider.card, now)
        if reply is not None:
            task = with_skew(task, reply.date, now)
        events = [*self._steps(before, task), *self._follow(ref.provider)]
        self._keep(_planned(task, next_poll, now), reply, events)

    def learned(self, remembered: Task, next_poll: Plan | None) -> None:
        """Note what another process heard of a task and saved.

        When it is polled next stays as it is where no plan is given.
        """
        now, ref = self.clock.now(), remembered.ref
        before = self._tasks[ref]
        task = merged(before, remembered)
        events = self._steps(before, task)
        if next_poll is not None or task.over:
            task = _planned(task, next_poll, now)
        else:
            task = replace(
                task, next_poll_at=before.next_poll_at, next_poll_why=before.next_poll_why
            )
        self._show(task)
        self._tell(events)

    def postponed(self, ref: Ref, problem: Problem, next_poll: Plan) -> None:
        """Note that a poll was put off because of a problem of the whole account."""
        now = self.clock.now()
        self._keep(_planned(with_trouble(self._tasks[ref], problem, now), next_poll, now))
        self._tell(self._follow(ref.provider))

    # -- what the downloads report ------------------------------------------------------------

    def moved_on(self, task: Task, *, lasting: bool) -> None:
        """Note a task whose downloads changed, and save it where the change is `lasting`."""
        if lasting:
            self._keep(without_saved_files(task))
        else:
            self._show(task)

    def settled(self, task: Task, news: Fetched, *kinds: EventKind) -> None:
        """Note and save a task of which a download ended, and let every reader know."""
        events = [self._event(kind, task.ref, news=news) for kind in kinds]
        self._keep(without_saved_files(task), events=events)

    # -- what a person says -------------------------------------------------------------------

    async def rate(self, ref: Ref, n: int, value: int | None) -> None:
        """Note and save what a person thinks of output `n`, on top of what others saved meanwhile.

        A task that is not watched any more is left alone. Raises ValueError for no such rating.
        """
        saved = await self.recalled(ref)
        if (task := self._tasks.get(ref)) is not None:
            known = latest(task.ratings, saved.ratings) if saved else task.ratings
            self._keep(replace(task, ratings=rated(known, n, value, self.clock.now())))

    # -- telling ------------------------------------------------------------------------------

    def report(self, kind: EventKind, ref: Ref, news: DownloadNews) -> None:
        """Let every reader know of something that happened to a task's downloads."""
        event = self._event(kind, ref, news=news)
        if (task := self._tasks.get(ref)) is not None:
            self._queue.put(event, task)
        self._tell([event])

    def resumed(self, summary: SuspensionSummary) -> None:
        """Let every reader know what happened while the machine slept."""
        at = self.clock.now()
        self.readers.happened(Event(kind=EventKind.RESUMED, at=at, account="", suspension=summary))

    def _steps(self, before: Task, task: Task) -> list[Event]:
        """The steps that a task took since `before`, and whether it was the last one that ran."""
        steps = new_steps(before.transitions, task.transitions)
        events = [step_event(task.ref, step, f"{task.name}: {step.status.value}") for step in steps]
        if task.over and not before.over and not self._unread and self._open <= {task.ref}:
            events.append(self._event(EventKind.IDLE, task.ref, _("no task is open any more")))
        return events

    def _follow(self, account: str) -> list[Event]:
        """The event that an account's trouble began, or is over."""
        trouble, before = self._account_state(account).trouble, self._troubles.pop(account, None)
        self._queue.follow(account, answers=trouble is None)
        at = self.clock.now()
        if trouble is not None:
            self._troubles[account] = trouble.kind
            text = f"{account}: {trouble.message}"
            began = Event(
                kind=EventKind.PROBLEM, at=at, account=account, text=text, trouble=trouble
            )
            return [began] if trouble.kind is not before else []
        text = _("{account} answers again").format(account=account)
        over = Event(kind=EventKind.RECOVERED, at=at, account=account, text=text)
        return [over] if before is not None else []

    def _event(
        self,
        kind: EventKind,
        ref: Ref,
        text: str = "",
        news: DownloadNews | None = None,
    ) -> Event:
        return Event(
            kind=kind,
            at=self.clock.now(),
            account=ref.provider,
            ref=ref,
            text=text,
            news=news,
        )

    def _tell(self, events: Iterable[Event]) -> None:
        for event in events:
            self.readers.happened(event)

    # -- inside -------------------------------------------------------------------------------

    def _knows(self, ref: Ref) -> bool:
        return ref in self._tasks or ref in self._unread

    def _as_read(self, task: Task) -> Task:
        return with_record_lifetime(without_saved_files(task), self._accounts)

    def _keep(self, task: Task, reply: Reply | None = None, events: Sequence[Event] = ()) -> None:
        """Save a task, and with it what happened to it, and let every reader know."""
        self._store.save(task, reply, self._queue.of(task, events))
        self._show(task)
        self._tell(events)

    def _show(self, task: Task) -> None:
        self._take_in(task)
        self.readers.changed(task.ref)

    def _take_in(self, task: Task) -> None:
        self._tasks[task.ref] = task
        if task.over:
            self._open.discard(task.ref)
        else:
            self._open.add(task.ref)


def _with_entry(task: Task, entry: Entry) -> Task:
    return task if task.entry == entry else replace(task, entry=entry)


def _planned(task: Task, plan: Plan | None, now: datetime) -> Task:
    if plan is None or task.closed:
        return replace(task, next_poll_at=None, next_poll_why=None)
    at = now + timedelta(seconds=plan.delay)
    trouble = replace(task.trouble, retry_at=at) if task.trouble else None
    return replace(task, next_poll_at=at, next_poll_why=plan.why, trouble=trouble)
