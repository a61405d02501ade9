"""`rushes help --man`: the help as a manual page, in the man macros of roff (man(7)).

Every word is that of `--help` or of a topic; only the marks are made here.
"""

import textwrap
from collections.abc import Iterable, Iterator

from rushes.providers.exits import SIGNAL, WEIGHT, Exit
from rushes.providers.language import _
from rushes.tui.command.environment import variables
from rushes.tui.command.help import folded
from rushes.tui.command.help_json import arguments_of, options_of, usage_of
from rushes.tui.command.topics import TOPICS
from rushes.tui.shell.parser import Parser, Tree
from rushes.tui.shell.shell import Shell
from rushes.watch.version import DATE, VERSION

_WIDTH = 72
"""Characters of a line of the source at most: man(7) advises less than 80."""

_TOPICS = ("refs", "filter", "statuses", "keys", "files", "json", "error-codes")
"""The topics that are sections of the page; the others are sections of their own kind, or long."""

_PROSE = ("refs",)
"""The topics that are paragraphs, without columns."""


def manual(found: Tree, shell: Shell) -> str:
    """The page, with a line end behind its last line."""
    return "\n".join(_lines(found, shell)) + "\n"


def _lines(found: Tree, shell: Shell) -> Iterator[str]:
    commands = found.commands
    yield f'.TH RUSHES 1 {DATE} "rushes {VERSION}"'
    yield from _section("NAME", _filled(f"rushes - {_first_words(found.parser)}"))
    everything = (found.parser, *commands.values())
    yield from _section("SYNOPSIS", ["\n.br\n".join(_marked(usage_of(it)) for it in everything)])
    yield from _section("DESCRIPTION", _filled(found.parser.description or ""))
    yield from _section("OPTIONS", _options(found.parser, of_all=True))
    yield ".SH COMMANDS"
    for name, parser in commands.items():
        yield from _command(name, parser)
    for name in _TOPICS:
        yield from _section(name.replace("-", " ").upper(), _topic(name, shell))
    yield from _section("CONFIGURATION", _filled(_("Every setting: rushes help config")))
    yield from _section("ENVIRONMENT", _words(variables(shell)))
    yield from _section("EXIT STATUS", _exit_codes())


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    yield f'.SH "{title}"' if " " in title else f".SH {title}"
    yield from lines


def _first_words(parser: Parser) -> str:
    return (parser.description or "").partition(".")[0]


def _marked(usage: str) -> str:
    """A line of its own for the usage of a command, its name in bold."""
    program, options, words = usage.partition(" [options]")
    return f".B {_escaped(program)}\n{_escaped((options + words).strip())}"


def _command(name: str, parser: Parser) -> Iterator[str]:
    yield f'.SS "rushes {_escaped(name)}"'
    yield from _filled(parser.description or "")
    for action in arguments_of(parser):
        if action.help:
            yield from _term(str(action.metavar), action.help)
    yield from _options(parser)
    if parser.epilog:
        yield ".PP"
        yield from _as_it_is(parser.epilog.splitlines())


def _options(parser: Parser, *, of_all: bool = False) -> Iterator[str]:
    for action in options_of(parser, of_all=of_all):
        value = "" if action.nargs == 0 else f" {action.metavar or action.dest.upper()}"
        yield from _term(", ".join(action.option_strings) + value, action.help or "")


def _words(words: Iterable[tuple[str, str]]) -> Iterator[str]:
    for name, about in words:
        yield from _term(name, about)


def _exit_codes() -> Iterator[str]:
    yield from _words((str(int(code)), _(code.meaning)) for code in Exit)
    yield from _term("128+n", _(SIGNAL))
    yield ".PP"
    order = ", ".join(str(int(code)) for code in WEIGHT)
    yield from _filled(_("When several apply: the first of {order}.").format(order=order))


def _topic(name: str, shell: Shell) -> Iterator[str]:
    topic = TOPICS[name]
    summary = _(topic.summary)
    yield from _filled(_("{summary}.").format(summary=summary[0].upper() + summary[1:]))
    if name in _PROSE:
        for paragraph in "\n".join(topic.lines(shell)).split("\n\n"):
            yield ".PP"
            yield from _filled(paragraph)
        return
    yield ".PP"
    yield from _as_it_is(part for line in topic.lines(shell) for part in _folded(line))


def _folded(line: str) -> list[str]:
    return folded(line, _WIDTH) if len(line) > _WIDTH else [line]


def _term(term: str, about: str) -> Iterator[str]:
    yield ".TP"
    yield f".B {_escaped(term)}"
    yield from _filled(about)


def _filled(text: str) -> Iterator[str]:
    """A paragraph that the formatter fills; a line of the source ends between words."""
    for line in textwrap.wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False):
        yield _escaped(line)


def _as_it_is(lines: Iterable[str]) -> Iterator[str]:
    """Lines that keep their columns."""
    yield ".nf"
    for line in lines:
        yield _escaped(line) if line.strip() else r"\&"
    yield ".fi"


def _escaped(line: str) -> str:
    r"""A line whose characters all stand for themselves: `\`, `-`, and `.` or `'` at its start."""
    plain = line.replace("\\", r"\e").replace("-", r"\-").replace("'", r"\(aq")
    plain = plain.replace("^", r"\(ha").replace("~", r"\(ti").replace("`", r"\(ga")
    plain = plain.replace('"', r"\(dq")
    plain = "".join(sign if sign.isascii() else f"\\[u{ord(sign):04X}]" for sign in plain)
    return rf"\&{plain}" if plain.startswith(".") else plain
