"""What other machines save, brought into the home's history as they save it."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection, Mapping
from threading import Lock

from rushes.providers.errors import RushesError
from rushes.watch.clock import Clock
from rushes.watch.postgres.listener import Listener
from rushes.watch.postgres.task_rows import Version
from rushes.watch.store import News
from rushes.watch.task import Ref, Task
from rushes.watch.team.copying import Copy

TRY_AGAIN = 1.0
"""Seconds after which news that could not be read are read again."""


class Feed:
    """Gathers what changed until it is asked for; may be told of it from any thread."""

    def __init__(self, copy: Copy, clock: Clock) -> None:
        self._copy = copy
        self._clock = clock
        self._lock = Lock()
        self._versions: dict[Ref, Version] = {}
        self._unknown = False
        self._lists = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._woken = asyncio.Event()

    def tell(self, versions: Mapping[Ref, Version] | None) -> None:
        """Tell of tasks and their versions; None where any task and list may have changed."""
        with self._lock:
            if versions is None:
                self._unknown = self._lists = True
            self._versions |= versions or {}
        self._wake()

    def tell_lists(self) -> None:
        """Tell that a shared list was edited."""
        self._lists = True
        self._wake()

    async def news(
        self, watched: Callable[[], Collection[Ref]], listen: Callable[["Feed"], Listener]
    ) -> AsyncGenerator[News]:
        """What others did, from now on; `listen` begins to tell of it."""
        self._loop = asyncio.get_running_loop()
        listener = await asyncio.to_thread(listen, self)
        try:
            while True:
                await self._woken.wait()
                self._woken.clear()
                lists, self._lists = self._lists, False
                news = News(await self._read(watched), lists)
                if news.tasks or lists:
                    yield news
        finally:
            listener.close()
            self._loop = None

    async def _read(self, watched: Callable[[], Collection[Ref]]) -> list[Task]:
        with self._lock:
            versions, self._versions = self._versions, {}
            unknown, self._unknown = self._unknown, False
        wanted = watched()
        try:
            if unknown:
                there = await asyncio.to_thread(self._copy.there, list(wanted))
                versions = {ref: Version(change) for ref, change in there.items()}
            ours = {ref: it for ref, it in versions.items() if ref in wanted}
            now = self._clock.monotonic()
            return await asyncio.to_thread(self._copy.hear, ours, now) if ours else []
        except RushesError:
            with self._lock:
                self._versions = versions | self._versions
                self._unknown = self._unknown or unknown
            await self._clock.sleep(TRY_AGAIN)
            self._woken.set()
            return []

    def _wake(self) -> None:
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._woken.set)
