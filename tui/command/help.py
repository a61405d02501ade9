"""`rushes help`: the commands' own help, and topics beside them; a list of both without a name."""

import re
import textwrap
from argparse import Namespace
from collections.abc import Iterable, Iterator, Mapping

from rushes.providers.exits import Exit
from rushes.providers.nearest import hint
from rushes.providers.text import clean
from rushes.tui.command.topics import TOPICS, Topic
from rushes.tui.shell.arguments import tree
from rushes.tui.shell.parser import Parser
from rushes.tui.shell.shell import BadUsage, Shell

_NARROW = 16
"""A second column narrower than this many cells is given up."""


def run(args: Namespace, shell: Shell) -> Exit:
    """Print the help on a command or a topic, or without a name the list of both."""
    for line in _lines(args.topic, tree().commands, shell):
        shell.out.line(line)
    return Exit.FINE


def _lines(name: str | None, commands: Mapping[str, Parser], shell: Shell) -> Iterable[str]:
    if name is None:
        return _contents(commands)
    if name in TOPICS:
        return _fitting(TOPICS[name], shell)
    if name in commands:
        return commands[name].format_help().splitlines()
    raise BadUsage(f"no help on {clean(name, 40)!r}; {hint(name, (*commands, *TOPICS))}")


def _fitting(topic: Topic, shell: Shell) -> Iterator[str]:
    """The lines of a topic, folded to the width of a terminal unless they are a file's."""
    cells = shell.out.width
    for line in topic.lines(shell):
        if not shell.out.is_terminal or topic.verbatim or len(line) <= cells:
            yield line
        else:
            yield from _folded(line, cells)


def _folded(line: str, cells: int) -> list[str]:
    """A line in several; text in a second column stays in that column."""
    first = re.match(r"\s*\S.*?\s{2,}(?=\S)", line)
    indent = first.end() if first else 0
    if cells - indent < _NARROW:
        indent = 4
    return textwrap.wrap(
        line,
        cells,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _contents(commands: Mapping[str, Parser]) -> Iterator[str]:
    yield "rushes help COMMAND"
    for name, parser in commands.items():
        yield f"  {name:<14}{parser.description}"
    yield from ("", "rushes help TOPIC")
    for name, topic in TOPICS.items():
        yield f"  {name:<14}{topic.summary}"
