"""Ends a command after an error of ours: prints the words on stderr and returns the exit code."""

from rushes.providers.errors import RushesError
from rushes.providers.exits import Exit
from rushes.providers.text import clean
from rushes.tui.shell.shell import Shell
from rushes.watch.keys.known_keys import hide


def ended_by(error: RushesError, shell: Shell) -> Exit:
    """Say what went wrong, a line for each fault, and return the exit code."""
    first, *rest = hide(str(error)).splitlines() or ["something went wrong"]
    shell.tell(f"rushes: {clean(first)}")
    for line in rest:
        shell.tell(f"  {clean(line)}")
    return error.exit
