"""One connection to a shared store, made when it is needed and bounded in time."""

import contextlib
import threading
import time
from collections.abc import Callable, Generator, Mapping
from datetime import UTC, datetime, timedelta
from enum import Enum

import psycopg

from rushes.watch.postgres import upkeep
from rushes.watch.postgres.connection import Connection
from rushes.watch.postgres.errors import told, told_of_connecting
from rushes.watch.postgres.schema import About
from rushes.watch.postgres.time_limit import TimeLimit
from rushes.watch.team_faults import StoreAway, StoreUnusable

SECONDS = 10.0
"""Seconds that a transaction may take; then its connection is cut."""

CHECK_EVERY = 10.0
"""Seconds for which what a store says of its version is believed, where much is asked."""

REST_LEAST, REST_MOST = 0.05, 2.0
"""Seconds after a failed attempt to connect in which no other is made: twice as long each time."""

REST_USELESS = 30.0
"""The same where it fails until a person does something: a password may be locked by trying it."""

APART = timedelta(seconds=2)
"""Clocks that differ by less are taken for one."""

_INCARNATION = """
SELECT system_identifier || '/' || oid || '/' || left(pg_walfile_name(pg_current_wal_lsn()), 8)
FROM pg_control_system(), pg_database WHERE datname = current_database()
"""
_SECOND = timedelta(seconds=1)
_SETTINGS = "SET search_path = rushes, pg_catalog; SET synchronous_commit = on; {plans}"
# The role's own path may lead to other tables of these names.


class Plans(Enum):
    """How the server plans what a session asks, as it is told.

    Left to itself it keeps plans that it made while the tables were empty, and reads them whole.
    """

    MADE_ANEW = "SET plan_cache_mode = force_custom_plan"
    """Each statement for its values: for what is asked seldom, of any number of rows."""

    BY_INDEX = """
        SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off;
        SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off
    """
    """Each statement once, row by row through its indexes: for what is asked all the time, of some
    rows by their refs. Planning them took the server longer than doing them."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Session:
    """The connection of a process; blocking, and safe to use from several threads."""

    def __init__(
        self,
        parameters: Callable[[], Mapping[str, str | int]],
        *,
        plans: Plans = Plans.MADE_ANEW,
        seconds: float = SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        """`parameters` is asked before each connection, with the password; it may raise.

        `now` is this machine's clock, which the server's is compared with.
        """
        self._now = now
        self.ahead = timedelta(0)
        """How far the server's clock is ahead of this machine's, in whole seconds."""
        self.incarnation = ""
        """What tells the database from what it was before a replica or a backup took its place.

        It is another after that; "" where the server does not say.
        """
        self._parameters = parameters
        self._plans = plans
        self.seconds = seconds
        self._monotonic = monotonic
        self._connection: Connection | None = None
        self._refused: tuple[float, StoreUnusable] | None = None
        self._failures = 0
        self._checked: tuple[float, About] | None = None
        self._turn = threading.Lock()
        self._limit = TimeLimit()

    @contextlib.contextmanager
    def transaction(self, seconds: float | None = None) -> Generator[Connection]:
        """A transaction of a store that this program can read and write.

        Raises StoreUnusable, StoreAway: then nothing of it holds, or, where the connection broke
        with the commit, all of it. It may take so many `seconds`.
        """
        with self.unchecked(seconds) as connection:
            upkeep.check(connection)
            yield connection

    @contextlib.contextmanager
    def statement(
        self, seconds: float | None = None, *, whole: bool = False
    ) -> Generator[Connection]:
        """As `transaction`, of a store that was looked at lately; one statement unless `whole`.

        So one that is of a newer version meanwhile is found out CHECK_EVERY seconds late.
        """
        with self.unchecked(seconds, whole=whole) as connection:
            now = self._monotonic()
            if self._checked is None or now - self._checked[0] > CHECK_EVERY:
                self._checked = (now, upkeep.about_usable(connection))
            if not self._checked[1].writable:
                scope = "TRANSACTION" if whole else "SESSION CHARACTERISTICS AS TRANSACTION"
                connection.execute(f"SET {scope} READ ONLY".encode())
            yield connection

    @contextlib.contextmanager
    def unchecked(
        self, seconds: float | None = None, *, whole: bool = True
    ) -> Generator[Connection]:
        """As `transaction`, whatever the store is: for what makes it and brings it up to date.

        What is not `whole` has no transaction around it: each statement is one.
        """
        with self._turn:
            connection = self._connected()
            limit = self.seconds if seconds is None else seconds
            try:
                around = connection.transaction() if whole else contextlib.nullcontext()
                with self._limit.within(connection, limit), around:
                    yield connection
            except psycopg.Error as error:
                raise told(error, is_closed=connection.closed) from None
            finally:
                if connection.closed:
                    self._connection = None

    @contextlib.contextmanager
    def idle(self) -> Generator[Connection]:
        """The connection outside of transactions, for who alone uses this session."""
        with self._turn:
            yield self._connected()

    @property
    def refused(self) -> bool:
        """Whether the last attempt to connect failed."""
        return self._refused is not None

    def close(self) -> None:
        """End the connection, if there is one."""
        with self._turn:
            self._limit.close()
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def __del__(self) -> None:
        self._limit.close()
        if self._connection is not None:
            self._connection.close()

    def _connected(self) -> Connection:
        if self._connection is not None and not _has_ended(self._connection):
            return self._connection
        if self._refused is not None and self._monotonic() - self._refused[0] < self._rest:
            raise self._refused[1]
        self._checked = None
        try:
            made = self._made()
        except StoreUnusable as error:
            self._refused, self._failures = (self._monotonic(), error), self._failures + 1
            raise
        self._connection, self._refused, self._failures = made, None, 0
        return made

    @property
    def _rest(self) -> float:
        if self._refused is not None and not isinstance(self._refused[1], StoreAway):
            return REST_USELESS
        return min(REST_LEAST * 2**self._failures, REST_MOST)

    def _made(self) -> Connection:
        # Said as keywords, one by one: a text of all of them could be shown by an error.
        told_it = {**self._parameters(), "autocommit": True}
        try:
            made = psycopg.connect("", **told_it)  # type: ignore[arg-type]
        except psycopg.Error as error:
            raise told_of_connecting(error) from None
        try:
            with self._limit.within(made, self.seconds):
                made.execute(_SETTINGS.format(plans=self._plans.value).encode())
                self._compare_clocks(made)
                self.incarnation = _incarnation(made) or self.incarnation
        except psycopg.Error as error:
            made.close()
            raise told(error, is_closed=True) from None
        return made

    def _compare_clocks(self, connection: Connection) -> None:
        """Keep how far they are apart as it is until that is another: it goes into what is saved.

        A difference of under two seconds is taken for none.
        """
        asked = self._now()
        row = connection.execute("SELECT clock_timestamp()").fetchone()
        if row is None:
            return
        ahead = timedelta(seconds=round((row[0] - asked - (self._now() - asked) / 2) / _SECOND))
        ahead = ahead if abs(ahead) >= APART else timedelta(0)
        if abs(ahead - self.ahead) >= APART:
            self.ahead = ahead


def _incarnation(connection: Connection) -> str:
    """The server's files, the database in them, and the timeline: a new one with each take-over."""
    try:
        (found,) = connection.execute(_INCARNATION).fetchone() or ("",)
    except psycopg.Error:
        if connection.closed:
            raise
        return ""  # a server that is only like PostgreSQL, or whose owner took that right
    return str(found)


def _has_ended(connection: Connection) -> bool:
    """Whether the server has ended the connection since it was used last; asks it nothing."""
    try:
        connection.pgconn.consume_input()
    except psycopg.Error:
        pass
    else:
        if connection.pgconn.status == psycopg.pq.ConnStatus.OK:
            return False
    connection.close()
    return True
