"""Ending the process when its terminal is closed, also where Textual hangs on that terminal.

Textual's writer thread now and then dies of a closed terminal (seen on Linux, Textual 8.2.8);
the next draw then waits for that thread for ever, and so does every handler on the event loop.
"""

import os
import select
import signal
import threading
import time

PATIENCE = 1.5
"""Seconds for an orderly end, in which the history's thread commits."""


def leave_with(terminal: int) -> None:
    """From now on, end the process when `terminal` (a descriptor) is closed at its other side."""
    threading.Thread(target=_watch, args=(terminal,), name="hangup", daemon=True).start()


def _watch(terminal: int) -> None:
    poller = select.poll()
    poller.register(terminal, 0)  # POLLHUP is always reported
    if any(flags & select.POLLHUP for _, flags in poller.poll()):
        try:
            time.sleep(PATIENCE)
        finally:  # under libfaketime a sleep can fail; nobody else would end the process
            os._exit(128 + signal.SIGHUP)
