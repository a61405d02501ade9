"""The tables of a provider's TOML, and what is wrong in them, one line each: file, table, key, why.

A line names types and keys, never values: somebody may have written a key to an account there.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, TypeGuard, cast

from rushes.providers.error_codes import ErrorCode
from rushes.providers.errors import RushesError
from rushes.providers.frozen import frozen
from rushes.providers.nearest import hint
from rushes.providers.text import clean

EXPRESSION_LIMIT = 2_000
"""Characters of an expression at most."""

_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}


class BadDialect(RushesError):
    """A TOML file describes no provider; the text has a line for each fault."""

    code = ErrorCode.BAD_DIALECT


@frozen
class Written:
    """An expression as it stands in a file; `place` is the file, the table and the key."""

    text: str
    place: str


class Table:
    """The values of one table; the faults found in it and in its tables are noted in `faults`.

    What is absent or at fault is "", None or empty; whoever reads goes on, to find every fault.
    """

    def __init__(self, file: str, name: str, values: Mapping[str, Any], faults: list[str]) -> None:
        self._file = file
        self._name = name
        self._values = values
        self._faults = faults
        self._known: list[str] = []
        self._tables: dict[str, Table] = {}

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def place(self, key: str) -> str:
        """The file, the table and the key, as faults begin."""
        table = f"[{clean(self._name, 80)}]" if self._name else ""
        return f"{self._file}: " + " ".join(filter(None, (table, clean(key, 80))))

    def fault(self, key: str, expected: str) -> None:
        """Note that `expected` was expected of a key."""
        self._note(f"{self.place(key)}: expected {expected}")

    def text(self, key: str, *, form: str = r".*", expected: str = "a text") -> str:
        """A text of that form."""
        value = self._get(key)
        if value is None:
            return ""
        if isinstance(value, str) and len(value) <= EXPRESSION_LIMIT and value.isprintable():
            if re.fullmatch(form, value):
                return value
            self.fault(key, expected)
        else:
            self.fault(key, expected if form != r".*" else "a text in one line")
        return ""

    def needed(self, key: str) -> None:
        """Note a fault where a key is missing."""
        if key not in self._values:
            self.fault(key, "a value: the key is needed")

    def flag(self, key: str, *, otherwise: bool = False) -> bool:
        """True or false."""
        value = self._get(key)
        if value is None or isinstance(value, bool):
            return otherwise if value is None else value
        self.fault(key, "true or false")
        return otherwise

    def number(self, key: str, least: float, most: float) -> float | None:
        """A number in a range."""
        value = self._get(key)
        if value is None:
            return None
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if is_number and least <= value <= most:
            return float(value)
        self.fault(key, f"a number from {least:g} to {most:g}")
        return None

    def duration(self, key: str) -> timedelta | None:
        """A duration such as `90s`, `24h` or `7d`."""
        value = self._get(key)
        if value is None:
            return None
        match = re.fullmatch(r"(\d{1,5}(?:\.\d{1,3})?)([dhms])", value) if _is_text(value) else None
        if match and float(match[1]) > 0:
            return timedelta(**{_UNITS[match[2]]: float(match[1])})
        self.fault(key, "a duration such as 90s, 24h or 7d")
        return None

    def expression(self, key: str) -> Written | None:
        """A JMESPath expression; it is checked later, when the language is loaded."""
        value = self._get(key)
        if value is None:
            return None
        if _is_text(value) and value.strip() and len(value) <= EXPRESSION_LIMIT:
            return Written(value, self.place(key))
        self.fault(key, f"a JMESPath expression, of at most {EXPRESSION_LIMIT} characters")
        return None

    def expressions(self, key: str) -> tuple[Written, ...]:
        """One expression, or a list of them."""
        value = self._get(key)
        each = cast("Sequence[object]", value if isinstance(value, list) else [value])
        if value is None:
            return ()
        if not all(_is_text(one) and one.strip() for one in each):
            self.fault(key, "a JMESPath expression, or a list of them")
            return ()
        return tuple(Written(str(one), self.place(key)) for one in each)

    def words(self, key: str) -> tuple[str, ...]:
        """A list of texts, or one."""
        value = self._get(key)
        if value is None:
            return ()
        each = cast("Sequence[object]", value if isinstance(value, list) else [value])
        if each and all(_is_text(one) and one.strip() and one.isprintable() for one in each):
            return tuple(map(str, each))
        self.fault(key, "a list of texts")
        return ()

    def texts(self, key: str) -> Mapping[str, str]:
        """A table of texts."""
        value = self._get(key)
        if value is None:
            return {}
        members = cast("Mapping[str, object]", value if isinstance(value, dict) else {})
        if isinstance(value, dict) and all(
            _is_text(one) and one.isprintable() for one in members.values()
        ):
            return cast("Mapping[str, str]", members)
        self.fault(key, "a table of texts")
        return {}

    def plain(self, key: str) -> Any:
        """Any value, as it is; None where absent."""
        return self._get(key)

    def is_text(self, key: str) -> bool:
        """Whether the value of a key is a text, for keys that take more than one type."""
        return _is_text(self._values.get(key))

    def table(self, key: str) -> "Table":
        """The table of that name, an empty one where absent."""
        value = self._get(key)
        if value is not None and not isinstance(value, dict):
            self.fault(key, "a table")
            value = None
        return self._inner(key, cast("Mapping[str, Any]", value or {}))

    def tables(self, key: str) -> list["Table"]:
        """The tables in a list."""
        value = self._get(key)
        each = cast("Sequence[object]", value if isinstance(value, list) else [value])
        if value is None:
            return []
        if not all(isinstance(one, dict) for one in each):
            self.fault(key, "a list of tables")
            return []
        return [self._inner(f"{key}.{n}", cast("Any", one)) for n, one in enumerate(each, 1)]

    def finish(self, others: Iterable[str] = ()) -> None:
        """Note every key that nobody asked for, in its tables, too; `others` are known besides."""
        known = list(dict.fromkeys((*self._known, *others)))
        for key in self._values:
            if key not in known:
                self._note(f"{self.place(key)}: unknown key; {hint(key, known)}")
        for table in self._tables.values():
            table.finish()

    def _note(self, fault: str) -> None:
        if fault not in self._faults:  # a table may be read in two places
            self._faults.append(fault)

    def _inner(self, key: str, values: Mapping[str, Any]) -> "Table":
        if key not in self._tables:
            full = f"{self._name}.{key}" if self._name else key
            self._tables[key] = Table(self._file, full, values, self._faults)
        return self._tables[key]

    def _get(self, key: str) -> Any:
        self._known.append(key)
        return self._values.get(key)


def _is_text(value: object) -> TypeGuard[str]:
    return isinstance(value, str)
