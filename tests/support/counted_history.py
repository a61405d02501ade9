"""A history that knows whether it still owes somebody an answer."""

import sqlite3
from collections.abc import Callable
from typing import TypeVar

from rushes.watch.history.store import History

T = TypeVar("T")


class CountedHistory(History):
    """For a clock that is moved by hand: it waits for this one's thread (`ManualClock.threads`)."""

    owed = 0

    def busy(self) -> bool:
        """Whether a question is not answered yet."""
        return self.owed > 0

    async def at_once(self, work: Callable[[sqlite3.Connection], T]) -> T:
        self.owed += 1
        try:
            return await super().at_once(work)
        finally:
            self.owed -= 1

    async def look(self, work: Callable[[sqlite3.Connection], T]) -> T:
        self.owed += 1
        try:
            return await super().look(work)
        finally:
            self.owed -= 1
