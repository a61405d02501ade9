"""`[commands.NAME]` of config.toml: a person's own commands for tasks, each with a key."""

import re
from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType

from rushes.providers.frozen import frozen
from rushes.watch.config.kinds import FLAG, KEYS, TABLE, BadSetting, Kind, choice
from rushes.watch.config.on import FIELD, FIELDS, argv
from rushes.watch.config.reader import SettingsTable, setting

LISTS = ("paths", "refs")
"""Fields that stand for several arguments, one for each file or task."""

_NAME = re.compile(r"[\w-]{1,40}")


class When(Enum):
    """Which tasks a command is for."""

    ANY = "any"
    FINISHED = "finished"
    SAVED = "saved"


def _alone(command: tuple[str, ...]) -> tuple[str, ...]:
    for argument in command:
        for found in FIELD.finditer(argument):
            if found[2] in LISTS and found[0] != argument:
                raise BadSetting(f"{{{found[2]}}} is an argument of its own")
    return command


_COMMAND = argv((*FIELDS, *LISTS))
_RUN: Kind[tuple[str, ...]] = Kind(
    'a list such as ["mpv", "{paths}"], as no shell reads it',
    lambda value: _alone(_COMMAND.read(value)),
    _COMMAND.write,
)


@frozen(kw_only=True)
class OwnCommand:
    """A command that a person runs on tasks. Without a key it is found under "everything"."""

    name: str
    run: tuple[str, ...] = setting(_RUN, (), "the program and its arguments")
    key: tuple[str, ...] = setting(KEYS, (), "what runs it in the dashboard")
    when: When = setting(choice(When), When.ANY, "which tasks it is for")
    terminal: bool = setting(FLAG, False, "it has the terminal until it ends")

    @property
    def takes_several(self) -> bool:
        """Whether it is run once for all tasks; else it is run for each of them."""
        return any(f"{{{name}}}" in self.run for name in LISTS)


def read_commands(table: SettingsTable) -> Mapping[str, OwnCommand]:
    """The commands of `[commands]` by name; those at fault are noted."""
    found: dict[str, OwnCommand] = {}
    for name in list(table):
        if table.value(name, TABLE, None) is None:
            continue
        its = table.table(name)
        command = OwnCommand(name=name, **its.values(OwnCommand))
        if not _NAME.fullmatch(name):
            table.fault(name, "expected a name of letters, digits, - and _")
        elif not command.run and "run" not in its:
            its.fault("run", f"missing; expected {_RUN.expected}")
        found[name] = command
    return MappingProxyType(found)
