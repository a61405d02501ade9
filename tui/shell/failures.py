"""Ends a command after an error: prints the words on stderr and returns the exit code."""

from rushes.providers.errors import RushesError
from rushes.providers.exits import Exit
from rushes.providers.text import clean
from rushes.tui.shell.internal_error_text import report
from rushes.tui.shell.shell import Shell
from rushes.watch.disk.system_fault import system_fault
from rushes.watch.keys.known_keys import hide


def ended_by(error: RushesError, shell: Shell) -> Exit:
    """Say what went wrong, a line for each fault, and return the exit code."""
    first, *rest = hide(str(error)).splitlines() or ["something went wrong"]
    shell.tell(f"rushes: {clean(first)}")
    for line in rest:
        shell.tell(f"  {clean(line)}")
    return error.exit


def stopped_by(error: Exception, shell: Shell) -> Exit:
    """Say what the machine reports or lacks, and where else a fault of ours is; the exit code."""
    words = system_fault(error)
    if words is None:
        return report(error, shell.err)
    path = getattr(error, "filename", None)
    place = f"{path}: " if isinstance(path, str) else ""
    shell.tell(f"rushes: {clean(hide(place + words), 400)}")
    return Exit.CONFIGURATION if isinstance(error, OSError) else Exit.INTERNAL
