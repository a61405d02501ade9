"""The kinds of values that settings have: how each is checked, written and described."""

import json
from collections.abc import Callable
from enum import Enum
from typing import Any, Generic, NoReturn, TypeVar

from rushes.providers.errors import RushesError
from rushes.providers.exits import Exit
from rushes.providers.frozen import frozen
from rushes.providers.nearest import hint
from rushes.providers.secret import Secret
from rushes.watch.disk.tomlfile import Toml
from rushes.watch.durations import BadDuration, duration, seconds_of

E = TypeVar("E", bound=Enum)
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class BadSetting(RushesError):
    """The value of a setting is not what is expected there; the text names types, no values."""

    exit = Exit.CONFIGURATION


def as_toml(value: object) -> str | None:
    """A value as TOML; None for None, which no TOML stands for."""
    # JSON's texts, lists, true and false are TOML's.
    return None if value is None else json.dumps(value, ensure_ascii=False, default=_plain)


@frozen
class Kind(Generic[T_co]):
    """A kind of setting: `expected` describes it, `read` makes the value or raises BadSetting.

    `write` gives the TOML of a value, None where the setting is best left out.
    """

    expected: str
    read: Callable[[Toml], T_co]
    write: Callable[[Any], str | None] = as_toml


def text(expected: str, parse: Callable[[str], T]) -> Kind[T]:
    """Texts that are not blank and that `parse` takes; it raises BadSetting for others."""
    return Kind(expected, lambda value: parse(_text(value)))


def texts(expected: str, least: int) -> Kind[tuple[str, ...]]:
    """Lists of `least` texts or more."""

    def read(value: Toml) -> tuple[str, ...]:
        items = value if isinstance(value, list) else []
        found = tuple(item for item in items if isinstance(item, str) and item.strip())
        is_whole = isinstance(value, list) and len(found) == len(items) >= least
        return found if is_whole else _unlike(expected, value)

    return Kind(expected, read)


def choice(members: type[E]) -> Kind[E]:
    """The members of an enum, by their values."""
    valid = {str(member.value): member for member in members}
    expected = f"one of {', '.join(valid)}"

    def read(value: Toml) -> E:
        word = value if isinstance(value, str) else _unlike(expected, value)
        if word not in valid:
            raise BadSetting(f"unknown value; {hint(word, valid)}")
        return valid[word]

    return Kind(expected, read)


def whole(most: int) -> Kind[int]:
    """The whole numbers from 1 to `most`."""
    expected = f"a whole number from 1 to {most}"

    def read(value: Toml) -> int:
        number = value if isinstance(value, int) and not isinstance(value, bool) else 0
        return number if 1 <= number <= most else _unlike(expected, value)

    return Kind(expected, read)


def seconds(least: float) -> Kind[float]:
    """Durations of at least so many seconds, as seconds."""
    return Kind(_DURATION, lambda value: _seconds(value, least, _DURATION), _duration)


def seconds_or(endless: str, least: float) -> Kind[float | None]:
    """The same, or None for the word that means no end."""
    expected = f'"{endless}" or {_DURATION}'
    return Kind(
        expected,
        lambda value: None if value == endless else _seconds(value, least, expected),
        lambda value: as_toml(endless) if value is None else _duration(value),
    )


def seconds_or_word(members: type[E], least: float) -> Kind[float | E]:
    """The same, or a member of an enum, by its value."""
    words = {str(member.value): member for member in members}
    expected = f"{' or '.join(map(json.dumps, words))} or {_DURATION}"

    def read(value: Toml) -> float | E:
        if isinstance(value, str) and value in words:
            return words[value]
        return _seconds(value, least, expected)

    def write(value: float | E | None) -> str | None:
        return as_toml(value.value) if isinstance(value, Enum) else _duration(value)

    return Kind(expected, read, write)


def _unlike(expected: str, value: Toml) -> NoReturn:
    raise BadSetting(f"expected {expected}, got {_type_of(value)}")


def _text(value: Toml) -> str:
    return value if isinstance(value, str) and value.strip() else _unlike("text", value)


def _seconds(value: Toml, least: float, expected: str) -> float:
    try:
        found = seconds_of(value if isinstance(value, str) else "")
    except BadDuration:
        _unlike(expected, value)
    if found < least:
        raise BadSetting(f"expected at least {duration(least)}")
    return found


def _duration(value: float | None) -> str | None:
    return None if value is None else as_toml(duration(value))


_DURATION = 'a duration such as "5s", "30m", "1h 30m" or "2d"'
_KEY_LIST = texts('a key such as "d", or a list of keys', least=1)

FLAG: Kind[bool] = Kind(
    "true or false", lambda v: v if isinstance(v, bool) else _unlike("true or false", v)
)
KEYS: Kind[tuple[str, ...]] = Kind(
    _KEY_LIST.expected, lambda v: (v,) if isinstance(v, str) and v.strip() else _KEY_LIST.read(v)
)
SECRET = text("text", Secret)
TABLE: Kind[dict[str, Toml]] = Kind(
    "a table", lambda v: v if isinstance(v, dict) else _unlike("a table", v)
)


def _plain(value: object) -> str:
    return str(value.value if isinstance(value, Enum) else value)


def _type_of(value: Toml) -> str:
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
