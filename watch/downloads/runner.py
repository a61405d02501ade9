"""Runs downloads: the earliest expiry first, a few at a time."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable
from functools import partial

from rushes.providers.errors import RushesError
from rushes.watch.asset import Fetch, Halt, OutputState
from rushes.watch.clock import Clock
from rushes.watch.downloads.active import ActiveTransfer, answered
from rushes.watch.downloads.clearing import Clearing
from rushes.watch.downloads.free_space import FreeSpace
from rushes.watch.downloads.job import Job, OutputKey
from rushes.watch.downloads.lack import lack_of
from rushes.watch.downloads.lanes import Pressure
from rushes.watch.downloads.queue import DownloadQueue
from rushes.watch.downloads.retries import Retries
from rushes.watch.downloads.retrieval import Retrieval
from rushes.watch.downloads.standing import exists
from rushes.watch.reasoned import reason_of
from rushes.watch.reasons import Cause, Reason
from rushes.watch.task import Ref
from rushes.watch.transfer.part import PartBusy
from rushes.watch.transfer.request import Canceled, DiskFull, LinkRefused

log = logging.getLogger(__name__)

REPORT_EVERY = 0.25
"""Seconds between two reports of the same transfer."""

CLOSE_WITHIN = 1.0
"""Seconds that transfers are given to let go of their files at the end."""


class Downloads:
    """A queue of jobs on the event loop, `parallel` of them under way on threads.

    Beside these begins what would wait in vain (`lanes.py`). `on_change` hears, on the loop, what
    became of an output (None: nothing, it is not being fetched). `on_full` hears why nothing more
    can be written, once. An output whose link was refused waits for its next try outside.
    """

    def __init__(
        self,
        *,
        retrieval: Retrieval,
        retries: Retries,
        space: FreeSpace,
        parallel: int,
        clock: Clock,
        on_change: Callable[[Ref, int, Fetch | None], None],
        on_full: Callable[[Reason], None],
    ) -> None:
        self._retrieval = retrieval
        self._retries = retries
        self._space = space
        self._parallel = parallel
        self._clock = clock
        self._on_change = on_change
        self._on_full = on_full
        self._waiting = DownloadQueue()
        self._running: dict[OutputKey, ActiveTransfer] = {}
        self._refused: dict[OutputKey, tuple[Job, asyncio.Task[None]]] = {}
        self._clearing = Clearing(retrieval.clear, self._fill)
        self._saved: dict[OutputKey, Fetch] = {}
        self._ticking: asyncio.Task[None] | None = None
        self._looking: asyncio.Task[None] | None = None
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._closed = False

    @property
    def active(self) -> int:
        """How many are under way; those that wait their turn are not counted."""
        return sum(not run.puts for run in self._running.values())

    @property
    def queued(self) -> int:
        """How many wait for their turn; not those that wait for another try at a refused link."""
        return len(self._waiting)

    @property
    def rate(self) -> float:
        """Bytes a second, over all that are under way."""
        return sum(run.rate for run in self._running.values())

    @property
    def speed(self) -> float | None:
        """As `rate`, but None until there is something that was measured long enough."""
        speeds = [run.speed for run in self._running.values() if run.speed is not None]
        return sum(speeds) if speeds else None

    @property
    def shortage(self) -> Reason | None:
        """Why nothing more can be written; None while there is room."""
        return self._space.shortage

    @property
    def jobs(self) -> tuple[Job, ...]:
        """What is under way, what waits, each in the order of the queue, then what was refused."""
        running = (run.job for run in self._running.values())
        return (*running, *self._waiting.jobs, *(job for job, _ in self._refused.values()))

    def __contains__(self, slot: object) -> bool:
        """Whether that output is under way, or waits for anything."""
        return slot in self._running or slot in self._waiting or slot in self._refused

    def queue(self, job: Job, *, force: bool = False, patience: float | None = None) -> None:
        """Have an output saved in its turn.

        One that waits or is under way is not queued again; one whose link was refused is tried at
        once. One whose file was saved and is still there is told of once more, and not fetched,
        unless by `force`: its new file then gets a name beside the old one. `patience`: seconds of
        refusals that are waited for, None for as long as the link may serve.
        """
        run, saved = self._running.get(job.slot), self._saved.get(job.slot)
        if self._closed or (run is not None and not run.stopped):
            return
        if saved is not None and exists(saved) and not force:
            self._tell(job, saved)
            return
        self._unrefuse(job.slot)
        self._retries.begin(job.slot, patience)
        self._waiting.add(job, self._clock.monotonic())
        self._quiet.clear()
        self._fill()

    def pause(self, job: Job) -> None:
        """Stop fetching an output until it is queued again; what arrived so far is kept."""
        self._stop(job, Halt.PAUSED)

    def cancel(self, job: Job) -> None:
        """Stop fetching an output, and throw away what arrived so far."""
        self._stop(job, Halt.CANCELED)
        if job.slot not in self._running and not self._closed:
            self._clearing.begin(job)
            self._quiet.clear()

    def drop(self, ref: Ref) -> None:
        """Stop fetching the outputs of a task, without a word; what arrived so far is kept."""
        for job in [job for job in self.jobs if job.ref == ref]:
            self._stop(job, None)

    async def begun(self, jobs: Iterable[Job]) -> list[Job]:
        """Those of `jobs` of which something arrived before."""
        return await self._retrieval.begun(jobs)

    async def answered(self, ref: Ref) -> None:
        """Return once what is asked for of a task was answered, or after a moment."""
        await answered(run for run in self._running.values() if run.job.ref == ref)

    async def settled(self) -> None:
        """Return once nothing waits and nothing is under way."""
        await self._quiet.wait()

    async def drain(self) -> None:
        """Begin nothing more; return once what is under way has ended, by itself or by `close`."""
        self._closed = True
        self._waiting.clear()
        for slot in list(self._refused):
            self._unrefuse(slot)
        self._fill()
        await self.settled()

    async def close(self) -> None:
        """End all transfers within CLOSE_WITHIN seconds; what arrived so far is kept.

        What a person paused or canceled, and nobody wants again, ends as that.
        """
        for slot, run in self._running.items():
            run.stop(None if slot in self._waiting else run.halt)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_WITHIN):
                await self.drain()
        late = [run.task for run in self._running.values() if run.task is not None]
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        self._clearing.cancel()
        for work in filter(None, (self._ticking, self._looking)):
            work.cancel()
        self._retrieval.close()
        self._quiet.set()

    def _stop(self, job: Job, halt: Halt | None) -> None:
        """End what is under way; what only waits is not begun."""
        self._waiting.drop(job.slot)
        self._unrefuse(job.slot)
        if (run := self._running.get(job.slot)) is not None:
            run.stop(halt)
        elif halt is not None:
            self._tell(job, Fetch(state=OutputState.AVAILABLE).set_aside(halt))
        self._fill()

    def _fill(self) -> None:
        """Begin what there is room for."""
        while (job := self._next()) is not None:
            now = self._retries.current(job)  # its link may be another one since it began to wait
            run = self._running[job.slot] = ActiveTransfer(now, probe=self._space.scarce)
            run.task = asyncio.create_task(self._serve(run))
            run.task.add_done_callback(partial(self._ended, run))
        if self._running and self._ticking is None:
            self._ticking = asyncio.create_task(self._tick())
        self._retrieval.give_way(() if self._space.scarce else self._waiting, self._clock.now())
        if not (self._running or self._waiting or self._refused or self._clearing.slots):
            self._space.widen()
            self._quiet.set()

    def _next(self) -> Job | None:
        if not self._waiting:
            return None
        lanes, held = self._space.lanes(self._parallel), self._running.keys() | self._clearing.slots
        if self.active < lanes:
            return self._waiting.take(self._running, held)
        if self._space.tight:
            return None
        useful = sum(not (run.crawls or run.puts) for run in self._running.values())
        pressure = Pressure(
            served={ref.provider for ref, _ in self._running},
            gives_way=useful < lanes and self.active < 2 * lanes,
            now=self._clock.now(),
            at=self._clock.monotonic(),
        )
        return self._waiting.take(self._running, held, pressure.begins)

    async def _serve(self, run: ActiveTransfer) -> Fetch | None:
        """See one job through; whatever goes wrong with it is this job's alone (S8)."""
        try:
            self._show(run, run.shown)
            return await self._retrieval.fetch(run, partial(self._show, run))
        except Canceled:
            return run.set_aside(run.halt)
        except DiskFull as error:
            return self._halt(run, error)
        except PartBusy:
            return run.set_aside(Halt.ELSEWHERE, Cause.PART_BUSY)
        except LinkRefused as refusal:
            run.refusal = refusal
            return run.shown
        except Exception as error:
            if (lack := lack_of(error)) is not None:
                return self._fewer(run, lack)
            if isinstance(error, RushesError):
                return Fetch(state=OutputState.FAILED, reasons=(reason_of(error),))
            log.exception("a download ended in an error of our own")
            return _FAULT_OF_OURS

    def _ended(self, run: ActiveTransfer, task: asyncio.Task[Fetch | None]) -> None:
        slot = run.job.slot
        del self._running[slot]
        end = run.set_aside(run.halt) if task.cancelled() else task.result()
        if end is not None and end.state is OutputState.DOWNLOADED:
            self._saved[slot] = end
            self._waiting.drop(slot)
        elif run.stopped:
            # Where it goes on, how it was stopped is not to be remembered.
            end = None if slot in self._waiting else run.set_aside(run.halt)
        elif run.refusal is not None:
            end = self._try_later(run, run.refusal)
        if run.halt is Halt.CANCELED:
            self._clearing.begin(run.job)
        elif run.probe and not run.stopped:
            self._space.fitted()
        if slot not in self._waiting and slot not in self._refused:
            self._retries.end(slot)
        self._fill()
        self._tell(run.job, end)

    def _try_later(self, run: ActiveTransfer, refusal: LinkRefused) -> Fetch | None:
        if self._closed:
            return None
        again = self._again(run.job, refusal, run.shown)
        self._refused[run.job.slot] = run.job, asyncio.create_task(again)
        return run.shown

    async def _again(self, job: Job, refusal: LinkRefused, shown: Fetch) -> None:
        """Wait for the next try at a link that was refused, or give it up."""
        try:
            found = await self._retries.next(job, refusal, shown, self._tell)
        except Exception:
            log.exception("a download ended in an error of our own")
            found = _FAULT_OF_OURS
        del self._refused[job.slot]
        if isinstance(found, Job):
            self._waiting.add(found, self._clock.monotonic())
        else:
            self._retries.end(job.slot)
            self._tell(job, found)
        self._fill()

    def _unrefuse(self, slot: OutputKey) -> None:
        """Wait for another try no longer."""
        if (refused := self._refused.pop(slot, None)) is not None:
            self._retries.end(slot)
            refused[1].cancel()

    def _fewer(self, run: ActiveTransfer, reason: Reason) -> Fetch | None:
        """Keep a job that the system has too little for until one of the others has ended."""
        others = len(self._running) - 1
        if not others or run.stopped or self._closed:
            return self._halt(run, DiskFull(reason, 0), waits=reason)
        self._space.narrow(others)
        self._waiting.add(run.job, self._clock.monotonic())
        return run.set_aside(Halt.NO_ROOM, reason)

    def _halt(
        self, run: ActiveTransfer, full: DiskFull, waits: Reason = Cause.WAITS_FOR_ROOM
    ) -> Fetch | None:
        """Keep a job that met a full disk for when there is room; nothing else is begun."""
        if self._space.ran_out(full.reason, full.needed):
            self._on_full(full.reason)
        if self._looking is None:
            self._looking = asyncio.create_task(self._look_for_space())
        if not run.stopped and not self._closed:
            self._waiting.add(run.job, self._clock.monotonic())
            return run.set_aside(Halt.NO_ROOM, waits)
        return run.set_aside(run.halt)

    async def _look_for_space(self) -> None:
        while self._space.scarce:
            await self._space.wait()
            self._fill()
        self._looking = None

    async def _tick(self) -> None:
        """Tell of progress, for as long as there is any to be made."""
        last = self._clock.monotonic()
        while self._running:
            await self._clock.sleep(REPORT_EVERY)
            now = self._clock.monotonic()
            for run in list(self._running.values()):
                fetch = run.measure(max(now - last, REPORT_EVERY))
                if fetch != run.shown:
                    self._show(run, fetch)
            if any(run.probe and run.wrote for run in self._running.values()):
                self._space.fitted()
            self._fill()
            last = now
        self._ticking = None

    def _show(self, run: ActiveTransfer, fetch: Fetch) -> None:
        run.shown = fetch
        self._tell(run.job, fetch)
        if run.puts:
            self._fill()  # its lane is free

    def _tell(self, job: Job, fetch: Fetch | None) -> None:
        self._on_change(job.ref, job.n, fetch)


_FAULT_OF_OURS = Fetch(state=OutputState.FAILED, reasons=(Cause.INTERNAL_ERROR,))
