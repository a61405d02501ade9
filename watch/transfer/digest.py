"""The digest of a file that is arriving."""

import hashlib
from functools import partial

from rushes.watch.network.direct import LENT, Chunk
from rushes.watch.transfer.worker import Worker

_SMALL = 64 * 1024
"""Bytes that are worked through sooner than another thread would have taken them over."""


class Digest:
    """The SHA-256 of the bytes added so far, worked out beside once `begin` was called.

    At most LENT chunks wait for that: a chunk that is lent is not needed any longer than it lasts.
    """

    def __init__(self) -> None:
        self._worker = Worker(LENT)
        self._hash = hashlib.sha256()

    def begin(self) -> None:
        """Have a thread of its own take what is added from now on."""
        self._worker.begin()

    def add(self, chunk: Chunk) -> None:
        """Add bytes to the end."""
        if len(chunk) < _SMALL:
            self._worker.settle()
            self._hash.update(chunk)
        else:
            self._worker.do(partial(self._hash.update, chunk))

    def clear(self) -> None:
        """Forget all bytes."""
        self._worker.settle()
        self._hash = hashlib.sha256()

    def hexdigest(self) -> str:
        """The digest of all bytes, in hexadecimal."""
        self._worker.settle()
        return self._hash.hexdigest()

    def close(self) -> None:
        """Let the thread end."""
        self._worker.close()
