"""Methods that are made without a compiler do what those of Python do."""

import dataclasses
from dataclasses import FrozenInstanceError, dataclass, field, replace
from typing import Any

import pytest

from rushes.tui.shell.dataclass_methods import quicken

MAKERS = ("_frozen_get_del_attr", "_cmp_fn", "_hash_fn", "_repr_fn")


def classes() -> list[type[Any]]:
    @dataclass(frozen=True, slots=True)
    class Pair:
        a: int
        b: str = "x"

    @dataclass(frozen=True, kw_only=True)
    class Partly:
        a: int
        b: list[int] = field(default_factory=list[int], compare=False)
        c: str = field(default="", repr=False)

    @dataclass(frozen=True, slots=True, order=True)
    class One:
        a: int

    @dataclass(frozen=True)
    class Nothing:
        pass

    @dataclass
    class Open:
        a: int
        b: "Open | None" = None

    @dataclass(frozen=True)
    class Longer(Partly):
        d: int = 0

    return [Pair, Partly, One, Nothing, Open, Longer]


PYTHONS = classes()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> list[type[Any]]:
    for name in MAKERS:
        if hasattr(dataclasses, name):  # put back after the test
            monkeypatch.setattr(dataclasses, name, getattr(dataclasses, name))
    quicken()
    return classes()


VALUES: list[tuple[int, dict[str, Any]]] = [
    (0, {"a": 1}),
    (0, {"a": 1, "b": "y"}),
    (0, {"a": 2}),
    (1, {"a": 1}),
    (1, {"a": 1, "b": [1]}),
    (1, {"a": 1, "c": "z"}),
    (2, {"a": 1}),
    (2, {"a": 2}),
    (3, {}),
    (4, {"a": 1}),
    (5, {"a": 1, "d": 2}),
    (5, {"a": 1, "c": "z"}),
]


def told(kinds: list[type[Any]]) -> list[object]:
    """All that can be seen of the values of these classes."""
    made = [kinds[n](**values) for n, values in VALUES]
    seen: list[object] = [repr(each) for each in made]
    seen += [one == other for one in made for other in made]
    seen += [hash(each) for each in made if kinds[4] is not type(each)]
    seen += [one < other for one in made[6:8] for other in made[6:8]]
    seen += [one >= other for one in made[6:8] for other in made[6:8]]
    seen += [repr(replace(made[1], a=9)), dataclasses.astuple(made[1]), kinds[0].__match_args__]
    for act in (lambda: setattr(made[0], "a", 3), lambda: delattr(made[0], "a"),
                lambda: setattr(made[10], "d", 3), lambda: setattr(made[10], "new", 3),
                lambda: hash(made[9]), lambda: made[0] < made[1]):  # fmt: skip
        with pytest.raises((FrozenInstanceError, TypeError)) as raised:
            act()
        seen.append((raised.type, str(raised.value).replace("'Pair'", "")))
    made[9].b = made[9]
    return [*seen, repr(made[9])]


def test_they_do_the_same(quick: list[type[Any]]) -> None:
    assert told(quick) == told(PYTHONS)


def test_they_are_called_the_same(quick: list[type[Any]]) -> None:
    for ours, pythons in zip(quick, PYTHONS, strict=True):
        for name in ("__eq__", "__hash__", "__repr__", "__setattr__", "__delattr__", "__lt__"):
            one, other = getattr(ours, name), getattr(pythons, name)
            if one is not None:
                assert (one.__name__, one.__qualname__) == (other.__name__, other.__qualname__)


def test_a_maker_that_is_not_known_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def another(fields: object) -> None:
        raise AssertionError

    for name in MAKERS:
        monkeypatch.setattr(dataclasses, name, another, raising=False)
    quicken()
    assert all(getattr(dataclasses, name) is another for name in MAKERS)
