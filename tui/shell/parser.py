"""The command line's parser: argparse that raises, and that knows of a command only what is asked.

`arguments.py` has the commands.
"""

import argparse
import os
from collections.abc import Callable, Iterable, Mapping, Sequence

from rushes.providers.error_codes import ErrorCode
from rushes.providers.errors import RushesError
from rushes.providers.language import _, plural_form
from rushes.providers.nearest import hint, nearest
from rushes.tui.shell.wide_text import wrapped
from rushes.watch.version import VERSION

TYPE_CHECKING = False  # `typing` is not loaded for a version or a help: see `tui/entry.py`
if TYPE_CHECKING:
    from typing import Any, NoReturn

_USUAL_COLUMNS = 80


# What argparse says by itself, it looks up by these two names of its own.
setattr(argparse, "_", _)  # noqa: B010 - unknown to a type checker
setattr(argparse, "ngettext", plural_form)  # noqa: B010


class Asked(Exception):
    """The command line asks only for a text: `--help` or `--version`. No error, so none of ours."""


class BadArguments(RushesError):
    """argparse refuses the command line; the hint stands on a line of its own."""

    code = ErrorCode.USAGE

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}"


class Help(argparse.RawDescriptionHelpFormatter):
    """Help as wide as the terminal, which argparse makes for each argument that it is given."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_columns() - 2)

    def _split_lines(self, text: str, width: int) -> list[str]:
        return wrapped(" ".join(text.split()), width)


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

    def _add_action(self, action: argparse.Action) -> argparse.Action:
        """As argparse does it, with the help in the language in force."""
        action.help = action.help and _(action.help)
        return super()._add_action(action)

    def error(self, message: str, near: str = "") -> "NoReturn":
        """Raise BadArguments with what argparse has to say; `near` is a hint if there is one."""
        raise BadArguments(message, hint=near or _("try: {prog} --help").format(prog=self.prog))

    def _check_value(self, action: argparse.Action, value: str) -> None:
        """As argparse does it, but naming the word that is nearest."""
        from rushes.providers.text import clean

        known = [str(choice) for choice in action.choices or ()]
        if not known or value in known:
            return
        is_command = action.dest == "command"
        said = _("unknown {what} {value!r}").format(
            what=_("command") if is_command else _("word"), value=clean(value, 40)
        )
        if is_command and nearest(value.casefold(), known) is None:
            self.error(said, _("every command: rushes help"))
        self.error(said, hint(value, known))

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
        argv = _with_dashed_value(argv, "--sort")
        arguments, odd = self.parser.parse_known_args(argv)
        meant = self.begun.get(arguments.command, self.parser)
        if odd and meant is not self.parser:
            # argparse takes no words behind an option that follows others, unless asked to.
            above = {name: getattr(arguments, name) for name in ("command", "watchlist", "plain")}
            given = argparse.Namespace(**above)
            words = argv[_place(arguments.command, argv) + 1 :]
            arguments, odd = meant.parse_known_intermixed_args(words, given)
        if odd:
            import shlex

            meant.error(
                f"unrecognized arguments: {shlex.join(odd)}",
                _meant(odd[0], meant, arguments.command),
            )
        return arguments


def _with_dashed_value(argv: Sequence[str], option: str) -> Sequence[str]:
    """The words, where the option's value may begin with a dash; argparse wants `=` before it."""
    at = argv.index(option) if option in argv else len(argv)
    value = argv[at + 1] if at + 1 < len(argv) else ""
    if not value.startswith("-") or value.startswith("--"):
        return argv
    return [*argv[:at], f"{option}={value}", *argv[at + 2 :]]


def _meant(word: str, parser: Parser, command: str) -> str:
    """What a word that a command does not know may be meant for, "" where nothing is like it."""
    import shlex

    # argparse has no public list of the options it was given.
    known = parser._option_string_actions  # pyright: ignore[reportPrivateUsage]
    near = nearest(word.partition("=")[0], known)
    if near is not None:
        return _("did you mean {near}?").format(near=near)
    if command == "ls" and word.startswith("-") and not word.startswith("--"):
        return _("a FILTER may begin with a dash: rushes ls -- {quote}").format(
            quote=shlex.quote(word)
        )
    return ""


def _place(command: str, argv: Sequence[str]) -> int:
    """Where the command stands among the words; a watchlist may have its name."""
    before = ["", *argv]
    return next(
        n
        for n, word in enumerate(argv)
        if word == command and before[n] not in ("-w", "--watchlist")
    )


class Builder:
    """Adds commands to a parser: each, or `only` the one of that name."""

    def __init__(self, parser: Parser, only: str) -> None:
        self.commands: dict[str, Parser] = {}
        self._only = only
        self._under = parser.add_subparsers(
            title=_("commands"),
            dest="command",
            metavar="COMMAND",
            parser_class=Parser,
            prog=parser.prog,
        )

    def command(
        self,
        name: str,
        summary: str,
        add: Callable[[Parser], None],
        *examples: str,
        several_lists: bool = False,
    ) -> None:
        """A new command with the arguments that `add` adds; its examples stand under its help.

        One that takes `several_lists` adds the option for them itself.
        """
        if self._only not in ("", name):
            return
        said = _(summary)
        parser = self._under.add_parser(
            name,
            help=said,
            description=_("{summary}.").format(summary=said[0].upper() + said[1:]),
            epilog=_epilog(examples),
            formatter_class=Help,
            allow_abbrev=False,
        )
        if not several_lists:
            watchlist_option(parser, argparse.SUPPRESS)
        parser.add_later(add)
        self.commands[name] = parser


def _epilog(examples: Iterable[str]) -> str:
    """The examples under a heading; what follows an empty line is no example."""
    lines = list(examples)
    if not lines:
        return ""
    end = lines.index("") if "" in lines else len(lines)
    return "\n".join([_("examples:"), *(f"  {line}" for line in lines[:end]), *map(_, lines[end:])])


def watchlist_option(parser: Parser, default: str) -> None:
    """Add the option that every command has."""
    # Suppressed in a command, so that one given before it is not undone.
    parser.add_argument(
        "-w",
        "--watchlist",
        metavar="NAME|PATH",
        default=default,
        help=_("the watchlist (default: default)"),
    )
