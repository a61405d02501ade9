"""`rushes completion`: what a shell needs to complete our command lines, made from argparse's tree.

Our own rather than argcomplete's, which starts Python at each press of tab (0.06 s where nothing
but argparse is loaded), or shtab's, which knows nothing of tasks: here commands and options cost
nothing, and only what changes (tasks, watchlists, accounts) is asked of `rushes`, in 0.3 s.

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
from rushes.tui.command.topics import TOPICS
from rushes.tui.shell.arguments import tree
from rushes.tui.shell.parser import Parser
from rushes.tui.shell.shell import Shell

_LISTS = {
    "REF": "refs",
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
    """An option; `values` is the list that completes its value, None if it takes no value."""

    names: tuple[str, ...]
    about: str
    values: str | None


@frozen
class CommandLine:
    """What may follow a command: its options, fixed words, and the words of a list.

    `first`: the words and the list are for the first place only; files may follow.
    """

    command: Word
    options: tuple[Option, ...]
    words: tuple[Word, ...]
    values: str
    first: bool

    @property
    def flags(self) -> list[Word]:
        """The options by each of their names."""
        return [Word(name, option.about) for option in self.options for name in option.names]

    @property
    def valued(self) -> list[str]:
        """The names of the options that take a value."""
        return [n for option in self.options if option.values is not None for n in option.names]


def run(args: Namespace, shell: Shell) -> Exit:
    """Print the script for one shell."""
    found = tree()
    shell.out.line(
        _WRITERS[args.shell](
            _line("", found.parser, found.commands),
            [_line(name, parser, found.commands) for name, parser in found.commands.items()],
        )
    )
    return Exit.FINE


def _line(name: str, parser: Parser, commands: Mapping[str, Parser]) -> CommandLine:
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
    lists = (_LISTS.get(str(action.metavar), "") for action in places)
    return CommandLine(
        command=Word(name, _about(parser)),
        options=tuple(_option(action) for action in actions if action.option_strings),
        words=tuple(words),
        values=next(filter(None, lists), ""),
        first=not any(action.metavar == "REF" and action.nargs == "*" for action in places),
    )


def _option(action: argparse.Action) -> Option:
    values = None if action.nargs == 0 else _LISTS.get(str(action.metavar), "")
    return Option(tuple(action.option_strings), action.help or "", values)


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
        yield f"      words={_quoted(words)} list={line.values} first={line.first or ''} ;;"


def _zsh(alone: CommandLine, lines: list[CommandLine]) -> str:
    return _filled(ZSH, LISTS=LISTS, CASES="\n".join(_zsh_cases([alone, *lines])))


def _zsh_cases(lines: list[CommandLine]) -> Iterator[str]:
    for line in lines:
        yield f"    {line.command.text or _NONE})"
        yield f"      flags=({' '.join(map(_zsh_word, line.flags))})"
        yield f"      valued=({' '.join(line.valued)})"
        yield f"      fixed=({' '.join(map(_zsh_word, line.words))})"
        yield f"      list={line.values} first={line.first or ''} ;;"


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
            takes = {None: "", "": " -rF"}.get(option.values, f" -xa '(__rushes_{option.values})'")
            yield f"{within} {names}{takes} -d {_fished(option.about)}"
        if line.first:
            within = within.replace("__rushes_in", "__rushes_first")
        for word in line.words:
            yield f"{within} -f -a {_fished(word.text)} -d {_fished(word.about)}"
        if line.values:
            yield f"{within} -f -a '(__rushes_{line.values})'"


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
