"""What was read of posters, kept for a while and read on a thread as they come into sight."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Generic, NamedTuple, Protocol, TypeVar

KEPT_BYTES = 4 << 20
"""Bytes of pixels that are kept: some two thousand cards."""

AT_ONCE = 4
"""Pictures that are read before what was read is shown."""

ASKED = 128
"""Pictures that wait to be read at most; of more the ones that were asked for first are left."""


class Wanted(NamedTuple):
    """A picture in a file, and the cells that it is to fill; `part` as its reader takes it."""

    path: Path
    cells: int
    rows: int
    part: tuple[int, ...] = ()


class Read(Protocol):
    """What is kept of a picture."""

    @property
    def data(self) -> bytes:
        """Most of it."""
        ...


R = TypeVar("R", bound=Read)


class Pictures(Generic[R]):
    """Gives out what was read without waiting: None where they are not read yet, or cannot be.

    What is not there is read behind, and who listens is told once it came.
    """

    def __init__(self, read: Callable[..., R | None]) -> None:
        """`read` is given path, cells and rows, and the part where one is asked for."""
        self._read = read
        self._kept: dict[Wanted, R] = {}
        self._bytes = 0
        self._asked: dict[Wanted, None] = {}
        self._unreadable: set[Path] = set()
        self._work: asyncio.Task[None] | None = None
        self._listeners: list[Callable[[], None]] = []

    def listen(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Have `changed` called whenever pictures were read; returns what ends that."""
        self._listeners.append(changed)
        return lambda: self._listeners.remove(changed)

    def get(self, path: Path, cells: int, rows: int, *part: int) -> R | None:
        """What was read of a picture; if it is not there it is asked for."""
        wanted = Wanted(path, cells, rows, part)
        found = self._kept.pop(wanted, None)
        if found is not None:
            self._kept[wanted] = found  # used last, so let go of last
        elif path not in self._unreadable:
            self._ask(wanted)
        return found

    def is_unreadable(self, path: Path) -> bool:
        """Whether nothing could be made of that file."""
        return path in self._unreadable

    def forget(self, path: Path) -> None:
        """Read that file again, where nothing could be made of it."""
        self._unreadable.discard(path)

    def _ask(self, wanted: Wanted) -> None:
        self._asked[wanted] = None
        if len(self._asked) > ASKED:
            del self._asked[next(iter(self._asked))]
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._read_all())

    async def _read_all(self) -> None:
        while self._asked:
            # What was asked for last is what is in sight now.
            batch = list(self._asked)[-AT_ONCE:]
            for wanted in batch:
                del self._asked[wanted]
            for wanted, pixels in await asyncio.to_thread(self._read_batch, batch):
                self._keep(wanted, pixels)
            for changed in self._listeners:
                changed()

    def _read_batch(self, batch: list[Wanted]) -> list[tuple[Wanted, R | None]]:
        return [(wanted, self._read(*wanted[:3], *wanted.part)) for wanted in batch]

    def _keep(self, wanted: Wanted, pixels: R | None) -> None:
        if pixels is None:
            self._unreadable.add(wanted.path)
            return
        self._kept[wanted] = pixels
        self._bytes += len(pixels.data)
        while self._bytes > KEPT_BYTES and len(self._kept) > 1:
            self._bytes -= len(self._kept.pop(next(iter(self._kept))).data)
