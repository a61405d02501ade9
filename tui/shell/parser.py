"""The command line's parser: argparse that raises, and that knows of a command only what is asked.

`arguments.py` has the commands.
"""

import argparse
import os
from collections.abc import Callable, Iterable, Mapping, Sequence

from rushes.providers.errors import RushesError
from rushes.providers.exits import Exit
from rushes.watch.version import VERSION

TYPE_CHECKING = False  # `typing` is not loaded for a version or a help: see `tui/entry.py`
if TYPE_CHECKING:
    from typing import Any, NoReturn

_USUAL_COLUMNS = 80


class Asked(RushesError):
    """The command line asks only for a text: `--help` or `--version`."""

    exit = Exit.FINE


class BadArguments(RushesError):
    """argparse refuses the command line."""

    exit = Exit.USAGE


class Help(argparse.RawDescriptionHelpFormatter):
    """Help as wide as the terminal, which argparse makes for each argument that it is given."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_columns() - 2)


def _columns() -> int:
    """What `shutil` says, without loading all that it can pack and unpack."""
    wished = os.environ.get("COLUMNS", "")
    if wished.isdecimal() and int(wished) > 0:
        return int(wished)
    try:
        return os.get_terminal_size(1).columns or _USUAL_COLUMNS
    except OSError:
        return _USUAL_COLUMNS


class Parser(argparse.ArgumentParser):
    """A parser that raises instead of printing and exiting.

    What `add_later` adds is not there before it is needed: one command of twenty is used.
    """

    _later: "Callable[[Parser], None] | None" = None

    def add_later(self, add: "Callable[[Parser], None]") -> None:
        """Have the arguments added by `add`."""
        self._later = add

    def complete(self) -> "Parser":
        """The parser with all of its arguments."""
        add, self._later = self._later, None
        if add is not None:
            add(self)
        return self

    # Typeshed overloads it.
    def parse_known_args(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, args: "Any" = None, namespace: "Any" = None
    ) -> "Any":
        """As argparse does it, once the parser is complete."""
        self.complete()
        return super().parse_known_args(args, namespace)

    def error(self, message: str) -> "NoReturn":
        """Raise BadArguments with what argparse has to say."""
        raise BadArguments(f"{message}\ntry: {self.prog} --help")

    def print_help(self, file: object = None) -> None:
        """Raise Asked with the help."""
        raise Asked(self.format_help().rstrip())


class Version(argparse.Action):
    """An option that asks for the version."""

    def __call__(self, *_: object, **__: object) -> "NoReturn":
        """Raise Asked with the version."""
        raise Asked(f"rushes {VERSION}")


class Tree:
    """The parser of everything, and those of the commands by name, which may not be complete."""

    def __init__(self, parser: Parser, begun: Mapping[str, Parser]) -> None:
        self.parser = parser
        self.begun = begun

    @property
    def commands(self) -> dict[str, Parser]:
        """The parsers of the commands, complete."""
        return {name: parser.complete() for name, parser in self.begun.items()}

    def parse(self, argv: Sequence[str]) -> argparse.Namespace:
        """The words as arguments. Raises Asked, and BadArguments with the help that is meant."""
        arguments, odd = self.parser.parse_known_args(argv)
        meant = self.begun.get(arguments.command, self.parser)
        if odd and meant is not self.parser:
            # argparse takes no words behind an option that follows others, unless asked to.
            given = argparse.Namespace(command=arguments.command, watchlist=arguments.watchlist)
            words = argv[_place(arguments.command, argv) + 1 :]
            arguments, odd = meant.parse_known_intermixed_args(words, given)
        if odd:
            import shlex

            hint = ""
            if arguments.command == "ls" and not odd[0].startswith("--"):
                hint = f"\na FILTER may begin with a dash: rushes ls -- {shlex.quote(odd[0])}"
            meant.error(f"unrecognized arguments: {shlex.join(odd)}{hint}")
        return arguments


def _place(command: str, argv: Sequence[str]) -> int:
    """Where the command stands among the words; a watchlist may have its name."""
    before = ["", *argv]
    return next(
        n
        for n, word in enumerate(argv)
        if word == command and before[n] not in ("-w", "--watchlist")
    )


class Builder:
    """Adds commands to a parser."""

    def __init__(self, parser: Parser) -> None:
        self.commands: dict[str, Parser] = {}
        self._under = parser.add_subparsers(
            title="commands",
            dest="command",
            metavar="COMMAND",
            parser_class=Parser,
            prog=parser.prog,
        )

    def command(
        self, name: str, summary: str, add: Callable[[Parser], None], *examples: str
    ) -> None:
        """A new command with the arguments that `add` adds; its examples stand under its help."""
        parser = self._under.add_parser(
            name,
            help=summary,
            description=f"{summary[0].upper()}{summary[1:]}.",
            epilog=_epilog(examples),
            formatter_class=Help,
            allow_abbrev=False,
        )
        watchlist_option(parser, argparse.SUPPRESS)
        parser.add_later(add)
        self.commands[name] = parser


def _epilog(examples: Iterable[str]) -> str:
    """The examples under a heading; what follows an empty line is no example."""
    lines = list(examples)
    if not lines:
        return ""
    end = lines.index("") if "" in lines else len(lines)
    return "\n".join(["examples:", *(f"  {line}" for line in lines[:end]), *lines[end:]])


def watchlist_option(parser: Parser, default: str) -> None:
    """Add the option that every command has."""
    # Suppressed in a command, so that one given before it is not undone.
    parser.add_argument(
        "-w",
        "--watchlist",
        metavar="NAME|PATH",
        default=default,
        help="the watchlist (default: default)",
    )
