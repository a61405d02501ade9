"""The desk joins the parts of the engine on one event loop.

The parts are the open watchlist, the ledger of what is known of its tasks, a poller for each
account, and the downloads. What concerns one part alone is asked of that part.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from functools import cached_property
from random import Random
from typing import TYPE_CHECKING

from rushes.watch.clock import Clock
from rushes.watch.config.accounts import Account
from rushes.watch.config.settings import Settings
from rushes.watch.disk.paths import Paths
from rushes.watch.ledger import Ledger
from rushes.watch.loading import Loading
from rushes.watch.polling.account_state import AccountState
from rushes.watch.polling.late_files import once_more
from rushes.watch.polling.pollers import Pollers
from rushes.watch.polling.renewals import Renewals
from rushes.watch.polling.saved_polls import SavedPolls
from rushes.watch.refusals import DownloadsUnderWay, PollRefusal, Throttled
from rushes.watch.retention import note_watched
from rushes.watch.store import Store
from rushes.watch.store_words import sentences
from rushes.watch.suspension import Suspension
from rushes.watch.task import Ref, Task
from rushes.watch.watchlist.entries import Watchlist
from rushes.watch.watchlist.opened import OpenWatchlist

if TYPE_CHECKING:
    from rushes.watch.downloads.locate import DownloadAccount
    from rushes.watch.downloads.policy import DownloadPolicy
    from rushes.watch.downloads.runner import Downloads
    from rushes.watch.downloads.side_files import SideFiles
    from rushes.watch.polling.poller import Poller
    from rushes.watch.polling.session import Session
    from rushes.watch.polling.tally import Tally
    from rushes.watch.transfer.sidecar import Words

log = logging.getLogger(__name__)

TIDY_WITHIN = 0.5
"""Seconds that the side files of what was saved may take at the end; they can stay."""

CLOSE_WITHIN = 1.25
"""Seconds for everything at the end; the history gets AT_LEAST, however long others took."""

AT_LEAST = 0.5

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
        connect: "Callable[[Account], Session]",
        clock: Clock,
        rng: Random,
        words: "Words | None" = None,
        at_once: int | None = None,
    ) -> None:
        """`watchlist` is the name or path of the one to open; raises BadName.

        `connect` opens an account's session, at the account's first task. `words` is what sidecars
        say of a file that is odd. Of a list with more than `at_once` tasks those that were added
        last are read as it is opened, and the others once the desk is started.
        """
        self.settings = settings
        self.clock = clock
        self.history = history
        self.watchlist = OpenWatchlist(watchlist, paths, self._adopt)
        self._connect = connect
        self._rng = rng
        self._pollers = Pollers(settings.accounts, self._new_poller)
        self.ledger = Ledger(settings.accounts, history, self._pollers.condition, clock)
        self.renewals = Renewals(self._pollers)
        self._words = words
        self._saved_polls = SavedPolls(paths.state, self._pollers, clock)
        self._suspension = Suspension(clock, self.ledger.readers.new())
        self._begun_anew = 0
        self._at_once = at_once
        self._loading = Loading(self.ledger, self._watch, clock)
        self._started = False
        self._works: list[asyncio.Task[None]] = []
        self._only: frozenset[Ref] | None = None

    # -- its parts that come later -------------------------------------------------------------
    # Nothing is polled or fetched before the first frame, so what does it is not imported before.

    @cached_property
    def download_policy(self) -> "DownloadPolicy":
        """What is fetched."""
        from rushes.watch.downloads.policy import DownloadPolicy
        from rushes.watch.transfer.sidecar import default_words

        renewed, words = self.renewals.renewed, self._words or default_words
        return DownloadPolicy(self.ledger, self.settings.download, self._source, renewed, words)

    @cached_property
    def downloads(self) -> "Downloads":
        """The transfers themselves."""
        return self.download_policy.downloads

    @cached_property
    def _side_files(self) -> "SideFiles":
        from rushes.watch.downloads.destinations import Destinations
        from rushes.watch.downloads.side_files import SideFiles

        settings, ledger = self.settings.download, self.ledger
        destinations = Destinations(settings.dir, settings.template)
        return SideFiles(destinations, ledger.tasks, ledger.readers.new(), ledger.is_noted)

    # -- reading ------------------------------------------------------------------------------

    def account_states(self) -> Mapping[str, AccountState]:
        """The state of each account that a watched task belongs to."""
        used = (name for name in self.ledger.used if name in self._pollers)
        return {name: self._pollers.state(name) for name in used}

    def notices(self) -> tuple[str, ...]:
        """What is wrong with our own files at the moment, a sentence each."""
        own = (self.watchlist.trouble, self._loading.trouble, *sentences(self.history.condition))
        return tuple(filter(None, own))

    # -- watching -----------------------------------------------------------------------------

    def start(self, only: Iterable[Ref] | None = None) -> None:
        """Begin to poll, to look after deadlines, and to notice edits of the watchlist.

        `only` these tasks are polled where given: who waits for one need not ask about all.
        """
        self._only = None if only is None else frozenset(only)
        self._started = True
        for task in self.ledger.tasks().values():
            self._watch(task)
        if self.ledger.unread:
            self._loading.begin()
            self._works = [asyncio.create_task(self._begin_when_read())]
        else:
            self._begin()

    async def loaded(self) -> None:
        """Return once the history of every task is read, or cannot be read at the moment."""
        await self._loading.settled()

    async def _begin_when_read(self) -> None:
        """Begin once nothing is missing: whose turn it is and what is lost show in all tasks."""
        await self._loading.done()
        await note_watched(self.history, self.ledger.refs())
        self._begin()

    def _begin(self) -> None:
        self._pollers.start()
        looks = (
            self.download_policy.look,
            self._side_files.look,
            self.watchlist.reload,
            self.notice_gaps,
            self._saved_polls.look,
        )
        self._works += [asyncio.create_task(work) for work in map(self._repeat, looks)]

    async def poll_once(self, refs: Iterable[Ref]) -> "Tally":
        """Ask once about each of `refs` that is not over and whose interval has passed.

        Returns what came of all questions so far.
        """
        tasks = self.ledger.tasks()
        due = [ref for ref in refs if self._is_open(ref) and self._is_stale(tasks[ref])]
        await self._pollers.poll_once(due)
        return self._pollers.tally

    def poll_now(self, refs: Iterable[Ref]) -> PollRefusal | Throttled | None:
        """Have `refs` polled without waiting for the interval; None, or why it cannot be."""
        if self.paused:
            return PollRefusal.PAUSED
        open_refs = [ref for ref in refs if self._is_open(ref) or self._asks_for_files_again(ref)]
        if not open_refs:
            return PollRefusal.OVER
        return self._pollers.poll_now(open_refs)

    @property
    def paused(self) -> bool:
        """Whether polling is paused."""
        return self._pollers.paused

    def pause(self) -> None:
        """Ask no gateway anything until `resume`."""
        self._pollers.pause()

    def resume(self) -> None:
        """Poll again."""
        self._pollers.resume()

    async def close(self) -> None:
        """Stop everything, and have all that is known saved."""
        until = asyncio.get_running_loop().time() + CLOSE_WITHIN
        self._loading.stop()
        for work in self._works:
            work.cancel()
        try:
            await asyncio.gather(self._pollers.stop(), *self._works, return_exceptions=True)
            if self._fetches:
                await self.downloads.close()
            await self._pollers.close()
        finally:
            await self.history.close(max(until - asyncio.get_running_loop().time(), AT_LEAST))
        condition = self.history.condition
        is_noted = condition.unsaved is None and not condition.read_only
        if is_noted and (self._works or (self._fetches and self.download_policy.was_asked)):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TIDY_WITHIN):
                    await self._side_files.end()
                    await self._saved_polls.note()

    # -- the watchlist ------------------------------------------------------------------------

    async def switch(self, name: str) -> DownloadsUnderWay | None:
        """Watch another list; None, or why not. Raises BadName, BadWatchlist, StoreError.

        A download belongs to a watched task: it would end half-way.
        """
        under_way = self.downloads.active + self.downloads.queued if self._fetches else 0
        if under_way:
            return DownloadsUnderWay(under_way)
        await self.watchlist.switch(name)
        await note_watched(self.history, self.ledger.refs())
        return None

    async def remove(self, refs: Iterable[Ref]) -> None:
        """Stop watching; `watchlist.undo` brings them back. The gateway and the files are left.

        Raises BadWatchlist, SaveFailed, StoreError.
        """
        tasks = self.ledger.tasks()
        if gone := [tasks[ref].entry for ref in refs if ref in tasks]:
            await self.watchlist.remove(gone)

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

    @property
    def _fetches(self) -> bool:
        """Whether anything was fetched, or could have been."""
        return "download_policy" in vars(self)

    async def _adopt(self, watchlist: Watchlist) -> Collection[Ref]:
        """Watch what the list holds and nothing else, in its order; the refs that are new."""
        before = self.ledger.tasks()
        fresh = await self.ledger.adopt(watchlist.entries, self._at_once)
        for ref in before.keys() - self.ledger.tasks().keys():
            self._drop(ref)
        tasks = self.ledger.tasks()
        for ref in fresh:
            if ref in tasks:
                self._watch(tasks[ref])
        if self._started:
            self._loading.begin()
        return fresh

    def _drop(self, ref: Ref) -> None:
        self.downloads.drop(ref)
        self._pollers.forget(ref)

    def _watch(self, task: Task) -> None:
        wanted = self._started and (self._only is None or task.ref in self._only)
        if wanted and task.ref.provider in self._pollers:
            self._pollers[task.ref.provider].watch(task)

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
        return not task.heard_within(self._pollers.interval_of(task), self.clock.now())

    def _new_poller(self, account: Account) -> "Poller":
        from rushes.watch.polling.poller import Poller
        from rushes.watch.polling.turns import Shared

        sharing = Shared(account.id, self.history, self.clock, self._rng)
        return Poller(self._connect(account), self.ledger, self.clock, self._rng, sharing)

    async def _source(self, account_id: str) -> "DownloadAccount":
        from rushes.watch.downloads.locate import DownloadAccount

        session = self._pollers[account_id].session
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
