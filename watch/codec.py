"""Values of our types as JSON values and back, by the types alone.

A dataclass whose fields are given by keyword is written as an object, and a field that has its
default is left out. One whose fields are given by position is written as a list of all of them. A
field that may be one of several dataclasses is written under the name of the class in small
letters, instead of its own name; a class with a single field then is that field's value.

What is read may be anybody's, so nothing is believed: each value has to be of its type all through,
times and numbers have to be of a size that can be counted with, and True is no number.
"""

import base64
import types
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, Protocol, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from rushes.providers.error_codes import ErrorCode
from rushes.providers.errors import RushesError
from rushes.providers.fields import MISSING, Field, fields, is_frozen
from rushes.providers.frozen import frozen
from rushes.providers.rfc3339 import read_rfc3339, rfc3339_exact
from rushes.watch.path_text import read_path, write_path

T = TypeVar("T")

_LONGEST = timedelta(days=36_525)
_MOST = 10**15

_YEARS = range(1970, 2200)
"""Far enough from both ends of time for what is counted from it, in any zone."""


class BadValue(RushesError):
    """A JSON value is not of the type that is expected; the text names the field.

    `path` is put together on the way out: it costs nothing where all is well.
    """

    code = ErrorCode.HISTORY

    def __init__(self, why: str, path: str = "") -> None:
        super().__init__(f"{path}: {why}" if path else why)
        self.why = why
        self.path = path

    def within(self, step: str) -> "BadValue":
        """The same, seen from the object or list that the value is in."""
        dot = "." if self.path and not self.path.startswith("[") else ""
        return BadValue(self.why, f"{step}{dot}{self.path}")


def write(value: object) -> Any:
    """The dataclass `value` as a JSON value."""
    return _codec(type(value)).write(value)


def read(value: object, kind: type[T]) -> T:
    """The dataclass `kind` that `write` wrote as `value`; raises BadValue."""
    return cast("T", _codec(kind).read(value))


class _Codec(Protocol):
    def write(self, value: Any) -> Any: ...

    def read(self, value: Any) -> Any:
        """Raises BadValue."""
        ...


# -- what has no parts --------------------------------------------------------------------------


@frozen
class _Plain:
    """A value that JSON has a type for."""

    kind: type
    name: str

    def write(self, value: Any) -> Any:
        return value

    def read(self, value: Any) -> Any:
        # Not isinstance: True is no number.
        if type(value) is not self.kind:
            raise BadValue(f"expected {self.name}")
        if self.kind in (int, float) and not abs(value) < _MOST:
            raise BadValue("a number out of range")
        return value


@frozen
class _Text:
    """A value of another type, written as text or a number; `decode` may raise a ValueError."""

    name: str
    encode: Callable[[Any], Any]
    decode: Callable[[Any], Any]
    is_sane: Callable[[Any], bool] | None = None

    def write(self, value: Any) -> Any:
        return self.encode(value)

    def read(self, value: Any) -> Any:
        try:
            found = self.decode(value)
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
            raise BadValue(f"expected {self.name}") from None
        if self.is_sane is not None and not self.is_sane(found):
            raise BadValue(f"{self.name} out of range")
        return found


def _counted(value: Any) -> float:
    if type(value) not in (int, float):
        raise TypeError("expected a number")
    return value


_SIMPLE: Mapping[Any, _Codec] = {
    str: _Plain(str, "text"),
    int: _Plain(int, "a whole number"),
    float: _Plain(float, "a number"),
    bool: _Plain(bool, "true or false"),
    type(None): _Plain(type(None), "null"),
    bytes: _Text("base64", lambda data: base64.b64encode(data).decode(), base64.b64decode),
    Path: _Text("a path", write_path, read_path),
    datetime: _Text("a time", rfc3339_exact, read_rfc3339, lambda time: time.year in _YEARS),
    timedelta: _Text(
        "seconds",
        lambda span: span.total_seconds(),
        lambda seconds: timedelta(seconds=_counted(seconds)),
        lambda span: abs(span) < _LONGEST,
    ),
}


# -- what has parts -----------------------------------------------------------------------------


@frozen
class _Optional:
    inner: _Codec

    def write(self, value: Any) -> Any:
        return None if value is None else self.inner.write(value)

    def read(self, value: Any) -> Any:
        return None if value is None else self.inner.read(value)


@frozen
class _Scalar:
    """One of several plain types."""

    kinds: tuple[_Codec, ...]

    def write(self, value: Any) -> Any:
        return value

    def read(self, value: Any) -> Any:
        for kind in self.kinds:
            try:
                return kind.read(value)
            except BadValue:
                continue
        raise BadValue("expected a plain value")


@frozen
class _List:
    inner: _Codec

    def write(self, value: Any) -> Any:
        return [self.inner.write(each) for each in value]

    def read(self, value: Any) -> Any:
        if not isinstance(value, list):
            raise BadValue("expected a list")
        found = list[Any]()
        try:
            for each in cast("list[Any]", value):
                found.append(self.inner.read(each))
        except BadValue as error:
            raise error.within(f"[{len(found)}]") from None
        return tuple(found)


@frozen
class _Table:
    """A mapping from text or whole numbers."""

    key: Callable[[str], Any]
    inner: _Codec

    def write(self, value: Any) -> Any:
        return {str(name): self.inner.write(each) for name, each in value.items()}

    def read(self, value: Any) -> Any:
        found = dict[Any, Any]()
        for name, each in _members(value).items():
            try:
                found[self.key(name)] = self.inner.read(each)
            except ValueError:
                raise BadValue("expected a number as its name", name) from None
            except BadValue as error:
                raise error.within(name) from None
        return found


@frozen
class _Row:
    """A dataclass as a list of its fields."""

    kind: type
    fields: tuple[tuple[str, _Codec], ...]

    def write(self, value: Any) -> Any:
        return [codec.write(getattr(value, name)) for name, codec in self.fields]

    def read(self, value: Any) -> Any:
        if not isinstance(value, list) or len(cast("list[Any]", value)) != len(self.fields):
            raise BadValue(f"expected a list of {len(self.fields)}")
        found = list[Any]()
        for (name, codec), said in zip(self.fields, cast("list[Any]", value), strict=True):
            try:
                found.append(codec.read(said))
            except BadValue as error:
                raise error.within(name) from None
        return self.kind(*found)


@frozen
class _Choice:
    """One of several dataclasses; it shares the object of its field with the others there."""

    rows: Mapping[str, _Row]

    def members(self, value: Any) -> Mapping[str, Any]:
        """The one member that stands for the field."""
        tag = type(value).__name__.lower()
        row = self.rows[tag].write(value)
        return {tag: row[0] if len(row) == 1 else row}

    def read(self, members: Any) -> Any:
        for tag, row in self.rows.items():
            if tag in members:
                said = members[tag]
                try:
                    return row.read([said] if len(row.fields) == 1 else said)
                except BadValue as error:
                    raise error.within(tag) from None
        raise BadValue(f"expected one of {', '.join(self.rows)}")


@frozen
class _Object:
    """A dataclass as an object; the default of a field that has to be there is MISSING."""

    kind: type
    codecs: Mapping[str, _Codec]
    choices: Mapping[str, _Choice]
    defaults: Mapping[str, Any]

    def write(self, value: Any) -> Any:
        written = dict[str, Any]()
        for name, codec in self.codecs.items():
            its, default = getattr(value, name), self.defaults[name]
            if default is MISSING or its != default:
                written[name] = codec.write(its)
        for name, choice in self.choices.items():
            written.update(choice.members(getattr(value, name)))
        return written

    def read(self, value: Any) -> Any:
        members, found, name = _members(value), dict[str, Any](), ""
        try:
            for name, said in members.items():
                if (codec := self.codecs.get(name)) is not None:
                    found[name] = codec.read(said)
        except BadValue as error:
            raise error.within(name) from None
        for name, choice in self.choices.items():
            found[name] = choice.read(members)
        try:
            return self.kind(**found)
        except TypeError:
            lacking = [name for name in self.codecs if self.defaults[name] is MISSING]
            raise BadValue(f"{next(n for n in lacking if n not in found)} is missing") from None


def _members(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise BadValue("expected an object")
    return cast("dict[str, Any]", value)


@cache
def _codec(kind: Any) -> _Codec:
    """The codec of a type; raises TypeError for a type that has none."""
    origin, inner = get_origin(kind), get_args(kind)
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    if origin in (Union, types.UnionType):
        others = tuple(_codec(each) for each in inner if each is not type(None))
        if len(others) == 1:
            return _Optional(others[0])
        return _Optional(_Scalar(others)) if len(others) < len(inner) else _Scalar(others)
    if origin is tuple:
        return _List(_codec(inner[0]))
    if origin is Mapping:
        return _Table(inner[0], _codec(inner[1]))
    if is_frozen(kind):
        return _of_dataclass(kind)
    if isinstance(kind, type) and issubclass(kind, Enum):
        words = ", ".join(str(each.value) for each in kind)
        members = {each.value: each for each in kind}
        return _Text(f"one of {words}", lambda each: each.value, members.__getitem__)
    raise TypeError(f"{kind} has no codec")


def _of_dataclass(kind: Any) -> _Row | _Object:
    hints, declared = get_type_hints(kind), fields(kind)
    if not all(field.kw_only for field in declared):
        return _Row(kind, tuple((field.name, _codec(hints[field.name])) for field in declared))
    choices = {name: choice for name, hint in hints.items() if (choice := _choice(hint))}
    return _Object(
        kind,
        {name: _codec(hint) for name, hint in hints.items() if name not in choices},
        choices,
        {field.name: _default(field) for field in declared},
    )


def _choice(kind: Any) -> _Choice | None:
    """The choice that a union of dataclasses is; None for another type."""
    inner = get_args(kind)
    if not inner or not all(map(is_frozen, inner)):
        return None
    return _Choice({each.__name__.lower(): cast("_Row", _codec(each)) for each in inner})


def _default(field: Field) -> Any:
    make = field.default_factory
    return field.default if make is MISSING else make()
