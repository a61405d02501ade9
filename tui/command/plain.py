"""`rushes --plain`: what the dashboard would show, a line for each change, until it is ended."""

from argparse import Namespace

from rushes.tui.command.watch import watch
from rushes.tui.shell.running import run as run_loop
from rushes.tui.shell.shell import Shell


def run(args: Namespace, shell: Shell) -> int:
    """Watch the list and say what happens, as `rushes watch` does for one list."""
    asked = Namespace(
        watchlist=args.watchlist,
        watchlists=[],
        all_lists=False,
        auto=None,
        until_idle=False,
        ndjson=False,
        quiet=False,
        plain=True,
    )
    return run_loop(watch(asked, shell))
