"""`rushes config check`: a line for each fault in the files that people write."""

from argparse import Namespace

from rushes.providers.errors import RushesError
from rushes.providers.exits import Exit
from rushes.providers.text import clean
from rushes.tui.actions.catalogue import keymap
from rushes.tui.lines.key_words import key_use
from rushes.tui.lines.words import count
from rushes.tui.shell.failures import ended_by
from rushes.tui.shell.files import existing, title
from rushes.tui.shell.shell import Shell


def run(args: Namespace, shell: Shell) -> Exit:
    """Check config.toml, its `[keys]` and the watchlist."""
    exits = [_config(shell), _watchlist(args.watchlist, shell)]
    return max(exits)


def _config(shell: Shell) -> Exit:
    path = shell.paths.config
    try:
        settings = shell.settings()
        keymap(settings.keys, settings.file)
    except RushesError as error:
        code = ended_by(error, shell)
        shell.tell("every setting there is: rushes help config")
        return code
    for warning in settings.warnings:
        shell.tell(f"warning: {warning}")
    shell.out.line(
        f"{clean(str(path))}: {'fine' if path.exists() else 'not there, so all defaults'}"
    )
    for account in settings.accounts.values():
        shell.out.line(f"  {account.id}: {key_use(account)}")
    return Exit.FINE


def _watchlist(name: str, shell: Shell) -> Exit:
    try:
        found = existing(shell, name).read()
    except RushesError as error:
        return ended_by(error, shell)
    for note in found.notes:
        shell.tell(f"warning: {note}")
    shell.out.line(f"watchlist {title(shell, name)}: fine, {count(len(found.entries), 'task')}")
    return Exit.FINE
