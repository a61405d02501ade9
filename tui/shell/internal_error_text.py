"""What ends a command for good in words: an internal error with where it happened, or the machine.

None of the values that were in memory are shown.
"""

import traceback
from pathlib import Path

from rushes.providers.language import _
from rushes.providers.text import clean, without_query
from rushes.watch.disk.system_fault import system_fault
from rushes.watch.keys.known_keys import hide

FRAMES = 4
"""Calls of a traceback that are shown."""


def told(error: BaseException) -> list[str]:
    """The lines that describe the error and its last calls; no variable's value is shown (M9).

    Where the machine is at fault it is one line, with the path that it is about.
    """
    if (fault := system_fault(error)) is not None:
        path = getattr(error, "filename", None)
        place = f"{path}: " if isinstance(path, str) else ""
        return [f"rushes: {clean(hide(place + fault), 400)}"]
    # Cut last: in a link that is cut first, the signature could not be recognised.
    words = clean(" ".join(map(without_query, clean(hide(str(error))).split(" "))), 400)
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    return [
        _("rushes: internal error, {name}: {words}").format(name=type(error).__name__, words=words),
        *(f"  {Path(frame.filename).name}:{frame.lineno} in {frame.name}" for frame in frames),
    ]
