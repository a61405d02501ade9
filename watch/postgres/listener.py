"""Hears of what others save, by LISTEN and NOTIFY, on a thread and a connection of its own.

Only that somebody saved is told there. What it was is looked up by the numbers of commits
(`task_rows.saved_since`): in the order in which they were committed nothing is left out, as it
would be by a sequence. Through a pooler that hands out connections by transactions nothing is
heard; then the store is looked at every few seconds.
"""

import threading
import time
from collections.abc import Callable, Mapping
from uuid import UUID

import psycopg

from rushes.watch.postgres import task_rows
from rushes.watch.postgres.connection import Connection
from rushes.watch.postgres.schema import CHANNEL, LISTS
from rushes.watch.postgres.session import Session
from rushes.watch.postgres.task_rows import Version
from rushes.watch.task import Ref
from rushes.watch.team_faults import StoreUnusable

GATHER = 0.02
"""Seconds for which more is waited for once somebody saved."""

LOOK_EVERY = 0.25
"""Seconds between two looks at least, however often others save."""

LOOK_ANYWAY = 30.0
"""Seconds after which the store is looked at without a word from anybody."""

DEAF_LOOK = 2.0
"""The same until the first word, for where none can be heard."""

WAKE = 1.0
"""Seconds after which it is seen that the listener is to end."""

LOOK_WITHIN = 5.0
"""Seconds within which a look has to be answered, or the connection is made anew."""


class Listener:
    """Tells of what others save until it is closed; `tell` is called on its thread."""

    def __init__(
        self,
        session: Session,
        writer: UUID,
        tell: Callable[[Mapping[Ref, Version] | None], None],
        tell_lists: Callable[[], None],
        tell_lost: Callable[[], None],
    ) -> None:
        """What `writer` saves is not told. `session` is used by nobody else.

        `tell` gets the versions of what was saved; None where that is not known, at the beginning
        and where a store was restored: then all of it has to be looked at. `tell_lost` is called
        where the connection ended.
        """
        self._session = session
        self._writer = writer
        self._tell = tell
        self._tell_lists = tell_lists
        self._tell_lost = tell_lost
        self._place: str | None = None
        self._hears = False
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="listener", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End, without waiting for what is on its way."""
        self._ended.set()

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                self._listen()
            except (StoreUnusable, psycopg.Error):
                self._session.close()
                self._tell_lost()
                self._ended.wait(WAKE)
        self._session.close()

    def _listen(self) -> None:
        """Listen on one connection until it fails or is another one."""
        with self._session.idle() as connection:
            connection.execute(f"LISTEN {CHANNEL}".encode())
            listening = connection
        self._hears = False
        self._look()
        looked = time.monotonic()
        while not self._ended.is_set():
            with self._session.idle() as connection:
                if connection is not listening:
                    return  # it was made anew meanwhile, and does not listen yet
                heard = self._heard(connection, WAKE)
                if heard:
                    more = max(GATHER, looked + LOOK_EVERY - _now())
                    heard |= self._heard(connection, more, stop_after=None)
            if LISTS in heard:
                self._tell_lists()
            theirs = heard - {LISTS, str(self._writer)}
            if theirs or _now() - looked > (LOOK_ANYWAY if self._hears else DEAF_LOOK):
                self._look()
                looked = _now()

    def _heard(
        self, connection: Connection, seconds: float, stop_after: int | None = 1
    ) -> set[str]:
        """Who told of something within so many seconds; returns after so many words."""
        told = connection.notifies(timeout=seconds, stop_after=stop_after)
        words = {word.payload for word in told}
        self._hears = self._hears or bool(words)
        return words

    def _look(self) -> None:
        found: Mapping[Ref, Version] | None = None
        with self._session.statement(LOOK_WITHIN, whole=False) as connection:
            if self._place is None:
                place = task_rows.horizon(connection)
            else:
                place, found = task_rows.saved_since(connection, self._place, self._writer)
                if int(place) < int(self._place):
                    found = None
        self._place = place
        if found is None or found:
            self._tell(found)


def _now() -> float:
    return time.monotonic()
