"""A fault of our own, told so that it can be found and gives nothing away."""

import traceback
from pathlib import Path

from providers.text import clean, without_query
from tui.plain.exits import Exit
from tui.plain.stream import Stream

FRAMES = 4
"""Calls of a traceback that are shown."""


def report(error: Exception, err: Stream) -> Exit:
    """Say where it happened, never what the variables held (M9)."""
    words = " ".join(without_query(word) for word in clean(str(error), 400).split(" "))
    err.line(f"rushes: internal error, {type(error).__name__}: {words}")
    for frame in traceback.extract_tb(error.__traceback__)[-FRAMES:]:
        err.line(f"  {Path(frame.filename).name}:{frame.lineno} in {frame.name}")
    return Exit.INTERNAL
