"""An internal error in words: where it happened, and none of the values that were in memory."""

import traceback
from pathlib import Path

from rushes.providers.exits import Exit
from rushes.providers.text import clean, without_query
from rushes.tui.shell.stream import Stream
from rushes.watch.keys.known_keys import hide

FRAMES = 4
"""Calls of a traceback that are shown."""


def told(error: BaseException) -> list[str]:
    """The lines that describe the error and its last calls; no variable's value is shown (M9)."""
    # Cut last: in a link that is cut first, the signature could not be recognised.
    words = clean(" ".join(map(without_query, clean(hide(str(error))).split(" "))), 400)
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    return [
        f"rushes: internal error, {type(error).__name__}: {words}",
        *(f"  {Path(frame.filename).name}:{frame.lineno} in {frame.name}" for frame in frames),
    ]


def report(error: Exception, err: Stream) -> Exit:
    """Write those lines to `err`; the exit code of internal errors."""
    for line in told(error):
        err.line(line)
    return Exit.INTERNAL
