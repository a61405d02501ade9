"""Settings are declared as fields of dataclasses, and read from the tables of config.toml.

A field that is made by `setting` is a key of its table: its name is the key's. The reader, `rushes
help config` and the test of docs/interface.md go by these fields; nothing else lists the settings.
"""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import MISSING
from typing import Any, TypeVar

from rushes.providers.frozen import frozen
from rushes.providers.nearest import hint
from rushes.providers.text import clean
from rushes.watch.config.kinds import TABLE, BadSetting, Kind
from rushes.watch.disk.tomlfile import Toml

T = TypeVar("T")

_METADATA = "setting"


@frozen
class Setting:
    """What is said of a setting where it is declared; `default` is None where there is none."""

    kind: Kind[Any]
    help: str
    default: Any


REQUIRED: Any = MISSING
"""The default of a setting whose default depends on the machine: it is given where it is read."""


def setting(kind: Kind[T], default: T, help: str) -> T:  # noqa: A002 - argparse calls it so
    """A field that is a setting: what its value may be, and what it does, in a line."""
    said = Setting(kind, help, None if default is MISSING else default)
    declared: Any = dataclasses.field(default=default, metadata={_METADATA: said})
    return declared


def settings_of(table: type) -> Mapping[str, Setting]:
    """The settings that a dataclass declares, by key."""
    declared = dataclasses.fields(table)
    return {f.name: f.metadata[_METADATA] for f in declared if _METADATA in f.metadata}


class SettingsTable:
    """The values of a table and the faults found in them, one line each: file, table, key, why.

    A line names types, never values: a value may be a key to an account. Faults stop nothing.
    """

    def __init__(self, file: str, name: str, values: dict[str, Toml], faults: list[str]) -> None:
        self.name = name
        self._file = file
        self._values = values
        self._faults = faults
        self._known: list[str] = []
        self._tables: list[SettingsTable] = []

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def place(self, key: str = "") -> str:
        """Where `key` stands: file, table, key."""
        table = f"[{clean(self.name, 80)}]" if self.name else ""
        return f"{self._file}: " + " ".join(filter(None, (table, clean(key, 80))))

    def fault(self, key: str, text: str) -> None:
        """Note what is wrong with `key`, or with the whole table for ""."""
        self._faults.append(f"{self.place(key)}: {text}")

    def values(self, declaring: type, **defaults: object) -> dict[str, Any]:
        """The values of the settings that a dataclass declares, ready to make one.

        `defaults` come before those that are declared; they too stand where a value is at fault.
        """
        return {
            key: self.value(key, said.kind, defaults.get(key, said.default))
            for key, said in settings_of(declaring).items()
        }

    def value(self, key: str, kind: Kind[T], default: T) -> T:
        """The value of one key, `default` where it is absent or at fault."""
        self._known.append(key)
        if key not in self._values:
            return default
        try:
            return kind.read(self._values[key])
        except BadSetting as error:
            self.fault(key, str(error))
            return default

    def table(self, key: str) -> "SettingsTable":
        """The table of that name, an empty one where absent."""
        name = f"{self.name}.{key}" if self.name else key
        found = SettingsTable(self._file, name, self.value(key, TABLE, {}), self._faults)
        self._tables.append(found)
        return found

    def finish(self) -> None:
        """Note every key that nobody asked for, in the tables of this one, too."""
        for key in self._values:
            if key not in self._known:
                self.fault(key, f"unknown key; {hint(key, self._known)}")
        for table in self._tables:
            table.finish()
