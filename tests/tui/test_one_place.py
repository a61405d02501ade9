"""What the program says in one place is said nowhere else."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def modules_with(pattern: str, folder: str = "tui") -> set[str]:
    """The modules below `folder` whose text holds that."""
    return {
        str(path.relative_to(ROOT))
        for path in (ROOT / folder).rglob("*.py")
        if re.search(pattern, path.read_text("utf-8"))
    }


def test_no_protocol_says_again_what_the_desk_and_the_dashboard_can_do() -> None:
    assert modules_with(r"\(Protocol\)", "tui/actions") == set()


def test_the_situation_of_a_dashboard_is_found_in_one_place() -> None:
    assert modules_with(r"\bSituation\(\n|\bcls\(\n") == {"tui/screen/view.py"}


def test_nothing_looks_at_the_desk_by_a_clock_of_its_own() -> None:
    """A reader waits for its changes. The demo sleeps; the list draws what a second changes."""
    assert modules_with(r"asyncio\.sleep\(|asyncio\.wait\([^)]*timeout") <= {
        "tui/command/demo.py",
        "tui/shell/files.py",
    }
    assert modules_with(r"set_interval\(") == {"tui/screen/view.py"}


@pytest.mark.parametrize(
    ("said", "where"),
    [
        (r"SIGQUIT", "tui/shell/ending_signals.py"),
        (r"set_timer\(LOOK", "tui/screen/held_keys.py"),
    ],
)
def test_it_is_said_once(said: str, where: str) -> None:
    assert modules_with(said) == {where}


def test_no_plural_is_made_by_hand() -> None:
    """A language has its own: `plural` knows it."""
    assert not modules_with(r"\"1 \w+\" if|== 1 else f\"\{\w+\} \{?\w+\}?s\"")


def test_the_default_watchlist_is_named_once() -> None:
    of_settings = {"tui/command/help_json.py", "watch/config/reader.py"}
    named = modules_with('"default"') | modules_with('"default"', "watch")
    assert named - of_settings == {"watch/watchlist/default.py"}
