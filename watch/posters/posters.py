"""The posters of a desk: asked for by what shows them, made behind it, and never waited for."""

import asyncio
from collections.abc import Callable, Collection
from functools import cached_property

from rushes.watch.clock import Clock
from rushes.watch.posters.extra import is_installed
from rushes.watch.posters.finished import PosterReaders
from rushes.watch.posters.poster import (
    MAKING,
    NOT_INSTALLED,
    Poster,
    PosterReason,
    PosterState,
    none,
)
from rushes.watch.posters.source import Source, best_outputs, source_of
from rushes.watch.posters.wishes import Wishes
from rushes.watch.posters.workshop import Workshop
from rushes.watch.task import Ref, Task

REST_AFTER = 5.0
"""Seconds without a wish after which the process that decodes is ended."""

KNOWN = 8192
"""Posters that are remembered; of others the file is looked for once more."""

_AT_ONCE = 32
"""Files that are looked for in one go."""


class Posters:
    """Gives out posters. Asking for one makes it be made; `changed` tells when it is finished."""

    def __init__(
        self,
        workshop: Workshop,
        clock: Clock,
        installed: Callable[[], bool] = is_installed,
    ) -> None:
        """They come from the `workshop`, where what it needs is `installed`."""
        self.changed = PosterReaders()
        self._workshop = workshop
        self._clock = clock
        self._find_out = installed
        self._known: dict[Source, Poster] = {}
        self._wishes = Wishes()
        self._asked_by: dict[Source, set[Ref]] = {}
        self._to_find: set[Source] = set()
        self._to_make: set[Source] = set()
        self._wished = asyncio.Event()
        self._finding: asyncio.Task[None] | None = None
        self._making: asyncio.Task[None] | None = None

    def of(self, task: Task) -> Poster:
        """The poster of a task: of its first frame, thumbnail or picture, else of its film."""
        found: Poster | None = None
        for n in best_outputs(task):
            poster = self.of_output(task, n)
            if poster.state in (PosterState.READY, PosterState.MAKING):
                return poster
            if found is None or found.state is PosterState.NONE:
                found = poster
        return found or none(PosterReason.NOTHING_SAVED)

    def of_output(self, task: Task, n: int) -> Poster:
        """The poster of the task's output `n`."""
        source = source_of(task, n)
        if isinstance(source, PosterReason):
            return none(source)
        if not self._installed:
            return NOT_INSTALLED
        if (known := self._known.get(source)) is not None:
            return known
        self._wish(source, task.ref)
        return MAKING

    def discard(self, poster: Poster) -> None:
        """Forget a poster whose file could not be read: asked for again, it is made anew."""
        for source in [source for source, known in self._known.items() if known == poster]:
            del self._known[source]

    def cancel(self) -> None:
        """Make none of those that were asked for and are not begun: nobody shows them any more."""
        self._forget(self._to_find | self._to_make)

    async def close(self) -> None:
        """Make no more, and end the process that makes them."""
        self.cancel()
        works = [work for work in (self._finding, self._making) if work is not None]
        for work in works:
            work.cancel()
        await asyncio.to_thread(self._workshop.close)
        await asyncio.gather(*works, return_exceptions=True)

    # -- inside -------------------------------------------------------------------------------

    @cached_property
    def _installed(self) -> bool:
        return self._find_out()

    def _wish(self, source: Source, ref: Ref) -> None:
        is_new = source not in self._asked_by
        self._asked_by.setdefault(source, set()).add(ref)
        if is_new:
            self._to_find.add(source)
        if source in self._to_find or source in self._to_make:
            self._forget(self._wishes.add(source))
        if is_new and (self._finding is None or self._finding.done()):
            self._finding = asyncio.create_task(self._find())

    def _forget(self, sources: Collection[Source]) -> None:
        for source in sources:
            self._asked_by.pop(source, None)
        self._wishes.remove(sources)
        self._to_find -= set(sources)
        self._to_make -= set(sources)

    async def _find(self) -> None:
        """Look for what is kept, many at a time: it takes no time against making one."""
        while some := self._wishes.first(self._to_find, _AT_ONCE):
            self._to_find -= set(some)
            found = await asyncio.to_thread(self._workshop.found, some)
            for source, poster in zip(some, found, strict=True):
                if poster is not None:
                    self._finish(source, poster)
                elif source in self._asked_by:
                    self._to_make.add(source)
            if self._to_make:
                self._wished.set()
                if self._making is None:
                    self._making = asyncio.create_task(self._make())

    async def _make(self) -> None:
        """Have them made one by one; while none is wished for no process is kept for that."""
        while True:
            await self._wished.wait()
            self._wished.clear()
            while some := self._wishes.first(self._to_make, 1):
                self._to_make -= set(some)
                self._finish(some[0], await asyncio.to_thread(self._workshop.made, some[0]))
            await self._clock.wait(self._wished, REST_AFTER)
            if not self._wished.is_set():
                await asyncio.to_thread(self._workshop.rest)

    def _finish(self, source: Source, poster: Poster) -> None:
        self._wishes.remove((source,))
        if len(self._known) >= KNOWN:
            del self._known[next(iter(self._known))]
        self._known[source] = poster
        for ref in self._asked_by.pop(source, ()):
            self.changed.finished(ref)
