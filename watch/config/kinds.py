"""The kinds of values that settings have: how each is checked, written and described."""

import json
from collections.abc import Callable, Iterable
from enum import Enum
from typing import Any, Generic, NoReturn, TypeVar

from rushes.providers.error_codes import ErrorCode
from rushes.providers.errors import RushesError
from rushes.providers.frozen import frozen
from rushes.providers.language import _, catalogued
from rushes.providers.nearest import hint
from rushes.providers.secret import Secret
from rushes.providers.text import clean
from rushes.watch.byte_rates import BadRate, byte_rate, rate_text
from rushes.watch.disk.tomlfile import Toml
from rushes.watch.durations import BadDuration, duration, seconds_of

E = TypeVar("E", bound=Enum)
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class BadSetting(RushesError):
    """The value of a setting is not what is expected there; the text names types, no values."""

    code = ErrorCode.BAD_SETTINGS


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
            raise BadSetting(_("unknown value; {hint}").format(hint=hint(word, valid)))
        return valid[word]

    return Kind(expected, read)


def members(allowed: Iterable[E]) -> Kind[tuple[E, ...]]:
    """Lists of those members of an enum, by their values; each counts once."""
    valid = {str(member.value): member for member in allowed}
    words = texts(f"a list of {', '.join(valid)}", least=0)

    def read(value: Toml) -> tuple[E, ...]:
        found = dict.fromkeys(words.read(value))
        for word in found:
            if word not in valid:
                raise BadSetting(
                    _("unknown value {word}; {hint}").format(
                        word=clean(word, 40), hint=hint(word, valid)
                    )
                )
        return tuple(valid[word] for word in found)

    return Kind(words.expected, read)


def whole(most: int) -> Kind[int]:
    """The whole numbers from 1 to `most`."""
    expected = f"a whole number from 1 to {most}"

    def read(value: Toml) -> int:
        number = value if isinstance(value, int) and not isinstance(value, bool) else 0
        return number if 1 <= number <= most else _unlike(expected, value)

    return Kind(expected, read)


def rate(most: float) -> Kind[float]:
    """How many a second: numbers from a tenth to `most`, whole or not."""
    expected = f"a number from 0.1 to {most:g}"

    def read(value: Toml) -> float:
        number = value if isinstance(value, int | float) and not isinstance(value, bool) else 0.0
        return float(number) if 0.1 <= number <= most else _unlike(expected, value)

    return Kind(expected, read, lambda value: None if value is None else f"{value:g}")


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


def _byte_rate(written: str) -> float:
    try:
        return byte_rate(written)
    except BadRate:
        raise BadSetting(_("expected {expected}").format(expected=_(_RATE))) from None


def _unlike(expected: str, value: Toml) -> NoReturn:
    raise BadSetting(
        _("expected {expected}, got {got}").format(expected=_(expected), got=_type_of(value))
    )


def _text(value: Toml) -> str:
    return value if isinstance(value, str) and value.strip() else _unlike("text", value)


def _seconds(value: Toml, least: float, expected: str) -> float:
    try:
        found = seconds_of(value if isinstance(value, str) else "")
    except BadDuration:
        _unlike(expected, value)
    if found < least:
        raise BadSetting(_("expected at least {duration}").format(duration=duration(least)))
    return found


def _duration(value: float | None) -> str | None:
    return None if value is None else as_toml(duration(value))


_DURATION = catalogued('a duration such as "5s", "30m", "1h 30m" or "2d"')
_KEY_LIST = texts(catalogued('a key such as "d", or a list of keys'), least=1)

FLAG: Kind[bool] = Kind(
    "true or false", lambda v: v if isinstance(v, bool) else _unlike("true or false", v)
)
KEYS: Kind[tuple[str, ...]] = Kind(
    _KEY_LIST.expected, lambda v: (v,) if isinstance(v, str) and v.strip() else _KEY_LIST.read(v)
)
_RATE = catalogued('a rate such as "500K" or "5M", 1K at least')
BYTE_RATE: Kind[float | None] = Kind(
    _RATE,
    lambda value: _byte_rate(_text(value)),
    lambda rate: None if rate is None else as_toml(rate_text(rate)),
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
            return _("text") if value.strip() else _("an empty text")
        case bool():
            return _("true or false")
        case int():
            return str(value) if abs(value) < 10**5 else _("a whole number")
        case float():
            return _("a number")
        case list():
            return _("a list")
        case dict():
            return _("a table")
        case _:
            return _("a date or time")
