"""Has the methods of dataclasses made without a compiler: a start makes 170 such classes.

Until 3.12 Python writes the text of five methods for each frozen dataclass and compiles it, a third
of a millisecond a class, a tenth of a start. Four of them are the same in all classes but for names
of fields, so they can be functions over those names. `__init__` is compiled as before. Where a
maker of methods is not the one that is known here, it is left alone.
"""

import dataclasses
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import FrozenInstanceError
from operator import attrgetter
from reprlib import recursive_repr
from typing import Any

Fields = Sequence["dataclasses.Field[Any]"]
Method = Callable[..., Any]

# `globals` is what Python calls it, and gives it by its name: the globals of the class's module.
# ruff: noqa: A002

_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def quicken() -> None:
    """Make the methods of all dataclasses that come from now on in this way."""
    for name, (arguments, make) in _MAKERS.items():
        code = getattr(getattr(dataclasses, name, None), "__code__", None)
        if code is not None and code.co_varnames[: code.co_argcount] == arguments:
            setattr(dataclasses, name, make)


def _guards(cls: type, fields: Fields, globals: object) -> tuple[Method, Method]:
    """`__setattr__` and `__delattr__` of a frozen class."""
    names = frozenset(field.name for field in fields)

    def __setattr__(self: object, name: str, value: object) -> None:  # noqa: N807
        if type(self) is cls or name in names:
            raise FrozenInstanceError(f"cannot assign to field {name!r}")
        super(cls, self).__setattr__(name, value)

    def __delattr__(self: object, name: str) -> None:  # noqa: N807
        if type(self) is cls or name in names:
            raise FrozenInstanceError(f"cannot delete field {name!r}")
        super(cls, self).__delattr__(name)

    return __setattr__, __delattr__


def _comparison(name: str, sign: str, ours: str, _theirs: str, globals: object) -> Method:
    """A comparison of the fields that stand in `ours`, such as "(self.a,self.b,)"."""
    values = _values([each.partition(".")[2] for each in ours.strip("()").split(",") if each])
    compare = _OPERATORS[sign]

    def method(self: object, other: object) -> bool:
        if other.__class__ is self.__class__:
            return compare(values(self), values(other))
        return NotImplemented

    method.__name__ = name
    return method


def _hashing(fields: Fields, globals: object) -> Method:
    values = _values([field.name for field in fields])

    def __hash__(self: object) -> int:  # noqa: N807
        return hash(values(self))

    return __hash__


def _representation(fields: Fields, globals: object) -> Method:
    names = [field.name for field in fields]

    def __repr__(self: object) -> str:  # noqa: N807
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
        return f"{self.__class__.__qualname__}({shown})"

    return recursive_repr("...")(__repr__)


def _values(names: Sequence[str]) -> Callable[[object], tuple[object, ...]]:
    """The values of these fields of an object, as a tuple."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda it: tuple(getattr(it, name) for name in names)


_MAKERS: Mapping[str, tuple[tuple[str, ...], Callable[..., Any]]] = {
    "_frozen_get_del_attr": (("cls", "fields", "globals"), _guards),
    "_cmp_fn": (("name", "op", "self_tuple", "other_tuple", "globals"), _comparison),
    "_hash_fn": (("fields", "globals"), _hashing),
    "_repr_fn": (("fields", "globals"), _representation),
}
"""What makes methods in Python's module, its arguments, and what makes them here."""
