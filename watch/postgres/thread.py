"""The thread that uses the connection: questions one by one, changes gathered, then committed."""

import logging
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from enum import Enum
from time import monotonic
from typing import Any, Protocol, TypeVar

from rushes.providers.language import _
from rushes.watch.postgres.connection import Connection
from rushes.watch.postgres.session import Session
from rushes.watch.team_faults import StoreAway, StoreRefused, StoreUnusable

log = logging.getLogger(__name__)

T = TypeVar("T")

GATHER = 0.25
"""Seconds for which changes are gathered before they are committed."""

TAKE_WITHIN = 2.0
"""Seconds within which a question has to be answered, or the store counts as away."""

COMMIT_WITHIN = 10.0
"""Seconds within which a commit has to be."""

RETRY = 0.5
"""Seconds after which changes that could not be committed are tried again."""

TRIES = 5
"""How often what met another's lock, or a connection that had died, is done again at once."""


class Batch(Protocol):
    """What is gathered for the next commit."""

    def __bool__(self) -> bool: ...

    def write(self, db: Connection) -> None:
        """Write all of it within a transaction; doing that again changes nothing."""
        ...

    def committed(self) -> None:
        """What was written is committed."""
        ...

    def put_back(self, newer: "Batch") -> None:
        """Join what came meanwhile to what could not be written."""
        ...


class _Job(Enum):
    """What the thread does next."""

    ANSWER = "answer"
    COMMIT = "commit"


class PostgresThread:
    """One connection, used by one thread; every method may be called from any other one."""

    def __init__(
        self, session: Session, new_batch: Callable[[], Any], now: Callable[[], float] = monotonic
    ) -> None:
        """`new_batch` makes what changes are gathered in; `now` is what `away_since` goes by."""
        self._now = now
        self._session = session
        self._new_batch = new_batch
        self._wake = threading.Condition()
        self._asked: deque[tuple[Callable[[Any], Any], float, bool, Future[Any]]] = deque()
        self._flushes: list[Future[Any]] = []
        self._batch = new_batch()
        self._due: float | None = None
        self._closing: float | None = None
        self.away_since: float | None = None
        self.trouble: StoreUnusable | None = None
        self.refused: StoreRefused | None = None
        self._asking = False
        self._thread = threading.Thread(target=self._run, name="postgres", daemon=True)
        self._thread.start()

    # -- for the event loop ---------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """Whether a question is not answered yet."""
        return self._asking or bool(self._asked)

    def ask(
        self, work: Callable[[Connection], T], within: float = TAKE_WITHIN, *, whole: bool = True
    ) -> "Future[T]":
        """Have `work` done ahead of what is gathered; `whole`: in a transaction of its own."""
        future: Future[T] = Future()
        with self._wake:
            if self._closing is not None:
                future.set_exception(_closed())
                return future
            self._asked.append((work, within, whole, future))
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
            if job is _Job.COMMIT:
                self._commit()
                continue
            self._answer(*self._asked.popleft())
            self._asking = False
        self._session.close()
        self._tell([*self._flushes, *(it[3] for it in self._asked)], self.trouble or _closed())

    def _next(self) -> "_Job | None":
        """What is to be done now, waited for; None at the end."""
        with self._wake:
            while True:
                now = monotonic()
                if self._asked:
                    self._asking = True
                    return _Job.ANSWER
                ended = self._closing is not None and (
                    now >= self._closing or not (self._batch or self._flushes)
                )
                if ended:
                    return None
                at = self._due
                if at is not None and now >= at:
                    return _Job.COMMIT
                until = min(it for it in (at, self._closing, now + 3600.0) if it is not None)
                self._wake.wait(until - now)

    def _answer(
        self, work: Callable[[Connection], Any], within: float, whole: bool, future: "Future[Any]"
    ) -> None:
        if not future.set_running_or_notify_cancel():
            return
        try:
            result = self._done(work, within, whole=whole)
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
            if not isinstance(error, StoreUnusable):
                log.exception("changes could not be written to the shared store")
            with self._wake:
                batch.put_back(self._batch)
                self._batch = batch
                # What our role may not write is tried again with the next change only.
                self._due = None if isinstance(error, StoreRefused) else monotonic() + RETRY
            self._tell(flushes, error)
        else:
            batch.committed()
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

    def _done(self, work: Callable[[Connection], T], within: float, *, whole: bool = True) -> T:
        """What `work` gives in a transaction, again where it met another's or a connection died."""
        ends, began = monotonic() + within, self._now()
        for left in reversed(range(TRIES)):
            try:
                left_over = max(ends - monotonic(), 0.05)
                with self._session.statement(left_over, whole=whole) as db:
                    result = work(db)
            except StoreUnusable as error:
                again = isinstance(error, StoreAway) and left and monotonic() < ends
                if again and not self._session.refused:
                    continue
                if isinstance(error, StoreRefused):
                    self.refused = error  # it answers
                    raise
                self.trouble = error
                # Since it was asked: one that stalls is told of no later than one that is gone.
                self.away_since = began if self.away_since is None else self.away_since
                raise
            else:
                self.away_since, self.trouble = None, None
                return result
        raise AssertionError("the last try returns or raises")


def _closed() -> StoreUnusable:
    return StoreAway(_("the store is closed"))
