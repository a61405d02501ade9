"""docs/interface.md says what the program is from outside: all of it, and nothing else."""

import argparse
import re
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path

import pytest
from documents import codes, document, section, tables

from rushes.providers.error_codes import ErrorCode
from rushes.providers.exits import WEIGHT, Exit
from rushes.providers.model import Basis, ProblemKind, Status
from rushes.providers.registry import known
from rushes.tui.actions.catalogue import COMMANDS
from rushes.tui.actions.keymap import RESERVED
from rushes.tui.command import event_forms
from rushes.tui.command.environment import VARIABLES
from rushes.tui.command.event_json import LINES
from rushes.tui.command.json_fields import EVENT, GOT, OUTPUT, TASK
from rushes.tui.command.ls import COLUMNS
from rushes.tui.command.schemas import FORMS
from rushes.tui.command.topics import TOPICS
from rushes.tui.lines import meanings
from rushes.tui.shell.arguments import tree
from rushes.watch.asset import OutputState
from rushes.watch.config.commands import OwnCommand
from rushes.watch.config.listing import ListColumn
from rushes.watch.config.provider_settings import ProviderSettings
from rushes.watch.config.reader import settings_of
from rushes.watch.config.settings import TABLES
from rushes.watch.disk.paths import Paths
from rushes.watch.event_kinds import NAMED
from rushes.watch.query import BadFilter, parse
from rushes.watch.sorting import SortKey
from rushes.watch.task import Entry, Ref
from rushes.watch.watchlist.document import dumps
from rushes.watch.watchlist.entries import Watchlist
from rushes.watch.watchlist.saved import load

TEXT = document("interface.md")
OF_ALL = ("help", "version", "watchlist")
"""What options are called that no command has for itself."""


def rows(heading: str, head: str) -> list[tuple[str, ...]]:
    return tables(section(TEXT, heading))[head]


def named(heading: str, head: str) -> list[str]:
    """What the first column of a table names in backticks."""
    return [code for row in rows(heading, head) for code in codes(row[0])]


def actions(parser: argparse.ArgumentParser) -> Iterable[argparse.Action]:
    return parser._actions  # pyright: ignore[reportPrivateUsage] - argparse has no other list


def usage(parser: argparse.ArgumentParser) -> str:
    forms = {None: "{}", "?": "[{}]", "*": "[{}…]", "+": "{}…"}
    words = [
        forms[action.nargs].format(action.metavar)  # pyright: ignore[reportArgumentType]
        for action in actions(parser)
        if not action.option_strings
    ]
    return " ".join([parser.prog, *words])


def option(action: argparse.Action) -> str:
    value = "" if action.nargs == 0 else f" {action.metavar or action.dest.upper()}"
    return action.option_strings[-1] + value


def test_every_command_is_there_with_its_arguments() -> None:
    assert named("Commands", "command") == [usage(parser) for parser in tree().commands.values()]


def test_every_option_is_there_with_the_commands_that_have_it() -> None:
    told = {
        (name, command)
        for option, commands, _does in tables(section(TEXT, "Commands"))["option"]
        for name in codes(option)
        for command in codes(commands)
    }
    assert told == {
        (option(action), command)
        for command, parser in tree().commands.items()
        for action in actions(parser)
        if action.option_strings and action.dest not in OF_ALL
    }


def test_the_options_of_every_command_are_told_once() -> None:
    assert set(named("Commands", "option of every command")) == {
        spelling for action in actions(tree().parser) for spelling in action.option_strings
    }


def test_every_topic_of_the_help_is_there() -> None:
    (line,) = re.findall(r"^`rushes help TOPIC` knows (.*)$", TEXT, re.MULTILINE)
    assert list(codes(line)) == list(TOPICS)


def test_the_columns_of_a_piped_list_are_there() -> None:
    told = codes(section(TEXT, "Columns in a pipe").partition("tab-separated")[0])
    assert told[1:] == COLUMNS


def test_every_column_by_name_is_there() -> None:
    told = rows("Columns by name", "column")
    assert named("Columns by name", "column") == [column.value for column in ListColumn]
    sortable = {codes(row[0])[0] for row in told if "not for `--sort`" not in row[1]}
    assert sortable == {key.value for key in SortKey}


def test_every_exit_code_is_there_and_which_of_several_counts() -> None:
    codes_told = [row[0] for row in rows("Exit codes", "code")]
    assert codes_told == [*(str(int(exit_)) for exit_ in Exit), "128+n"]
    order = ", ".join(str(int(exit_)) for exit_ in WEIGHT)
    assert f"the first of {order}." in section(TEXT, "Exit codes")


@pytest.mark.parametrize(
    ("heading", "fields"),
    [("TASK", TASK), ("OUTPUT", OUTPUT), ("EVENT", EVENT), ("GOT", GOT)],
)
def test_every_field_of_what_scripts_read_is_there(heading: str, fields: Mapping[str, str]) -> None:
    assert named(heading, "field") == list(fields)


def test_every_event_is_there_with_when_it_happens() -> None:
    told = {codes(name)[0]: when for name, when, _has in rows("EVENT", "event")}
    assert {*told} == {kind.value for kind in LINES} | {"summary"}
    assert {kind: told[kind.value] for kind in NAMED} == NAMED


@pytest.mark.parametrize(
    ("head", "words", "said"),
    [
        ("a task is", Status, meanings.STATUSES),
        ("a problem is", ProblemKind, meanings.PROBLEMS),
        ("an output is", OutputState, meanings.OUTPUTS),
        ("an expiry is", Basis, meanings.BASES),
    ],
)
def test_every_word_for_a_state_is_there_as_the_help_explains_it(
    head: str, words: type[Enum], said: Mapping[Enum, str]
) -> None:
    told = {codes(word)[0]: meaning for word, meaning in rows("Statuses", head)}
    assert told == {word.value: meaning for word, meaning in said.items()}
    assert set(told) == {word.value for word in words}


def _known_to_the_filter(wrong: str) -> set[str]:
    with pytest.raises(BadFilter) as bad:
        parse(wrong)
    return set(str(bad.value).partition("expected one of ")[2].split(", "))


def test_every_term_of_a_filter_is_there_and_is_one() -> None:
    terms = named("The filter language", "term")
    for term in terms:
        parse(term, {"trailer": "tag:trailer"})
    fields = {found[1] for term in terms if (found := re.match(r"([a-z]+)[:<>]", term))}
    assert fields == _known_to_the_filter("zzz:1")
    states = {term.partition(":")[2] for term in terms if term.startswith("is:")}
    assert states == _known_to_the_filter("is:zzzzzz")


def test_every_error_code_is_there_with_its_exit_code() -> None:
    told = [(codes(code)[0], int(exit_)) for code, exit_, _ in rows("ERROR", "error code")]
    assert told == [(code.value, int(code.exit)) for code in ErrorCode]


_HELD_BY = {
    **dict.fromkeys(("LIST", "VERIFIED", "ACCOUNTS", "PARSED"), "JSON"),
    **dict.fromkeys(("FAILURE", "TROUBLE", "TRANSITION"), "TASK"),
    **dict.fromkeys(("FAILED", "ERROR_LINE"), "ERROR"),
    **dict.fromkeys(event_forms.KINDS, "EVENT"),
    **dict.fromkeys(("COMMAND", "ARGUMENT", "OPTION"), "HELP"),
    **dict.fromkeys(("EXIT_CODE", "ERROR_CODE", "SETTING"), "HELP"),
    "FOUND_OUTPUT": "SNAPSHOT",
    "DOCTOR": "FINDING",
    "NEXT_LOSS": "SUMS",
    **dict.fromkeys(("SHARED_LIST", "MEMBER"), "STORE"),
}
"""The section that tells of a form which has none of its own."""


@pytest.mark.parametrize("name", FORMS)
def test_every_form_of_the_json_is_there_with_every_field(name: str) -> None:
    text = section(TEXT, _HELD_BY.get(name, name))
    fields = [field.name for field in FORMS[name].fields({})]
    if name not in _HELD_BY and "field" in tables(text):
        assert named(name, "field") == fields
    assert [field for field in fields if not re.search(rf"\b{field}\b", text)] == []


def test_every_form_that_is_told_of_has_a_schema() -> None:
    told = re.findall(r"^### ([A-Z_]+)$", section(TEXT, "JSON"), re.MULTILINE)
    assert set(told) == {name for name in FORMS if name not in _HELD_BY}


def test_every_action_is_there_with_its_keys() -> None:
    told = [(codes(name)[0], codes(keys), does) for name, keys, does in rows(_KEYS, "action")]
    assert told == [(command.id, command.keys, command.help) for command in COMMANDS]
    kept = {codes(key)[0]: use for key, use in rows(_KEYS, "kept")}
    assert kept == dict(RESERVED)


def test_every_setting_is_there_as_it_is_declared() -> None:
    declared = [
        (
            f"`[{table}]`" if table else "",
            f"`{key}`",
            said.kind.expected,
            f"`{default}`" if (default := said.kind.write(said.default)) else "",
            said.help,
        )
        for table, declaring in {
            **TABLES,
            "commands.NAME": OwnCommand,
            "providers.NAME": ProviderSettings,
        }.items()
        for key, said in settings_of(declaring).items()
    ]
    written = "\n".join(f"| {' | '.join(row)} |" for row in declared)
    assert rows("Settings", "table") == declared, f"the rows that are wanted:\n{written}"


def test_every_variable_is_there() -> None:
    keys = {each.env: f"the key of `{name}`" for name, each in known().items() if each.env}
    told = named("Environment variables", "variable")
    written = "\n".join(f"| `{name}` | {words} |" for name, words in keys.items())
    assert told == [*VARIABLES, *keys], f"the rows that are wanted:\n{written}"


def test_every_file_is_there(tmp_path: Path) -> None:
    paths = Paths.under(tmp_path)
    names = (*(each.name for each in fields(Paths)), "staging")
    values = (getattr(paths, name) for name in names)
    there = {str(value.relative_to(tmp_path)) for value in values if isinstance(value, Path)}
    assert {name.rstrip("/") for name in named("Files", "file")} == there


def test_the_watchlist_that_is_shown_is_one_with_every_key(tmp_path: Path) -> None:
    (shown,) = re.findall(r"```toml\n(.*?)```", section(TEXT, "A watchlist"), re.DOTALL)
    path = tmp_path / "shown.toml"
    path.write_text(shown)
    read = load(path)
    assert (read.notes, read.extra, read.task_extras) == ((), {}, {})
    full = Entry(
        ref=Ref("hiapi", "x"),
        added=datetime.now(UTC),
        label="l",
        tags=("t",),
        model="m",
        prompt="p",
    )
    keys = re.compile(r"^(\w+) =", re.MULTILINE)
    assert keys.findall(shown) == keys.findall(dumps(Watchlist(entries=(full,))))


_KEYS = "The dashboard's keys"
