"""Keeps what is known of each watched task; nothing else changes it.

Pollers and downloads report here. Each report makes a new frozen `Task`, saves it in the store, and
notes the change for every reader.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from rushes.providers.model import Problem, ProblemKind, Snapshot
from rushes.providers.reply import Reply
from rushes.watch.changes import DownloadNews, Event, EventKind, Readers, SuspensionSummary
from rushes.watch.clock import Clock
from rushes.watch.config.accounts import Account
from rushes.watch.inline_files import without_saved_files
from rushes.watch.polling.account_state import AccountState
from rushes.watch.polling.observe import observe, with_record_lifetime, with_skew, with_trouble
from rushes.watch.polling.schedule import Plan
from rushes.watch.steps import merged, new_steps, with_numbers_of
from rushes.watch.store import Store, StoreError
from rushes.watch.task import Entry, Ref, Task, Transition


class Ledger:
    """The tasks as they are now, in the watchlist's order; `used` are the accounts of them."""

    def __init__(
        self,
        accounts: Mapping[str, Account],
        store: Store,
        account_state: Callable[[str], AccountState],
        clock: Clock,
    ) -> None:
        self.clock = clock
        self.readers = Readers(clock)
        self._accounts = accounts
        self._store = store
        self._account_state = account_state
        self._troubles: dict[str, ProblemKind] = {}
        self._tasks: dict[Ref, Task] = {}
        self.used: tuple[str, ...] = ()

    def tasks(self) -> Mapping[Ref, Task]:
        """The watched tasks in the watchlist's order.

        Where tasks come or go there is another mapping: whoever holds this one keeps all of its
        refs, and what was last known of them, until told of the next.
        """
        return self._tasks

    def task(self, ref: Ref) -> Task | None:
        """The task as it is now; None where it is not watched."""
        return self._tasks.get(ref)

    # -- what the watchlist says --------------------------------------------------------------

    async def adopt(self, listed: Iterable[Entry]) -> Collection[Ref]:
        """Keep the listed tasks and no others, in that order; returns the refs that are new.

        New tasks are loaded from the store first, then all changes show at once. Raises StoreError.
        """
        entries = {entry.ref: entry for entry in listed}
        fresh = await self._store.load(e for e in entries.values() if e.ref not in self._tasks)
        stay = self._tasks.keys() & entries.keys()
        known = {ref: replace(self._tasks[ref], entry=entries[ref]) for ref in stay}
        for ref, task in fresh.items():
            known[ref] = with_record_lifetime(without_saved_files(task), self._accounts)
        for ref, task in known.items():
            if self._tasks.get(ref) != task:
                self.readers.changed(ref)
        self._tasks = {ref: known[ref] for ref in entries}
        self.used = tuple(dict.fromkeys(ref.provider for ref in entries))
        self.readers.moved()
        return fresh.keys()

    def save_all(self) -> None:
        """Save every task once more, into a store that lost what it had."""
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
        self._keep(_planned(task, next_poll, now), reply)
        self._tell_steps(before, task)
        self._follow(ref.provider)

    def learned(self, remembered: Task, next_poll: Plan) -> None:
        """Note what another process heard of a task and saved."""
        now, ref = self.clock.now(), remembered.ref
        before = self._tasks[ref]
        task = merged(before, remembered)
        self._show(_planned(task, next_poll, now))
        self._tell_steps(before, task)

    def postponed(self, ref: Ref, problem: Problem, next_poll: Plan) -> None:
        """Note that a poll was put off because of a problem of the whole account."""
        now = self.clock.now()
        self._keep(_planned(with_trouble(self._tasks[ref], problem, now), next_poll, now))
        self._follow(ref.provider)

    # -- what the downloads report ------------------------------------------------------------

    def moved_on(self, task: Task, *, lasting: bool) -> None:
        """Note a task whose downloads changed, and save it where the change is `lasting`."""
        if lasting:
            self._keep(without_saved_files(task))
        else:
            self._show(task)

    # -- telling ------------------------------------------------------------------------------

    def tell(
        self, kind: EventKind, text: str, ref: Ref, transition: Transition | None = None
    ) -> None:
        """Add an event of a task for every reader."""
        self._happened(kind, text, ref.provider, ref, transition)

    def report(self, kind: EventKind, ref: Ref, news: DownloadNews) -> None:
        """Let every reader know of something that happened to a task's downloads."""
        self._happened(kind, "", ref.provider, ref, news=news)

    def resumed(self, summary: SuspensionSummary) -> None:
        """Let every reader know what happened while the machine slept."""
        at = self.clock.now()
        self.readers.happened(Event(kind=EventKind.RESUMED, at=at, account="", suspension=summary))

    def _tell_steps(self, before: Task, task: Task) -> None:
        for step in new_steps(before.transitions, task.transitions):
            self.tell(EventKind.TRANSITION, f"{task.name}: {step.status.value}", task.ref, step)

    def _follow(self, account: str) -> None:
        """Let every reader know where an account's trouble began, or is over."""
        trouble, before = self._account_state(account).trouble, self._troubles.pop(account, None)
        if trouble is not None:
            self._troubles[account] = trouble.kind
            if trouble.kind is not before:
                self._happened(EventKind.ACCOUNT, f"{account}: {trouble.message}", account)
        elif before is not None:
            self._happened(EventKind.ACCOUNT, f"{account} answers again", account)

    def _happened(
        self,
        kind: EventKind,
        text: str,
        account: str = "",
        ref: Ref | None = None,
        transition: Transition | None = None,
        news: DownloadNews | None = None,
    ) -> None:
        event = Event(
            kind=kind,
            at=self.clock.now(),
            account=account,
            ref=ref,
            text=text,
            transition=transition,
            news=news,
        )
        self.readers.happened(event)

    # -- inside -------------------------------------------------------------------------------

    def _keep(self, task: Task, reply: Reply | None = None) -> None:
        self._store.save(task, reply)
        self._show(task)

    def _show(self, task: Task) -> None:
        self._tasks[task.ref] = task
        self.readers.changed(task.ref)


def _planned(task: Task, plan: Plan | None, now: datetime) -> Task:
    if plan is None or task.closed:
        return replace(task, next_poll_at=None, next_poll_why="")
    at = now + timedelta(seconds=plan.delay)
    trouble = replace(task.trouble, retry_at=at) if task.trouble else None
    return replace(task, next_poll_at=at, next_poll_why=plan.why, trouble=trouble)
