"""Settings are declared as fields of dataclasses, and read from the tables of config.toml.

A field that is made by `setting` is a key of its table: its name is the key's. The reader, `rushes
help config` and the test of docs/interface.md go by these fields; nothing else lists the settings.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from rushes.providers.fields import MISSING, field, fields
from rushes.providers.frozen import frozen
from rushes.providers.language import _
from rushes.providers.nearest import hint
from rushes.providers.text import clean
from rushes.watch.config.environment import Given
from rushes.watch.config.kinds import TABLE, BadSetting, Kind
from rushes.watch.disk.tomlfile import Toml

T = TypeVar("T")

_METADATA = "setting"

DEFAULT = "default"
"""Where a value is from that nobody has set."""


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
    declared: Any = field(default=default, metadata={_METADATA: said})
    return declared


def settings_of(table: type) -> Mapping[str, Setting]:
    """The settings that a dataclass declares, by key."""
    declared = fields(table)
    return {f.name: f.metadata[_METADATA] for f in declared if _METADATA in f.metadata}


_NOTHING: Mapping[str, Given] = MappingProxyType({})


class SettingsTable:
    """The values of a table and the faults found in them, one line each: file, table, key, why.

    A line names types, never values: a value may be a key to an account. Faults stop nothing. What
    a variable gives (`given`, by table and key) comes before the file's, and is named by it.
    """

    def __init__(
        self,
        file: str,
        name: str,
        values: dict[str, Toml],
        faults: list[str],
        given: Mapping[str, Given] = _NOTHING,
    ) -> None:
        self.name = name
        self._file = file
        self._values = values
        self._faults = faults
        self._given = given
        self._known: list[str] = []
        self._tables: list[SettingsTable] = []

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    @property
    def says_anything(self) -> bool:
        """Whether it has a key, known or not, or a variable gives one."""
        return bool(self._values) or any(name.startswith(f"{self.name}.") for name in self._given)

    def empty(self) -> "SettingsTable":
        """A table of which nothing is said, for its defaults."""
        return SettingsTable(self._file, self._full(""), {}, self._faults)

    def place(self, key: str = "") -> str:
        """Where `key` stands: the variable, or file, table, key."""
        if variable := self.variable(key):
            return variable
        table = f"[{clean(self.name, 80)}]" if self.name else ""
        return f"{self._file}: " + " ".join(filter(None, (table, clean(key, 80))))

    def variable(self, key: str) -> str:
        """The environment variable that gives the value of `key`; "" where the file does."""
        given = self._given.get(self._full(key))
        return given.variable if given else ""

    def source(self, key: str) -> str:
        """Where the value of `key` is from: a variable, the file, or "default"."""
        return self.variable(key) or (self._file if key in self._values else DEFAULT)

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
        given = self._given.get(self._full(key))
        if given is None and key not in self._values:
            return default
        try:
            return kind.read(given.text if given else self._values[key])
        except BadSetting as error:
            self.fault(key, str(error))
            return default

    def table(self, key: str) -> "SettingsTable":
        """The table of that name, an empty one where absent."""
        values = self.value(key, TABLE, {})
        found = SettingsTable(self._file, self._full(key), values, self._faults, self._given)
        self._tables.append(found)
        return found

    def _full(self, key: str) -> str:
        return f"{self.name}.{key}" if self.name else key

    def finish(self) -> None:
        """Note every key that nobody asked for, in the tables of this one, too."""
        for key in self._values:
            if key not in self._known:
                self.fault(key, _("unknown key; {hint}").format(hint=hint(key, self._known)))
        for table in self._tables:
            table.finish()
