"""The desk: everything that the dashboard and the commands ask of the engine.

It lives on one event loop and joins the parts: the open watchlist, the ledger of what is known, a
poller for each account, the downloads.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from random import Random

from rushes.providers.model import Output
from rushes.watch.changes import Reader
from rushes.watch.clock import Clock
from rushes.watch.config.settings import Account, Settings
from rushes.watch.disk.paths import Paths
from rushes.watch.downloads.forecast import Forecast
from rushes.watch.downloads.locate import DownloadAccount
from rushes.watch.downloads.policy import DownloadPolicy
from rushes.watch.downloads.runner import Downloads
from rushes.watch.history.store import History
from rushes.watch.ledger import Ledger
from rushes.watch.polling.account_state import AccountState, Standing
from rushes.watch.polling.late_files import once_more, reported
from rushes.watch.polling.poll_all import poll_all
from rushes.watch.polling.poller import Poller
from rushes.watch.polling.renewals import Renewals
from rushes.watch.polling.session import Session
from rushes.watch.polling.tally import Tally
from rushes.watch.polling.turns import Shared
from rushes.watch.refusals import DownloadRefusal, DownloadsUnderWay, PollRefusal, Throttled
from rushes.watch.retention import note_watched
from rushes.watch.suspension import Suspension
from rushes.watch.task import Entry, Ref, Task
from rushes.watch.transfer.sidecar import Words, default_words
from rushes.watch.watchlist.entries import Watchlist
from rushes.watch.watchlist.opened import Listed, OpenWatchlist

log = logging.getLogger(__name__)

LOOK_EVERY = 2.0
"""Seconds between looks at the watchlist file and at the deadlines."""


class Desk:
    """The watched tasks, kept up to date. Open one with `rushes.watch.opening.open_desk`."""

    def __init__(
        self,
        *,
        settings: Settings,
        paths: Paths,
        watchlist: str,
        history: History,
        sessions: Mapping[str, Session],
        clock: Clock,
        rng: Random,
        words: Words = default_words,
    ) -> None:
        """`watchlist` is the name or path of the one to open; raises BadName.

        `words` is what sidecars say of a file that is odd.
        """
        self.settings = settings
        self.clock = clock
        self.history = history
        self.paused = False
        self._list = OpenWatchlist(watchlist, paths, self._adopt)
        self._sessions = sessions
        self._standing = Standing(sessions)
        self._ledger = Ledger(settings.accounts, history, self._standing, clock)
        self._pollers = {
            name: Poller(session, self._ledger, clock, rng, Shared(name, history, clock, rng))
            for name, session in sessions.items()
        }
        self._renewals = Renewals(self.task, self._pollers, settings.accounts, clock)
        self._fetching = DownloadPolicy(
            self._ledger, settings.download, self._source, self.renewed, words
        )
        self._absence = Suspension(clock)
        self._begun_anew = 0
        self._works: list[asyncio.Task[None]] = []
        self._only: frozenset[Ref] | None = None

    # -- reading ------------------------------------------------------------------------------

    @property
    def accounts(self) -> Mapping[str, Account]:
        """Every account that tasks can be watched at, by its id."""
        return self.settings.accounts

    def tasks(self) -> Mapping[Ref, Task]:
        """The watched tasks in the watchlist's order; another mapping where they come or go."""
        return self._ledger.tasks()

    def task(self, ref: Ref) -> Task | None:
        """The task as it is now; None where it is not watched."""
        return self._ledger.task(ref)

    def reader(self) -> Reader:
        """A new pile of changes; whoever takes from it sees each change once."""
        return self._ledger.readers.new()

    def account_states(self) -> Mapping[str, AccountState]:
        """How things stand with every account that a watched task belongs to."""
        used = dict.fromkeys(ref.provider for ref in self.tasks())
        return {name: self._standing.state(name) for name in used if name in self._sessions}

    def notices(self) -> tuple[str, ...]:
        """What is wrong with our own files at the moment, a sentence each."""
        own = (self._list.trouble, *self.history.notices)
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
        for work in self._works:
            work.add_done_callback(_log_fault)
        for task in self.tasks().values():
            self._watch(task)

    async def poll_once(self, refs: Iterable[Ref]) -> Tally:
        """Ask once about each of `refs` that is not over and whose interval has passed.

        Returns what came of all questions so far.
        """
        due = [ref for ref in refs if self._is_open(ref) and self._is_stale(self.tasks()[ref])]
        await asyncio.gather(
            *(poll_all(self._pollers[name], some) for name, some in _by_account(due).items())
        )
        return sum((poller.tally for poller in self._pollers.values()), Tally())

    def poll_now(self, refs: Iterable[Ref]) -> PollRefusal | Throttled | None:
        """Have `refs` polled without waiting for the interval; None, or why it cannot be."""
        if self.paused:
            return PollRefusal.PAUSED
        open_refs = [ref for ref in refs if self._is_open(ref) or self._asks_for_files_again(ref)]
        if not open_refs:
            return PollRefusal.OVER
        grouped = _by_account(open_refs)
        refusals = [self._pollers[name].poll_now(some) for name, some in grouped.items()]
        return None if None in refusals else refusals[0]

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
        try:
            await asyncio.gather(*self._works, return_exceptions=True)
            await self.downloads.close()
            closing = (session.close() for session in self._sessions.values())
            await asyncio.gather(*closing, return_exceptions=True)
        finally:
            await self.history.close()

    # -- the watchlist ------------------------------------------------------------------------

    @property
    def watchlist_name(self) -> str:
        """What the open watchlist is called."""
        return self._list.name

    async def watchlists(self) -> list[Listed]:
        """The watchlists of the home by name."""
        return await self._list.of_home()

    async def load(self) -> None:
        """Read the watchlist, and what history knows of its tasks; raises BadWatchlist."""
        await self._list.load()

    async def reload(self) -> None:
        """Take in what another hand or process wrote into the watchlist since.

        What cannot be read is told of in `notices`; the tasks stay as they are.
        """
        await self._list.reload()

    async def switch(self, name: str) -> DownloadsUnderWay | None:
        """Watch another list; None, or why not. Raises BadName, BadWatchlist, HistoryError."""
        if under_way := self.downloads.active + self.downloads.queued:
            return DownloadsUnderWay(under_way)
        await self._list.switch(name)
        await note_watched(self.history, self.tasks(), self.clock)
        return None

    async def add(self, entries: Iterable[Entry]) -> list[Ref]:
        """Watch more tasks; the refs that were new. They are on disk before their first poll."""
        return await self._list.add(entries)

    async def remove(self, refs: Iterable[Ref]) -> None:
        """Stop watching; `undo` brings them back. Nothing happens at the gateway or on disk."""
        gone = [self.tasks()[ref].entry for ref in refs if ref in self.tasks()]
        if gone:
            await self._list.remove(gone)

    async def undo(self) -> list[Ref]:
        """Bring back what the last removal took; the refs that are watched again."""
        return await self._list.undo()

    async def put(self, entry: Entry) -> None:
        """Change the label and tags of a watched task."""
        await self._list.put(entry)

    # -- downloads ----------------------------------------------------------------------------

    @property
    def downloads(self) -> Downloads:
        """The transfers under way, and those that wait."""
        return self._fetching.downloads

    @property
    def forecast(self) -> Forecast[tuple[Ref, int]]:
        """The outputs (ref, n) in the queue that will be lost at the speed there is."""
        return self._fetching.forecast

    def download(
        self,
        ref: Ref,
        n: int | None = None,
        *,
        force: bool = False,
        patience: float | None = None,
    ) -> DownloadRefusal | None:
        """Fetch output `n` of a task, or all that are not saved; or why there is nothing.

        `patience`: seconds for which a link that is alive and refused is tried; None: to its end.
        """
        return self._fetching.queue(ref, n, force=force, patience=patience)

    def reported_without_files(self, ref: Ref) -> None:
        """Remember that a person was told of a success without files."""
        if (task := self.task(ref)) is not None:
            self._ledger.moved_on(reported(task), lasting=True)

    def pause_download(self, ref: Ref, n: int | None = None) -> DownloadRefusal | None:
        """Stop fetching until `download`, keeping what arrived; None, or why it cannot be."""
        return self._fetching.pause(ref, n)

    def cancel_download(self, ref: Ref, n: int | None = None) -> DownloadRefusal | None:
        """Give up fetching until `download`, keeping nothing; None, or why it cannot be."""
        return self._fetching.cancel(ref, n)

    async def renewed(self, ref: Ref, n: int) -> Output | None:
        """Output `n` after its link was refused and its task asked again; None where there is none.

        Several outputs of a task ask once.
        """
        await self._renewals.renew(ref)
        task = self.task(ref)
        outputs = task.snapshot.outputs if task is not None and task.snapshot is not None else ()
        return outputs[n - 1] if n <= len(outputs) else None

    async def look_at_deadlines(self) -> None:
        """Tell of what is about to be lost or just was; fetch it first where settings say so."""
        await self._fetching.look()

    async def look_after_us(self) -> None:
        """Tell what happened while the machine slept; save all again if history was lost."""
        if text := self._absence.look(self.tasks()):
            self._ledger.welcome(text)
        if self._begun_anew != self.history.begun_anew:
            self._begun_anew = self.history.begun_anew
            self._ledger.save_all()

    # -- inside -------------------------------------------------------------------------------

    async def _adopt(self, watchlist: Watchlist) -> Collection[Ref]:
        """Watch what the list holds and nothing else, in its order; the refs that are new."""
        before = self.tasks()
        fresh = await self._ledger.adopt(watchlist.entries)
        for ref in before.keys() - self.tasks().keys():
            self._drop(ref)
        for ref in fresh:
            self._watch(self.tasks()[ref])
        return fresh

    def _drop(self, ref: Ref) -> None:
        self.downloads.drop(ref)
        if poller := self._pollers.get(ref.provider):
            poller.forget(ref)

    def _watch(self, task: Task) -> None:
        poller = self._pollers.get(task.ref.provider)
        if poller is not None and self._works and (self._only is None or task.ref in self._only):
            poller.watch(task)

    def _is_open(self, ref: Ref) -> bool:
        task = self.task(ref)
        return task is not None and not task.over and ref.provider in self._pollers

    def _asks_for_files_again(self, ref: Ref) -> bool:
        """Whether a task has no files yet, so that a person may have it asked about once more."""
        task = self.task(ref)
        if task is None or not task.names_no_file or ref.provider not in self._pollers:
            return False
        self._ledger.moved_on(once_more(task), lasting=False)
        return True

    def _is_stale(self, task: Task) -> bool:
        """Whether the interval since the last poll is over."""
        interval = self.accounts[task.ref.provider].poll_interval
        return not task.heard_within(interval, self.clock.now())

    async def _source(self, account_id: str) -> DownloadAccount:
        session = self._sessions[account_id]
        return DownloadAccount(
            account=session.account, client=session.client, key=await session.key()
        )

    async def _repeat(self, look: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await look()
            except Exception:
                # What goes wrong with one look is logged; the next one comes all the same.
                log.exception("a regular look failed")
            await self.clock.sleep(LOOK_EVERY)


def _log_fault(work: asyncio.Task[None]) -> None:
    if not work.cancelled() and (error := work.exception()) is not None:
        log.error("a part of the desk ended", exc_info=error)


def _by_account(refs: Iterable[Ref]) -> dict[str, list[Ref]]:
    grouped: dict[str, list[Ref]] = {}
    for ref in refs:
        grouped.setdefault(ref.provider, []).append(ref)
    return grouped
