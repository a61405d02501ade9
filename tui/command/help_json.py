"""`rushes help --json`: the whole command line, made from what the program itself works with."""

import argparse
import re
from collections.abc import Iterable, Iterator, Mapping

from rushes.providers.as_json import JsonObject, JsonValue
from rushes.providers.error_codes import ErrorCode
from rushes.providers.exits import Exit
from rushes.tui.actions.catalogue import COMMANDS
from rushes.tui.command.environment import variables
from rushes.tui.command.schemas import FORMS
from rushes.tui.command.topics import TOPICS
from rushes.tui.shell.json_output import VERSION
from rushes.tui.shell.parser import Parser, Tree
from rushes.tui.shell.shell import Shell
from rushes.watch.config.commands import OwnCommand
from rushes.watch.config.provider_settings import ProviderSettings
from rushes.watch.config.reader import settings_of
from rushes.watch.config.settings import TABLES
from rushes.watch.query import LANGUAGE
from rushes.watch.version import VERSION as PROGRAM

_OF_ALL = ("help", "version", "watchlist")
"""What options are called that no command has for itself."""


def help_json(found: Tree, shell: Shell) -> JsonObject:
    """The HELP of docs/interface.md."""
    commands = found.commands
    return {
        "version": VERSION,
        "program": f"rushes {PROGRAM}",
        "commands": [_command(name, parser) for name, parser in commands.items()],
        "options": [*_options(found.parser, of_all=True)],
        "exit_codes": [{"code": int(code), "meaning": code.meaning} for code in Exit],
        "error_codes": [_error_code(code) for code in ErrorCode],
        "settings": [*_settings()],
        "variables": dict(variables(shell)),
        "keys": {command.id: list(command.keys) for command in COMMANDS},
        "filter": dict(_terms()),
        "topics": {name: topic.summary for name, topic in TOPICS.items()},
        "schemas": {name: form.printed_by for name, form in FORMS.items()},
    }


def usage_of(parser: argparse.ArgumentParser) -> str:
    """The words of a command, its options as one: `rushes ls [options] [FILTER ...]`."""
    forms = {None: "{}", "?": "[{}]", "*": "[{} ...]", "+": "{} ..."}
    words = [
        forms[action.nargs].format(action.metavar)  # pyright: ignore[reportArgumentType]
        for action in arguments_of(parser)
    ]
    return " ".join([parser.prog, "[options]", *words])


def arguments_of(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """What a command takes beside options."""
    return (
        action
        for action in _actions(parser)
        if not action.option_strings and action.dest != "command"
    )


def options_of(
    parser: argparse.ArgumentParser, *, of_all: bool = False
) -> Iterator[argparse.Action]:
    """The options of a command alone, or those that it has as every command has them."""
    for action in _actions(parser):
        if action.option_strings and (action.dest in _OF_ALL) is of_all:
            yield action


def _actions(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    # argparse has no public way to ask a parser what was added to it.
    return parser._actions  # pyright: ignore[reportPrivateUsage]


def _command(name: str, parser: Parser) -> JsonObject:
    return {
        "name": name,
        "summary": parser.description or "",
        "usage": usage_of(parser),
        "arguments": [_argument(action) for action in arguments_of(parser)],
        "options": [*_options(parser)],
        "examples": parser.epilog or "",
    }


def _argument(action: argparse.Action) -> JsonObject:
    return {
        "metavar": str(action.metavar),
        "help": action.help or "",
        "needed": action.nargs in (None, argparse.ONE_OR_MORE),
        "repeatable": action.nargs in (argparse.ZERO_OR_MORE, argparse.ONE_OR_MORE),
        "choices": _choices(action),
    }


def _options(parser: argparse.ArgumentParser, *, of_all: bool = False) -> Iterator[JsonObject]:
    groups = parser._mutually_exclusive_groups  # pyright: ignore[reportPrivateUsage]
    for action in options_of(parser, of_all=of_all):
        others = [
            other.option_strings[-1]
            for group in groups
            if action in group._group_actions  # pyright: ignore[reportPrivateUsage]
            for other in group._group_actions  # pyright: ignore[reportPrivateUsage]
            if other is not action
        ]
        short = [name for name in action.option_strings if not name.startswith("--")]
        takes_value = action.nargs != 0
        yield {
            "long": action.option_strings[-1],
            "short": short[0] if short else None,
            "metavar": str(action.metavar or action.dest.upper()) if takes_value else None,
            "default": _plain(action.default),
            "help": action.help or "",
            "repeatable": isinstance(action.default, list),
            "choices": _choices(action),
            "excludes": [*others],
        }


def _plain(default: object) -> JsonValue:
    """A default as JSON; an option that is not given leaves none where argparse suppresses it."""
    if isinstance(default, list):
        return []
    if default is None or default == argparse.SUPPRESS:
        return None
    return default if isinstance(default, bool | int | float) else str(default)


def _choices(action: argparse.Action) -> JsonValue:
    choices: Iterable[object] | None = action.choices
    return None if choices is None else [str(choice) for choice in choices]


def _error_code(code: ErrorCode) -> JsonObject:
    return {
        "code": code.value,
        "exit": int(code.exit),
        "meaning": code.meaning,
        "hint": code.mend or None,
        "retryable": code.retryable,
    }


def _settings() -> Iterator[JsonObject]:
    tables: Mapping[str, type] = {
        **TABLES,
        "commands.NAME": OwnCommand,
        "providers.NAME": ProviderSettings,
    }
    for table, declaring in tables.items():
        for key, said in settings_of(declaring).items():
            default = said.kind.write(said.default)
            yield {
                "table": table,
                "key": key,
                "value": said.kind.expected,
                "default": default,
                "help": said.help,
            }


def _terms() -> Iterator[tuple[str, str]]:
    """The terms that a filter may have, as `rushes help filter` explains them."""
    for line in LANGUAGE.splitlines():
        if found := re.match(r"(\S.*?) {2,}(\S.*)", line):
            yield found[1], found[2]
