"""The desk: everything that the dashboard and the commands ask of the engine.

It lives on one event loop, keeps the tasks as they are now, and remembers for each reader what
changed. Nobody else writes a task.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from providers.model import Output, Problem, Snapshot
from providers.reply import Reply
from watch.absence import Absence
from watch.changes import Event, EventKind, Reader
from watch.clock import Clock
from watch.downloads import Downloads, Source
from watch.feasibility import Forecast
from watch.fetching import Fetching
from watch.history import History
from watch.lease import Shared
from watch.observe import observe, with_record_lifetime, with_skew, with_trouble
from watch.poller import Poller
from watch.schedule import Plan
from watch.session import Session
from watch.settings import Account, Settings
from watch.standing import AccountState, Standing
from watch.task import Entry, Ref, Task, Transition
from watch.watchfile import WatchlistFile
from watch.watchlist import BadWatchlist, Watchlist

log = logging.getLogger(__name__)

LOOK_EVERY = 2.0
"""Seconds between looks at the watchlist file and at the deadlines."""

UNDO = 100
"""Removals that can be undone."""


class Desk:
    """The watched tasks, kept up to date. Open one with `watch.opening.open_desk`."""

    def __init__(
        self,
        *,
        settings: Settings,
        watchlist_name: str,
        watchlist: WatchlistFile,
        history: History,
        sessions: Mapping[str, Session],
        clock: Clock,
        rng: Random,
    ) -> None:
        self.settings = settings
        self.watchlist_name = watchlist_name
        self.clock = clock
        self.history = history
        self.paused = False
        self._watchlist = watchlist
        self._editing = asyncio.Lock()
        self._list_trouble = ""
        self._renewing = asyncio.Lock()
        self._sessions = sessions
        self._pollers = {
            name: Poller(session, self, clock, rng, Shared(name, history, clock))
            for name, session in sessions.items()
        }
        self._fetching = Fetching(self, settings.download, self._source, self.renewed)
        self._standing = Standing(sessions)
        self._absence = Absence(clock)
        self._begun_anew = 0
        self._tasks: dict[Ref, Task] = {}
        self._readers: list[Reader] = []
        self._removed: deque[tuple[Entry, ...]] = deque(maxlen=UNDO)
        self._works: list[asyncio.Task[None]] = []
        self._only: frozenset[Ref] | None = None

    # -- reading ------------------------------------------------------------------------------

    @property
    def accounts(self) -> Mapping[str, Account]:
        """Every account that tasks can be watched at, by its id."""
        return self.settings.accounts

    def tasks(self) -> Mapping[Ref, Task]:
        """The watched tasks in the watchlist's order."""
        return self._tasks

    def task(self, ref: Ref) -> Task | None:
        """The task as it is now; None where it is not watched."""
        return self._tasks.get(ref)

    def reader(self) -> Reader:
        """A new pile of changes; whoever takes from it sees each change once."""
        reader = Reader()
        self._readers.append(reader)
        return reader

    def account_states(self) -> Mapping[str, AccountState]:
        """How things stand with every account that a watched task belongs to."""
        used = dict.fromkeys(ref.provider for ref in self._tasks)
        return {name: self._standing.state(name) for name in used if name in self._sessions}

    def notices(self) -> tuple[str, ...]:
        """What is wrong with our own files at the moment, a sentence each."""
        own = (self._list_trouble, *self.history.notices, *self._fetching.notices)
        return tuple(filter(None, own))

    # -- watching -----------------------------------------------------------------------------

    def start(self, only: Iterable[Ref] | None = None) -> None:
        """Begin to poll, to look after deadlines, and to notice edits of the watchlist.

        `only` these tasks are polled where given: who waits for one need not ask about all.
        """
        self._only = None if only is None else frozenset(only)
        works = [poller.run() for poller in self._pollers.values()]
        works += map(self._repeat, (self.look_at_deadlines, self.reload, self.look_after_us))
        self._works = [asyncio.create_task(work) for work in works]
        for task in self._tasks.values():
            self._watch(task)

    async def poll_once(self, refs: Iterable[Ref]) -> None:
        """Ask once about each of `refs` that is not over and whose interval has passed."""
        due = [ref for ref in refs if self._is_open(ref) and self._is_stale(self._tasks[ref])]
        await asyncio.gather(
            *(self._pollers[name].poll_all(some) for name, some in _by_account(due).items())
        )

    def poll_now(self, refs: Iterable[Ref]) -> str:
        """Have `refs` polled without waiting for the interval; empty, or why it cannot be."""
        if self.paused:
            return "polling is paused"
        open_refs = [ref for ref in refs if self._is_open(ref)]
        if not open_refs:
            return "the task is over: nothing to poll"
        grouped = _by_account(open_refs)
        refusals = [self._pollers[name].poll_now(some) for name, some in grouped.items()]
        return "" if "" in refusals else refusals[0]

    def pause(self) -> None:
        """Ask no gateway anything until `resume`."""
        self.paused = True
        for poller in self._pollers.values():
            poller.pause()

    def resume(self) -> None:
        """Poll again."""
        self.paused = False
        for poller in self._pollers.values():
            poller.resume()

    async def close(self) -> None:
        """Stop everything, and have all that is known written down."""
        for work in self._works:
            work.cancel()
        await asyncio.gather(*self._works, return_exceptions=True)
        await self.downloads.close()
        await asyncio.gather(*(session.close() for session in self._sessions.values()))
        await self.history.close()

    # -- the watchlist ------------------------------------------------------------------------

    async def load(self) -> None:
        """Read the watchlist, and what history knows of its tasks; raises BadWatchlist."""
        async with self._editing:
            await self._adopt(await asyncio.to_thread(self._watchlist.read))

    async def reload(self) -> None:
        """Take in what another hand or process wrote into the watchlist since.

        What cannot be read is told of in `notices`; the tasks stay as they are.
        """
        async with self._editing:
            try:
                watchlist = await asyncio.to_thread(self._watchlist.reload_if_changed)
            except BadWatchlist as error:
                self._list_trouble = str(error)
                return
            if watchlist is not None:
                await self._adopt(watchlist)

    async def add(self, entries: Iterable[Entry]) -> list[Ref]:
        """Watch more tasks; the refs that were new. They are on disk before their first poll."""
        wanted = list(entries)
        async with self._editing:
            before = set(self._tasks)
            await self._adopt(await asyncio.to_thread(self._watchlist.add, wanted))
        return [entry.ref for entry in wanted if entry.ref not in before]

    async def remove(self, refs: Iterable[Ref]) -> None:
        """Stop watching; `undo` brings them back. Nothing happens at the gateway or on disk."""
        gone = tuple(self._tasks[ref].entry for ref in refs if ref in self._tasks)
        if gone:
            async with self._editing:
                refs = [entry.ref for entry in gone]
                await self._adopt(await asyncio.to_thread(self._watchlist.remove, refs))
            self._removed.append(gone)

    async def undo(self) -> list[Ref]:
        """Bring back what the last removal took; the refs that are watched again."""
        return await self.add(self._removed.pop()) if self._removed else []

    async def put(self, entry: Entry) -> None:
        """Change the label and tags of a watched task."""
        async with self._editing:
            await self._adopt(await asyncio.to_thread(self._watchlist.put, entry))

    # -- downloads ----------------------------------------------------------------------------

    @property
    def downloads(self) -> Downloads:
        """The transfers under way, and those that wait."""
        return self._fetching.downloads

    @property
    def forecast(self) -> Forecast[tuple[Ref, int]]:
        """The outputs (ref, n) in the queue that will be lost at the speed there is."""
        return self._fetching.forecast

    def download(self, ref: Ref, n: int | None = None, *, force: bool = False) -> str:
        """Fetch output `n` of a task, or all that are not saved; empty, or why there is nothing."""
        return self._fetching.queue(ref, n, force=force)

    def pause_download(self, ref: Ref, n: int | None = None) -> str:
        """Stop fetching until `download`, keeping what arrived; empty, or why it cannot be."""
        return self._fetching.pause(ref, n)

    def cancel_download(self, ref: Ref, n: int | None = None) -> str:
        """Give up fetching until `download`, keeping nothing; empty, or why it cannot be."""
        return self._fetching.cancel(ref, n)

    async def renewed(self, ref: Ref, n: int) -> Output | None:
        """The link to output `n` after asking its task again; None where there is none.

        Several outputs of a task ask once: what was heard within the interval is fresh enough.
        """
        session = self._sessions.get(ref.provider)
        async with self._renewing:
            task = self._tasks.get(ref)
            if session and session.gate.open and task and self._is_stale(task):
                answer = await session.ask(ref)
                if answer.asked and ref in self._tasks:
                    self.heard(ref, answer.result, answer.reply, None)
        task = self._tasks.get(ref)
        outputs = task.snapshot.outputs if task is not None and task.snapshot is not None else ()
        return outputs[n - 1] if n <= len(outputs) else None

    async def look_at_deadlines(self) -> None:
        """Tell of what is about to be lost or just was; fetch it first where settings say so."""
        await self._fetching.look()

    async def look_after_us(self) -> None:
        """Tell what happened while the machine slept; save all again if history was lost."""
        if text := self._absence.look(self._tasks):
            self._happened(
                Event(kind=EventKind.WELCOME, at=self.clock.now(), account="", text=text)
            )
        if self._begun_anew != self.history.begun_anew:
            self._begun_anew = self.history.begun_anew
            for task in self._tasks.values():
                self.history.save(task)

    # -- what the downloads report ------------------------------------------------------------

    def moved_on(self, task: Task, *, lasting: bool) -> None:
        """Take in a task whose downloads changed, and remember it where that is `lasting`."""
        if lasting:
            self._keep(task)
        else:
            self._tasks[task.ref] = task
            self._changed(task.ref)

    # -- what the pollers report --------------------------------------------------------------

    def heard(
        self, ref: Ref, result: Snapshot | Problem, reply: Reply | None, next_poll: Plan | None
    ) -> None:
        """Take in what a poll brought, and when the next one is."""
        now = self.clock.now()
        before = self._tasks[ref]
        task = observe(before, result, self.accounts[ref.provider].provider.card, now)
        if reply is not None:
            task = with_skew(task, reply.date, now)
        self._keep(_planned(task, next_poll, now), reply)
        self._tell_steps(before, task)
        self._standing.polled(ref.provider, now)
        self._follow(ref.provider)

    def learned(self, remembered: Task, next_poll: Plan) -> None:
        """Take in what another process heard of a task and saved."""
        now, ref = self.clock.now(), remembered.ref
        before = self._tasks[ref]
        task = replace(
            remembered,
            entry=before.entry,
            record_lifetime=before.record_lifetime,
            fetches={**remembered.fetches, **before.fetches},
        )
        self._tasks[ref] = _planned(task, next_poll, now)
        self._changed(ref)
        self._tell_steps(before, task)
        self._standing.polled(ref.provider, now)

    def postponed(self, ref: Ref, problem: Problem, next_poll: Plan) -> None:
        """Take in that a poll was put off, because of a problem of the whole account."""
        now = self.clock.now()
        self._keep(_planned(with_trouble(self._tasks[ref], problem, now), next_poll, now))
        self._follow(ref.provider)

    # -- inside -------------------------------------------------------------------------------

    async def _adopt(self, watchlist: Watchlist) -> None:
        """Watch what the list holds and nothing else, in its order."""
        self._list_trouble = ""
        entries = {entry.ref: entry for entry in watchlist.entries}
        for ref in [ref for ref in self._tasks if ref not in entries]:
            self._drop(ref)
        fresh = await self.history.load(e for e in entries.values() if e.ref not in self._tasks)
        known = {ref: replace(task, entry=entries[ref]) for ref, task in self._tasks.items()}
        for ref, task in fresh.items():
            known[ref] = with_record_lifetime(task, self.accounts)
        for ref, task in known.items():
            if self._tasks.get(ref) != task:
                self._changed(ref)
        self._tasks = {ref: known[ref] for ref in entries}
        for reader in self._readers:
            reader.moved()
        for ref in fresh:
            self._watch(self._tasks[ref])

    def _drop(self, ref: Ref) -> None:
        del self._tasks[ref]
        self.downloads.drop(ref)
        if poller := self._pollers.get(ref.provider):
            poller.forget(ref)

    def _watch(self, task: Task) -> None:
        poller = self._pollers.get(task.ref.provider)
        if poller is not None and self._works and (self._only is None or task.ref in self._only):
            poller.watch(task)

    def _is_open(self, ref: Ref) -> bool:
        task = self._tasks.get(ref)
        return task is not None and not task.over and ref.provider in self._pollers

    def _is_stale(self, task: Task) -> bool:
        """Whether the interval since the last poll is over; a clock set back makes it so too."""
        interval = timedelta(seconds=self.accounts[task.ref.provider].poll_interval)
        since = self.clock.now() - (task.last_polled_at or datetime.min.replace(tzinfo=UTC))
        return not timedelta(0) <= since < interval

    def _keep(self, task: Task, reply: Reply | None = None) -> None:
        self._tasks[task.ref] = task
        self.history.save(task, reply)
        self._changed(task.ref)

    def _changed(self, ref: Ref) -> None:
        for reader in self._readers:
            reader.changed(ref)

    def tell(
        self, kind: EventKind, text: str, ref: Ref, transition: Transition | None = None
    ) -> None:
        """Let every reader know of something that happened to a task."""
        at, account = self.clock.now(), ref.provider
        self._happened(
            Event(kind=kind, at=at, account=account, ref=ref, text=text, transition=transition)
        )

    def _tell_steps(self, before: Task, task: Task) -> None:
        for step in task.transitions[len(before.transitions) :]:
            self.tell(EventKind.TRANSITION, f"{task.name}: {step.status.value}", task.ref, step)

    def _happened(self, event: Event) -> None:
        for reader in self._readers:
            reader.happened(event)

    def _follow(self, account: str) -> None:
        now = self.clock.now()
        if text := self._standing.follow(account, now, self.clock.monotonic()):
            self._happened(Event(kind=EventKind.ACCOUNT, at=now, account=account, text=text))

    async def _source(self, account_id: str) -> Source:
        session = self._sessions[account_id]
        return Source(account=session.account, client=session.client, key=await session.key())

    async def _repeat(self, look: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await look()
            except Exception:
                # What goes wrong with one look is logged; the next one comes all the same.
                log.exception("a regular look failed")
            await self.clock.sleep(LOOK_EVERY)


def _by_account(refs: Iterable[Ref]) -> dict[str, list[Ref]]:
    grouped: dict[str, list[Ref]] = {}
    for ref in refs:
        grouped.setdefault(ref.provider, []).append(ref)
    return grouped


def _planned(task: Task, plan: Plan | None, now: datetime) -> Task:
    if plan is None or task.over:
        return replace(task, next_poll_at=None, next_poll_why="")
    at = now + timedelta(seconds=plan.delay)
    trouble = replace(task.trouble, retry_at=at) if task.trouble else None
    return replace(task, next_poll_at=at, next_poll_why=plan.why, trouble=trouble)
