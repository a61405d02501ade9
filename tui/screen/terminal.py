"""Textual's terminal driver, with what it reads filtered before it is parsed."""

import os
import select
import time
from codecs import getincrementaldecoder

from textual import events
from textual._xterm_parser import XTermParser
from textual.constants import ESCAPE_DELAY
from textual.drivers.linux_driver import LinuxDriver

from rushes.tui.screen.painting.inks import RESET
from rushes.tui.screen.painting.painting import Painting
from rushes.tui.screen.terminal_input import ESCAPE, TerminalInput

CHUNK = 4096
BURST = 32
"""Characters in one read from which more may be on its way."""

GATHERED = 1 << 20
BREATH = 0.02
"""Seconds in which the rest of a burst has to follow to be part of it."""

TICK = 0.05


class TerminalDriver(LinuxDriver):
    """Replaces the reading loop in Textual's input thread, and knows when the terminal is free."""

    painting: Painting
    """What stands on the terminal, since it was taken."""

    in_use = False
    """Whether the terminal is in the application's mode: from its start until all is restored."""

    def start_application_mode(self) -> None:
        """Take the terminal."""
        self.in_use = True
        self.painting = Painting()
        super().start_application_mode()

    def stop_application_mode(self) -> None:
        """Give the terminal back, in its own colours."""
        self.write(RESET)
        super().stop_application_mode()

    def close(self) -> None:
        """Return when the last byte is written."""
        super().close()
        self.in_use = False

    def run_input_thread(self) -> None:
        """Read until the driver ends, and post the events."""
        parser = XTermParser()
        decoder = getincrementaldecoder("utf-8")("replace")
        came = TerminalInput()
        last = time.monotonic()
        while not self.exit_event.is_set():
            if self._waiting(TICK):
                data = decoder.decode(self._gathered())
                if not data and not self._waiting(0):
                    continue
                last = time.monotonic()
                self._post(parser, came.read(data))
            elif came.holds and (idle := time.monotonic() - last) >= ESCAPE_DELAY:
                self._post(parser, came.idle(idle))
            for message in parser.tick():
                self.process_message(message)

    def _waiting(self, seconds: float) -> bool:
        return bool(select.select([self.fileno], [], [], seconds)[0])

    def _gathered(self) -> bytes:
        """One read; in a burst, also what follows at once."""
        data = self._read()
        if not data:
            self.exit_event.wait(TICK)  # a terminal that is closed is always ready
        while BURST <= len(data) < GATHERED and self._waiting(BREATH):
            more = self._read()
            if not more:
                break
            data += more
        return data

    def _read(self) -> bytes:
        """What is there; nothing where the terminal has gone away, which is noticed elsewhere."""
        try:
            return os.read(self.fileno, CHUNK)
        except OSError:
            return b""

    def _post(self, parser: XTermParser, text: str) -> None:
        if text == ESCAPE:
            # Waited for already: the parser would wait once more for what may follow it.
            self.process_message(events.Key("escape", ESCAPE))
            return
        for message in parser.feed(text) if text else ():
            self.process_message(message)
