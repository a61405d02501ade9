"""How many polls learned intervals have saved, by account, kept in state.toml.

A figure for people, which nothing goes by: what was not written when a process was killed is lost.
"""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from rushes.watch.clock import Clock
from rushes.watch.disk.state_file import read_state, write_state
from rushes.watch.polling.pollers import Pollers

_KEY = "polls_saved"

EVERY = 600.0
"""Seconds between two times that the figures are written."""


def saved_polls(state: Path) -> Mapping[str, int]:
    """The polls that were saved so far, by account; none where state.toml cannot be read."""
    held = read_state(state).get(_KEY)
    items = held.items() if isinstance(held, dict) else ()
    return {name: count for name, count in items if type(count) is int and count > 0}


class SavedPolls:
    """Adds what this process saved to the figures that are kept."""

    def __init__(self, state: Path, pollers: Pollers, clock: Clock) -> None:
        self._state = state
        self._pollers = pollers
        self._clock = clock
        self._look_at = clock.monotonic() + EVERY
        self._noted: dict[str, int] = {}

    async def look(self) -> None:
        """Write them where that is due."""
        if self._clock.monotonic() >= self._look_at:
            self._look_at = self._clock.monotonic() + EVERY
            await self.note()

    async def note(self) -> None:
        """Write them now, if there is anything new."""
        saved = {name: int(count) for name, count in self._pollers.saved().items()}
        news = {name: count - self._noted.get(name, 0) for name, count in saved.items()}
        news = {name: count for name, count in news.items() if count > 0}
        if news and await asyncio.to_thread(_add, self._state, news):
            self._noted |= saved


def _add(state: Path, news: Mapping[str, int]) -> bool:
    counts = dict(saved_polls(state))
    for name, count in news.items():
        counts[name] = counts.get(name, 0) + count
    return write_state(state, read_state(state), {_KEY: {**counts}})
