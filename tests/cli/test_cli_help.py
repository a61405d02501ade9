"""`rushes help`: it leaves out nothing that the program goes by."""

from __future__ import annotations

import ast
import dataclasses
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rushes.providers.exits import Exit
from rushes.providers.model import Basis, ProblemKind, Status
from rushes.tui.actions.catalogue import COMMANDS
from rushes.tui.actions.keymap import RESERVED
from rushes.tui.command.json_fields import EVENT
from rushes.tui.command.topics import TOPICS
from rushes.tui.shell.arguments import tree
from rushes.watch.asset import OutputState
from rushes.watch.config.settings import default_settings, load
from rushes.watch.disk.paths import Paths

if TYPE_CHECKING:
    from enum import Enum

    from tests.cli.conftest import Play, Rushes

ROOT = Path(__file__).parents[2]


def told(rushes: Rushes, *topic: str) -> str:
    done = rushes("help", *topic)
    assert (done.code, done.err) == (0, "")
    return done.out


def first_words(text: str) -> list[str]:
    return [line.split()[0] for line in text.splitlines() if line.strip()]


def test_without_a_name_every_command_and_topic_is_listed(rushes: Rushes) -> None:
    assert {*tree().commands, *TOPICS} <= set(first_words(told(rushes)))


@pytest.mark.parametrize("name", [*tree().commands, *TOPICS])
def test_whatever_is_listed_is_explained(rushes: Rushes, name: str) -> None:
    assert told(rushes, name).strip()


def test_the_help_on_a_command_is_the_commands_own(rushes: Rushes) -> None:
    assert told(rushes, "wait") == rushes("wait", "--help").out


@pytest.mark.parametrize("name", ["tag", "wait", "get", "verify"])
def test_the_examples_name_the_task_that_the_first_example_adds(rushes: Rushes, name: str) -> None:
    added = next(line.split()[2] for line in told(rushes, "add").splitlines() if "tk-" in line)
    assert rushes("add", added).code == 0
    named = re.findall(rf"^  rushes {name} ([^-\s<]\S*)", told(rushes, name), re.MULTILINE)
    assert named
    assert [rushes("show", ref).code for ref in named] == [0] * len(named)


def test_a_slip_of_the_pen_is_told_the_nearest_name(rushes: Rushes) -> None:
    for typed, meant in (("wiat", "wait"), ("exitcodes", "exit-codes"), ("CONFIG", "config")):
        done = rushes("help", typed)
        assert (done.code, done.out) == (2, "")
        assert f"did you mean {meant}?" in done.err
    assert rushes("help", "\x1b[2J").err.count("\x1b") == 0


def test_what_a_command_does_not_know_is_told_with_that_commands_help(rushes: Rushes) -> None:
    for command in ("wait", "get", "ls", "verify"):
        done = rushes(command, "--zzz")
        assert (done.code, done.out) == (2, "")
        assert "unrecognized arguments: --zzz" in done.err
        assert f"try: rushes {command} --help" in done.err
    assert "try: rushes --help" in rushes("--bogus").err


def test_a_filter_that_looks_like_an_option_is_told_how_to_be_one(rushes: Rushes) -> None:
    done = rushes("ls", "-status:succeeded", "--json")
    assert done.code == 2
    assert "rushes ls -- -status:succeeded" in done.err
    assert "rushes ls -- " not in rushes("ls", "--bogus").err


@pytest.mark.parametrize("name", [name for name, topic in TOPICS.items() if not topic.verbatim])
def test_on_a_narrow_terminal_a_topic_is_folded_between_words(rushes: Rushes, name: str) -> None:
    lines = rushes("help", name, terminal=True, COLUMNS="40").out.splitlines()
    assert all(len(line) <= 40 or len(line.split()) == 1 for line in lines)
    assert " ".join(lines).split() == told(rushes, name).split()


def test_every_key_of_the_dashboard_is_there_as_the_person_has_it(rushes: Rushes) -> None:
    rushes.configure('[keys]\ndownload = "f5"\n')
    lines = told(rushes, "keys").splitlines()
    assert {command.id for command in COMMANDS} <= {line.split()[-1] for line in lines if line}
    assert any(line.startswith("  f5 ") and line.endswith(" download") for line in lines)
    assert all(any(key in line for line in lines) for key in RESERVED)


def test_every_exit_code_is_there(rushes: Rushes) -> None:
    codes = first_words(told(rushes, "exit-codes"))
    assert codes[: len(Exit)] == [str(int(code)) for code in Exit]


@pytest.mark.parametrize("words", [Status, ProblemKind, OutputState, Basis])
def test_every_word_of_ours_is_there(rushes: Rushes, words: type[Enum]) -> None:
    assert {member.value for member in words} <= set(first_words(told(rushes, "statuses")))


def test_the_config_it_prints_is_one_and_changes_nothing(rushes: Rushes) -> None:
    environ = dict(rushes.environ)
    text = told(rushes, "config")
    rushes.configure(text)
    assert rushes("config", "check").err == ""
    read, default = load(rushes.home / "config.toml", environ), default_settings(environ)
    assert dataclasses.replace(read, keys={}) == default
    assert {name: tuple(keys) for name, keys in read.keys.items()} == {
        command.id: command.keys for command in COMMANDS
    }


@pytest.mark.parametrize(
    "table", ["", "[download]", "[history]", "[providers.hiapi]", "[providers.mine]"]
)
def test_every_setting_that_is_read_is_in_it(rushes: Rushes, table: str) -> None:
    dialect = 'dialect = "hiapi"\n' if "mine" in table else ""
    rushes.configure(f"{table}\n{dialect}zzzzzz = 1\n")
    expected = rushes("config", "check").err.splitlines()[0].partition("expected one of ")[2]
    known = {name.strip() for name in expected.split(",")}
    assert known
    text = told(rushes, "config")
    names = {line.lstrip("# ").split(" = ")[0] for line in text.splitlines() if " = " in line}
    tables = {line[1:].split(".")[0].split("]")[0] for line in text.splitlines() if line[:1] == "["}
    assert known <= names | tables


def test_every_file_is_there(rushes: Rushes) -> None:
    paths = Paths.find(rushes.environ)
    text = told(rushes, "files")
    files = [getattr(paths, each.name) for each in dataclasses.fields(Paths)]
    assert [str(path) for path in files if isinstance(path, Path)] == [
        line for line in text.splitlines() if not line.startswith(" ")
    ]


def test_every_variable_that_is_read_is_there(rushes: Rushes) -> None:
    rushes.configure('[providers.mine]\ndialect = "hiapi"\napi_key_env = "MY_OWN"\n')
    names = first_words(told(rushes, "environment", "--all"))
    sources = [path for floor in ("tui", "watch") for path in (ROOT / floor).rglob("*.py")]
    read = {name for path in sources for name in _variables(ast.parse(path.read_text("utf-8")))}
    assert {"RUSHES_HOME", "NO_COLOR", "DISPLAY"} <= read
    assert read <= set(names)
    keys = {account.key.env for account in default_settings(rushes.environ).accounts.values()}
    assert keys | {"MY_OWN"} <= set(names)
    rushes.watch("vidu", "1")
    short = first_words(told(rushes, "environment"))
    assert {"MY_OWN", "VIDU_API_KEY"} <= set(short)
    assert keys - set(short) == keys - {"VIDU_API_KEY"}


def _variables(tree: ast.AST) -> set[str]:
    """The names in `environ.get("…")` and `environ["…"]`, and those in tables of variables."""
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=owner, attr="get"), args=[name, *_]):
                found |= _names(name) if _is_environ(owner) else set()
            case ast.Subscript(value=owner, slice=name):
                found |= _names(name) if _is_environ(owner) else set()
            case ast.Tuple(elts=[ast.Constant(value=str(name)), ast.Tuple()]) if name.isupper():
                found.add(name)
            case _:
                pass
    return found


def _is_environ(node: ast.expr) -> bool:
    return "environ" in ast.unparse(node).rpartition(".")[2]


def _names(node: ast.expr) -> set[str]:
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()


def test_every_field_of_the_json_is_there(staged: Rushes, play: Play) -> None:
    play.offset = 400
    staged.watch(play.ref("opening shot"))
    staged("wait")
    (task,) = staged("ls", "--json").json()["tasks"]
    fields = first_words(told(staged, "json"))
    start = {name: fields.index(name) for name in ("TASK", "OUTPUT", "EVENT", "GOT", "GROUP")}
    assert fields[start["TASK"] + 1 : start["OUTPUT"]] == list(task)
    assert fields[start["OUTPUT"] + 1 : start["EVENT"]] == list(task["outputs"][0])
    assert fields[start["EVENT"] + 1 : start["GOT"]] == list(EVENT)
    figures = staged("stats", "--json").json()
    assert fields[start["GROUP"] + 1 :] == list(figures["total"])


def test_the_filters_it_explains_are_all_there_are(rushes: Rushes) -> None:
    text = told(rushes, "filter")
    for wrong in ("zzzzzz:1", "is:zzzzzz"):
        expected = rushes("ls", wrong).err.partition("expected one of ")[2]
        for name in expected.split(","):
            assert name.strip() in text


def test_help_needs_neither_a_watchlist_nor_a_config_that_is_right(rushes: Rushes) -> None:
    rushes.configure("glyphs = 7\n")
    for topic in ("wait", "config", "files", "filter", "statuses", "exit-codes", "json", "refs"):
        assert rushes("help", topic).code == 0


def test_what_is_a_command_and_a_topic_is_offered_once(rushes: Rushes) -> None:
    offered = rushes("help", "xyzzy").err.partition("expected one of ")[2].strip().split(", ")
    assert "config" in offered
    assert len(offered) == len(set(offered))
