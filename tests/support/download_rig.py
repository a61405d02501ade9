"""A download queue with what it needs around it, and a record of what it told."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mp4_files import film
from noted import noted
from waiting import PATIENCE

from rushes.providers.card import Provider
from rushes.providers.model import Link, Output, Where
from rushes.providers.registry import find
from rushes.providers.secret import Secret
from rushes.tui.lines.download_words import fetch_note
from rushes.watch.asset import Fetch, OutputState
from rushes.watch.clock import Clock, SystemClock
from rushes.watch.config.accounts import Account
from rushes.watch.downloads.destinations import Destinations
from rushes.watch.downloads.free_space import FreeSpace
from rushes.watch.downloads.job import Job
from rushes.watch.downloads.locate import DownloadAccount
from rushes.watch.downloads.putting import Putting
from rushes.watch.downloads.retries import Retries
from rushes.watch.downloads.retrieval import THREADS, Retrieval
from rushes.watch.downloads.runner import Downloads
from rushes.watch.keys.find import Key, KeySource
from rushes.watch.network.client import ApiClient
from rushes.watch.reasons import Reason
from rushes.watch.task import Ref
from rushes.watch.transfer.limits import Limits

FILM = film(100_032, seed=2)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@dataclass
class DownloadRig:
    """A Downloads with what it needs around it, and a record of what it told."""

    folder: Path
    base: str
    parallel: int = 2
    told: list[tuple[Ref, int, Fetch | None]] = field(
        default_factory=list[tuple[Ref, int, Fetch | None]]
    )
    renewals: list[Output | None] = field(default_factory=list[Output | None])
    current: Callable[[Job], Job] = lambda job: job
    renewed: list[tuple[Ref, int]] = field(default_factory=list[tuple[Ref, int]])
    provider: Provider = field(default_factory=lambda: find("gptge"))
    key: Key = field(default_factory=lambda: Key(Secret("sk-1"), "test"))
    clock: Clock = field(default_factory=SystemClock)
    space: FreeSpace | None = None
    putting: Putting | None = None
    others_fetch: set[Ref] = field(default_factory=set[Ref])
    """What another machine is fetching."""
    others_saved: dict[Ref, Fetch] = field(default_factory=dict[Ref, Fetch])
    full: list[Reason] = field(default_factory=list[Reason])
    limits: Limits = field(default_factory=lambda: Limits(tries=1, window=PATIENCE, spare=0))

    def __post_init__(self) -> None:
        self.client = ApiClient(self.base, self.provider.card, concurrency=2)
        self.rebuild()

    def rebuild(self) -> None:
        """A new queue, with the limits as they are now."""
        self.downloads = self.made(renew=self.renew)

    def made(self, *, renew: Callable[[Job], Awaitable[Job | None]]) -> Downloads:
        """A queue that asks for new links so."""
        self.room = self.space or FreeSpace(self.folder, self.limits, self.clock)
        return Downloads(
            retrieval=Retrieval(
                destinations=self.destinations,
                limits=self.limits,
                sources=self.source,
                elsewhere=self.elsewhere,
                after=lambda _, __: None,
                threads=ThreadPoolExecutor(THREADS, "download"),
                putting=self.putting,
                turn=lambda job: nullcontext(job.ref not in self.others_fetch),
                sleep=self.clock.sleep,
            ),
            retries=Retries(self.clock, renew, lambda job: self.current(job)),
            space=self.room,
            parallel=self.parallel,
            clock=self.clock,
            on_change=lambda ref, n, fetch: self.told.append((ref, n, fetch)),
            on_full=self.full.append,
        )

    @property
    def destinations(self) -> Destinations:
        return Destinations(self.folder, "{provider}/{name}/{kind}-{n}{ext}")

    async def source(self, account: str) -> DownloadAccount:
        kept = Account(
            id=account,
            provider=self.provider,
            base=self.base,
            key=KeySource(env="X"),
            poll_interval=5.0,
        )
        return DownloadAccount(account=kept, client=self.client, key=self.key)

    async def renew(self, job: Job) -> Job | None:
        self.renewed.append(job.slot)
        fresh = self.renewals.pop(0) if self.renewals else None
        return replace(job, output=fresh) if fresh is not None else None

    async def elsewhere(self, job: Job) -> Fetch | None:
        return self.others_saved.get(job.ref)

    def job(self, name: str = "a", where: Where | None = None, **more: object) -> Job:
        account = str(more.get("account", "gptge"))
        expires = more.get("expires")
        return Job(
            ref=Ref(account, name),
            n=1,
            output=Output(kind="video", where=where or Link(f"{self.base}/{name}")),
            name=name,
            expires_at=NOON + timedelta(minutes=expires) if isinstance(expires, int) else None,
        )

    def last(self, name: str = "a") -> Fetch | None:
        return [fetch for ref, _, fetch in self.told if ref.id == name][-1]

    def states(self, name: str = "a") -> list[OutputState | None]:
        return [fetch and fetch.state for ref, _, fetch in self.told if ref.id == name]

    async def settled(self) -> None:
        async with asyncio.timeout(PATIENCE):
            await self.downloads.settled()
        noted(self.folder)


def saved(fetch: Fetch | None) -> Path:
    assert fetch is not None
    assert fetch.state is OutputState.DOWNLOADED, fetch_note(fetch)
    assert fetch.path is not None
    return fetch.path
