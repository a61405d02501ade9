"""One table of a settings file, read key by key; faults are collected and stop nothing."""

from collections.abc import Iterator
from enum import Enum
from typing import TypeVar

from rushes.providers.nearest import hint
from rushes.providers.text import clean
from rushes.watch.disk.tomlfile import Toml
from rushes.watch.durations import BadDuration, duration, seconds_of

E = TypeVar("E", bound=Enum)
T = TypeVar("T")

_DURATION = 'a duration such as "5s", "30m", "1h 30m" or "2d"'


class SettingsTable:
    """The values of a table and the faults found in them, one line each: file, table, key, why.

    A line names types, never values: a value may be a key to an account.
    """

    def __init__(self, file: str, name: str, values: dict[str, Toml], faults: list[str]) -> None:
        self.name = name
        self._file = file
        self._values = values
        self._faults = faults
        self._known: list[str] = []

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def place(self, key: str = "") -> str:
        """Where `key` stands: file, table, key."""
        table = f"[{clean(self.name, 80)}]" if self.name else ""
        return f"{self._file}: " + " ".join(filter(None, (table, clean(key, 80))))

    def fault(self, key: str, text: str) -> None:
        """Note what is wrong with `key`, or with the whole table for ""."""
        self._faults.append(f"{self.place(key)}: {text}")

    def text(self, key: str, default: str) -> str:
        """A text that is not blank."""
        value = self._take(key)
        if isinstance(value, str) and value.strip():
            return value
        return self._odd(key, value, "text", default)

    def texts(
        self, key: str, expected: str = "a list of texts", *, least: int = 1
    ) -> tuple[str, ...]:
        """A list of `least` texts or more, empty where absent."""
        value = self._take(key)
        items = value if isinstance(value, list) else []
        found = tuple(item for item in items if isinstance(item, str) and item.strip())
        if isinstance(value, list) and len(found) == len(items) >= least:
            return found
        return self._odd(key, value, expected, ())

    def pressable(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Every key of the table, each of which holds a text or several, as tuples."""
        for name, value in self._values.items():
            if isinstance(value, str) and value.strip():
                self._known.append(name)
                yield name, (value,)
            elif found := self.texts(name, 'a key such as "d", or a list of keys'):
                yield name, found

    def choice(self, key: str, default: E) -> E:
        """A member of the enum that `default` is of, by its value."""
        value = self._take(key)
        valid = {str(member.value): member for member in type(default)}
        if isinstance(value, str) and value in valid:
            return valid[value]
        if isinstance(value, str):
            self.fault(key, f"unknown value; {hint(value, valid)}")
            return default
        return self._odd(key, value, f"one of {', '.join(valid)}", default)

    def whole(self, key: str, default: int, most: int) -> int:
        """A whole number from 1 to `most`."""
        value = self._take(key)
        if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most:
            return value
        return self._odd(key, value, f"a whole number from 1 to {most}", default)

    def flag(self, key: str, default: bool) -> bool:
        """True or false."""
        value = self._take(key)
        return value if isinstance(value, bool) else self._odd(key, value, "true or false", default)

    def seconds(self, key: str, default: float, least: float, expected: str = _DURATION) -> float:
        """The seconds of a duration text, at least `least`."""
        value = self._take(key)
        if isinstance(value, str):
            try:
                found = seconds_of(value)
            except BadDuration:
                return self._odd(key, value, expected, default)
            if found >= least:
                return found
            self.fault(key, f"expected at least {duration(least)}")
            return default
        return self._odd(key, value, expected, default)

    def span(self, key: str, least: float, endless: str) -> float | None:
        """The same, or None for the word that means no end, which is the default, too."""
        if self._values.get(key, endless) == endless:
            self._known.append(key)
            return None
        return self.seconds(key, least, least, f'"{endless}" or {_DURATION}')

    def table(self, key: str) -> "SettingsTable":
        """The table of that name, an empty one where absent."""
        value = self._take(key)
        nothing: dict[str, Toml] = {}
        found = value if isinstance(value, dict) else self._odd(key, value, "a table", nothing)
        name = f"{self.name}.{key}" if self.name else key
        return SettingsTable(self._file, name, found, self._faults)

    def empty(self, key: str) -> "SettingsTable":
        """The table of that name as if nothing stood in it."""
        return SettingsTable(self._file, f"{self.name}.{key}", {}, self._faults)

    def tables(self) -> Iterator[tuple[str, "SettingsTable"]]:
        """Every table in this one, by name."""
        for key in self._values:
            yield key, self.table(key)

    def finish(self) -> None:
        """Note every key that nobody asked for."""
        for key in self._values:
            if key not in self._known:
                self.fault(key, f"unknown key; {hint(key, self._known)}")

    def _take(self, key: str) -> Toml | None:
        self._known.append(key)
        return self._values.get(key)

    def _odd(self, key: str, value: Toml | None, expected: str, default: T) -> T:
        if value is not None:
            self.fault(key, f"expected {expected}, got {_kind(value)}")
        return default


def _kind(value: Toml) -> str:
    match value:
        case str():
            return "text" if value.strip() else "an empty text"
        case bool():
            return "true or false"
        case int():
            return str(value) if abs(value) < 10**5 else "a whole number"
        case float():
            return "a number"
        case list():
            return "a list"
        case dict():
            return "a table"
        case _:
            return "a date or time"
