"""A home's history for commands that print, brought up to what the team's store has first.

While the store is away it is read as it was left, and that is told.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar

from rushes.watch.disk.paths import Paths
from rushes.watch.history.connection import Work
from rushes.watch.history.reader import HistoryReader
from rushes.watch.postgres import task_rows
from rushes.watch.postgres.session import Session
from rushes.watch.store import CLOSE_WITHIN, LastBody
from rushes.watch.store_condition import StoreCondition, StoreNotice, StoreReason
from rushes.watch.sums import Sums
from rushes.watch.task import Entry, Ref, Task
from rushes.watch.team.copying import Copy
from rushes.watch.team.marks import Marks
from rushes.watch.team_faults import StoreAway

T = TypeVar("T")

_NEVER = datetime.fromtimestamp(0, UTC)


class TeamReader(HistoryReader):
    """As `HistoryReader`; raises StoreUnusable, too, where the store is there and of no use."""

    def __init__(
        self, paths: Paths, parameters: Callable[[], Mapping[str, str | int]], where: str
    ) -> None:
        """`parameters` make a connection, `where` is the store's address without a password."""
        super().__init__(paths.history, trusted=paths.trusted)
        self._where = where
        self._away: StoreAway | None = None
        self._is_whole = False
        self._session = Session(parameters)
        self._marks = Marks(paths.team, where, paths.history)
        own = HistoryReader(paths.history, thread=self._thread)
        self._copy = Copy(self._session, own, self._marks)

    @property
    def condition(self) -> StoreCondition:
        """How the file is, and whether the store is away."""
        found = super().condition
        if self._away is None:
            return found
        away = StoreNotice(StoreReason.AS_IT_WAS, self._where, str(self._away))
        return replace(found, notices=(*found.notices, away))

    def load(self, entries: Sequence[Entry]) -> dict[Ref, Task]:
        """The tasks of `entries` with everything that the team knows of them."""
        if self._away is None:
            try:
                return self._copy.load(entries)[0]
            except StoreAway as error:
                self._away = error
        return super().load(entries)

    def last_body(self, ref: Ref) -> LastBody | None:
        """The last reply about `ref`, whoever got it."""
        with suppress(StoreAway), self._session.transaction() as db:
            if (found := task_rows.last_body(db, ref, self._session.ahead)) is not None:
                return found
        return super().last_body(ref)

    def sums(self, refs: str, now: float) -> Sums:
        """The sums over the tasks of `refs`, a JSON list; `now` is Unix seconds."""
        wanted = [Ref(*text.partition(":")[::2]) for text in json.loads(refs)]
        self.load([Entry(ref=ref, added=_NEVER) for ref in wanted])
        return super().sums(refs, now)

    def ask(self, work: Work[T]) -> T:
        """What `work` reads of all that the team knows."""
        if not self._is_whole and self._away is None:
            try:
                self._copy.bring_all()
            except StoreAway as error:
                self._away = error
            self._is_whole = True
        return super().ask(work)

    def close(self, within: float = CLOSE_WITHIN) -> None:
        """Let go of the file and of the connection."""
        super().close(within)
        self._session.close()
        self._marks.close()
