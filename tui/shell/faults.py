"""A fault of our own, told so that it can be found and gives nothing away."""

import traceback
from pathlib import Path

from rushes.providers.exits import Exit
from rushes.providers.text import clean, without_query
from rushes.tui.shell.stream import Stream
from rushes.watch.keys.known_keys import hide

FRAMES = 4
"""Calls of a traceback that are shown."""


def told(error: BaseException) -> list[str]:
    """What and where it was, a line for each; never what the variables held (M9)."""
    # Cut last: of a link that was cut before nobody could tell what signs it.
    words = clean(" ".join(map(without_query, clean(hide(str(error))).split(" "))), 400)
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    return [
        f"rushes: internal error, {type(error).__name__}: {words}",
        *(f"  {Path(frame.filename).name}:{frame.lineno} in {frame.name}" for frame in frames),
    ]


def report(error: Exception, err: Stream) -> Exit:
    """Tell of it on stderr."""
    for line in told(error):
        err.line(line)
    return Exit.INTERNAL
