"""Reads stdin as it comes, in batches to be saved; after a signal, what had come is still read."""

import os
import select
import signal
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import BinaryIO, Protocol

from rushes.tui.shell.ending_signals import ENDING_SIGNALS
from rushes.watch.watchlist.batches import Batch, Incoming

IDLE = 0.2
"""Seconds without a byte after which the lines read so far are handed on."""

LINES = 64
"""The most lines that are held back."""

_CHUNK = 64 * 1024
_BACKLOG = 512 * 1024
"""Characters that are read ahead at most."""


class Stopped(Exception):
    """The signal of that number came; `cut` is the unfinished line that it cut off."""

    def __init__(self, number: int, cut: str = "") -> None:
        super().__init__(number)
        self.number = number
        self.cut = cut


class Stdin(Protocol):
    """A source of bytes that may be long in coming."""

    def read(self, wait: float | None) -> bytes | None:
        """What comes within `wait` seconds (None: whenever); None for nothing, b"" at the end.

        Raises Stopped.
        """
        ...

    def rest(self) -> Iterator[bytes]:
        """What is there without waiting, b"" at the end; no signal ends this."""
        ...


class Held:
    """stdin without a descriptor: its bytes are in memory."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def read(self, wait: float | None) -> bytes | None:
        """The next of them."""
        return self._file.read(_CHUNK)

    def rest(self) -> Iterator[bytes]:
        """All that is left."""
        return iter((self._file.read(), b""))

    @contextmanager
    def heeding(self) -> Generator[None]:
        """Reading these takes no time in which a signal could come."""
        yield


class Pipe:
    """stdin by its descriptor; signals write to a pipe of our own, which ends a wait for bytes."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._woken, self._waking = os.pipe()
        os.set_blocking(self._waking, False)

    def read(self, wait: float | None) -> bytes | None:
        """The next bytes; None after `wait` seconds or for none. Raises Stopped at a signal."""
        ready, _, _ = select.select([self._descriptor, self._woken], [], [], wait)
        if self._woken in ready:
            raise Stopped(os.read(self._woken, 1)[0])
        return self._now() if ready else None

    def rest(self) -> Iterator[bytes]:
        """The bytes that are in the pipe by now, up to the backlog."""
        left = _BACKLOG
        while left > 0 and select.select([self._descriptor], [], [], 0)[0]:
            data = self._now()
            if data is None:
                return
            yield data
            if not data:
                return
            left -= len(data)

    def _now(self) -> bytes | None:
        try:
            return os.read(self._descriptor, _CHUNK)
        except BlockingIOError:
            return None

    @contextmanager
    def heeding(self) -> Generator[None]:
        """Within this, a signal that would end us is told to `read`; a second one does end us."""

        def wake(number: int, _: FrameType | None) -> None:
            for each in before:
                signal.signal(each, signal.SIG_DFL)
            os.write(self._waking, bytes([number]))

        before = {
            number: signal.getsignal(number)
            for number in ENDING_SIGNALS
            if signal.getsignal(number) is not signal.SIG_IGN
        }
        for number in before:
            signal.signal(number, wake)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            os.close(self._woken)
            os.close(self._waking)


def source_of(file: BinaryIO) -> Held | Pipe:
    """How to read that stdin: as a descriptor where it has one."""
    try:
        return Pipe(file.fileno())
    except OSError:
        return Held(file)


def batches(source: Stdin) -> Iterator[Batch]:
    """What can be read, as soon as nothing comes for a moment or many lines wait.

    Raises Stopped behind all that had come.
    """
    text = Incoming()
    try:
        while (data := source.read(IDLE if text.lines else None)) != b"":
            if data is not None:
                text.came(data)
                while text.size < _BACKLOG and (more := source.read(0)):
                    text.came(more)
            if data is None or text.lines >= LINES or text.size >= _BACKLOG:
                yield from text.take()
    except Stopped as stopped:
        yield from _rest(source, text)
        raise Stopped(stopped.number, text.cut.strip()) from None
    yield from text.take_all()


def _rest(source: Stdin, text: Incoming) -> Iterator[Batch]:
    for data in source.rest():
        if not data:
            yield from text.take_all()
            return
        text.came(data)
    # Half an id may be written as whole ones are: what has no line end yet is not taken.
    yield from text.take_lines()
