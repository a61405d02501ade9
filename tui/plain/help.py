"""`rushes help`: the commands' own help, and topics beside them; a list of both without a name."""

from argparse import Namespace
from collections.abc import Iterable, Iterator, Mapping

from providers.text import clean
from tui.arguments import Parser, tree
from tui.plain.exits import Exit
from tui.plain.shell import BadUsage, Shell
from tui.plain.topics import TOPICS
from watch.table import hint


def run(args: Namespace, shell: Shell) -> Exit:
    """Print what there is to know about one thing, or what there is to ask about."""
    for line in _lines(args.topic, tree().commands, shell):
        shell.out.line(line)
    return Exit.FINE


def _lines(name: str | None, commands: Mapping[str, Parser], shell: Shell) -> Iterable[str]:
    if name is None:
        return _contents(commands)
    if name in TOPICS:
        return TOPICS[name].lines(shell)
    if name in commands:
        return commands[name].format_help().splitlines()
    raise BadUsage(f"no help on {clean(name, 40)!r}; {hint(name, (*commands, *TOPICS))}")


def _contents(commands: Mapping[str, Parser]) -> Iterator[str]:
    yield "rushes help COMMAND"
    for name, parser in commands.items():
        yield f"  {name:<14}{parser.description}"
    yield from ("", "rushes help TOPIC")
    for name, topic in TOPICS.items():
        yield f"  {name:<14}{topic.summary}"
