"""docs/keys.md: each key of the dashboard and the dailies is pressed by a test that is there."""

import re
from pathlib import Path

import pytest
from pressed_keys import DASHBOARD, rows, written

from rushes.tui.actions.catalogue import COMMANDS
from rushes.tui.screen.dailies.compare import CompareScreen
from rushes.tui.screen.dailies.dailies import DailiesScreen
from rushes.tui.screen.dailies.full import FullPicture
from rushes.tui.screen.dailies.keyed import KeyedScreen

HERE = Path(__file__).parent
ROWS = list(rows())


def keys_of(screen: str) -> set[str]:
    return {key for at, key, _test in ROWS if at == screen}


def test_each_test_of_the_table_is_there() -> None:
    files = {test.partition("::")[0] for *_, test in ROWS}
    tests = {
        f"{name}::{found}"
        for name in files
        for found in re.findall(r"def (test_\w+)", (HERE / name).read_text("utf-8"))
    }
    assert {test for *_, test in ROWS} - tests == set()


def test_each_key_of_the_dashboard_is_pressed() -> None:
    pressed = keys_of(DASHBOARD)
    assert [
        (command.id, key)
        for command in COMMANDS
        for key in command.keys
        if written(key) not in pressed
    ] == []


@pytest.mark.parametrize("screen", [DailiesScreen, FullPicture, CompareScreen])
def test_each_key_of_the_dailies_is_pressed(screen: type[KeyedScreen]) -> None:
    bare = screen.__new__(screen)
    wanted = {written(key) for one in bare.screen_keys() for key in one.keys}
    assert wanted - keys_of(screen.__name__) == set()
