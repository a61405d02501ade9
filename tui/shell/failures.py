"""How an error of ours ends a command: its exit code, and the words on stderr."""

from rushes.providers.errors import RushesError, UnknownProvider
from rushes.providers.text import clean
from rushes.tui.shell.exits import Exit
from rushes.tui.shell.files import NoSuchWatchlist
from rushes.tui.shell.shell import BadUsage, Shell
from rushes.tui.shell.stream import CannotWrite
from rushes.watch.durations import BadDuration
from rushes.watch.keys.known_keys import hide
from rushes.watch.network.unreachable import Unreachable
from rushes.watch.query import BadFilter
from rushes.watch.watchlist.entries import BadEntry
from rushes.watch.watchlist.file import BadName
from rushes.watch.watchlist.paste import TooMuch
from rushes.watch.watchlist.refs import AmbiguousRef, NoSuchTask

_CODES: tuple[tuple[type[RushesError], Exit], ...] = (
    (BadUsage, Exit.USAGE),
    (UnknownProvider, Exit.USAGE),
    (AmbiguousRef, Exit.USAGE),
    (BadFilter, Exit.USAGE),
    (BadName, Exit.USAGE),
    (BadEntry, Exit.USAGE),
    (BadDuration, Exit.USAGE),
    (TooMuch, Exit.USAGE),
    (NoSuchTask, Exit.GONE),
    (NoSuchWatchlist, Exit.GONE),
    (Unreachable, Exit.UNREACHABLE),
    (CannotWrite, Exit.INTERNAL),
)


def ended_by(error: RushesError, shell: Shell) -> Exit:
    """Say what went wrong, a line for each fault, and return the exit code.

    What no other code is for is about a file of ours (config.toml, a watchlist, history.db).
    """
    first, *rest = hide(str(error)).splitlines() or ["something went wrong"]
    shell.tell(f"rushes: {clean(first)}")
    for line in rest:
        shell.tell(f"  {clean(line)}")
    return next((code for kind, code in _CODES if isinstance(error, kind)), Exit.CONFIGURATION)
