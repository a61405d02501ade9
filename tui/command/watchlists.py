"""`rushes watchlists`: the names of the watchlists of this home, and of its team's."""

from argparse import Namespace

from rushes.providers.errors import RushesError
from rushes.providers.exits import Exit
from rushes.providers.language import _
from rushes.tui.shell.shell import Shell
from rushes.watch.watchlist.file import list_names
from rushes.watch.watchlist.named import SHARED, team_of


def run(args: Namespace, shell: Shell) -> Exit:
    """Print a name a line."""
    names = [*list_names(shell.paths), *_shared(shell)]
    for name in names:
        shell.out.line(name)
    if not names:
        shell.tell(_("no watchlist yet: rushes add ID makes one"))
    return Exit.FINE


def _shared(shell: Shell) -> list[str]:
    """What the team's lists are called; where they cannot be had it is said why."""
    try:
        store = shell.settings().store
        if store.url is None:
            return []
        return [
            f"{SHARED}{one.name}" for one in team_of(store, shell.paths, shell.environ)().lists()
        ]
    except RushesError as error:
        shell.tell(str(error))
        return []
