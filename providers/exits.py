"""Exit codes and their meanings (docs/interface.md). Here, as each error names its own."""

from collections.abc import Iterable
from enum import IntEnum

from rushes.providers.language import _, catalogued

TYPE_CHECKING = False  # `typing` is not loaded for a version or a help: see `tui/entry.py`
if TYPE_CHECKING:
    from typing import Self


class Exit(IntEnum):
    """An exit code by its name; `meaning` is a line for the help."""

    meaning: str

    FINE = 0, "fine; wait: every task succeeded; verify: every file is as it was saved"
    TASK_FAILED = 1, "a task failed or was canceled (only wait and watch --until-idle)"
    USAGE = 2, "the command line has no meaning"
    CONFIGURATION = 3, "config.toml, a watchlist or the history is not usable"
    KEY = 4, "a key is missing or was refused"
    DOWNLOAD = 5, "a download failed, an output expired, no file was named, or a saved file changed"
    UNREACHABLE = 6, "a provider could not be reached (wait keeps trying instead)"
    GONE = 7, "a task or watchlist is not there, was removed meanwhile, or is gone at its provider"
    INTERNAL = 70, "a fault of our own, or no way to write the output"
    TIMED_OUT = 124, "wait timed out, whatever else happened"

    def __new__(cls, code: int, meaning: str) -> "Self":
        """Make the member: its value is the number."""
        member = int.__new__(cls, code)
        member._value_ = code
        member.meaning = meaning
        return member


SIGNAL = catalogued("ended by signal n; 130: interrupted, 141: whoever read the output has gone")
"""The meaning of 128 + n."""

WEIGHT = (
    Exit.CONFIGURATION,
    Exit.KEY,
    Exit.UNREACHABLE,
    Exit.GONE,
    Exit.DOWNLOAD,
    Exit.TASK_FAILED,
)
"""The order of the codes that may apply together; the first that applies is the exit code."""


def first_that_applies(exits: Iterable[Exit]) -> Exit:
    """The one code for several that apply: 3, 4, 6, 7, 5, 1, else 0."""
    applying = set(exits)
    return next((exit_ for exit_ in WEIGHT if exit_ in applying), Exit.FINE)


def explained(exits: Iterable[Exit]) -> Iterable[str]:
    """A line for each of these codes, and one for those of signals."""
    yield from (f"{exit_:>5}  {_(exit_.meaning)}" for exit_ in exits)
    yield f"128+n  {_(SIGNAL)}"
