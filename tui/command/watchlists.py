"""`rushes watchlists`: the names of the watchlists of this home."""

from argparse import Namespace

from rushes.providers.exits import Exit
from rushes.providers.language import _
from rushes.tui.shell.shell import Shell
from rushes.watch.watchlist.file import list_names


def run(args: Namespace, shell: Shell) -> Exit:
    """Print a name a line."""
    names = list_names(shell.paths)
    for name in names:
        shell.out.line(name)
    if not names:
        shell.tell(_("no watchlist yet: rushes add ID makes one"))
    return Exit.FINE
