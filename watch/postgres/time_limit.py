"""Ends what takes too long on a connection, by shutting its socket down.

The driver's own time-outs first try to cancel at the server, which may be what does not answer. One
thread does it for all uses of a connection, one after the other: to start one for each takes longer
than most questions do.
"""

import contextlib
import socket
import threading
from collections.abc import Generator
from time import monotonic

import psycopg

from rushes.providers.language import _
from rushes.watch.postgres.connection import Connection
from rushes.watch.postgres.errors import told
from rushes.watch.team_faults import StoreAway


class _Use:
    """A use of the connection, which may last until `cut_at`, monotonic seconds."""

    def __init__(self, twin: socket.socket, cut_at: float) -> None:
        self.twin = twin
        self.cut_at = cut_at
        self.was_cut = False


class TimeLimit:
    """The limit of one use at a time."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._use: _Use | None = None
        self._looks_at: float | None = None
        self._thread: threading.Thread | None = None

    @contextlib.contextmanager
    def within(self, connection: Connection, seconds: float) -> Generator[None]:
        """Cut the connection where the block takes longer; StoreAway is raised then."""
        with socket.socket(fileno=_dup(connection)) as twin:
            use = _Use(twin, monotonic() + seconds)
            self._begin(use)
            try:
                yield
            except psycopg.Error:
                self._end()
                if not use.was_cut:
                    raise
                connection.close()
                raise StoreAway(
                    _("the shared store is away: no answer within {seconds:g} s").format(
                        seconds=seconds
                    )
                ) from None
            finally:
                self._end()

    def close(self) -> None:
        """End the thread, if there is one; the next use begins another."""
        with self._changed:
            self._thread = None
            self._changed.notify()

    def _begin(self, use: _Use) -> None:
        with self._changed:
            self._use = use
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="time limit", daemon=True)
                self._thread.start()
            elif self._looks_at is None or self._looks_at > use.cut_at:
                self._changed.notify()

    def _end(self) -> None:
        with self._changed:
            self._use = None

    def _run(self) -> None:
        with self._changed:
            while self._thread is threading.current_thread():
                use, now = self._use, monotonic()
                if use is not None and use.cut_at <= now:
                    use.was_cut = True
                    with contextlib.suppress(OSError):
                        use.twin.shutdown(socket.SHUT_RDWR)
                    self._use = use = None
                # Not woken for each use: it looks when the last one that it knew would be too long.
                self._looks_at = None if use is None else use.cut_at
                self._changed.wait(None if use is None else use.cut_at - now)


def _dup(connection: Connection) -> int:
    import os

    try:
        return os.dup(connection.fileno())
    except psycopg.Error as error:
        connection.close()
        raise told(error, is_closed=True) from None
