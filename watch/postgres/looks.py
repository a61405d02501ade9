"""Looks at what others saved since the last look, by the numbers of commits.

In the order in which they were committed nothing is left out, as it would be by a sequence.
"""

import contextlib
import threading
from collections.abc import Callable, Mapping
from uuid import UUID

from rushes.watch.postgres import task_rows
from rushes.watch.postgres.session import Session
from rushes.watch.postgres.task_rows import Version
from rushes.watch.task import Ref
from rushes.watch.team_faults import StoreUnusable

LOOK_WITHIN = 5.0
"""Seconds within which a look has to be answered, or the connection is made anew."""

DEAF_LOOK = 2.0
"""Seconds between two looks of who hears nothing."""

Tell = Callable[[Mapping[Ref, Version] | None], None]
"""Is told what was saved; None where that is not known, at the beginning and where a store was
restored: then all of it has to be looked at."""


class Looks:
    """The looks of one process; what `writer` saves is not told."""

    def __init__(self, session: Session, writer: UUID, tell: Tell) -> None:
        self._session = session
        self._writer = writer
        self._tell = tell
        self._place: str | None = None
        self._incarnation = ""

    def look(self) -> None:
        """Tell of what is new, if anything is; raises StoreUnusable."""
        found: Mapping[Ref, Version] | None = None
        with self._session.statement(LOOK_WITHIN, whole=False) as connection:
            if self._place is None or self._incarnation != self._session.incarnation:
                place = task_rows.horizon(connection)
            else:
                place, found = task_rows.saved_since(connection, self._place, self._writer)
                if int(place) < int(self._place):
                    found = None
        self._place, self._incarnation = place, self._session.incarnation
        if found is None or found:
            self._tell(found)


class Looker:
    """Looks every few seconds until it is closed, on a connection that others use, too."""

    def __init__(self, session: Session, writer: UUID, tell: Tell) -> None:
        """`tell` is called on a thread of its own."""
        self._looks = Looks(session, writer, tell)
        self._ended = threading.Event()
        threading.Thread(target=self._run, name="looker", daemon=True).start()

    def close(self) -> None:
        """End, without waiting for what is on its way."""
        self._ended.set()

    def _run(self) -> None:
        while not self._ended.is_set():
            # Who asks for turns on that connection finds out, too, and tells it.
            with contextlib.suppress(StoreUnusable):
                self._looks.look()
            self._ended.wait(DEAF_LOOK)
