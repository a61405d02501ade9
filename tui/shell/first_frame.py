"""Paints the last frame of the dashboard at once, long before Textual is imported.

The terminal is taken as Textual takes it, with a frame to paint or without, so keys that are typed
wait in it unseen until the live frame stands. Then `hand_over` gives it to Textual's driver; where
the start fails, `give_back` restores it. Until then ctrl+c and signals end us, and ctrl+z waits
like any other key.
"""

import os
import signal
import sys
import termios
import time
from collections.abc import Sequence
from types import FrameType

from rushes.tui.shell.dashboard_words import watchlist_of
from rushes.tui.shell.ending_signals import ENDING_SIGNALS
from rushes.tui.shell.frame_file import face_of, folder_of, list_key, name_of, read, unpacked

ENTER = "\x1b[?1049h"
"""Has a terminal show its alternate screen, which is empty then."""

_KEYBOARD, _SCREEN = 0, 2
"""The descriptors that Textual reads keys from and draws on."""

_FIXED_SIZE = ("COLUMNS", "LINES")
"""Variables that have Textual draw in another size than the terminal's."""

_held: "_Held | None" = None


class _Held:
    """What the terminal and the signals were like before we took them."""

    def __init__(self) -> None:
        self.modes = termios.tcgetattr(_KEYBOARD)
        self.handlers = {number: signal.getsignal(number) for number in ENDING_SIGNALS}
        self.painted = False


def paint(words: Sequence[str]) -> None:
    """Take the terminal, if these arguments mean the dashboard; paint the frame that fits them."""
    try:
        if _is_ours_to_take() and (watchlist := watchlist_of(words)):
            held = _take()
            if rows := _frame(watchlist):
                held.painted = True
                _show(rows)
    except (OSError, termios.error):
        give_back()


def stands() -> bool:
    """Whether a painted frame stands on the screen and the terminal is ours."""
    return _held is not None and _held.painted


def hand_over() -> list[object] | None:
    """Leave the terminal to who has it now; the modes to restore it to, None if it was not ours."""
    global _held
    held, _held = _held, None
    return held.modes if held else None


def give_back() -> None:
    """Restore the terminal as it was found; nothing where it is not ours."""
    held = _held
    if held is None:
        return
    hand_over()
    try:
        termios.tcsetattr(_KEYBOARD, termios.TCSANOW, held.modes)
        if held.painted:
            _write("\x1b[0m\x1b[?7h\x1b[?1049l\x1b[?25h")
    except (OSError, termios.error):
        pass  # the terminal is gone
    for number, handler in held.handlers.items():
        if signal.getsignal(number) is _end:
            signal.signal(number, handler)


def _is_ours_to_take() -> bool:
    """Whether Textual would draw on this terminal, and we are in its foreground."""
    if not all(map(os.isatty, (_KEYBOARD, 1, _SCREEN))):
        return False
    if os.environ.get("TERM", "dumb") == "dumb" or sys.stderr.encoding.lower() != "utf-8":
        return False
    return os.tcgetpgrp(_KEYBOARD) == os.getpgrp()


def _frame(watchlist: str) -> Sequence[str]:
    """The rows of the frame that fits; none where there is none."""
    if any(map(os.environ.get, _FIXED_SIZE)):
        return ()
    try:
        face = face_of(list_key(watchlist), *os.get_terminal_size(1), os.environ)
        return unpacked(read(folder_of(os.environ), name_of(face)), face, time.time())
    except (OSError, ValueError):
        return ()


def _take() -> _Held:
    """Have the terminal echo nothing and hand on each key, but for ctrl+c; end with a restore."""
    global _held
    _held = held = _Held()
    for number, handler in held.handlers.items():
        if handler in (signal.SIG_DFL, signal.default_int_handler):
            signal.signal(number, _end)
    modes = termios.tcgetattr(_KEYBOARD)
    modes[0] &= ~(termios.IXON | termios.IXOFF | termios.ICRNL | termios.INLCR | termios.IGNCR)
    modes[3] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN)
    characters = modes[6]
    characters[termios.VMIN] = 1
    for key in (termios.VSUSP, termios.VQUIT):
        characters[key] = bytes([os.fpathconf(_KEYBOARD, "PC_VDISABLE") & 0xFF])
    termios.tcsetattr(_KEYBOARD, termios.TCSANOW, modes)
    return held


def _show(rows: Sequence[str]) -> None:
    lines = (f"\x1b[{y};1H{row}" for y, row in enumerate(rows, 1))
    _write(f"{ENTER}\x1b[?25l\x1b[?7l{''.join(lines)}\x1b[0m\x1b[H")


def _write(text: str) -> None:
    rest = text.encode()
    while rest:
        rest = rest[os.write(_SCREEN, rest) :]


def _end(number: int, _: FrameType | None) -> None:
    """End as the signal would have it, on a way that restores the terminal."""
    raise SystemExit(128 + number)
