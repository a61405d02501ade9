"""Ends a network read of one thread from another thread.

No `close` of the library ends a read that blocks; to shut its socket down does, at once. So each
new connection's socket is duplicated and kept (reliability.md M21).
"""

import contextlib
import socket
import threading
from typing import Protocol, cast


class _NetworkStream(Protocol):
    """The part of httpcore's stream that is used here."""

    def get_extra_info(self, info: str) -> object: ...


class Connection:
    """The connection of one transfer; any thread may end it."""

    def __init__(self) -> None:
        self._cut = threading.Event()
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None

    @property
    def is_cut(self) -> bool:
        """Whether `cut` was called. A body that ends after that is not whole."""
        return self._cut.is_set()

    def cut(self) -> None:
        """End the transfer for good: what blocks on it returns, and no new connection is used."""
        self._cut.set()
        self.hang_up()

    def hang_up(self) -> None:
        """Shut the present connection down; the transfer may open another."""
        with self._lock:
            if self._socket is not None:
                with contextlib.suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)

    def wait(self, seconds: float) -> None:
        """Return after so many seconds, or at once when the transfer is cut."""
        self._cut.wait(seconds)

    def trace(self, event: str, info: dict[str, object]) -> None:
        """Keep a duplicate of each new connection's socket: the `trace` extension of a request."""
        if event == "connection.connect_tcp.complete":
            stream = cast("_NetworkStream", info["return_value"])
            made = stream.get_extra_info("socket")
            self._hold(made.dup() if isinstance(made, socket.socket) else None)

    def close(self) -> None:
        """Close our duplicate of the socket; the library closes its own."""
        self._hold(None)

    def _hold(self, duplicate: socket.socket | None) -> None:
        with self._lock:
            previous, self._socket = self._socket, duplicate
        if previous is not None:
            previous.close()
        if self.is_cut:
            self.hang_up()
