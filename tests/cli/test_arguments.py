"""The words of a command line, in whatever order a person writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rushes.tui.shell.arguments import tree
from rushes.tui.shell.parser import BadArguments

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Rushes

BODY = b'{"code": 200, "data": {"taskId": "tk-hiapi-1", "status": "running"}}'


def test_a_file_may_stand_behind_the_options_of_parse(rushes: Rushes, tmp_path: Path) -> None:
    file = tmp_path / "answer.json"
    file.write_bytes(BODY)
    before = rushes("parse", "hiapi", str(file), "--id", "tk-hiapi-2")
    behind = rushes("parse", "hiapi", "--id", "tk-hiapi-2", str(file))
    between = rushes("-w", "parse", "parse", "--id", "tk-hiapi-2", "hiapi", str(file))
    assert before.code == behind.code == between.code == 0
    assert behind.json() == between.json() == before.json()
    assert "problem" in behind.json()


@pytest.mark.parametrize(
    ("line", "name", "values"),
    [
        ("get a --dir D b", "refs", ["a", "b"]),
        ("wait a --timeout 1s b c", "refs", ["a", "b", "c"]),
        ("ls status:failed --json tag:done", "filter", ["status:failed", "tag:done"]),
        ("add ttapi --label L aa-1 --tag T aa-2", "words", ["ttapi", "aa-1", "aa-2"]),
        ("tag a --remove x y", "tags", ["x", "y"]),
        ("parse hiapi --header 'A:1' F --header 'B:2'", "header", ["'A:1'", "'B:2'"]),
    ],
)
def test_options_may_stand_between_the_others(line: str, name: str, values: list[str]) -> None:
    assert getattr(tree().parse(line.split()), name) == values


def test_the_watchlist_may_be_named_before_the_command_or_behind_it() -> None:
    for line in ("-w L get a --all b", "get a -w L b", "get a -w L --all b", "get -w L a"):
        found = tree().parse(line.split())
        assert (found.command, found.watchlist) == ("get", "L")


@pytest.mark.parametrize("line", ["parse hiapi --id x F G", "show a --json b", "get a --bogus b"])
def test_what_is_too_much_is_still_refused(line: str) -> None:
    with pytest.raises(BadArguments, match=r"unrecognized arguments: (G|b|--bogus)"):
        tree().parse(line.split())


def test_only_the_command_that_is_asked_for_gets_its_arguments() -> None:
    found = tree()
    found.parse(["ls", "--json"])
    assert "--poll" in found.begun["ls"].format_help()
    assert "--fail-fast" not in found.begun["wait"].format_help()
    assert "--fail-fast" in found.commands["wait"].format_help()
