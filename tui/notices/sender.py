"""Sends notices by the way that fits at that moment: a terminal may be another one by then."""

import asyncio
import logging
import os
import subprocess
from collections.abc import Callable, Mapping

from rushes.providers.frozen import frozen
from rushes.tui.lines.notice_words import notice_body, notice_title
from rushes.tui.notices.desktop import Desktop
from rushes.tui.notices.multiplexer import Outside, outside
from rushes.tui.notices.sequences import BELL, written
from rushes.tui.notices.way import Means, Way, way
from rushes.watch.config.notify import NotifyMethod
from rushes.watch.keys.known_keys import hide
from rushes.watch.notices.digest import Notice

log = logging.getLogger(__name__)

Write = Callable[[str], object]
"""Writes to the terminal, on the event loop's thread and never in the middle of a frame."""


@frozen
class Sent:
    """The way that a notice went; `failed`: the desktop's tool did not show it."""

    way: Way
    failed: bool = False

    @property
    def arrived(self) -> bool:
        """Whether it was handed over; what a terminal makes of it nobody says."""
        return self.way.means is not Means.NOTHING and not self.failed


class Sender:
    """Sends notices; `write` is None where no terminal is written to."""

    def __init__(
        self,
        method: NotifyMethod,
        environ: Mapping[str, str],
        write: Write | None,
        *,
        desktop: Desktop | None = None,
        around: Callable[[Mapping[str, str]], Outside] = outside,
    ) -> None:
        self._method = method
        self._environ = environ
        draws = environ.get("TERM", "dumb") != "dumb"  # one that is dumb shows a bell as a letter
        self._write = write if draws else None
        self._desktop = desktop or Desktop(environ)
        self._around = around
        self._sent = 0

    async def tell(self, notice: Notice) -> None:
        """Send a notice."""
        await self.send(notice_title(notice), notice_body(notice))

    async def send(self, title: str, body: str) -> Sent:
        """Send a title and a body; it may take seconds, of which the event loop spends none."""
        title, body = hide(title), hide(body)
        found = await asyncio.to_thread(self._way)
        if found.means is Means.DESKTOP:
            shown = await asyncio.to_thread(self._show, title, body)
            if not shown and self._write is not None:
                self._write(BELL)
            return Sent(found, failed=not shown)
        if found.means is Means.TERMINAL and self._write is not None:
            self._sent += 1
            # Of several processes none is to replace what another one told.
            number = os.getpid() * 1000 + self._sent % 1000
            text = written(found.form, found.wrap, title, body, number)
            self._write(text + BELL if found.bell else text)
        return Sent(found)

    def _way(self) -> Way:
        asked = self._method
        if asked in (NotifyMethod.OFF, NotifyMethod.DESKTOP) or self._write is None:
            return way(asked, None, self._desktop.lack)
        return way(asked, self._around(self._environ), self._desktop.lack)

    def _show(self, title: str, body: str) -> bool:
        try:
            self._desktop.show(title, body)
        except (OSError, subprocess.SubprocessError) as error:
            log.warning("%s showed no notice: %s", self._desktop.name, type(error).__name__)
            return False
        return True
