"""The outputs to be saved: what dies first is fetched first, a few at a time."""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from providers.errors import RushesError
from providers.model import Handle, Output
from watch.clock import Clock
from watch.effort import Limits
from watch.names import Fields, stem_for
from watch.source import Source, locate
from watch.task import Fetch, OutputState, Ref
from watch.transfer import Canceled, LinkExpired, Order, Saved, Transfer

__all__ = ["Downloads", "Job", "Source"]

log = logging.getLogger(__name__)

REPORT_EVERY = 0.25
"""Seconds between two reports of the same transfer."""

CLOSE_WITHIN = 1.0
"""Seconds that transfers are given to let go of their files at the end."""

_SMOOTHING = 0.3
_NEVER = datetime.max.replace(tzinfo=UTC)

Slot = tuple[Ref, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Output `n` of a task, to be saved; `name` is the label or the id, `expires_at` UTC."""

    ref: Ref
    n: int
    output: Output
    name: str
    expires_at: datetime | None

    @property
    def slot(self) -> Slot:
        """What makes two jobs the same."""
        return self.ref, self.n


@dataclass(slots=True)
class _Run:
    """A job under way; `transfer` while its bytes are."""

    job: Job
    task: asyncio.Task[Fetch | None] | None = None
    transfer: Transfer | None = None
    canceled: bool = False
    rate: float = 0.0
    shown: Fetch = field(default_factory=lambda: Fetch(state=OutputState.DOWNLOADING))
    _received: int = 0

    def follow(self, transfer: Transfer | None) -> None:
        """Measure this transfer from now on."""
        self.transfer = transfer
        self.rate = 0.0
        self._received = 0

    def measure(self, seconds: float) -> Fetch:
        """How far it is, `seconds` after the last time it was asked."""
        if self.transfer is None:
            return self.shown
        received = self.transfer.received
        now = (received - self._received) / seconds
        self.rate = now if not self._received else self.rate + _SMOOTHING * (now - self.rate)
        self._received = received
        return Fetch(
            state=OutputState.DOWNLOADING,
            done=self.transfer.done,
            total=self.transfer.total,
            rate=self.rate,
        )

    def cancel(self) -> None:
        """End it; a thread that holds the file is waited for."""
        self.canceled = True
        if self.transfer is not None:
            self.transfer.cancel()
        elif self.task is not None:
            self.task.cancel()


class Downloads:
    """A queue of jobs on the event loop, at most `parallel` of them under way on threads.

    `sources` tells what an account's files are fetched with. `on_change` hears, on the loop, what
    became of an output (None: nothing, it is not being fetched). `renew` asks the task for a fresh
    output when a link is not honoured any more; None where it has none.
    """

    def __init__(
        self,
        *,
        directory: Path,
        template: str,
        parallel: int,
        clock: Clock,
        sources: Callable[[str], Awaitable[Source]],
        on_change: Callable[[Ref, int, Fetch | None], None],
        renew: Callable[[Ref, int], Awaitable[Output | None]],
        limits: Limits | None = None,
    ) -> None:
        self._directory = directory
        self._template = template
        self._parallel = parallel
        self._clock = clock
        self._sources = sources
        self._on_change = on_change
        self._renew = renew
        self._limits = limits
        self._waiting: dict[Slot, Job] = {}
        self._running: dict[Slot, _Run] = {}
        self._saved: dict[Slot, Path] = {}
        self._threads = ThreadPoolExecutor(parallel, "download")
        self._ticking: asyncio.Task[None] | None = None
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._closed = False

    @property
    def active(self) -> int:
        """How many are under way; those that wait their turn are not counted."""
        return len(self._running)

    @property
    def queued(self) -> int:
        """How many wait for their turn."""
        return len(self._waiting)

    @property
    def rate(self) -> float:
        """Bytes a second, over all that are under way."""
        return sum(run.rate for run in self._running.values())

    def queue(self, job: Job, *, force: bool = False) -> None:
        """Have an output saved in its turn.

        One that waits or is under way is not queued again. Neither is one whose file was saved and
        is still there, unless by `force`: its new file then gets a name beside the old one.
        """
        run, path = self._running.get(job.slot), self._saved.get(job.slot)
        if self._closed or (run is not None and not run.canceled):
            return
        if path is not None and path.exists() and not force:
            return
        self._waiting.setdefault(job.slot, job)
        self._quiet.clear()
        self._fill()

    def cancel(self, ref: Ref, n: int | None = None) -> None:
        """Stop fetching output `n` of a task, or all of them; what arrived so far is kept."""
        for slot in [s for s in self._waiting if s[0] == ref and n in (None, s[1])]:
            del self._waiting[slot]
        for slot, run in self._running.items():
            if slot[0] == ref and n in (None, slot[1]):
                run.cancel()
        self._fill()

    async def settled(self) -> None:
        """Return once nothing waits and nothing is under way."""
        await self._quiet.wait()

    async def close(self) -> None:
        """End all transfers within CLOSE_WITHIN seconds; what arrived so far is kept."""
        self._closed = True
        self._waiting.clear()
        for run in self._running.values():
            run.cancel()
        tasks = [run.task for run in self._running.values() if run.task is not None]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=CLOSE_WITHIN)
            for task in late:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        if self._ticking is not None:
            self._ticking.cancel()
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._quiet.set()

    def _fill(self) -> None:
        """Begin what there is room for; the account with the fewest under way comes first."""
        while len(self._running) < self._parallel and (job := self._next()) is not None:
            del self._waiting[job.slot]
            run = self._running[job.slot] = _Run(job)
            run.task = asyncio.create_task(self._serve(run))
            run.task.add_done_callback(partial(self._ended, run))
        if self._running and self._ticking is None:
            self._ticking = asyncio.create_task(self._tick())
        if not self._running and not self._waiting:
            self._quiet.set()

    def _next(self) -> Job | None:
        busy = Counter(ref.provider for ref, _ in self._running)
        ready = (job for slot, job in self._waiting.items() if slot not in self._running)
        return min(
            ready,
            key=lambda job: (busy[job.ref.provider], job.expires_at or _NEVER),
            default=None,
        )

    async def _serve(self, run: _Run) -> Fetch | None:
        """See one job through; whatever goes wrong with it is this job's alone (S8)."""
        try:
            self._tell(run, run.shown)
            return await self._fetch(run)
        except Canceled:
            return None
        except LinkExpired as error:
            return Fetch(state=OutputState.EXPIRED, note=str(error))
        except RushesError as error:
            return Fetch(state=OutputState.FAILED, note=str(error))
        except Exception:
            log.exception("a download ended in an error of our own")
            return Fetch(state=OutputState.FAILED, note="internal error, see the log")

    def _ended(self, run: _Run, task: asyncio.Task[Fetch | None]) -> None:
        del self._running[run.job.slot]
        self._fill()
        self._tell(run, None if task.cancelled() else task.result())

    async def _fetch(self, run: _Run) -> Fetch:
        job = run.job
        source = await self._sources(job.ref.provider)
        try:
            saved = await self._transfer(run, source, job.output)
        except LinkExpired:
            fresh = await self._renew(job.ref, job.n)
            if fresh is None or _same_link(fresh, job.output):
                raise
            saved = await self._transfer(run, source, fresh)
        self._saved[job.slot] = saved.path
        return Fetch(
            state=OutputState.DOWNLOADED,
            path=saved.path,
            done=saved.size,
            total=saved.size,
            sha256=saved.sha256,
            note=saved.note,
        )

    async def _transfer(self, run: _Run, source: Source, output: Output) -> Saved:
        job = run.job
        fields = Fields(
            provider=job.ref.provider, name=job.name, kind=output.kind, n=job.n, id=job.ref.id
        )
        order = Order(
            source=await locate(output, source),
            directory=self._directory,
            stem=stem_for(self._template, fields),
            ref=job.ref,
            n=job.n,
        )
        if run.canceled:
            raise Canceled("canceled")
        transfer = Transfer(order, limits=self._limits)
        run.follow(transfer)
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._threads, transfer.run)
        except asyncio.CancelledError:
            transfer.cancel()
            raise
        finally:
            run.follow(None)

    async def _tick(self) -> None:
        """Tell of progress, for as long as there is any to be made."""
        last = self._clock.monotonic()
        while self._running:
            await self._clock.sleep(REPORT_EVERY)
            now = self._clock.monotonic()
            for run in list(self._running.values()):
                fetch = run.measure(max(now - last, REPORT_EVERY))
                if fetch != run.shown:
                    self._tell(run, fetch)
            last = now
        self._ticking = None

    def _tell(self, run: _Run, fetch: Fetch | None) -> None:
        if fetch is not None:
            run.shown = fetch
        self._on_change(run.job.ref, run.job.n, fetch)


def _same_link(fresh: Output, old: Output) -> bool:
    """Whether asking at `fresh` would only ask again what was just refused."""
    return fresh.where == old.where and not isinstance(fresh.where, Handle)
