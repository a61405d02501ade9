"""One tree of exceptions: drawn whole where its root is, and each with the exit code it ends in."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import rushes.providers
import rushes.tui
import rushes.watch
from rushes.providers import errors
from rushes.providers.errors import RushesError
from rushes.providers.exits import Exit

ROOT = Path(__file__).parents[1]


def below(kind: type[RushesError]) -> Iterator[type[RushesError]]:
    """Every class of ours under that one."""
    for child in kind.__subclasses__():
        if child.__module__.startswith("rushes."):
            yield child
            yield from below(child)


def every_class() -> list[type[RushesError]]:
    for floor in (rushes.providers, rushes.watch, rushes.tui):
        for module in pkgutil.walk_packages(floor.__path__, f"{floor.__name__}."):
            importlib.import_module(module.name)
    return list(dict.fromkeys(below(RushesError)))


EVERY = every_class()


def drawn() -> dict[str, tuple[str, str]]:
    """The name of each class in the drawing: the one above it, and the file that it is in."""
    found: dict[str, tuple[str, str]] = {}
    above = ["RushesError"]
    for line in (errors.__doc__ or "").splitlines():
        if branch := re.match(r"((?:│   |    )*)[├└]── (\w+) +(\S+\.py)$", line):
            depth = len(branch[1]) // 4
            del above[depth + 1 :]
            found[branch[2]] = (above[depth], branch[3])
            above.append(branch[2])
    return found


def test_the_drawing_has_every_class_below_the_right_one_with_its_file() -> None:
    real = {
        kind.__name__: (
            kind.__mro__[1].__name__,
            f"{kind.__module__.removeprefix('rushes.').replace('.', '/')}.py",
        )
        for kind in EVERY
    }
    assert drawn() == real
    assert all((ROOT / file).exists() for _, file in drawn().values())


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.__name__)
def test_each_class_says_how_it_ends_a_command_or_has_it_from_one_that_does(
    kind: type[RushesError],
) -> None:
    assert isinstance(kind.exit, Exit)
    if RushesError in kind.__bases__:
        assert "exit" in vars(kind), f"{kind.__name__} has to name its exit code"


def test_the_root_has_no_code_that_a_new_class_could_end_in_unasked() -> None:
    assert not hasattr(RushesError, "exit")
