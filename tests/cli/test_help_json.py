"""`rushes help --json` and `rushes help --man`: made from the parser and the declarations."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from rushes.providers.error_codes import ErrorCode
from rushes.providers.exits import Exit
from rushes.tui.command.environment import VARIABLES
from rushes.tui.command.help_json import options_of
from rushes.tui.command.topics import TOPICS
from rushes.tui.shell.arguments import tree
from rushes.watch.config.reader import settings_of
from rushes.watch.config.settings import TABLES
from rushes.watch.query import parse

if TYPE_CHECKING:
    from tests.cli.conftest import Rushes


@pytest.fixture
def told(rushes: Rushes) -> Any:
    done = rushes("help", "--json")
    assert (done.code, done.err) == (0, "")
    return done.json()


def command(told: Any, name: str) -> Any:
    (found,) = [each for each in told["commands"] if each["name"] == name]
    return found


def test_every_command_and_option_is_there(told: Any) -> None:
    for name, parser in tree().commands.items():
        options = {each["long"] for each in command(told, name)["options"]}
        assert options == {action.option_strings[-1] for action in options_of(parser)}
    assert [each["long"] for each in told["options"]] == ["--help", "--version", "--watchlist"]


def test_an_option_says_all_there_is_to_say_of_it(told: Any) -> None:
    assert {each["long"]: each for each in command(told, "add")["options"]}["--tag"] == {
        "long": "--tag",
        "short": None,
        "metavar": "TAG",
        "default": [],
        "help": "may be repeated",
        "repeatable": True,
        "choices": None,
        "excludes": [],
    }
    wait = {each["long"]: each for each in command(told, "wait")["options"]}
    assert (wait["--any"]["metavar"], wait["--any"]["default"]) == (None, False)
    assert wait["--any"]["excludes"] == ["--all"]
    (watchlist,) = [each for each in told["options"] if each["long"] == "--watchlist"]
    assert (watchlist["short"], watchlist["default"]) == ("-w", "default")


def test_an_argument_says_whether_it_has_to_be_there(told: Any) -> None:
    found = {
        (name, each["metavar"]): (each["needed"], each["repeatable"])
        for name in ("tag", "ls", "help")
        for each in command(told, name)["arguments"]
    }
    assert found["tag", "REF"] == (True, False)
    assert found["tag", "TAG"] == (True, True)
    assert found["ls", "FILTER"] == (False, True)
    assert found["help", "TOPIC"] == (False, False)


def test_codes_settings_variables_and_topics_are_those_of_the_program(told: Any) -> None:
    assert [each["code"] for each in told["exit_codes"]] == [int(code) for code in Exit]
    assert {each["code"]: each["exit"] for each in told["error_codes"]} == {
        code.value: int(code.exit) for code in ErrorCode
    }
    settings = {(each["table"], each["key"]) for each in told["settings"]}
    assert settings >= {(table, key) for table, of in TABLES.items() for key in settings_of(of)}
    assert set(told["variables"]) >= set(VARIABLES)
    assert set(told["topics"]) == set(TOPICS)


def test_the_terms_of_a_filter_are_terms(told: Any) -> None:
    assert len(told["filter"]) >= 5
    for term in told["filter"]:
        parse(term, {"trailer": "tag:trailer"})


def test_a_topic_beside_it_has_no_meaning(rushes: Rushes) -> None:
    assert rushes("help", "filter", "--json").code == 2
    assert rushes("help", "--man", "filter").code == 2
    assert rushes("help", "filter", "TASK").code == 2


# -- the manual page ----------------------------------------------------------------------------


@pytest.fixture
def page(rushes: Rushes) -> str:
    done = rushes("help", "--man", COLUMNS="80")
    assert (done.code, done.err) == (0, "")
    return done.out


def test_every_command_option_and_topic_is_on_the_page(page: str) -> None:
    plain = page.replace("\\-", "-")
    for name, parser in tree().commands.items():
        assert f'.SS "rushes {name}"' in plain
        for action in options_of(parser):
            assert action.option_strings[-1] in plain
    for section in ("NAME", "SYNOPSIS", "OPTIONS", "FILTER", "ENVIRONMENT", '"EXIT STATUS"'):
        assert f"\n.SH {section}\n" in page


def test_no_line_of_text_is_taken_for_a_request(page: str) -> None:
    requests = {".TH", ".SH", ".SS", ".TP", ".B", ".PP", ".nf", ".fi", ".br"}
    asked = {line.split()[0] for line in page.splitlines() if line[:1] in (".", "'")}
    assert asked <= requests
    assert page.isascii()


@pytest.mark.parametrize(
    "formatter",
    [
        ["mandoc", "-T", "lint", "-W", "style"],
        ["groff", "-man", "-Tutf8", "-ww", "-z"],
        ["man", "--warnings=all", "-l", "-"],
    ],
    ids=lambda argv: argv[0],
)
def test_formatters_find_nothing_to_complain_of(page: str, formatter: list[str]) -> None:
    if shutil.which(formatter[0]) is None:
        pytest.skip(f"no {formatter[0]} here")
    done = subprocess.run(
        formatter, input=page, capture_output=True, text=True, check=False,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "MANWIDTH": "80", "HOME": "/"},
    )  # fmt: skip
    told = done.stdout if formatter[0] == "mandoc" else ""
    assert (done.returncode, told, done.stderr) == (0, "", "")
