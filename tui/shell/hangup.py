"""A terminal that is closed takes the dashboard with it, even where the screen hangs on it.

Textual's writer thread now and then dies of a closed terminal (seen on Linux, Textual 8.2.8);
whatever is drawn after that waits for it for ever, and with it every handler on the event loop.
"""

import os
import select
import signal
import threading
import time

PATIENCE = 1.5
"""Seconds that an orderly end is given; the history's own thread commits meanwhile."""


def leave_with(terminal: int) -> None:
    """From now on, end the process when `terminal` (a descriptor) is closed at its other side."""
    threading.Thread(target=_watch, args=(terminal,), name="hangup", daemon=True).start()


def _watch(terminal: int) -> None:
    poller = select.poll()
    poller.register(terminal, 0)  # a hang-up is told unasked
    if any(flags & select.POLLHUP for _, flags in poller.poll()):
        time.sleep(PATIENCE)
        os._exit(128 + signal.SIGHUP)
