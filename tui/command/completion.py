"""`rushes completion`: what a shell needs to complete our command lines, made from argparse's tree.

Our own rather than argcomplete's, which starts Python at each press of tab (0.06 s where nothing
but argparse is loaded), or shtab's, which knows nothing of tasks: here commands and options cost
nothing, and only what changes (tasks, labels, tags, watchlists, accounts) is asked of `rushes`,
which reads the watchlist for it and nothing else.

Tasks are offered by their ids, which are refs as well: bash breaks words at a ref's colon.
An id is somebody else's text. No shell may expand one, and each is inserted quoted.
"""

import argparse
import re
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping

from rushes.providers.exits import Exit
from rushes.providers.frozen import frozen
from rushes.tui.command.completion_scripts import BASH, FISH, LISTS, ZSH
from rushes.tui.command.completion_words import Place, offers
from rushes.tui.shell.parser import Parser
from rushes.tui.shell.shell import BadUsage, Shell

_LISTS = {
    "REF": "refs",
    "LABEL": "labels",
    "TEXT": "labels",
    "TAG": "tags",
    "FILTER": "filter",
    "A,B": "columns",
    "KEY": "orders",
    "NAME|PATH": "watchlists",
    "PROVIDER": "providers",
    "[PROVIDER] ID": "providers",
}
"""The list that completes a word of that metavar; other metavars are completed with files."""


@frozen
class Word:
    """A completion and its description."""

    text: str
    about: str


@frozen
class Option:
    """An option; `values` is the list that completes its value, None if it takes no value.

    `choices` are the words that its value can be, if these are all.
    """

    names: tuple[str, ...]
    about: str
    values: str | None
    choices: tuple[str, ...]


@frozen
class CommandLine:
    """What may follow a command: its options, and in the first place fixed words or a list.

    `rest` is the list for all other places; files where there is none.
    """

    command: Word
    options: tuple[Option, ...]
    words: tuple[Word, ...]
    values: str
    rest: str

    @property
    def flags(self) -> list[Word]:
        """The options by each of their names."""
        return [Word(name, option.about) for option in self.options for name in option.names]

    @property
    def valued(self) -> list[str]:
        """The names of the options that take a value, each with what completes it behind a `:`.

        That is a list, words after a `=` with commas between them, or nothing.
        """
        return [
            f"{name}:{'=' + ','.join(option.choices) if option.choices else option.values}"
            for option in self.options
            if option.values is not None
            for name in option.names
        ]


def run(args: Namespace, shell: Shell) -> Exit:
    """Print the script for one shell, or what it offers."""
    if args.list is not None:
        place = Place(args.begun, args.watchlist, shell.environ, every=args.all)
        for word, about in offers(args.list, place):
            shell.out.line(f"{word}\t{about}" if about else word)
        return Exit.FINE
    if args.shell is None:
        raise BadUsage("which shell? bash, zsh or fish")
    from rushes.tui.shell.arguments import tree

    found = tree()
    shell.out.line(
        _WRITERS[args.shell](
            _line("", found.parser, found.commands),
            [_line(name, parser, found.commands) for name, parser in found.commands.items()],
        )
    )
    return Exit.FINE


def _line(name: str, parser: Parser, commands: Mapping[str, Parser]) -> CommandLine:
    from rushes.tui.command.topics import TOPICS  # not where a shell waits for a list

    # argparse has no public way to ask a parser what was added to it.
    actions = parser._actions  # pyright: ignore[reportPrivateUsage]
    places = [action for action in actions if not action.option_strings]
    words = [Word(str(word), "") for action in places for word in action.choices or ()]
    topics = [Word(topic, about.summary) for topic, about in TOPICS.items()]
    described = [Word(each, _about(parser)) for each, parser in commands.items()]
    if not name:
        words = described
    elif any(action.metavar == "TOPIC" for action in places):
        words = [*topics, *(word for word in described if word.text not in TOPICS)]
    first, rest = _places(places)
    return CommandLine(
        command=Word(name, _about(parser)),
        options=tuple(_option(action) for action in actions if action.option_strings),
        words=tuple(words),
        values=first,
        rest=rest,
    )


def _places(places: list[argparse.Action]) -> tuple[str, str]:
    """The list for a command's first word without a dash, and the one for the others."""
    lists = [_LISTS.get(str(action.metavar), "") for action in places]
    if not lists:
        return "", ""
    if len(lists) == 1 and places[0].metavar != "[PROVIDER] ID":
        is_repeated = places[0].nargs in (argparse.ZERO_OR_MORE, argparse.ONE_OR_MORE)
        return lists[0], lists[0] if is_repeated else ""
    return lists[0], lists[-1] if len(lists) > 1 else ""


def _option(action: argparse.Action) -> Option:
    metavar = str(action.metavar or action.dest.upper())
    values = None if action.nargs == 0 else _LISTS.get(metavar, "")
    choices = tuple(str(choice) for choice in action.choices or ())
    return Option(tuple(action.option_strings), action.help or "", values, choices)


def _about(parser: Parser) -> str:
    return (parser.description or "").rstrip(".")


def _bash(alone: CommandLine, lines: list[CommandLine]) -> str:
    return _filled(BASH, LISTS=LISTS, CASES="\n".join(_bash_cases([alone, *lines])))


def _bash_cases(lines: list[CommandLine]) -> Iterator[str]:
    for line in lines:
        flags = " ".join(flag.text for flag in line.flags)
        words = " ".join(word.text for word in line.words)
        yield f"    {line.command.text or _NONE})"
        yield f"      flags={_quoted(flags)} valued={_quoted(' '.join(line.valued))}"
        yield f"      words={_quoted(words)} list={line.values} rest={line.rest} ;;"


def _zsh(alone: CommandLine, lines: list[CommandLine]) -> str:
    return _filled(ZSH, LISTS=LISTS, CASES="\n".join(_zsh_cases([alone, *lines])))


def _zsh_cases(lines: list[CommandLine]) -> Iterator[str]:
    for line in lines:
        yield f"    {line.command.text or _NONE})"
        yield f"      flags=({' '.join(map(_zsh_word, line.flags))})"
        yield f"      valued=({' '.join(map(_quoted, line.valued))})"
        yield f"      fixed=({' '.join(map(_zsh_word, line.words))})"
        yield f"      list={line.values} rest={line.rest} ;;"


_NONE = '""'


def _zsh_word(word: Word) -> str:
    return _quoted(f"{word.text}:{word.about}" if word.about else word.text)


def _fish(alone: CommandLine, lines: list[CommandLine]) -> str:
    return _filled(FISH, COMPLETIONS="\n".join(_fish_lines([alone, *lines])))


def _fish_lines(lines: list[CommandLine]) -> Iterator[str]:
    for line in lines:
        within = f"complete -c rushes -n {_fished(f'__rushes_in {line.command.text}'.strip())}"
        for option in line.options:
            names = " ".join(
                f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}"
                for name in option.names
            )
            takes = {None: "", "": " -rF"}.get(option.values, f" -xa {_fish_list(option.values)}")
            if option.choices:
                takes = f" -xa {_fished(' '.join(option.choices))}"
            yield f"{within} {names}{takes} -d {_fished(option.about)}"
        first = within.replace("__rushes_in", "__rushes_first")
        for word in line.words:
            yield f"{first} -f -a {_fished(word.text)} -d {_fished(word.about)}"
        if line.values:
            yield f"{first} -f -a {_fish_list(line.values)}"
        if line.rest:
            later = within.replace("__rushes_in", "__rushes_later")
            yield f"{later} -f -a {_fish_list(line.rest)}"


def _fish_list(kind: str | None) -> str:
    return f"'(__rushes_list {kind})'"


def _filled(script: str, **parts: str) -> str:
    return re.sub(r"@([A-Z]+)@", lambda name: parts[name[1]], script).rstrip()


def _quoted(text: str) -> str:
    escaped = text.replace("'", "'\\''")
    return f"'{escaped}'"


def _fished(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


_WRITERS: Mapping[str, Callable[[CommandLine, list[CommandLine]], str]] = {
    "bash": _bash,
    "zsh": _zsh,
    "fish": _fish,
}
