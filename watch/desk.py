"""The desk joins the parts of the engine on one event loop.

The parts are the open watchlist, the ledger of what is known of its tasks, a poller for each
account, and the downloads. What concerns one part alone is asked of that part.
"""

import asyncio
import contextlib
from collections.abc import Callable, Collection, Iterable, Mapping
from random import Random
from typing import TYPE_CHECKING

from rushes.watch.clock import Clock
from rushes.watch.config.accounts import Account
from rushes.watch.config.settings import Settings
from rushes.watch.disk.paths import Paths
from rushes.watch.events.queue import EventQueue
from rushes.watch.later_parts import LaterParts
from rushes.watch.ledger import Ledger
from rushes.watch.loading import Loading
from rushes.watch.polling.account_state import AccountState
from rushes.watch.polling.late_files import once_more
from rushes.watch.polling.pollers import Pollers
from rushes.watch.polling.renewals import Renewals
from rushes.watch.polling.saved_polls import SavedPolls
from rushes.watch.refusals import DownloadsUnderWay, PollRefusal, Throttled
from rushes.watch.repeated import repeat
from rushes.watch.retention import note_watched
from rushes.watch.store import Store
from rushes.watch.store_condition import StoreReason
from rushes.watch.store_words import sentences
from rushes.watch.suspension import Suspension
from rushes.watch.task import Ref, Task
from rushes.watch.usual_runs import UsualRuns
from rushes.watch.watchlist.beside import NONE_BESIDE, Beside
from rushes.watch.watchlist.entries import Watchlist
from rushes.watch.watchlist.named import OpenTeam, team_of
from rushes.watch.watchlist.opened import OpenWatchlist

if TYPE_CHECKING:
    from rushes.watch.events.runner import EventCommands
    from rushes.watch.polling.poller import Poller
    from rushes.watch.polling.session import Session
    from rushes.watch.polling.tally import Tally
    from rushes.watch.transfer.sidecar import Words

TIDY_WITHIN = 0.5
"""Seconds that the side files of what was saved may take at the end; they can stay."""

CLOSE_WITHIN = 1.25
"""Seconds for everything at the end; the history gets AT_LEAST, however long others took."""

AT_LEAST = 0.5

LOOK_EVERY = 2.0
"""Seconds between looks at the deadlines."""

RELOAD_EVERY = 1.0
"""Seconds between looks at the watchlists: what is added is seen within two."""

_ASKS_NOBODY: Mapping[StoreReason, PollRefusal] = {
    StoreReason.AWAY: PollRefusal.STORE_AWAY,
    StoreReason.ASKS_NOTHING: PollRefusal.LOOKS_ON,
    StoreReason.LOOKS_ON: PollRefusal.LOOKS_ON,
}


class Desk(LaterParts):
    """The watched tasks, kept up to date. Open one with `rushes.watch.opening.open_desk`.

    `watchlist`: the list that is open, and its edits. `ledger`: what is known of each task, and
    who hears of changes. `pollers`: what asks the gateways. `usual_runs`: how long such tasks take.
    `commands`: what is run for events, None where that is nothing, or left to other processes.
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
        team: OpenTeam | None = None,
        beside: Beside = NONE_BESIDE,
        queue: EventQueue | None = None,
        commands: "EventCommands | None" = None,
    ) -> None:
        """`watchlist` is the name or path of the one to open; raises BadName.

        `beside` are lists that are only read. `connect` opens an account's session, at the
        account's first task. `words` is what sidecars say of a file that is odd. Of a list with
        more than `at_once` tasks those that were added last are read as it is opened, and the
        others once the desk is started. `queue` takes what happens, and `commands` are run for it.
        """
        self.settings = settings
        self.clock = clock
        self.history = history
        team = team or team_of(settings.store, paths, {})
        self.watchlist = OpenWatchlist(watchlist, paths, self._adopt, clock, team, beside)
        self._connect = connect
        self._rng = rng
        self.pollers = Pollers(settings.accounts, self._new_poller)
        self.ledger = Ledger(settings.accounts, history, self.pollers.condition, clock, queue)
        self.commands = commands
        self.renewals = Renewals(self.pollers)
        self._words = words
        self._paths = paths
        self._saved_polls = SavedPolls(paths.state, self.pollers, clock)
        self.usual_runs = UsualRuns(history, clock)
        self._suspension = Suspension(clock, self.ledger.readers.new())
        self._at_once = at_once
        self._loading = Loading(self.ledger, self._watch, clock)
        self._started = False
        self._works: list[asyncio.Task[None]] = []
        self._only: frozenset[Ref] | None = None

    # -- reading ------------------------------------------------------------------------------

    def account_states(self) -> Mapping[str, AccountState]:
        """The state of each account that a watched task belongs to."""
        used = (name for name in self.ledger.used if name in self.pollers)
        return {name: self.pollers.state(name) for name in used}

    def notices(self, *, counted: bool = True) -> tuple[str, ...]:
        """What is wrong with our own files at the moment, and what was cut off, a sentence each.

        Numbers that change all the time are in them where that is `counted`.
        """
        history = sentences(self.history.condition, counted=counted)
        # Of a store that is away both lists and history tell.
        own = [it for it in self.watchlist.troubles if not any(it in said for said in history)]
        cut_off = self.commands.notice if self.commands is not None else ""
        return tuple(filter(None, (*own, self._loading.trouble, *history, cut_off)))

    # -- watching -----------------------------------------------------------------------------

    def start(self, only: Iterable[Ref] | None = None) -> None:
        """Begin to poll, to look after deadlines, and to notice edits of the watchlist.

        `only` these tasks are polled where given: who waits for one need not ask about all.
        """
        self._only = None if only is None else frozenset(only)
        self._started = True
        if self.commands is not None:
            self.commands.start(self.ledger.readers)
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
        self.pollers.start()
        looks = (
            *(self.download_policy.look, self.download_policy.moved_files.look),
            *(self._side_files.look, self.notice_gaps),
            *(self._saved_polls.look, self.usual_runs.look),
        )
        every = {self.watchlist.reload: RELOAD_EVERY} | dict.fromkeys(looks, LOOK_EVERY)
        self._works += [asyncio.create_task(repeat(*look, self.clock)) for look in every.items()]
        self._works.append(asyncio.create_task(self._follow_others()))

    async def poll_once(self, refs: Iterable[Ref]) -> "Tally":
        """Ask once about each of `refs` that is not over and whose interval has passed.

        Returns what came of all questions so far.
        """
        tasks, now = self.ledger.tasks(), self.clock.now()
        wanted = (tasks[ref] for ref in refs if self._is_open(ref))
        interval = self.pollers.interval_of
        await self.pollers.poll_once(
            task.ref for task in wanted if not task.heard_within(interval(task), now)
        )
        return self.pollers.tally

    def poll_now(self, refs: Iterable[Ref]) -> PollRefusal | Throttled | None:
        """Have `refs` polled without waiting for the interval; None, or why it cannot be."""
        if self.paused:
            return PollRefusal.PAUSED
        open_refs = [ref for ref in refs if self._is_open(ref) or self._asks_for_files_again(ref)]
        if not open_refs:
            return PollRefusal.OVER
        reasons = (notice.reason for notice in self.history.condition.notices)
        if why_not := next((_ASKS_NOBODY[it] for it in reasons if it in _ASKS_NOBODY), None):
            return why_not
        return self.pollers.poll_now(open_refs)

    @property
    def paused(self) -> bool:
        """Whether polling is paused."""
        return self.pollers.paused

    async def stop(self) -> None:
        """Ask nothing more, and look after nothing more; what is on its way goes on."""
        self._loading.stop()
        for work in self._works:
            work.cancel()
        await asyncio.gather(self.pollers.stop(), *self._works, return_exceptions=True)

    async def finish_transfers(self) -> None:
        """Return once what is on its way has come, or failed; nothing more is begun."""
        if self.fetches:
            await self.downloads.drain()

    async def close(self) -> None:
        """Stop everything, and have all that is known saved."""
        until = asyncio.get_running_loop().time() + CLOSE_WITHIN
        try:
            await self.stop()
            if self.fetches:
                await self.downloads.close()
            if self._shows_posters:
                await self.posters.close()
            await self.pollers.close()
            if self.commands is not None:
                await self.commands.end()
            await self.watchlist.close()
        finally:
            await self.history.close(max(until - asyncio.get_running_loop().time(), AT_LEAST))
        condition = self.history.condition
        is_noted = condition.unsaved is None and not condition.read_only
        if is_noted and (self._works or (self.fetches and self.download_policy.was_asked)):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TIDY_WITHIN):
                    await self._side_files.end()
                    await self._saved_polls.note()

    # -- the watchlist ------------------------------------------------------------------------

    async def switch(self, name: str) -> DownloadsUnderWay | None:
        """Watch another list; None, or why not. Raises BadName, BadWatchlist, StoreError.

        A download belongs to a watched task: it would end half-way.
        """
        under_way = self.downloads.active + self.downloads.queued if self.fetches else 0
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

    # -- ratings ------------------------------------------------------------------------------

    async def rate(self, ref: Ref, n: int, rating: int | None) -> None:
        """Rate output `n` of a task: 1 to 5, 0 to reject it, None to take a rating back.

        Raises ValueError where there is no such rating.
        """
        await self.ledger.rate(ref, n, rating)

    # -- by itself ----------------------------------------------------------------------------

    async def notice_gaps(self) -> None:
        """Tell what happened while the machine slept; save all again if history.db was lost."""
        if summary := self._suspension.look(self.ledger.tasks()):
            self.ledger.resumed(summary)
        self.ledger.save_again()

    # -- inside -------------------------------------------------------------------------------

    async def _adopt(self, watchlist: Watchlist) -> Collection[Ref]:
        """Watch what the list holds and nothing else, in its order; the refs that are new."""
        before = self.ledger.tasks()
        fresh = await self.ledger.adopt(watchlist.entries, self._at_once)
        for ref in before.keys() - self.ledger.tasks().keys():
            self.downloads.drop(ref)
            self.pollers.forget(ref)
        tasks = self.ledger.tasks()
        for ref in fresh:
            if ref in tasks:
                self._watch(tasks[ref])
        if self._started:
            self._loading.begin()
        return fresh

    async def _follow_others(self) -> None:
        """Take in what other machines do, where the store tells of it."""
        async with contextlib.aclosing(self.history.news(self.ledger.refs)) as news:
            async for each in news:
                for task in each.tasks:
                    known = self.ledger.task(task.ref)
                    if known is not None and not self.pollers.follow(task):
                        self.ledger.learned(task, None)
                if each.lists:
                    await self.watchlist.reload()

    def _watch(self, task: Task) -> None:
        wanted = self._started and (self._only is None or task.ref in self._only)
        if wanted and task.ref.provider in self.pollers:
            self.pollers[task.ref.provider].watch(task)

    def _is_open(self, ref: Ref) -> bool:
        task = self.ledger.task(ref)
        return task is not None and not task.over and ref.provider in self.pollers

    def _asks_for_files_again(self, ref: Ref) -> bool:
        """Whether a task has no files yet, so that a person may have it asked about once more."""
        task = self.ledger.task(ref)
        if task is None or not task.names_no_file or ref.provider not in self.pollers:
            return False
        self.ledger.moved_on(once_more(task), lasting=False)
        return True

    def _new_poller(self, account: Account) -> "Poller":
        from rushes.watch.polling.poller import Poller
        from rushes.watch.polling.turns import Shared

        sharing = Shared(account.id, self.history, self.clock, self._rng)
        return Poller(self._connect(account), self.ledger, self.clock, self._rng, sharing)
