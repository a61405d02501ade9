"""Decides which outputs are downloaded: at a key press, or before they expire."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from rushes.providers.model import Output
from rushes.watch.asset import Asset, Fetch, Halt, OutputState
from rushes.watch.changes import Fetched, Shortage
from rushes.watch.config.downloads import Auto, DownloadSettings, Prove
from rushes.watch.downloads.agenda import Agenda, in_slices
from rushes.watch.downloads.alerts import AT_RISK, ExpiryAlerts
from rushes.watch.downloads.auto import AutoDownload
from rushes.watch.downloads.destinations import Destinations, SavedOutput, no_list
from rushes.watch.downloads.forecast import Due, Forecast, forecast
from rushes.watch.downloads.free_space import FreeSpace
from rushes.watch.downloads.job import Job, OutputKey, job_of
from rushes.watch.downloads.locate import DownloadAccount
from rushes.watch.downloads.moved_look import MovedLook
from rushes.watch.downloads.retries import Retries, asks_for_link
from rushes.watch.downloads.retrieval import THREADS, Retrieval
from rushes.watch.downloads.runner import Downloads
from rushes.watch.downloads.sidecars import Sidecars
from rushes.watch.downloads.standing import (
    LACKING,
    Standing,
    exists,
    is_held,
    is_left,
    is_set_aside,
    is_staged,
    standing,
)
from rushes.watch.downloads.task_keeper import TaskKeeper
from rushes.watch.event_kinds import EventKind
from rushes.watch.reasons import Reason
from rushes.watch.refusals import DownloadRefusal
from rushes.watch.task import Ref, Task
from rushes.watch.transfer.byte_budget import ByteBudget
from rushes.watch.transfer.limits import Limits
from rushes.watch.transfer.sidecar import Words

if TYPE_CHECKING:
    from rushes.watch.downloads.putting import Putting

_TRY_AGAIN = timedelta(seconds=30)
"""How long a file is left alone that another process is fetching, or that was not to be put."""


class DownloadPolicy:
    """Decides what `downloads` has to do, as `was_asked` by hand too, and takes in what comes.

    `destinations` are the paths that files get; `moved_files` looks for those that were saved.
    """

    def __init__(
        self,
        keeper: TaskKeeper,
        settings: DownloadSettings,
        sources: Callable[[str], Awaitable[DownloadAccount]],
        renew: Callable[[Ref, int], Awaitable[Output | None]],
        words: Words,
        watchlist: Callable[[Ref], str] = no_list,
        budget: ByteBudget | None = None,
    ) -> None:
        self._keeper = keeper
        self._settings = settings
        self._rescue = AutoDownload(settings.auto, settings.rescue_before)
        self._agenda = Agenda(keeper.readers.new(), (AT_RISK, *self._rescue.ahead))
        self._alerts = ExpiryAlerts()
        self._renew = renew
        self.sidecars = Sidecars(keeper, settings, words)
        self._kept: dict[OutputKey, Fetch] = {}
        self._left_alone: dict[OutputKey, datetime] = {}
        self.destinations = Destinations(
            settings.folder, settings.template, watchlist, settings.bucket, settings.staging
        )
        self.moved_files = MovedLook(keeper)
        self._doomed: frozenset[OutputKey] = frozenset()
        self._rescued: set[OutputKey] = set()
        self._first_look = True
        self.was_asked = False
        self.downloads = self._made(sources, budget)

    def _made(
        self, sources: Callable[[str], Awaitable[DownloadAccount]], budget: ByteBudget | None
    ) -> Downloads:
        settings, clock, limits = self._settings, self._keeper.clock, Limits()
        return Downloads(
            retrieval=Retrieval(
                destinations=self.destinations,
                limits=limits,
                sources=sources,
                elsewhere=self._elsewhere,
                turn=lambda job: self._keeper.file_turn(*job.slot),
                sleep=clock.sleep,
                after=self.sidecars.write,
                threads=ThreadPoolExecutor(THREADS, "download"),
                budget=budget,
                putting=self._putting(),
            ),
            retries=Retries(clock, self._renewed, self._current),
            space=FreeSpace(settings.folder, limits, clock),
            parallel=settings.parallel,
            clock=clock,
            on_change=self._changed,
            on_full=self._full,
        )

    def _putting(self) -> "Putting | None":
        settings = self._settings
        if settings.bucket is None:
            return None
        from rushes.watch.downloads.putting import Putting

        return Putting(
            settings.bucket,
            settings.folder,
            self.sidecars.text,
            reads_back=settings.prove is Prove.READ,
        )

    # -- by hand ------------------------------------------------------------------------------

    def queue(
        self,
        ref: Ref,
        n: int | None = None,
        *,
        wanted: Collection[Standing] = LACKING,
        force: bool = False,
        patience: float | None = None,
    ) -> DownloadRefusal | None:
        """Queue output `n` of a task, or all that stand as `wanted`; or why there is nothing.

        An expired link is queued too: it is renewed through its task before it is given up. With
        `force` what is saved is fetched anew. `patience`: seconds of refusals that are waited for,
        None for as long as the link may serve.
        """
        self.was_asked = True
        task = self._keeper.task(ref)
        if task is None:
            return DownloadRefusal.UNWATCHED
        if not task.over:
            return DownloadRefusal.UNFINISHED
        assets = self._assets(task, n)
        if not assets:
            return DownloadRefusal.NO_OUTPUT
        stand = {asset.n: standing(asset) for asset in assets}
        chosen = [asset for asset in assets if force or stand[asset.n] in wanted]
        if not chosen:
            is_saved = set(stand.values()) == {Standing.ON_DISK}
            return DownloadRefusal.ALL_SAVED if is_saved else DownloadRefusal.PASSED_OVER
        for asset in chosen:
            self._wanted_again(ref, asset)
            self._rescued.discard((ref, asset.n))
            self.downloads.queue(job_of(task, asset), force=force, patience=patience)
        return None

    def pause(self, ref: Ref, n: int | None = None) -> DownloadRefusal | None:
        """Pause what is being fetched or waits for its turn; or why there is nothing."""
        jobs = [job for job in self.downloads.jobs if job.ref == ref and n in (None, job.n)]
        for job in jobs:
            self.downloads.pause(job)
        return None if jobs else DownloadRefusal.NOT_FETCHING

    def cancel(self, ref: Ref, n: int | None = None) -> DownloadRefusal | None:
        """Give up what is being fetched, waits, is paused or failed; or why not."""
        task = self._keeper.task(ref)
        if task is None:
            return DownloadRefusal.UNWATCHED
        under_way = {job.slot for job in self.downloads.jobs}
        assets = [
            asset
            for asset in self._assets(task, n)
            if (ref, asset.n) in under_way or (asset.fetch is not None and not asset.saved)
        ]
        for asset in assets:
            self.downloads.cancel(job_of(task, asset))
        return None if assets else DownloadRefusal.NOT_FETCHING

    # -- unasked ------------------------------------------------------------------------------

    async def look(self) -> None:
        """Fetch what settings want fetched; tell of what will be lost, is about to be, or was."""
        if self._first_look and self._rescue.auto is not Auto.OFF:
            await self._go_on_with_begun()
        self._first_look = False
        now = self._keeper.clock.now()
        async for due in in_slices(self._agenda.take(self._keeper.tasks(), now)):
            self._look_at(due, now)
        self._alerts.look((), now)
        self._foretell()

    async def _go_on_with_begun(self) -> None:
        jobs = list[Job]()
        async for some in in_slices(tuple(self._keeper.tasks().values())):
            jobs += self._untouched(some)
        begun = {job.slot for job in await self.downloads.begun(jobs)}
        known = (self._keeper.task(ref) for ref in dict.fromkeys(ref for ref, _ in begun))
        for job in self._untouched(filter(None, known)):  # a person may have decided meanwhile
            if job.slot in begun:
                self.downloads.queue(job)

    def _look_at(self, due: Sequence[Task], now: datetime) -> None:
        for task in due:
            self._queue_unasked(task, now)
        for kind, ref, news in self._alerts.look(due, now, self.downloads, more=True):
            self._keeper.report(kind, ref, news)
        for task in due:
            left_alone = (self._left_alone.get((task.ref, n)) for n in task.fetches)
            self._agenda.put(task, now, filter(None, left_alone))

    def _queue_unasked(self, task: Task, now: datetime) -> None:
        wanted = self._rescue.wants(task, now)
        goes_on = is_staged if self._rescue.auto is Auto.OFF else is_held
        if wanted or any(map(goes_on, task.fetches.values())):
            for job in self._unasked(task, now):
                if wanted or goes_on(task.fetches.get(job.n, _UNTOUCHED)):
                    if wanted and self._rescue.auto is Auto.RESCUE:
                        self._rescued.add(job.slot)
                    self.downloads.queue(job)

    @property
    def idle(self) -> bool:
        """Whether nothing is on its way or waits, and nothing is wanted unasked as of now."""
        now, tasks = self._keeper.clock.now(), self._keeper.tasks().values()
        wanted = (it for task in tasks if self._rescue.wants(task, now) for it in task.assets(now))
        return not (self.downloads.jobs or any(map(is_left, wanted)))

    @property
    def forecast(self) -> Forecast[OutputKey]:
        """What of that which is under way or waits will be lost, at the speed there is."""
        if (speed := self.downloads.speed) is None:
            return Forecast()  # before it is measured nothing is said: it need not be looked for
        return forecast(self._due(self._keeper.clock.now()), speed)

    def _due(self, now: datetime) -> Iterator[Due[OutputKey]]:
        for job in self.downloads.jobs:
            task = self._keeper.task(job.ref)
            if task is not None and job.expires_at is not None:
                fetch = task.fetches.get(job.n)
                left = fetch.total - fetch.done if fetch and fetch.total is not None else None
                seconds = (job.expires_at - task.server_time(now)).total_seconds()
                yield Due(job.slot, left, seconds)

    def _foretell(self) -> None:
        """Say it once of each file, in one event for all of them."""
        found = self.forecast
        fresh = sorted(found.lost - self._doomed, key=lambda slot: slot[1])
        if fresh and found.shortfall is not None:
            self._keeper.report(EventKind.SHORTFALL, fresh[0][0], found.shortfall)
        self._doomed |= found.lost

    def _untouched(self, tasks: Iterable[Task]) -> list[Job]:
        now = self._keeper.clock.now()
        return [job for task in tasks for job in self._unasked(task, now)]

    def _unasked(self, task: Task, now: datetime) -> Iterator[Job]:
        """The outputs nobody has decided about; what failed once waits for a person's key press."""
        for asset in task.assets(now) if task.over else ():
            slot = (task.ref, asset.n)
            left_alone = slot in self.downloads or self._left_alone.get(slot, now) > now
            if is_left(asset) and not left_alone:
                yield job_of(task, asset)

    # -- what becomes of it -------------------------------------------------------------------

    def _changed(self, ref: Ref, n: int, fetch: Fetch | None) -> None:
        task = self._keeper.task(ref)
        if task is None:
            return
        before = task.fetches.get(n)
        if before is not None and before.state is OutputState.DOWNLOADED:
            self._kept[ref, n] = before
        if fetch is None or fetch.state is OutputState.DOWNLOADING:
            kept = self._kept.pop((ref, n), None) if fetch is None else None
            self._keeper.moved_on(task.with_fetch(n, fetch or kept), lasting=False)
        elif fetch.state is OutputState.AVAILABLE:
            self._stopped(task, n, fetch, before)
        else:
            kept = self._kept.pop((ref, n), None)
            known = fetch if fetch.state is OutputState.DOWNLOADED else _with_kept(fetch, kept)
            news = Fetched(task.name, n, fetch, anew=kept is not None)
            self._keeper.settled(task.with_fetch(n, known), news, *self._kinds((ref, n), fetch))

    def _kinds(self, slot: OutputKey, fetch: Fetch) -> tuple[EventKind, ...]:
        """The events that a settled download is."""
        rescued = slot in self._rescued
        self._rescued.discard(slot)
        if fetch.state is OutputState.DOWNLOADED and fetch.place is not None:
            return (EventKind.SAVED, EventKind.RESCUED) if rescued else (EventKind.SAVED,)
        expired = fetch.state is OutputState.EXPIRED
        return (EventKind.EXPIRED if expired else EventKind.DOWNLOAD_FAILED,)

    def _stopped(self, task: Task, n: int, fetch: Fetch, before: Fetch | None) -> None:
        """An older file that was being fetched anew is what is known again."""
        slot = (task.ref, n)
        goes_on = fetch.retry_at is not None or asks_for_link(fetch) or fetch.staged
        if slot in self._kept and goes_on:
            self._keeper.moved_on(task.with_fetch(n, fetch), lasting=False)
            return
        if fetch.halt in (Halt.ELSEWHERE, Halt.NO_ROOM, Halt.STAGED):
            self._left_alone[slot] = self._keeper.clock.now() + _TRY_AGAIN
        if fetch.halt is Halt.PAUSED and before is not None and before.staged:
            fetch = before  # its link may be dead by now, and is needed no more
        if fetch.halt is Halt.PAUSED and not fetch.done and before is not None:
            fetch = replace(fetch, done=before.done, total=before.total)
        known = _with_kept(fetch, self._kept.pop(slot, None))
        lasting = known.halt in _LASTING and known.state is OutputState.AVAILABLE
        self._keeper.moved_on(task.with_fetch(n, known), lasting=lasting)

    def _wanted_again(self, ref: Ref, asset: Asset) -> None:
        """Forget how it was set aside; a person's word of before counts no more."""
        task, fetch = self._keeper.task(ref), asset.fetch
        if task is None or fetch is None or fetch.state is not OutputState.AVAILABLE:
            return
        fresh = replace(fetch, reasons=(), halt=None, retry_at=None)
        self._keeper.moved_on(task.with_fetch(asset.n, fresh), lasting=is_set_aside(asset))

    def _full(self, reason: Reason) -> None:
        for job in self.downloads.jobs[:1]:
            self._keeper.report(EventKind.DISK_FULL, job.ref, Shortage(reason))

    async def _renewed(self, job: Job) -> Job | None:
        """The job with the link that its task has after it was asked again; None for none."""
        await self.downloads.answered(job.ref)
        output = await self._renew(job.ref, job.n)
        return replace(self._current(job), output=output) if output is not None else None

    def _current(self, job: Job) -> Job:
        """The job as its task stands now."""
        task = self._keeper.task(job.ref)
        assets = self._assets(task, job.n) if task is not None else ()
        return job_of(task, assets[0]) if task is not None and assets else job

    async def _elsewhere(self, job: Job) -> Fetch | None:
        """The file that another process saved meanwhile; None where ours is fetched anew."""
        if (kept := self._kept.get(job.slot)) is not None and kept.place is not None:
            await asyncio.to_thread(self.destinations.settle, [SavedOutput(*job.slot, kept.path)])
            return None
        task = await self._keeper.recalled(job.ref)
        fetch = task.fetches.get(job.n) if task is not None else None
        is_saved = fetch is not None and fetch.state is OutputState.DOWNLOADED and exists(fetch)
        return fetch if is_saved else None

    def _assets(self, task: Task, n: int | None) -> list[Asset]:
        now = self._keeper.clock.now()
        return [asset for asset in task.assets(now) if n in (None, asset.n)]


_UNTOUCHED = Fetch(state=OutputState.AVAILABLE)

_LASTING = (Halt.PAUSED, Halt.CANCELED, Halt.NOT_THERE_YET, Halt.STAGED)
"""What the next start has to know of."""


def _with_kept(fetch: Fetch, kept: Fetch | None) -> Fetch:
    """What is known after a fetch that brought no file: one that was saved before stays known."""
    if kept is None:
        return fetch
    if fetch.halt is not None and fetch.halt.by_hand:
        return kept
    return replace(kept, halt=Halt.NOT_ANEW, reasons=fetch.reasons)
