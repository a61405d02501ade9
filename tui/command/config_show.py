"""`rushes config show`: the settings that hold, and where each is from; never a key."""

from collections.abc import Iterator, Mapping

from rushes.providers.exits import Exit
from rushes.providers.frozen import frozen
from rushes.providers.language import _
from rushes.providers.registry import known
from rushes.providers.text import clean
from rushes.tui.actions.catalogue import COMMANDS
from rushes.tui.command.default_config import usual_of
from rushes.tui.lines.fit import width
from rushes.tui.shell.shell import Shell
from rushes.watch.config.commands import OwnCommand
from rushes.watch.config.kinds import KEYS, as_toml
from rushes.watch.config.network import NetworkSettings
from rushes.watch.config.provider_settings import ProviderSettings
from rushes.watch.config.reader import SettingsTable, settings_of
from rushes.watch.config.settings import SIZE_LIMIT, TABLES, tables
from rushes.watch.disk.paths import Paths
from rushes.watch.disk.tomlfile import parse_toml, read_text


@frozen
class Row:
    """A setting, its value as TOML, and where that is from."""

    name: str
    value: str
    source: str


def show(shell: Shell) -> Exit:
    """Print a setting a line, tab-separated in a pipe; raises BadSettings for a faulty file."""
    settings = shell.settings()
    for warning in settings.warnings:
        shell.tell(_("warning: {warning}").format(warning=warning))
    rows = list(_rows(shell))
    if not shell.out.is_terminal:
        for row in rows:
            shell.out.line("\t".join((row.name, row.value, row.source)))
        return Exit.FINE
    names = max(width(row.name) for row in rows)
    values = max(width(row.value) for row in rows if width(row.value) <= _LONG)
    for row in rows:
        shell.out.line(f"{row.name:<{names}} = {row.value:<{values}}  # {row.source}")
    return Exit.FINE


_LONG = 44
"""Cells of a value from which it pushes the words behind it aside."""


def _rows(shell: Shell) -> Iterator[Row]:
    path = shell.paths.config
    file = read_text(path, SIZE_LIMIT)
    document = parse_toml(path, file.text) if file else {}
    root = tables(clean(str(path)), document, shell.environ, [])
    downloads = Paths.unexpanded(shell.environ).downloads
    for name, declaring in TABLES.items():
        yield from _of_table(root.table(name) if name else root, declaring, {"dir": downloads})
    network = root.table("network")
    accounts = root.table("providers")
    built_in = known()
    for name in dict.fromkeys((*built_in, *accounts)):
        own = accounts.table(name)
        dialect = own.values(ProviderSettings)["dialect"] or name
        usual = usual_of(built_in[dialect], name)
        yield from _of_table(own, ProviderSettings, usual)
        yield from _of_network(own, network)
    commands = root.table("commands")
    for name in commands:
        yield from _of_table(commands.table(name), OwnCommand, {})
    keys = root.table("keys")
    for command in COMMANDS:
        found = keys.value(command.id, KEYS, command.keys)
        pressed = as_toml(found[0] if len(found) == 1 else found)
        yield Row(
            f"keys.{command.id}",
            clean(pressed or ""),
            keys.source(command.id),
        )


def _of_table(table: SettingsTable, declaring: type, usual: Mapping[str, object]) -> Iterator[Row]:
    """The settings of a table that have a value, secrets hidden."""
    values = table.values(declaring, **usual)
    for key, said in settings_of(declaring).items():
        value = values[key]
        if key == "api_key_command" and value is not None:
            value = (value[0], *("…" for _ in value[1:]))  # an argument may be a secret
        if (text := said.kind.write(value)) is not None:
            yield Row(f"{table.name}.{key}".lstrip("."), clean(text), table.source(key))


def _of_network(own: SettingsTable, network: SettingsTable) -> Iterator[Row]:
    """What a provider's own table says of the network, where it does."""
    said = own.values(NetworkSettings, **network.values(NetworkSettings))
    for key, declared in settings_of(NetworkSettings).items():
        if key in own and (text := declared.kind.write(said[key])) is not None:
            yield Row(f"{own.name}.{key}", clean(text), own.source(key))
