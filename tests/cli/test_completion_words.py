"""`rushes completion --list`: what the shells offer, and how little is loaded for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rushes.tui.command.completion_words import KINDS
from rushes.tui.shell.arguments import tree

if TYPE_CHECKING:
    from tests.cli.conftest import Rushes


@pytest.fixture
def watching(rushes: Rushes) -> Rushes:
    rushes("add", "ttapi", "aa-1", "--label", "opening shot", "--tag", "trailer")
    rushes("add", "hiapi", "tk-hiapi-01HZTQ8BX2N3GM3YFK4Z9D7VQR", "--tag", "trailer,act-1")
    rushes("-w", "film", "add", "ttapi", "cc-3")
    return rushes


@pytest.mark.parametrize(
    ("kind", "begun", "offered"),
    [
        ("refs", "", ["aa-1\tttapi  opening shot", "tk-hiapi-01HZTQ8BX2N3GM3YFK4Z9D7VQR\thiapi"]),
        ("refs", "ttapi:", ["ttapi:aa-1\tttapi  opening shot"]),
        ("labels", "", ["opening shot"]),
        ("tags", "", ["trailer", "act-1"]),
        ("tags", "a", ["act-1"]),
        ("filter", "st", ["status:"]),
        ("filter", "expires", ["expires<", "expires>"]),
        ("filter", "is:a", ["is:active"]),
        ("filter", "-status:f", ["-status:finalizing", "-status:failed"]),
        ("filter", "status:failed,ca", ["status:failed,canceled"]),
        ("filter", "provider:", ["provider:ttapi", "provider:hiapi"]),
        ("filter", "tag:tr", ["tag:trailer"]),
        ("filter", "nothing:x", []),
        ("columns", "task,pr", ["task,prompt", "task,progress", "task,problem"]),
        ("orders", "ex", ["expires"]),
        ("orders", "-f", ["-files", "-finished"]),
        ("watchlists", "f", ["film"]),
        ("providers", "hi", ["hiapi\thttps://api.hiapi.ai"]),
        ("providers", "vid", ["vidu\thttps://api.vidu.com"]),
    ],
)
def test_what_is_offered(watching: Rushes, kind: str, begun: str, offered: list[str]) -> None:
    done = watching("completion", "--list", kind, f"--begun={begun}")
    assert (done.code, done.out.splitlines()) == (0, offered)


def test_the_list_that_was_named_is_read(watching: Rushes) -> None:
    assert watching("-w", "film", "completion", "--list", "refs").out == "cc-3\tttapi\n"


def test_the_kinds_are_those_that_the_command_knows() -> None:
    actions = tree().commands["completion"]._actions  # pyright: ignore[reportPrivateUsage]
    (kinds,) = [action.choices for action in actions if action.dest == "list"]
    assert list(kinds or ()) == list(KINDS)


def test_a_list_that_cannot_be_read_is_an_error_that_a_shell_does_not_show(rushes: Rushes) -> None:
    (rushes.home / "watchlists").mkdir(parents=True)
    (rushes.home / "watchlists" / "default.toml").write_text("no TOML")
    done = rushes("completion", "--list", "refs")
    assert (done.code, done.out) == (3, "")


def test_neither_settings_nor_history_nor_the_engine_is_loaded(rushes: Rushes) -> None:
    rushes("add", "ttapi", "aa-1")
    done = rushes.start_code(
        "import sys; from rushes.tui.shell import process\n"
        "try: process.run(['completion', '--list', 'refs'])\n"
        "finally: print(*sys.modules)"
    )
    out, _ = done.communicate()
    loaded = out.decode().split()
    assert "aa-1" in loaded
    for module in ("httpx", "asyncio", "sqlite3", "rushes.watch.config.settings", "textual"):
        assert module not in loaded, module


def test_the_views_of_config_toml_are_offered(watching: Rushes) -> None:
    watching.configure('[views]\ntrailer = "tag:trailer"\n')
    assert (
        watching("completion", "--list", "filter", "--begun=-@t").out == "-@trailer\ttag:trailer\n"
    )
