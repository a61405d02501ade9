"""The fields of the classes that `frozen.py` makes: as those of `dataclasses`, without loading it.

`dataclasses` is a tenth of all that a short command loads. It knows these classes, too, once it is
asked: its `fields` and `replace` work with them.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar, overload

T = TypeVar("T")

MISSING: Any = type("MISSING", (), {})()
"""The default of a field that has none."""

_NOTHING: Mapping[Any, Any] = MappingProxyType({})


class Field:
    """What is declared of a field; `default` and `default_factory` are MISSING where it has none.

    One that is not `init` is never given: it has its default, in a copy too.
    """

    __slots__ = ("compare", "default", "default_factory", "init", "kw_only", "metadata", "name",
                 "repr", "type")  # fmt: skip

    def __init__(
        self,
        *,
        default: Any = MISSING,
        default_factory: Any = MISSING,
        init: bool = True,
        repr: bool = True,  # noqa: A002 - as `dataclasses` has it
        compare: bool = True,
        metadata: Mapping[Any, Any] = _NOTHING,
    ) -> None:
        self.name, self.type, self.kw_only = "", MISSING, False
        self.default, self.default_factory = default, default_factory
        self.init, self.repr, self.compare = init, repr, compare
        self.metadata = metadata

    def said(self) -> dict[str, Any]:
        """What `dataclasses.field` takes to declare the same."""
        given = {name: getattr(self, name) for name in _GIVEN}
        return {name: value for name, value in given.items() if value is not MISSING}

    @property
    def is_made(self) -> bool:
        """Whether each instance gets a default of its own."""
        return self.default_factory is not MISSING


_GIVEN = ("default", "default_factory", "init", "repr", "compare", "kw_only", "metadata")


@overload
def field(*, default: T, init: bool = ..., repr: bool = ..., compare: bool = ...,
          metadata: Mapping[Any, Any] = ...) -> T: ...  # fmt: skip
@overload
def field(*, default_factory: Callable[[], T], init: bool = ..., repr: bool = ...,
          compare: bool = ..., metadata: Mapping[Any, Any] = ...) -> T: ...  # fmt: skip
@overload
def field(*, repr: bool = ..., compare: bool = ...) -> Any: ...
def field(**said: Any) -> Any:
    """A field of which more is said than its type and default."""
    return Field(**said)


def is_frozen(kind: Any) -> bool:
    """Whether that is a class which `frozen` made."""
    return isinstance(kind, type) and hasattr(kind, "_declared")


def fields(it: Any) -> tuple[Field, ...]:
    """The fields of a frozen class, or of an instance of one, in their order."""
    declared: tuple[Field, ...] = it._declared
    return declared


def replace(it: T, /, **changes: Any) -> T:
    """A copy of a frozen instance in which some of the fields are others."""
    for each in fields(it):
        if each.init and each.name not in changes:
            changes[each.name] = getattr(it, each.name)
    return it.__class__(**changes)


class ToldToDataclasses:
    """`__dataclass_fields__`, made when `dataclasses` looks at a class for the first time."""

    def __get__(self, it: object, owner: type[Any]) -> Any:
        import dataclasses

        made = dataclasses.make_dataclass(
            owner.__name__,
            [(each.name, each.type, dataclasses.field(**each.said())) for each in fields(owner)],
            init=False,
            repr=False,
            eq=False,
        )
        owner.__dataclass_fields__ = vars(made)["__dataclass_fields__"]
        return owner.__dataclass_fields__
