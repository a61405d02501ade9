"""Textual's terminal driver, with what it reads filtered before it is parsed."""

import contextlib
import os
import select
import threading
import time
from codecs import getincrementaldecoder
from collections.abc import Callable

from textual import events
from textual._xterm_parser import XTermParser
from textual.constants import ESCAPE_DELAY
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from rushes.tui.screen.painting.inks import RESET
from rushes.tui.screen.painting.painting import DrawOver, Painting
from rushes.tui.screen.terminal_input import ESCAPE, Identity, TerminalInput
from rushes.tui.shell.first_frame import ENTER, hand_over, stands

CHUNK = 4096
BURST = 32
"""Characters in one read from which more may be on its way."""

GATHERED = 1 << 20
BREATH = 0.02
"""Seconds in which the rest of a burst has to follow to be part of it."""

TICK = 0.05
RESTLESS = ESCAPE_DELAY + 2 * TICK
"""Seconds after a read in which something may still be waited for; then only a key wakes it."""


ASK_WIDTH = "\x1b[2;1H\x1b[8m━\x1b[6n\x1b[m"
"""Draws a sign of ambiguous width unseen, in the second line, and asks where the cursor is then."""

ASK_CELL = "\x1b[16t"
"""Asks how many pixels a cell has."""

ASK_IDENTITY = "\x1b[>q\x1b[c" + ASK_CELL
"""XTVERSION and DA1: ask which terminal it is, and what it can. Those that do not know a question
pass over it."""


class SignsMeasured(Message):
    """Posted with how many cells the terminal takes for a sign of ambiguous width."""

    def __init__(self, cells: int) -> None:
        super().__init__()
        self.cells = cells


class TerminalNamed(Message):
    """Posted with what the terminal says of itself."""

    def __init__(self, identity: Identity) -> None:
        super().__init__()
        self.identity = identity


KEEP_TITLE, TITLE_BACK = "\x1b[22;2t", "\x1b]2;\a\x1b[23;2t"
"""xterm's stack of titles; where a terminal has none, the title is empty afterwards."""

KEEP_CURSOR, CURSOR_BACK = "\x1b7", "\x1b8"

UNTITLED = ("linux", "dumb")
"""Terminals without a window, some of which print what would be its title."""


class Bell:
    """Wakes a thread that waits for the terminal, from another thread, and keeps it awake."""

    def __init__(self) -> None:
        self.rung = False
        self.fileno, rope = os.pipe()
        self._rope: int | None = rope

    def ring(self) -> None:
        """Wake it."""
        self.rung = True
        self._let_go()

    def close(self) -> None:
        """Give the descriptors back, once no thread waits any more."""
        os.close(self.fileno)
        self._let_go()

    def _let_go(self) -> None:
        """Close our end: the other one can be read from then on, and nothing has to be written."""
        rope, self._rope = self._rope, None
        if rope is not None:
            with contextlib.suppress(OSError):
                os.close(rope)


class TerminalDriver(LinuxDriver):
    """Replaces the reading loop in Textual's input thread, and knows when the terminal is free."""

    painting: Painting
    """What stands on the terminal, since it was taken."""

    in_use = False
    """Whether the terminal is in the application's mode: from its start until all is restored."""

    _heard: threading.Event | None = None
    _title = ""

    def listen(self) -> None:
        """Read keys from now on: until there is somebody to obey them they wait in the terminal."""
        if self._heard:
            self._heard.set()

    def ask(self) -> None:
        """Ask how wide ━ is drawn, and what the terminal is, just before a whole frame.

        The answers are awaited by nobody.
        """
        self.write(ASK_WIDTH + (ASK_IDENTITY if self._has_title else ""))

    take_pictures: Callable[[], str] = staticmethod(lambda: "")
    """Gives what takes our pictures from the terminal, before that is given back."""

    draw_over: DrawOver | None = None
    """Draws pictures behind each frame, where the terminal has no cells for them."""

    def have_drawn_over(self, draw_over: DrawOver | None) -> None:
        """Have pictures drawn in that way from the next frame on, all of which is sent."""
        if draw_over is not self.draw_over:
            self.draw_over = draw_over
            self.painting = Painting(draw_over)

    def draw_missing(self) -> None:
        """Draw pictures that were waited for, where there are cells of them now."""
        if self.in_use and (drawn := self.painting.drawn_over()):
            self.write(f"{KEEP_CURSOR}{drawn}{CURSOR_BACK}")

    bell: Bell | None = None
    """Of the reading thread, while there is one."""

    def start_application_mode(self) -> None:
        """Take the terminal, from the frame that was painted before us where there is one."""
        self.in_use = True
        self.painting = Painting(self.draw_over)
        self._heard = self._heard or threading.Event()
        with contextlib.suppress(OSError):  # too few descriptors: it looks for keys in turns then
            self.bell = self.bell or Bell()
        super().start_application_mode()
        if modes := hand_over():
            self.attrs_before = modes
        self._title = ""
        if self._has_title:
            self.write(KEEP_TITLE)

    def write(self, data: str) -> None:
        """Write to the terminal; a frame that stands there is not taken away by a new screen."""
        if data != ENTER or not stands():
            super().write(data)

    def send(self, sequence: str) -> None:
        """Send the terminal what draws nothing: as a whole, and between two frames."""
        if self.in_use:
            self.write(sequence)

    def entitle(self, title: str) -> None:
        """Call the window that, where it is not called so; `title` is clean."""
        if self.in_use and self._has_title and title != self._title:
            self._title = title
            self.write(f"\x1b]2;{title}\a")

    @property
    def _has_title(self) -> bool:
        return os.environ.get("TERM") not in UNTITLED

    def switch_mouse(self) -> bool:
        """Leave the mouse to the terminal, or take it back; whether it works here now."""
        if self._mouse:
            self._disable_mouse_support()
            self._mouse = False
        else:
            self._mouse = True
            self._enable_mouse_support()
        return self._mouse

    def disable_input(self) -> None:
        """End the reading thread, which may sleep."""
        if self.bell is not None:
            self.bell.ring()
        super().disable_input()
        if self.bell is not None:
            self.bell.close()
            self.bell = None

    def stop_application_mode(self) -> None:
        """Give the terminal back, in its own colours and with its title."""
        self.write(self.take_pictures() + RESET)
        if self._has_title:
            self.write(TITLE_BACK)
        super().stop_application_mode()

    def close(self) -> None:
        """Return when the last byte is written."""
        writer = self._writer_thread
        if writer is not None and writer.ident is None:
            self._writer_thread = None  # the system had no thread for it: nothing to wait for
        super().close()
        self.in_use = False

    def run_input_thread(self) -> None:
        """Read until the driver ends, and post the events."""
        parser, bell = XTermParser(), self.bell
        decoder = getincrementaldecoder("utf-8")("replace")
        came = TerminalInput()
        known = came.identity
        while self._heard and not self.exit_event.is_set() and not self._heard.wait(TICK):
            pass
        last = time.monotonic()
        while not self.exit_event.is_set():
            restless = came.holds or time.monotonic() - last < RESTLESS
            if bell is None or bell.rung or restless:
                is_there = self._waiting(TICK)
            else:
                is_there = self.fileno in select.select([self.fileno, bell.fileno], [], [])[0]
            if is_there:
                data = decoder.decode(self._gathered())
                if not data and not self._waiting(0):
                    continue
                last = time.monotonic()
                self._post(parser, came.read(data))
                if came.column is not None:
                    self.process_message(SignsMeasured(came.column - 1))
                    came.column = None
                if came.identity is not known:
                    known = came.identity
                    self.process_message(TerminalNamed(known))
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
