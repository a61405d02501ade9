"""The desk joins the parts of the engine on one event loop.

The parts are the open watchlist, the ledger of what is known of its tasks, a poller for each
account, and the downloads. What concerns one part alone is asked of that part.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from random import Random

from rushes.providers.model import Output
from rushes.watch.clock import Clock
from rushes.watch.config.settings import Settings
from rushes.watch.disk.paths import Paths
from rushes.watch.downloads.locate import DownloadAccount
from rushes.watch.downloads.policy import DownloadPolicy
from rushes.watch.ledger import Ledger
from rushes.watch.polling.account_state import AccountState, Standing
from rushes.watch.polling.late_files import once_more
from rushes.watch.polling.poll_all import poll_all
from rushes.watch.polling.poller import Poller
from rushes.watch.polling.renewals import Renewals
from rushes.watch.polling.session import Session
from rushes.watch.polling.tally import Tally
from rushes.watch.polling.turns import Shared
from rushes.watch.retention import note_watched
from rushes.watch.store import Store
from rushes.watch.store_words import sentences
from rushes.watch.suspension import Suspension
from rushes.watch.task import Ref, Task
from rushes.watch.watchlist.entries import Watchlist
from rushes.watch.watchlist.opened import OpenWatchlist

log = logging.getLogger(__name__)

LOOK_EVERY = 2.0
"""Seconds between looks at the watchlist file and at the deadlines."""


class Desk:
    """The watched tasks, kept up to date. Open one with `rushes.watch.opening.open_desk`.

    `watchlist`: the list that is open, and its edits. `ledger`: what is known of each task, and
    who hears of changes. `download_policy`: what is fetched. `downloads`: the transfers themselves.
    """

    def __init__(
        self,
        *,
        settings: Settings,
        paths: Paths,
        watchlist: str,
        history: Store,
        sessions: Mapping[str, Session],
        clock: Clock,
        rng: Random,
    ) -> None:
        """`watchlist` is the name or path of the one to open; raises BadName."""
        self.settings = settings
        self.clock = clock
        self.history = history
        self.paused = False
        self.watchlist = OpenWatchlist(watchlist, paths, self._adopt)
        self._sessions = sessions
        self._standing = Standing(sessions)
        self.ledger = Ledger(settings.accounts, history, self._standing, clock)
        self._pollers = {
            name: Poller(session, self.ledger, clock, rng, Shared(name, history, clock, rng))
            for name, session in sessions.items()
        }
        self._renewals = Renewals(self.ledger.task, self._pollers, settings.accounts, clock)
        self.download_policy = DownloadPolicy(
            self.ledger, settings.download, self._source, self.renewed
        )
        self.downloads = self.download_policy.downloads
        self._suspension = Suspension(clock)
        self._begun_anew = 0
        self._works: list[asyncio.Task[None]] = []
        self._only: frozenset[Ref] | None = None

    # -- reading ------------------------------------------------------------------------------

    def account_states(self) -> Mapping[str, AccountState]:
        """The state of every account that a watched task belongs to."""
        used = dict.fromkeys(ref.provider for ref in self.ledger.tasks())
        return {name: self._standing.state(name) for name in used if name in self._sessions}

    def notices(self) -> tuple[str, ...]:
        """What is wrong with our own files at the moment, a sentence each."""
        own = (
            self.watchlist.trouble,
            *sentences(self.history.condition),
            *self.download_policy.notices,
        )
        return tuple(filter(None, own))

    # -- watching -----------------------------------------------------------------------------

    def start(self, only: Iterable[Ref] | None = None) -> None:
        """Begin to poll, to look after deadlines, and to notice edits of the watchlist.

        `only` these tasks are polled where given: who waits for one need not ask about all.
        """
        self._only = None if only is None else frozenset(only)
        works = [poller.run() for poller in self._pollers.values()]
        looks = (self.download_policy.look, self.watchlist.reload, self.notice_gaps)
        works += map(self._repeat, looks)
        self._works = [asyncio.create_task(work) for work in works]
        for work in self._works:
            work.add_done_callback(_log_fault)
        for task in self.ledger.tasks().values():
            self._watch(task)

    async def poll_once(self, refs: Iterable[Ref]) -> Tally:
        """Ask once about each of `refs` that is not over and whose interval has passed.

        Returns what came of all questions so far.
        """
        tasks = self.ledger.tasks()
        due = [ref for ref in refs if self._is_open(ref) and self._is_stale(tasks[ref])]
        await asyncio.gather(
            *(poll_all(self._pollers[name], some) for name, some in _by_account(due).items())
        )
        return sum((poller.tally for poller in self._pollers.values()), Tally())

    def poll_now(self, refs: Iterable[Ref]) -> str:
        """Have `refs` polled without waiting for the interval; empty, or why it cannot be."""
        if self.paused:
            return "polling is paused"
        open_refs = [ref for ref in refs if self._is_open(ref) or self._asks_for_files_again(ref)]
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
        """Stop everything, and have all that is known saved."""
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

    async def switch(self, name: str) -> str:
        """Watch another list; empty, or why not. Raises BadName, BadWatchlist, StoreError.

        A download belongs to a watched task: it would end half-way.
        """
        if under_way := self.downloads.active + self.downloads.queued:
            files = "a download is" if under_way == 1 else f"{under_way} downloads are"
            return f"{files} under way: pause, or wait"
        await self.watchlist.switch(name)
        await note_watched(self.history, self.ledger.tasks())
        return ""

    async def remove(self, refs: Iterable[Ref]) -> None:
        """Stop watching; `watchlist.undo` brings them back. The gateway and the files are left.

        Raises BadWatchlist, SaveFailed, StoreError.
        """
        tasks = self.ledger.tasks()
        if gone := [tasks[ref].entry for ref in refs if ref in tasks]:
            await self.watchlist.remove(gone)

    # -- downloads ----------------------------------------------------------------------------

    async def renewed(self, ref: Ref, n: int) -> Output | None:
        """Output `n` after its link was refused and its task asked again; None where there is none.

        Several outputs of a task ask once.
        """
        await self._renewals.renew(ref)
        task = self.ledger.task(ref)
        outputs = task.snapshot.outputs if task is not None and task.snapshot is not None else ()
        return outputs[n - 1] if n <= len(outputs) else None

    # -- by itself ----------------------------------------------------------------------------

    async def notice_gaps(self) -> None:
        """Tell what happened while the machine slept; save all again if history.db was lost."""
        if summary := self._suspension.look(self.ledger.tasks()):
            self.ledger.resumed(summary)
        begun_anew = self.history.condition.begun_anew
        if self._begun_anew != begun_anew:
            self._begun_anew = begun_anew
            self.ledger.save_all()

    # -- inside -------------------------------------------------------------------------------

    async def _adopt(self, watchlist: Watchlist) -> Collection[Ref]:
        """Watch what the list holds and nothing else, in its order; the refs that are new."""
        before = self.ledger.tasks()
        fresh = await self.ledger.adopt(watchlist.entries)
        for ref in before.keys() - self.ledger.tasks().keys():
            self._drop(ref)
        for ref in fresh:
            self._watch(self.ledger.tasks()[ref])
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
        task = self.ledger.task(ref)
        return task is not None and not task.over and ref.provider in self._pollers

    def _asks_for_files_again(self, ref: Ref) -> bool:
        """Whether a task has no files yet, so that a person may have it asked about once more."""
        task = self.ledger.task(ref)
        if task is None or not task.names_no_file or ref.provider not in self._pollers:
            return False
        self.ledger.moved_on(once_more(task), lasting=False)
        return True

    def _is_stale(self, task: Task) -> bool:
        """Whether the interval since the last poll is over."""
        interval = self.settings.accounts[task.ref.provider].poll_interval
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
