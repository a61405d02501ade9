"""Downloads of outputs as their gateways and tables give them."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest
from download_rig import FILM
from noted import noted
from sample_tasks import finish, output, task
from waiting import PATIENCE, until

from rushes.providers.model import Status
from rushes.providers.registry import find
from rushes.providers.secret import Secret
from rushes.tui.lines.download_words import event_words, fetch_note
from rushes.tui.lines.reason_words import reasons_words
from rushes.watch.asset import OutputState
from rushes.watch.changes import DownloadNews, Event, Fetched, Readers
from rushes.watch.clock import SystemClock
from rushes.watch.config.accounts import Account
from rushes.watch.config.downloads import Auto, DownloadSettings
from rushes.watch.downloads.locate import DownloadAccount
from rushes.watch.downloads.policy import DownloadPolicy
from rushes.watch.event_kinds import EventKind
from rushes.watch.keys.find import Key, KeySource
from rushes.watch.network.client import ApiClient
from rushes.watch.task import Ref, Task

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping
    from datetime import datetime
    from pathlib import Path

    from rushes.providers.model import Output
    from tests.watch.conftest import Heard, Loopback, Scene


class Noon(SystemClock):
    """Real seconds, but it is noon, or whenever the test says."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


@dataclass
class Table:
    """Tasks on a table in the place of a desk, and a record of what was said about them."""

    clock: Noon
    known: dict[Ref, Task] = field(default_factory=dict[Ref, Task])
    remembered: dict[Ref, Task] = field(default_factory=dict[Ref, Task])
    told: list[tuple[EventKind, str]] = field(default_factory=list[tuple[EventKind, str]])

    def __post_init__(self) -> None:
        self.readers = Readers(self.clock)

    def put(self, task: Task) -> None:
        self.known[task.ref] = task
        self.readers.changed(task.ref)

    def tasks(self) -> Mapping[Ref, Task]:
        return self.known

    def task(self, ref: Ref) -> Task | None:
        return self.known.get(ref)

    def file_turn(self, ref: Ref, n: int) -> AbstractAsyncContextManager[bool]:
        return nullcontext(True)

    async def recalled(self, ref: Ref) -> Task | None:
        return self.remembered.get(ref)

    def moved_on(self, task: Task, *, lasting: bool) -> None:
        self.put(task)
        if lasting:
            self.remembered[task.ref] = task

    def settled(self, task: Task, news: Fetched, *kinds: EventKind) -> None:
        self.moved_on(task, lasting=True)
        for kind in kinds:
            self.report(kind, task.ref, news)

    def report(self, kind: EventKind, ref: Ref, news: DownloadNews) -> None:
        assert ref in self.known
        event = Event(kind=kind, at=self.clock.now(), account=ref.provider, news=news)
        self.told.append((kind, event_words(event)))


@dataclass
class Kitchen:
    """A DownloadPolicy over a table, with a loopback in the place of every host."""

    folder: Path
    base: str
    table: Table
    settings: DownloadSettings
    renewals: int = 0

    def __post_init__(self) -> None:
        self.client = ApiClient(self.base, find("hiapi").card, concurrency=1)
        self.fetching = DownloadPolicy(
            self.table, self.settings, self._source, self._renew, reasons_words
        )

    async def _source(self, account: str) -> DownloadAccount:
        kept = Account(
            id=account,
            provider=find("hiapi"),
            base=self.base,
            key=KeySource(env="X"),
            poll_interval=5.0,
        )
        return DownloadAccount(account=kept, client=self.client, key=Key(Secret("sk-1"), "test"))

    async def _renew(self, ref: Ref, n: int) -> Output | None:
        self.renewals += 1
        return None

    def put(self, name: str = "shot", *, expires_in: float | None = 600, outputs: int = 1) -> Ref:
        made = tuple(
            output(expires_in=expires_in, url=f"{self.base}/{name}-{n}.mp4?sig=s3cret")
            for n in range(1, outputs + 1)
        )
        over = finish(task(name, Status.RUNNING, prompt="dawn", model="m-1"), *made)
        self.table.put(over)
        return over.ref

    def state(self, ref: Ref, n: int = 1) -> tuple[OutputState, str]:
        assets = {asset.n: asset for asset in self.table.known[ref].assets(self.table.clock.at)}
        fetch = assets[n].fetch
        return assets[n].state, fetch_note(fetch) if fetch else ""

    def known(self, ref: Ref) -> Task:
        return self.table.known[ref]

    async def look(self) -> None:
        await self.fetching.look()

    async def settled(self) -> None:
        async with asyncio.timeout(PATIENCE):
            await self.fetching.downloads.settled()
        noted(self.folder)

    def files(self) -> list[str]:
        return sorted(path.name for path in self.folder.rglob("*") if path.is_file())


Build = "Callable[..., Kitchen]"


@pytest.fixture
async def build_kitchen(
    tmp_path: Path, loopback: Loopback
) -> AsyncIterator[Callable[..., Kitchen]]:
    """Return a function that makes a Kitchen with these download settings."""
    made: list[Kitchen] = []

    def make(table: Table | None = None, **settings: object) -> Kitchen:
        from sample_tasks import START

        chosen = replace(
            DownloadSettings(dir=tmp_path / "downloads", staging=tmp_path / "staging"), **settings
        )  # pyright: ignore[reportArgumentType]
        made.append(Kitchen(chosen.folder, loopback.url, table or Table(Noon(START)), chosen))
        return made[-1]

    yield make
    for kitchen in made:
        await kitchen.fetching.downloads.close()
        await kitchen.client.aclose()


@pytest.fixture
def kitchen(build_kitchen: Callable[..., Kitchen], loopback: Loopback) -> Kitchen:
    loopback.play([loopback.answer(200, FILM, ETag='"v1"')])
    return build_kitchen(auto=Auto.RESCUE)


def stalling(loopback: Loopback, at: int = 70_000) -> None:
    whole = loopback.answer(200, b"", ETag='"v1"', content_length=str(len(FILM)))
    loopback.play([whole, FILM[:at], loopback.HOLD])


async def half_way(loopback: Loopback, kitchen: Kitchen) -> Ref:
    """A task whose film has begun to arrive, and comes to a standstill."""
    stalling(loopback)
    ref = kitchen.put()
    kitchen.fetching.queue(ref, None, force=False)
    await until(lambda: arrived(kitchen) == 70_000)
    return ref


def going_on(loopback: Loopback) -> None:
    def scene(heard: Heard) -> Scene:
        wanted = heard.headers.get("range")
        if wanted is None:
            return [loopback.answer(200, FILM, ETag='"v1"')]
        start = int(wanted.removeprefix("bytes=").removesuffix("-"))
        rest = f"bytes {start}-{len(FILM) - 1}/{len(FILM)}"
        return [loopback.answer(206, FILM[start:], ETag='"v1"', Content_Range=rest)]

    loopback.play(scene)


def arrived(kitchen: Kitchen) -> int:
    return sum(path.stat().st_size for path in kitchen.folder.rglob("*.part"))
