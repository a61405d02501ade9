"""`rushes config`: checks, shows, begins and edits the settings."""

from argparse import Namespace

from rushes.providers.errors import RushesError
from rushes.providers.exits import Exit
from rushes.providers.language import _, plural
from rushes.providers.registry import find
from rushes.providers.text import clean
from rushes.providers.toml_dialect.provider import check
from rushes.providers.toml_dialect.table import BadDialect
from rushes.tui.actions.keymap import keys_of
from rushes.tui.command.config_file import edit, init
from rushes.tui.command.config_show import show
from rushes.tui.command.price_check import odd_prices
from rushes.tui.lines.key_words import key_use
from rushes.tui.shell.failures import ended_by
from rushes.tui.shell.files import existing, title
from rushes.tui.shell.shell import Shell
from rushes.watch.config.settings import Settings
from rushes.watch.config.themes import read_themes
from rushes.watch.keys.program import command_name, program_of


def run(args: Namespace, shell: Shell) -> Exit:
    """Do what the word behind `config` says."""
    match args.what:
        case "init":
            return init(shell)
        case "path":
            shell.out.line(clean(str(shell.paths.config)))
            return Exit.FINE
        case "show":
            return show(shell)
        case "edit":
            edit(shell)
            return _config(shell)
        case _:
            return max(_config(shell), _watchlist(args.watchlist, shell))


def _config(shell: Shell) -> Exit:
    """Check config.toml and its `[keys]`."""
    path = shell.paths.config
    try:
        settings = shell.settings()
        keys = keys_of(settings)
    except RushesError as error:
        code = ended_by(error, shell)
        shell.tell(_("every setting there is: rushes help config"))
        return code
    commands = {
        **{f"[on] {kind.value}": run for kind, run in settings.on.commands.items()},
        **{f"[commands.{name}] run": own.run for name, own in settings.own_commands.items()},
    }
    missing = (
        _("{place}: {command} was not found").format(place=place, command=command_name(command))
        for place, command in commands.items()
        if program_of(command, shell.environ) is None
    )
    taken = (
        _("{owner}: {key} was the key of {command}, which has none now").format(
            owner=one.owner, key=one.key, command=one.command
        )
        for one in keys.taken
    )
    for warning in (*settings.warnings, *odd_prices(settings, shell), *missing, *taken):
        if warning not in settings.outside.warnings:
            shell.tell(_("warning: {warning}").format(warning=warning))
    shell.out.line(
        _("{path}: fine").format(path=clean(str(path)))
        if path.exists()
        else _("{path}: not there, so all defaults").format(path=clean(str(path)))
    )
    for account in settings.accounts.values():
        shell.out.line(f"  {account.id}: {key_use(account)}")
    return max(_outside(settings, shell), _themes(shell))


def _themes(shell: Shell) -> Exit:
    """Check the themes of a person's own."""
    found = read_themes(shell.paths.config.parent)
    for fault in found.faults:
        shell.tell(fault)
    return Exit.CONFIGURATION if found.faults else Exit.FINE


def _outside(settings: Settings, shell: Shell) -> Exit:
    """Check the providers from outside, their expressions too."""
    code = Exit.FINE
    for each in settings.outside.left_out:
        code = Exit.CONFIGURATION
        for line in each.why:
            shell.tell(line)
    for name, source in settings.outside.sources.items():
        try:
            check(find(name))
            shell.out.line(_("{path}: fine").format(path=source))
        except BadDialect as error:
            shell.tell(str(error))
            code = Exit.CONFIGURATION
    return code


def _watchlist(name: str, shell: Shell) -> Exit:
    try:
        found = existing(shell, name).read()
    except RushesError as error:
        return ended_by(error, shell)
    for note in found.notes:
        shell.tell(_("warning: {warning}").format(warning=note))
    shell.out.line(
        _("watchlist {title}: fine, {entries}").format(
            title=title(shell, name), entries=plural("{n} task", "{n} tasks", len(found.entries))
        )
    )
    return Exit.FINE
