"""The desk's downloads: what is fetched, at a key press or before it would be lost."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from providers.model import Output
from watch.changes import EventKind
from watch.clock import Clock
from watch.deadlines import Deadlines
from watch.downloads import Downloads, Source
from watch.feasibility import Due, Forecast, forecast
from watch.job import CANCELED, PAUSED, Job, Slot, job_of
from watch.order import Saved
from watch.rescue import Rescue
from watch.settings import Auto, DownloadSettings
from watch.sidecar import write_sidecar
from watch.task import Asset, Fetch, OutputState, Ref, Task

_SET_ASIDE = (PAUSED, CANCELED)

NOT_ANEW = "not fetched anew"
"""How the note of a saved file begins where it was to be fetched once more, and could not be."""

_TRY_AGAIN = timedelta(seconds=30)
"""How long a file that another process is fetching is left to it."""


class Board(Protocol):
    """Where the tasks are, and who hears of them (the desk)."""

    @property
    def clock(self) -> Clock:
        """What time it is."""
        ...

    def tasks(self) -> Mapping[Ref, Task]:
        """The watched tasks."""
        ...

    def task(self, ref: Ref) -> Task | None:
        """The task as it is now; None where it is not watched."""
        ...

    async def recalled(self, ref: Ref) -> Task | None:
        """The task with what this and other processes saved; None where that is not known."""
        ...

    def moved_on(self, task: Task, *, lasting: bool) -> None:
        """Take in a task whose downloads changed, and remember it where that is `lasting`."""
        ...

    def tell(self, kind: EventKind, text: str, ref: Ref) -> None:
        """Have a person told."""
        ...


class Fetching:
    """Decides what `downloads` has to do, and takes in what becomes of it."""

    def __init__(
        self,
        board: Board,
        settings: DownloadSettings,
        sources: Callable[[str], Awaitable[Source]],
        renew: Callable[[Ref, int], Awaitable[Output | None]],
    ) -> None:
        self._board = board
        self._settings = settings
        self._rescue = Rescue(settings.auto, settings.rescue_before)
        self._deadlines = Deadlines()
        self._kept: dict[Slot, Fetch] = {}
        self._left_alone: dict[Slot, datetime] = {}
        self._doomed: frozenset[Slot] = frozenset()
        self._first_look = True
        self.downloads = Downloads(
            directory=settings.dir,
            template=settings.template,
            parallel=settings.parallel,
            clock=board.clock,
            sources=sources,
            on_change=self._changed,
            renew=renew,
            on_full=self._full,
            elsewhere=self._elsewhere,
            after=self._saved,
        )

    # -- by hand ------------------------------------------------------------------------------

    def queue(self, ref: Ref, n: int | None, *, force: bool) -> str:
        """Queue output `n` of a task, or all that are not saved; empty, or why there is nothing.

        An expired link is queued too: it is renewed through its task before it is given up.
        """
        task = self._board.task(ref)
        if task is None:
            return "not watched any more"
        if not task.over:
            return "not finished yet"
        assets = self._assets(task, n)
        if not assets:
            return "no output"
        wanted = [asset for asset in assets if force or not on_disk(asset)]
        if not wanted:
            return "all saved"
        for asset in wanted:
            if _is_set_aside(asset):
                self._wanted_again(ref, asset)
            self.downloads.queue(job_of(task, asset), force=force)
        return ""

    def pause(self, ref: Ref, n: int | None) -> str:
        """Pause what is being fetched or waits for its turn; empty, or why there is nothing."""
        jobs = [job for job in self.downloads.jobs if job.ref == ref and n in (None, job.n)]
        for job in jobs:
            self.downloads.pause(job)
        return "" if jobs else "nothing is being fetched"

    def cancel(self, ref: Ref, n: int | None) -> str:
        """Give up what is being fetched, waits, is paused or failed; empty, or why not."""
        task = self._board.task(ref)
        if task is None:
            return "not watched any more"
        under_way = {job.slot for job in self.downloads.jobs}
        assets = [
            asset
            for asset in self._assets(task, n)
            if (ref, asset.n) in under_way or (asset.fetch is not None and not asset.saved)
        ]
        for asset in assets:
            self.downloads.cancel(job_of(task, asset))
        return "" if assets else "nothing is being fetched"

    # -- unasked ------------------------------------------------------------------------------

    async def look(self) -> None:
        """Fetch what settings want fetched; tell of what will be lost, is about to be, or was."""
        if self._first_look and self._rescue.auto is not Auto.OFF:
            begun = {job.slot for job in await self.downloads.begun(self._untouched())}
            for job in self._untouched():  # a person may have decided about some meanwhile
                if job.slot in begun:
                    self.downloads.queue(job)
        self._first_look = False
        now = self._board.clock.now()
        for task in self._tasks():
            if self._rescue.wants(task, now):
                for job in self._unasked(task, now):
                    self.downloads.queue(job)
        for kind, ref, text in self._deadlines.look(self._tasks(), now):
            self._board.tell(kind, text, ref)
        self._foretell()

    @property
    def forecast(self) -> Forecast[Slot]:
        """What of that which is under way or waits will be lost, at the speed there is."""
        now = self._board.clock.now()
        return forecast(self._due(now), self.downloads.speed)

    @property
    def notices(self) -> tuple[str, str]:
        """What stands in the way of all downloads, and what will not make it; or nothing."""
        return self.downloads.shortage, self.forecast.sentence

    def _due(self, now: datetime) -> Iterator[Due[Slot]]:
        for job in self.downloads.jobs:
            task = self._board.task(job.ref)
            if task is not None and job.expires_at is not None:
                fetch = task.fetches.get(job.n)
                left = fetch.total - fetch.done if fetch and fetch.total is not None else None
                seconds = (job.expires_at - task.server_time(now)).total_seconds()
                yield Due(job.slot, left, seconds)

    def _foretell(self) -> None:
        """Say it once of each file, in one sentence for all of them."""
        found = self.forecast
        if fresh := sorted(found.lost - self._doomed, key=lambda slot: slot[1]):
            self._board.tell(EventKind.AT_RISK, found.sentence, fresh[0][0])
        self._doomed |= found.lost

    def _untouched(self) -> list[Job]:
        now = self._board.clock.now()
        return [job for task in self._tasks() for job in self._unasked(task, now)]

    def _unasked(self, task: Task, now: datetime) -> Iterator[Job]:
        """The outputs nobody has decided about; what failed once waits for a person's key press."""
        for asset in task.assets(now) if task.over else ():
            slot = (task.ref, asset.n)
            free = asset.fetch is None or asset.fetch.state is OutputState.AVAILABLE
            left_alone = self._left_alone.get(slot, now) > now
            if free and not (asset.lost or _is_set_aside(asset) or left_alone):
                yield job_of(task, asset)

    # -- what becomes of it -------------------------------------------------------------------

    def _changed(self, ref: Ref, n: int, fetch: Fetch | None) -> None:
        task = self._board.task(ref)
        if task is None:
            return
        before = task.fetches.get(n)
        if before is not None and before.state is OutputState.DOWNLOADED:
            self._kept[ref, n] = before
        if fetch is None or fetch.state is OutputState.DOWNLOADING:
            kept = self._kept.pop((ref, n), None) if fetch is None else None
            self._board.moved_on(task.with_fetch(n, fetch or kept), lasting=False)
        elif fetch.state is OutputState.AVAILABLE:
            self._stopped(task, n, fetch, before)
        else:
            kept = self._kept.pop((ref, n), None)
            known = fetch if fetch.state is OutputState.DOWNLOADED else _with_kept(fetch, kept)
            self._board.moved_on(task.with_fetch(n, known), lasting=True)
            kind, text = _telling(task, n, fetch)
            self._board.tell(kind, text, ref)

    def _stopped(self, task: Task, n: int, fetch: Fetch, before: Fetch | None) -> None:
        """An older file that was being fetched anew is what is known again."""
        slot = (task.ref, n)
        if fetch.note not in _SET_ASIDE:
            self._left_alone[slot] = self._board.clock.now() + _TRY_AGAIN
        if fetch.note == PAUSED and not fetch.done and before is not None:
            fetch = replace(fetch, done=before.done, total=before.total)
        known = _with_kept(fetch, self._kept.pop(slot, None))
        self._board.moved_on(task.with_fetch(n, known), lasting=known.note in _SET_ASIDE)

    def _wanted_again(self, ref: Ref, asset: Asset) -> None:
        task = self._board.task(ref)
        if task is not None and asset.fetch is not None:
            fetch = replace(asset.fetch, note="")
            self._board.moved_on(task.with_fetch(asset.n, fetch), lasting=True)

    def _full(self, reason: str) -> None:
        for job in self.downloads.jobs[:1]:
            self._board.tell(EventKind.DISK_FULL, f"downloads wait: {reason}", job.ref)

    async def _elsewhere(self, job: Job) -> Fetch | None:
        """The file that another process saved meanwhile; None where ours is fetched anew."""
        if job.slot in self._kept:
            return None
        task = await self._board.recalled(job.ref)
        fetch = task.fetches.get(job.n) if task is not None else None
        is_saved = fetch is not None and fetch.state is OutputState.DOWNLOADED and _exists(fetch)
        return fetch if is_saved else None

    def _saved(self, job: Job, saved: Saved) -> str:
        """Write the sidecar, on a download's thread."""
        task, now = self._board.task(job.ref), self._board.clock.now()
        if task is None or not self._settings.sidecar:
            return ""
        assets = self._assets(task, job.n)
        return write_sidecar(self._settings.dir, task, assets[0], saved, now) if assets else ""

    def _tasks(self) -> tuple[Task, ...]:
        return tuple(self._board.tasks().values())

    def _assets(self, task: Task, n: int | None) -> list[Asset]:
        now = self._board.clock.now()
        return [asset for asset in task.assets(now) if n in (None, asset.n)]


def on_disk(asset: Asset) -> bool:
    """Whether the verified file is still where it was saved."""
    return asset.saved and asset.fetch is not None and _exists(asset.fetch)


def _is_set_aside(asset: Asset) -> bool:
    fetch = asset.fetch
    return fetch is not None and fetch.state is OutputState.AVAILABLE and fetch.note in _SET_ASIDE


def _with_kept(fetch: Fetch, kept: Fetch | None) -> Fetch:
    """What is known after a fetch that brought no file: one that was saved before stays known."""
    if kept is None:
        return fetch
    why = fetch.note if fetch.note not in _SET_ASIDE else ""
    return replace(kept, note=f"{NOT_ANEW}: {why}") if why else kept


def _telling(task: Task, n: int, fetch: Fetch) -> tuple[EventKind, str]:
    """The event that a settled download is, and its sentence."""
    note = f" ({fetch.note})" if fetch.note else ""
    if fetch.state is OutputState.DOWNLOADED and fetch.path is not None:
        return EventKind.SAVED, f"{task.name}: {fetch.path.name}{note}"
    if fetch.state is OutputState.EXPIRED:
        return EventKind.EXPIRED, f"{task.name}: output {n} expired{note}"
    return EventKind.DOWNLOAD_FAILED, f"{task.name}: output {n}{note}"


def _exists(fetch: Fetch) -> bool:
    try:
        return fetch.path is not None and fetch.path.exists()
    except OSError:
        return False
