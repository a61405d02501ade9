"""Whether a value is what its type says: of what others wrote, nothing else is believed (S9)."""

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

_LONGEST = timedelta(days=36_525)
_MOST = 10**15
"""No number that we keep is as large; nor is one that is none (NaN)."""


def fits(value: object, kind: Any) -> bool:
    """Whether `value` is a `kind` all through: fields, elements and members as well.

    Numbers have to be finite and of a human size, and True is no number.
    """
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return any(fits(value, each) for each in inner)
    if origin is tuple:
        # Ours are all of one kind and any length.
        return isinstance(value, tuple) and all(
            fits(each, inner[0]) for each in cast("tuple[object, ...]", value)
        )
    if origin is Mapping:
        return isinstance(value, Mapping) and all(
            fits(name, inner[0]) and fits(each, inner[1])
            for name, each in cast("Mapping[object, object]", value).items()
        )
    if is_dataclass(kind):
        return isinstance(value, cast("type", kind)) and all(
            fits(getattr(value, name), hint) for name, hint in _fields(kind).items()
        )
    if kind in (int, float):
        return isinstance(value, kind) and not isinstance(value, bool) and abs(value) < _MOST
    if kind is datetime:
        # Far enough from both ends of time for what is counted from it, in any zone.
        return isinstance(value, datetime) and 1970 <= value.year < 2200
    if kind is timedelta:
        return isinstance(value, timedelta) and abs(value) < _LONGEST
    return isinstance(value, kind)


@cache
def _fields(kind: Any) -> Mapping[str, Any]:
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}
