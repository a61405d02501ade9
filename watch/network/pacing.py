"""Keeps an answer that comes in tiny pieces from taking the processor (reliability.md row 88).

The HTTP library reads up to 64 KiB at once, and nothing else runs on the event loop until all of it
is worked through: ten thousand chunks of one byte, or four thousand interim answers. No setting of
the library bounds that, so the event loop's connections (`stream.py`) read less at once, and the
`read` of a thread's connection is replaced by one that does.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextvars import ContextVar
from typing import Any, Protocol, cast

from rushes.watch.network.direct import Chunk
from rushes.watch.network.unreachable import Unreachable

PIECE = 4096
"""Bytes that are read at once: as chunks of one byte they take some 20 ms."""

HEAD_LIMIT = 128 * 1024
"""Bytes of an answer before its body, all interim answers among them; one head may have 100 KiB."""

BUSY = 0.01
"""Seconds of processor time that an answer may take before it rests."""

REST = 4
"""How many times as long as it was busy an answer rests: it has a fifth of a processor at most."""

TINY, RUN, PAUSE = 256, 64, 0.05
"""A file's chunks are counted in runs; after one of RUN chunks that hold fewer than TINY bytes on
average, PAUSE seconds pass: a thread that computes keeps the event loop from doing so."""


class HeadSize:
    """Counts the bytes of an answer until its head is whole."""

    def __init__(self) -> None:
        self.whole = False
        self._bytes = 0

    @property
    def begun(self) -> bool:
        """Whether any bytes came."""
        return self._bytes > 0

    def add(self, count: int) -> None:
        """Count bytes that came; raises Unreachable for a head without end."""
        self._bytes += 0 if self.whole else count
        if self._bytes > HEAD_LIMIT:
            raise Unreachable(f"more than {HEAD_LIMIT // 1024} KiB came before the answer's body")


class Turns:
    """Lets one costly answer of an account rest at a time: together they cost no more than one."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()

    async def rest(self, seconds: float) -> None:
        """Return after so many seconds, and after the rests that were begun before."""
        async with self._lock:
            await asyncio.sleep(seconds)


class Incoming:
    """One answer on the event loop, while it is read; `head` is the size of its head.

    `cpu` tells the processor time of this thread, in seconds.
    """

    def __init__(
        self,
        rest: Callable[[float], Awaitable[None]],
        cpu: Callable[[], float] = time.thread_time,
    ) -> None:
        self.head = HeadSize()
        self._rest = rest
        self._cpu = cpu
        self._since: float | None = None
        self._spent = 0.0

    async def before_read(self) -> None:
        """Give way to others; rest, where working through what came has taken long enough."""
        if self._since is None:
            return
        self._spent += self._cpu() - self._since
        if self._spent >= BUSY:
            seconds, self._spent = REST * self._spent, 0.0
            await self._rest(seconds)
        else:
            # A TLS stream that holds decrypted bytes returns them without giving way.
            await asyncio.sleep(0)

    def after_read(self, data: bytes) -> None:
        """Note what came; raises Unreachable for a head without end."""
        self.head.add(len(data))
        self._since = self._cpu()


incoming: ContextVar[Incoming] = ContextVar("incoming")
"""The answer that the present asyncio task reads: a kept connection brings one after another."""

OPENED = ("connection.connect_tcp.complete", "connection.start_tls.complete")
"""The events that give a new connection, in the `trace` extension of a request."""


class _Stream(Protocol):
    read: Callable[[int, float | None], bytes]


def limit_head(
    event: str, info: dict[str, Any], head: HeadSize, wait: Callable[[float], None]
) -> None:
    """Have a new connection of a thread read its answer's head in pieces, and `wait` after each."""
    if event in OPENED:
        stream = cast("_Stream", info["return_value"])
        stream.read = _counted(stream.read, head, wait)


def _counted(
    read: Callable[[int, float | None], bytes], head: HeadSize, wait: Callable[[float], None]
) -> Callable[[int, float | None], bytes]:
    def read_counted(max_bytes: int, timeout: float | None = None) -> bytes:
        if head.whole:
            return read(max_bytes, timeout)
        if head.begun:
            wait(PAUSE)
        data = read(min(max_bytes, PIECE), timeout)
        head.add(len(data))
        return data

    return read_counted


def rested(chunks: Iterable[Chunk], wait: Callable[[float], None]) -> Iterator[Chunk]:
    """Yield a file's chunks, and wait after each run of tiny ones: bytes gather meanwhile."""
    count = size = 0
    for chunk in chunks:
        yield chunk
        count, size = count + 1, size + len(chunk)
        if count == RUN:
            if size < RUN * TINY:
                wait(PAUSE)
            count = size = 0
