"""One tree of exceptions: drawn whole where its root is, and each with a code of the registry."""

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
from rushes.providers.error_codes import ErrorCode
from rushes.providers.errors import RushesError

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
def test_each_class_has_a_code_of_its_own_or_from_the_one_above_it(
    kind: type[RushesError],
) -> None:
    assert isinstance(kind.code, ErrorCode)
    assert "exit" not in vars(kind), f"{kind.__name__}: the exit code is that of its code"
    if RushesError in kind.__bases__:
        assert "code" in vars(kind), f"{kind.__name__} has to name its code"


def test_the_root_has_no_code_that_a_new_class_could_end_in_unasked() -> None:
    assert not hasattr(RushesError, "code")


def test_every_code_is_that_of_a_class_or_of_what_is_no_error_of_ours() -> None:
    of_classes = {kind.code for kind in EVERY}
    assert set(ErrorCode) - of_classes == {ErrorCode.INTERNAL, ErrorCode.SYSTEM}


def test_codes_are_for_ever() -> None:
    """None goes, is spelt otherwise, or ends a command otherwise; new ones are added at will."""
    known = {code.value: int(code.exit) for code in ErrorCode}
    assert {name: known.get(name) for name in RELEASED} == RELEASED


RELEASED = {
    "usage": 2,
    "nothing_on_stdin": 2,
    "unknown_provider": 2,
    "bad_filter": 2,
    "bad_duration": 2,
    "bad_rate": 2,
    "bad_name": 2,
    "bad_entry": 2,
    "bad_record": 2,
    "too_much": 2,
    "ambiguous_ref": 2,
    "no_such_task": 7,
    "no_such_watchlist": 7,
    "bad_settings": 3,
    "not_configured": 3,
    "no_home": 3,
    "bad_file": 3,
    "written_by_others": 3,
    "bad_watchlist": 3,
    "save_failed": 3,
    "held_elsewhere": 3,
    "history": 3,
    "history_busy": 3,
    "forbidden": 3,
    "system": 3,
    "no_key": 4,
    "download_failed": 5,
    "unreachable": 6,
    "untrusted": 6,
    "timed_out": 124,
    "unexpected_reply": 70,
    "cannot_write": 70,
    "internal": 70,
}
"""The codes as they were first published, and the exit codes they came with."""
