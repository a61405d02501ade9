"""Follows what happens at a desk, and has a person told of it.

It pulls, like every reader: whoever tells may take seconds, and holds nothing up but the next
notice.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

from rushes.watch.changes import Event
from rushes.watch.clock import Clock
from rushes.watch.config.notify import NotifySettings
from rushes.watch.event_kinds import ENDS, EventKind
from rushes.watch.ledger import Ledger
from rushes.watch.notices.digest import Digest, Notice

log = logging.getLogger(__name__)

LOOK_EVERY = 2.0
"""Seconds between looks; a digest takes longer, so nothing is told later for it."""

Tell = Callable[[Notice], Awaitable[None]]


class Notifier:
    """Tells of what happens from now on, by `tell`."""

    def __init__(self, ledger: Ledger, settings: NotifySettings, clock: Clock, tell: Tell) -> None:
        self._ledger = ledger
        self._reader = ledger.readers.new()
        self._clock = clock
        self._tell = tell
        self._digest = Digest(settings)
        self._patience = settings.digest
        self._began = clock.monotonic()
        self._last_end: Event | None = None
        self._idle_told = False

    async def run(self) -> None:
        """Look again and again."""
        while True:
            await self._clock.sleep(LOOK_EVERY)
            await self.look()

    async def look(self, *, at_once: bool = False) -> None:
        """Take in what happened, and tell what is due; `at_once`: without gathering more."""
        self._take()
        notice = self._digest.notice(self._clock.now(), self._clock.monotonic(), at_once=at_once)
        if notice is None:
            return
        try:
            await self._tell(notice)
        except Exception:
            # A notice that cannot be told must not be the end of all others.
            log.exception("a notice was not told")

    def take_over(self, before: "Notifier") -> None:
        """Tell what another one, which is at its end, has gathered and not told."""
        before._take()
        self._digest.take_over(before._digest, self._clock.monotonic())

    async def finish(self, *, over: bool = True) -> None:
        """Tell what is left at the end of a command, and that it is the end where tasks are `over`.

        Whoever began it less than a digest ago is still there, and sees it.
        """
        now, at = self._clock.now(), self._clock.monotonic()
        if at - self._began < self._patience:
            return
        self._take()
        if over and self._last_end is not None and not self._idle_told:
            self._digest.take(replace(self._last_end, kind=EventKind.IDLE), "", now, at)
        await self.look(at_once=True)

    def _take(self) -> None:
        now, at = self._clock.now(), self._clock.monotonic()
        for event in self._reader.take().events:
            self._digest.take(event, self._name(event), now, at)
            if event.kind in ENDS.values():
                self._last_end, self._idle_told = event, False
            elif event.kind is EventKind.IDLE:
                self._idle_told = True

    def _name(self, event: Event) -> str:
        """Whom an event met: the task, or the account where it is that one's."""
        if event.kind is EventKind.IDLE:
            return ""
        task = self._ledger.task(event.ref) if event.ref is not None else None
        return task.name if task else event.account
