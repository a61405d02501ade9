"""Takes one job from the link of its output to the file on disk."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import Executor
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import field
from datetime import datetime
from typing import TYPE_CHECKING

from rushes.providers.frozen import frozen
from rushes.watch.asset import Fetch, OutputState
from rushes.watch.disk.system_fault import lacks_threads
from rushes.watch.downloads.active import ActiveTransfer
from rushes.watch.downloads.destinations import Destinations
from rushes.watch.downloads.from_staging import from_staging
from rushes.watch.downloads.job import Job
from rushes.watch.downloads.lanes import has_haste
from rushes.watch.downloads.locate import DownloadAccount, locate
from rushes.watch.network.url import Origin
from rushes.watch.reasons import Reason
from rushes.watch.transfer.limits import Limits
from rushes.watch.transfer.request import Canceled, Saved
from rushes.watch.transfer.staged import staged

if TYPE_CHECKING:
    from rushes.watch.downloads.putting import Putting
    from rushes.watch.transfer.byte_budget import ByteBudget

THREADS = 128
"""More than are ever under way: twice the most of `parallel`, and a lane for each account."""


LOOK_AGAIN = 1.0
"""Seconds after which is seen whether another machine is done with a file."""


def _everybodys(job: Job) -> AbstractAsyncContextManager[bool]:
    del job
    return nullcontext(True)


@frozen(kw_only=True)
class Retrieval:
    """What every running job needs; each transfer blocks one thread of `threads`.

    `sources` tells what an account's files are fetched with. `elsewhere` tells what another process
    has saved, None where nothing is. `after` is done on a thread with what was saved, and may add a
    reason. `if_range_ignored` is what the transfers learn of servers. `budget` holds them back all
    together. `putting` takes what is whole into a bucket, where files go to one. `turn` is held
    while a file is fetched; where it is another machine's that is waited for, by `sleep`.
    """

    destinations: Destinations
    limits: Limits
    sources: Callable[[str], Awaitable[DownloadAccount]]
    elsewhere: Callable[[Job], Awaitable[Fetch | None]]
    after: Callable[[Job, Saved], Reason | None]
    threads: Executor
    budget: "ByteBudget | None" = None
    putting: "Putting | None" = None
    turn: Callable[[Job], AbstractAsyncContextManager[bool]] = _everybodys
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    if_range_ignored: set[Origin] = field(default_factory=set[Origin])

    async def fetch(self, run: ActiveTransfer, tell: Callable[[Fetch], None]) -> Fetch:
        """What is known of the output once it was saved; `tell` hears of it in between.

        Raises DownloadFailed, LinkRefused, DiskFull, Canceled and other RushesErrors.
        """
        while not run.stopped:
            async with self.turn(run.job) as is_ours:
                if (found := await self.elsewhere(run.job)) is not None:
                    return found
                if is_ours:
                    return await self._fetch(run, tell)
            await self.sleep(LOOK_AGAIN)
        raise Canceled("canceled")

    async def _fetch(self, run: ActiveTransfer, tell: Callable[[Fetch], None]) -> Fetch:
        job = run.job
        if self.putting is not None:
            return await self._put(run, tell, self.putting)
        loop, saved = asyncio.get_running_loop(), None
        if self.destinations.staging is not None:
            saved = await loop.run_in_executor(self.threads, from_staging, job, self.destinations)
        if saved is None:
            saved = await self._transfer(run)
        run.finish()
        try:
            added = await loop.run_in_executor(self.threads, self.after, job, saved)
        except asyncio.CancelledError:
            added = None  # nobody waits for it any more; the file is saved all the same
        except RuntimeError as error:
            if not lacks_threads(error):
                raise
            added = self.after(job, saved)  # a file that is saved does not fail for want of threads
        return Fetch(
            state=OutputState.DOWNLOADED,
            path=saved.path,
            done=saved.size,
            total=saved.size,
            sha256=saved.sha256,
            reasons=saved.reasons if added is None else (*saved.reasons, added),
            checked=saved.checked,
        )

    def give_way(self, waiting: Iterable[Job], now: datetime) -> None:
        """Have nothing more begin to be put while one of those that wait has haste."""
        if self.putting is not None:
            self.putting.hold(held=has_haste(waiting, now))

    async def begun(self, jobs: Iterable[Job]) -> list[Job]:
        """Those of `jobs` of which something arrived before."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.threads, self.destinations.begun, jobs)

    async def clear(self, job: Job) -> None:
        """Throw away what arrived before. Raises PartBusy, PartRefused and OSError."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self.threads, self.destinations.clear, job)

    def close(self) -> None:
        """Begin nothing more; what blocks a thread is not waited for."""
        self.threads.shutdown(wait=False, cancel_futures=True)

    async def _put(
        self, run: ActiveTransfer, tell: Callable[[Fetch], None], putting: "Putting"
    ) -> Fetch:
        """Have a file whole in the staging folder, then in the bucket. A kill repeats neither."""
        from rushes.watch.downloads.putting import staged_fetch

        loop = asyncio.get_running_loop()
        request = self.destinations.request(run.job, b"")
        saved = putting.left(run.job.slot)
        if saved is None:
            saved = await loop.run_in_executor(self.threads, staged, request)
        if saved is None:
            saved = await self._transfer(run)
        run.finish()
        run.puts = True
        tell(staged_fetch(saved))
        return await putting.put(run.job, saved)

    async def _transfer(self, run: ActiveTransfer) -> Saved:
        source = await self.sources(run.job.ref.provider)
        request = self.destinations.request(run.job, await locate(run.job.output, source))
        if run.stopped:
            raise Canceled("canceled")
        from rushes.watch.transfer.transfer import Transfer  # with the HTTP library

        transfer = Transfer(
            request,
            limits=self.limits,
            if_range_ignored=self.if_range_ignored,
            budget=self.budget,
        )
        run.follow(transfer)
        try:
            return await asyncio.get_running_loop().run_in_executor(self.threads, transfer.run)
        except asyncio.CancelledError:
            transfer.abandon()
            raise
        finally:
            run.follow(None)
