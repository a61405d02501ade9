"""How one thread ends the network read of another.

A read that blocks ends for none of the library's `close` calls, but at once when its socket is shut
down; a duplicate of the socket, kept from the moment it is connected, makes that possible (M21).
"""

import contextlib
import socket
import threading
from typing import Protocol, cast


class _Stream(Protocol):
    def get_extra_info(self, info: str) -> object: ...


class Connection:
    """The connection of one transfer, for whoever may want to end it from another thread."""

    def __init__(self) -> None:
        self._cut = threading.Event()
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None

    @property
    def is_cut(self) -> bool:
        """Whether the transfer was told to end. A body that ends after that is not whole."""
        return self._cut.is_set()

    def cut(self) -> None:
        """End the transfer for good: what blocks on it returns, and nothing new is begun."""
        self._cut.set()
        self.hang_up()

    def hang_up(self) -> None:
        """End the present connection only."""
        with self._lock:
            if self._socket is not None:
                with contextlib.suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)

    def wait(self, seconds: float) -> None:
        """Let that many seconds pass, fewer once the line is cut."""
        self._cut.wait(seconds)

    def trace(self, event: str, info: dict[str, object]) -> None:
        """Take note of each new connection: the `trace` extension of a request."""
        if event == "connection.connect_tcp.complete":
            stream = cast("_Stream", info["return_value"])
            made = stream.get_extra_info("socket")
            self._hold(made.dup() if isinstance(made, socket.socket) else None)

    def close(self) -> None:
        """Let go of the connection; it is the other side's to close, or the library's."""
        self._hold(None)

    def _hold(self, duplicate: socket.socket | None) -> None:
        with self._lock:
            previous, self._socket = self._socket, duplicate
        if previous is not None:
            previous.close()
        if self.is_cut:
            self.hang_up()
