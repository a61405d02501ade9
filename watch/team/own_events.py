"""What a team's store leaves to the home's history: what happens here has its commands here."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager

from rushes.watch.asked_every import AskedEvery
from rushes.watch.history.store import History
from rushes.watch.queued_events import CommandEnd, CutOff, Happening, QueuedEvent


class OwnEvents:
    """The part of a `Store` that concerns this machine alone."""

    def __init__(self, history: History) -> None:
        self._history = history

    def tell_asked_every(self, account: str, every: AskedEvery) -> None:
        """Tell the processes of this machine."""
        self._history.tell_asked_every(account, every)

    def queue(self, happening: Happening) -> None:
        """Queue what happened."""
        self._history.queue(happening)

    def recovered(self, account: str) -> None:
        """Note that an account answers again."""
        self._history.recovered(account)

    def command_turn(self) -> AbstractAsyncContextManager[None]:
        """The turn to run an event's command."""
        return self._history.command_turn()

    async def has_event(self, *, own: bool) -> bool:
        """Whether an event is queued whose command is to be run here."""
        return await self._history.has_event(own=own)

    async def begin_event(self) -> QueuedEvent | None:
        """Take an event whose command is to be run here."""
        return await self._history.begin_event()

    def end_event(self, number: int, end: CommandEnd) -> None:
        """Note how it ended with a command."""
        self._history.end_event(number, end)

    async def cut_off(self) -> Sequence[CutOff]:
        """The commands whose processes ended before them."""
        return await self._history.cut_off()
