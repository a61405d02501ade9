"""Frozen classes: everything is as `dataclass` does it, and only `__init__` is compiled, late."""

import copy
import dataclasses
from collections.abc import Mapping
from dataclasses import FrozenInstanceError, dataclass
from typing import Any, ClassVar

import pytest

from rushes.providers.fields import field, fields, replace
from rushes.providers.frozen import frozen


@frozen
class Point:
    """A place."""

    x: int
    y: int = 0
    note: str = field(default="", compare=False)
    secret: str = field(default="", repr=False)
    marks: Mapping[str, int] = field(default_factory=dict[str, int], compare=False)


@dataclass(frozen=True, slots=True)
class Twin:
    """The same by `dataclass`."""

    x: int
    y: int = 0
    note: str = dataclasses.field(default="", compare=False)
    secret: str = dataclasses.field(default="", repr=False)
    marks: Mapping[str, int] = dataclasses.field(default_factory=dict[str, int], compare=False)


@frozen(kw_only=True)
class Named:
    """Fields by name, in any order of defaults."""

    first: int = 1
    second: str


@frozen
class Deeper(Point):
    """One that adds a field."""

    z: int = 9


@frozen
class One:
    """A single field."""

    it: object


@frozen
class Counted:
    """One with a field that is filled in later."""

    name: str
    made_up: str = field(default="", init=False, compare=False)


@frozen
class Coded:
    """One with a value of its class."""

    code: ClassVar[str] = "c"
    it: int


@frozen
class Empty:
    """No field at all."""


def test_fields_come_by_place_or_name_with_their_defaults() -> None:
    point = Point(1, note="n")
    assert (point.x, point.y, point.note, point.secret, point.marks) == (1, 0, "n", "", {})
    assert Point(1).marks is not Point(1).marks
    assert Named(second="b") == Named(first=1, second="b")
    assert (Deeper(1, 2).z, Deeper(1, z=3).z) == (9, 3)
    assert Empty() == Empty()


@pytest.mark.parametrize("args", [(), (1, 2, "", "", {}, 6)])
def test_what_does_not_fit_is_refused_as_in_any_call(args: tuple[Any, ...]) -> None:
    with pytest.raises(TypeError, match=r"Point.__init__\(\)"):
        Point(*args)
    with pytest.raises(TypeError, match="positional"):
        Named(*[1, "b"])  # pyright: ignore[reportCallIssue]


@pytest.mark.parametrize(
    ("one", "other"),
    [((1,), (1,)), ((1,), (2,)), ((1, 0, "a"), (1, 0, "b")), ((1, 0, "", "a"), (1, 0, "", "b"))],
)
def test_equality_and_hash_are_those_of_the_compared_fields(
    one: tuple[Any, ...], other: tuple[Any, ...]
) -> None:
    equal = Twin(*one) == Twin(*other)
    assert (Point(*one) == Point(*other)) is equal
    assert (hash(Point(*one)) == hash(Point(*other))) is equal
    assert hash(Point(*one)) == hash(Twin(*one))


def test_another_class_is_never_equal() -> None:
    assert Point(1) != Deeper(1)
    assert Point(1) != (1, 0, "")
    assert One(None) != Empty()


def test_what_is_shown_is_what_a_dataclass_shows() -> None:
    assert repr(Point(1, secret="s")) == repr(Twin(1, secret="s")).replace("Twin", "Point")
    assert (repr(Empty()), repr(One("a"))) == ("Empty()", "One(it='a')")


def test_nothing_can_be_set_or_deleted_or_added() -> None:
    point: Any = Point(1)
    for name in ("x", "other"):
        with pytest.raises(FrozenInstanceError, match=f"cannot assign to field '{name}'"):
            setattr(point, name, 2)
        with pytest.raises(FrozenInstanceError, match=f"cannot delete field '{name}'"):
            delattr(point, name)
    assert not hasattr(point, "__dict__")


def test_replace_fields_match_and_copy_work() -> None:
    point = replace(Point(1), y=5)
    assert point == Point(1, 5)
    assert [each.name for each in fields(point)] == ["x", "y", "note", "secret", "marks"]
    match point:
        case Point(x, y):
            assert (x, y) == (1, 5)
    assert copy.copy(point) == copy.deepcopy(point) == point


def test_a_field_that_is_not_given_has_its_default_in_a_copy_too() -> None:
    found = Counted("a")
    object.__setattr__(found, "made_up", "later")
    assert (found.made_up, replace(found, name="b").made_up) == ("later", "")
    with pytest.raises(TypeError, match="made_up"):
        Counted("a", made_up="x")  # pyright: ignore[reportCallIssue]


def test_dataclasses_itself_knows_the_fields_once_it_is_asked() -> None:
    assert dataclasses.is_dataclass(Deeper)
    assert [(each.name, each.compare, each.repr) for each in dataclasses.fields(Point)] == [
        (each.name, each.compare, each.repr) for each in fields(Point)
    ]
    assert dataclasses.replace(Deeper(1, 2), z=4) == Deeper(1, 2, z=4)
    assert dataclasses.asdict(Named(second="b")) == {"first": 1, "second": "b"}


def test_a_default_that_all_instances_would_share_is_refused() -> None:
    with pytest.raises(ValueError, match=r"Shared\.marks"):

        @frozen
        class Shared:
            """One list for all."""

            marks: list[int] = []  # noqa: RUF012 - that is what is refused


def test_what_belongs_to_the_class_is_no_field() -> None:
    assert [each.name for each in fields(Coded)] == ["it"]
    assert (Coded(1).it, Coded.code) == (1, "c")


def test_a_method_of_its_own_is_kept() -> None:
    @frozen
    class Loud:
        """One that shows itself otherwise."""

        it: int

        def __repr__(self) -> str:
            return "LOUD"

        def __hash__(self) -> int:
            return 7

    assert (repr(Loud(1)), hash(Loud(1)), Loud(1) == Loud(1)) == ("LOUD", 7, True)


def test_an_init_is_compiled_when_the_first_instance_is_made_and_never_again() -> None:
    @frozen
    class Late:
        """Not used so far."""

        it: int

    class Child(Late):
        """Inherits it."""

    stub = Late.__init__
    assert Child(1).it == 1
    compiled = Late.__init__
    assert compiled is not stub
    assert (Late(2).it, Child(3).it, Late.__init__) == (2, 3, compiled)
