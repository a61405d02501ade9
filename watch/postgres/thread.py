"""The thread that has the connection: questions one by one, changes gathered, then committed.

A call of the driver that gets no answer cannot be told to end in time: it first asks the server to
cancel, twice for five seconds (measured). So the socket is shut down under it at the deadline.
"""

import contextlib
import logging
import os
import socket
import threading
from collections import deque
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from rushes.providers.language import _
from rushes.watch.postgres.schema import SEARCH_PATH, About, about, checked
from rushes.watch.postgres.unusable import StoreUnusable
from rushes.watch.store import StoreBusy, StoreError

if TYPE_CHECKING:
    from psycopg import Connection

log = logging.getLogger(__name__)

T = TypeVar("T")
Parameters = Callable[[], Mapping[str, str | int]]
"""What libpq is told of the connection, asked for anew at each: a password may have changed."""

GATHER = 0.25
"""Seconds for which changes are gathered before they are committed."""

TAKE_WITHIN = 2.0
"""Seconds within which a question has to be answered, or the store counts as away."""

COMMIT_WITHIN = 10.0
"""Seconds within which a commit has to be."""

RETRY_LEAST, RETRY_MOST = 0.05, 2.0
"""Seconds after which a store that is away is tried again: twice as long each time."""

TRIES = 5
"""How often what met another's lock is done again before that is said."""

_AGAIN = ("40P01", "40001", "55P03")
"""A deadlock, a transaction that met another, a lock that was not free in time."""

_SETTINGS = "SET plan_cache_mode = force_custom_plan; SET synchronous_commit = on"
# Plans that were made while the tables were empty read them whole for ever.


class StoreAway(StoreBusy):
    """The shared store cannot be reached; it is tried again."""


class Batch(Protocol):
    """What is gathered for the next commit."""

    def __bool__(self) -> bool: ...

    def write(self, db: "Connection") -> None:
        """Write all of it within a transaction; doing that again changes nothing."""
        ...

    def put_back(self, newer: "Batch") -> None:
        """Join what came meanwhile to what could not be written."""
        ...


class PostgresThread:
    """One connection, used by one thread; every method may be called from any other one."""

    def __init__(self, parameters: Parameters, new_batch: Callable[[], Any]) -> None:
        """`new_batch` makes what changes are gathered in."""
        self._parameters = parameters
        self._new_batch = new_batch
        self._wake = threading.Condition()
        self._asked: deque[tuple[Callable[[Any], Any], float, Future[Any]]] = deque()
        self._flushes: list[Future[Any]] = []
        self._batch = new_batch()
        self._due: float | None = None
        self._closing: float | None = None
        self._db: Connection | None = None
        self._failures = 0
        self._not_before = 0.0
        self.about: About | None = None
        self.away_since: float | None = None
        self.trouble: str = ""
        self._asking = False
        self._thread = threading.Thread(target=self._run, name="postgres", daemon=True)
        self._thread.start()

    # -- for the event loop ---------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """Whether a question is not answered yet."""
        return self._asking or bool(self._asked)

    def ask(self, work: Callable[["Connection"], T], within: float = TAKE_WITHIN) -> "Future[T]":
        """Have `work` done in a transaction of its own, ahead of what is gathered."""
        future: Future[T] = Future()
        with self._wake:
            if self._closing is not None:
                future.set_exception(StoreError(_("the store is closed")))
                return future
            self._asked.append((work, within, future))
            self._wake.notify()
        return future

    def change(self, put: Callable[[Any], None]) -> None:
        """Put something into what is gathered."""
        with self._wake:
            put(self._batch)
            if self._due is None:
                self._due = monotonic() + GATHER
                self._wake.notify()

    def flush(self) -> "Future[None]":
        """Is done once all that was put so far is committed."""
        future: Future[None] = Future()
        with self._wake:
            self._flushes.append(future)
            self._due = monotonic()
            self._wake.notify()
        return future

    def close(self, within: float) -> None:
        """Commit what is left in so many seconds, and end; blocks for as long."""
        with self._wake:
            if self._closing is None:
                self._closing = monotonic() + within
                self._due = monotonic()
            self._wake.notify()
        self._thread.join(within + 1.0)

    # -- on the thread --------------------------------------------------------------------------

    def _run(self) -> None:
        while (job := self._next()) is not None:
            if job == "commit":
                self._commit()
                continue
            self._answer(*self._asked.popleft())
            self._asking = False
        self._drop()
        for future in [*self._flushes, *(it[2] for it in self._asked)]:
            future.set_exception(StoreAway(self.trouble or _("the store is closed")))

    def _next(self) -> str | None:
        """What is to be done now, waited for; None at the end."""
        with self._wake:
            while True:
                now = monotonic()
                if self._asked:
                    self._asking = True
                    return "ask"
                ended = self._closing is not None and (
                    now >= self._closing or not (self._batch or self._flushes)
                )
                if ended:
                    return None
                at = None if self._due is None else max(self._due, self._not_before)
                if at is not None and now >= at:
                    return "commit"
                until = min(it for it in (at, self._closing, now + 3600.0) if it is not None)
                self._wake.wait(until - now)

    def _answer(
        self, work: Callable[["Connection"], Any], within: float, future: "Future[Any]"
    ) -> None:
        if not future.set_running_or_notify_cancel():
            return
        try:
            result = self._done(work, within)
        except Exception as error:  # noqa: BLE001 - it is the asker's
            future.set_exception(error)
        else:
            future.set_result(result)

    def _commit(self) -> None:
        with self._wake:
            batch, self._batch = self._batch, self._new_batch()
            flushes, self._flushes, self._due = self._flushes, [], None
        within = COMMIT_WITHIN
        if self._closing is not None:
            within = max(self._closing - monotonic(), 0.05)
        try:
            if batch:
                self._done(batch.write, within)
        except Exception as error:
            # Nothing that was handed over is let go of; who waits for it is told.
            if not isinstance(error, StoreError):
                log.exception("changes could not be written to the shared store")
            with self._wake:
                batch.put_back(self._batch)
                self._batch = batch
                self._due = monotonic() + RETRY_LEAST
            if not isinstance(error, StoreBusy) or self._closing is not None:
                self._tell(flushes, error)
            else:
                self._flushes[:0] = flushes
        else:
            self._tell(flushes, None)

    @staticmethod
    def _tell(flushes: "list[Future[Any]]", error: Exception | None) -> None:
        for future in flushes:
            if not future.set_running_or_notify_cancel():
                continue
            if error is None:
                future.set_result(None)
            else:
                future.set_exception(error)

    def _done(self, work: Callable[["Connection"], T], within: float) -> T:
        """What `work` gives in a transaction, again where it met another's or a connection died."""
        import psycopg

        ends = monotonic() + within
        for attempt in range(TRIES):
            db = self._connected()
            try:
                with _cut_after(db, ends - monotonic()), db.transaction():
                    result = work(db)
            except psycopg.OperationalError as error:
                if not db.closed and error.sqlstate in _AGAIN and attempt + 1 < TRIES:
                    continue
                if not db.closed:
                    raise StoreBusy(_words(error)) from None
                self._lost(error)
                if attempt or monotonic() >= ends:
                    raise StoreAway(self.trouble) from None
            except psycopg.Error as error:
                raise StoreError(_words(error)) from None
            else:
                self._well()
                return result
        raise StoreBusy(_("the store is busy"))

    def _connected(self) -> "Connection":
        import psycopg

        if self._db is not None and not self._db.closed:
            return self._db
        if monotonic() < self._not_before:
            raise StoreAway(self.trouble)
        try:
            given: dict[str, Any] = {"connect_timeout": 5, **self._parameters()}
        except StoreUnusable as error:
            raise StoreError(str(error)) from None
        try:
            db = psycopg.connect(**given, autocommit=True)
        except psycopg.OperationalError as error:
            self._lost(error)
            raise StoreAway(self.trouble) from None
        try:
            with _cut_after(db, TAKE_WITHIN):
                db.execute(f"{SEARCH_PATH}; {_SETTINGS}".encode())
                self.about = checked(about(db))
        except psycopg.OperationalError as error:
            self._lost(error)
            raise StoreAway(self.trouble) from None
        except StoreError:
            db.close()
            raise
        self._db = db
        return db

    def _lost(self, error: Exception) -> None:
        self._drop()
        now = monotonic()
        self.trouble = _words(error)
        self.away_since = self.away_since or now
        wait = min(RETRY_LEAST * 2**self._failures, RETRY_MOST)
        self._failures += 1
        self._not_before = now + (wait if self._failures > 1 else 0.0)

    def _well(self) -> None:
        self.away_since, self.trouble, self._failures, self._not_before = None, "", 0, 0.0

    def _drop(self) -> None:
        if self._db is not None:
            with contextlib.suppress(Exception):
                self._db.close()
            self._db = None


@contextmanager
def _cut_after(db: "Connection", seconds: float) -> Generator[None]:
    """Shut the connection's socket down in so many seconds, should it still be waited for."""
    copy = socket.socket(fileno=os.dup(db.fileno()))
    timer = threading.Timer(max(seconds, 0.0), _shut, [copy])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        copy.close()


def _shut(copy: socket.socket) -> None:
    with contextlib.suppress(OSError):
        copy.shutdown(socket.SHUT_RDWR)


def _words(error: Exception) -> str:
    """What the driver says, in one line and without what it was told."""
    from rushes.providers.text import clean
    from rushes.watch.keys.known_keys import hide

    return clean(hide(str(error).strip().partition("\n")[0])) or type(error).__name__
