"""Makes frozen classes of fields, as `@dataclass(frozen=True, slots=True)` does, far faster.

`dataclasses` compiles six methods of each class, used or not. A command loads a hundred classes,
which took a third of its time. What compares, hashes, shows and refuses is here the same for all,
and `__init__` is compiled when the first instance is made. `fields.py` has what a field is.
"""

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, ClassVar, NoReturn, TypeVar, dataclass_transform, get_origin, overload

from rushes.providers.fields import MISSING, Field, ToldToDataclasses, field, fields

T = TypeVar("T")


@overload
def frozen(made: type[T], /) -> type[T]: ...
@overload
def frozen(*, kw_only: bool) -> Callable[[type[T]], type[T]]: ...
@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(
    made: type[Any] | None = None, /, *, kw_only: bool = False
) -> type[Any] | Callable[[type[Any]], type[Any]]:
    """Make a class frozen, with slots; with `kw_only` its fields are given by name alone.

    Instances are equal if they are of one class and their compared fields are. A class that is the
    key of large dictionaries is better a NamedTuple, whose hash is found in a fifth of the time.
    """

    def make(bare: type[Any]) -> type[Any]:
        return _frozen(bare, kw_only=kw_only)

    return make if made is None else make(made)


def _frozen(bare: type[Any], *, kw_only: bool) -> type[Any]:
    own = _declared_in(bare, kw_only=kw_only)
    declared = {each.name: each for each in getattr(bare, "_declared", ())} | own
    made = _slotted(bare, own)
    made._declared = tuple(declared.values())
    made._compared = _getter([each.name for each in declared.values() if each.compare])
    made.__dataclass_fields__ = ToldToDataclasses()
    made.__match_args__ = tuple(each.name for each in declared.values() if not each.kw_only)
    for name, method in _SHARED.items():
        if name not in bare.__dict__:
            setattr(made, name, method)

    def first(self: object, *args: object, **named: object) -> None:
        made.__init__ = _init_of(made)
        made.__init__(self, *args, **named)

    made.__init__ = first
    return made


def _declared_in(bare: type[Any], *, kw_only: bool) -> dict[str, Field]:
    """The fields that a class adds to those of the classes that it is made of."""
    own: dict[str, Field] = {}
    for name, kind in bare.__annotations__.items():
        if get_origin(kind) is ClassVar:
            continue
        default = bare.__dict__.get(name, MISSING)
        each = default if isinstance(default, Field) else Field(default=default)
        if each.default.__hash__ is None:
            raise ValueError(f"{bare.__name__}.{name}: all instances would share its default")
        each.name, each.type, each.kw_only = name, kind, kw_only
        own[name] = each
    return own


def _slotted(bare: type[Any], own: Mapping[str, Field]) -> type[Any]:
    """The class with slots: they make another class of it."""
    leave = {*own, "__dict__", "__weakref__"}
    body = {name: value for name, value in bare.__dict__.items() if name not in leave}
    had = {name for base in bare.__mro__[1:] for name in base.__dict__.get("__slots__", ())}
    body["__slots__"] = tuple(name for name in own if name not in had)
    metaclass: Any = type(bare)  # such as ABCMeta
    made: type[Any] = metaclass(bare.__name__, bare.__bases__, body)
    made.__qualname__ = bare.__qualname__
    return made


def _getter(names: list[str]) -> Callable[[object], tuple[object, ...]]:
    if len(names) > 1:
        return attrgetter(*names)  # a tuple of them

    def values(it: object) -> tuple[object, ...]:
        return tuple(getattr(it, name) for name in names)

    return staticmethod(values)


def _init_of(made: type[Any]) -> Callable[..., None]:
    """`__init__`, compiled: it sets each slot, which no other method can."""
    known: dict[str, object] = {"missing": MISSING}
    given: list[str] = []
    by_name: list[str] = []
    steps: list[str] = []
    for each in fields(made):
        name = each.name
        known[f"set_{name}"] = getattr(made, name).__set__
        parameter = _parameter(each, known)
        if each.init:
            (by_name if each.kw_only else given).append(parameter)
        steps.append(f"    set_{name}(self, {_value(each)})\n")
    head = ", ".join(["self", *given, *(["*", *by_name] if by_name else ())])
    exec(f"def __init__({head}):\n{''.join(steps) or '    pass'}", known)  # noqa: S102 - our names
    init: Any = known["__init__"]
    init.__qualname__ = f"{made.__qualname__}.__init__"
    return init


def _parameter(each: Field, known: dict[str, object]) -> str:
    if each.is_made:
        known[f"make_{each.name}"] = each.default_factory
        return f"{each.name}=missing"
    if each.default is MISSING:
        return each.name
    known[f"default_{each.name}"] = each.default
    return f"{each.name}=default_{each.name}"


def _value(each: Field) -> str:
    name = each.name
    if each.is_made:
        return f"make_{name}() if {name} is missing else {name}" if each.init else f"make_{name}()"
    return name if each.init else f"default_{name}"


# -- what all classes share -----------------------------------------------------------------------


def _eq(self: Any, other: object) -> bool:
    if other.__class__ is not self.__class__:
        return NotImplemented
    return self is other or self._compared(self) == self._compared(other)


def _hash(self: Any) -> int:
    return hash(self._compared(self))


def _repr(self: Any) -> str:
    shown = (f"{each.name}={getattr(self, each.name)!r}" for each in fields(self) if each.repr)
    return f"{self.__class__.__qualname__}({', '.join(shown)})"


def _setattr(self: object, name: str, value: object) -> NoReturn:
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _delattr(self: object, name: str) -> NoReturn:
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _getstate(self: Any) -> list[object]:
    return [getattr(self, each.name) for each in fields(self)]


def _setstate(self: Any, state: list[object]) -> None:
    for each, value in zip(fields(self), state, strict=True):
        object.__setattr__(self, each.name, value)


_SHARED: dict[str, Any] = {
    "__eq__": _eq,
    "__hash__": _hash,
    "__repr__": _repr,
    "__setattr__": _setattr,
    "__delattr__": _delattr,
    "__getstate__": _getstate,
    "__setstate__": _setstate,
}
