"""`rushes help`: the commands' own help, and topics beside them; a list of both without a name."""

import re
from argparse import Namespace
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from rushes.providers.as_json import JsonObject
from rushes.providers.exits import Exit
from rushes.providers.language import _
from rushes.providers.nearest import hint, nearest
from rushes.providers.text import clean
from rushes.tui.command.environment import every_line
from rushes.tui.command.topics import TOPICS, Topic
from rushes.tui.shell.arguments import tree
from rushes.tui.shell.json_output import print_json
from rushes.tui.shell.parser import Parser
from rushes.tui.shell.shell import BadUsage, Shell
from rushes.tui.shell.wide_text import cells as width
from rushes.tui.shell.wide_text import wrapped

SCHEMA = "schema"
"""The topic that lists the JSON Schemas, and prints one with its name behind it."""

ENVIRONMENT = "environment"
"""The topic of the variables; with `--all` it has those of every provider."""

_NARROW = 16
"""A second column narrower than this many cells is given up."""


def run(args: Namespace, shell: Shell) -> Exit:
    """Print the help on a command or a topic, or without a name the list of both."""
    if (args.json or args.man) and args.topic:
        raise BadUsage(_("--json and --man print all of the help; give no topic"))
    if args.all and args.topic != ENVIRONMENT:
        raise BadUsage(
            _("--all is for: rushes help {environment} --all").format(environment=ENVIRONMENT)
        )
    if args.name is not None and args.topic != SCHEMA:
        raise BadUsage(
            _("give one topic; a second word is for: rushes help {schema} NAME").format(
                schema=SCHEMA
            )
        )
    if args.json:
        from rushes.tui.command.help_json import help_json

        print_json(shell.out, help_json(tree(), shell))
    elif args.man:
        from rushes.tui.command.manual import manual

        shell.out.text(manual(tree(), shell))
    elif args.name is not None:
        print_json(shell.out, _schema(args.name))
    else:
        every = replace(TOPICS[ENVIRONMENT], lines=every_line)
        topics = {**TOPICS, ENVIRONMENT: every} if args.all else TOPICS
        for line in _lines(args.topic, tree().commands, topics, shell):
            shell.out.line(line)
    return Exit.FINE


def _schema(name: str) -> JsonObject:
    from rushes.tui.command.schemas import FORMS, schema

    if name.upper() not in FORMS:
        near = nearest(name.upper(), FORMS)
        every = _("every form: rushes help {schema}").format(schema=SCHEMA)
        raise BadUsage(
            _("no form {name!r}").format(name=clean(name, 40)),
            hint=_("did you mean {near}?").format(near=near) if near else every,
        )
    return schema(name.upper())


def _lines(
    name: str | None, commands: Mapping[str, Parser], topics: Mapping[str, Topic], shell: Shell
) -> Iterable[str]:
    if name is None:
        return _contents(commands)
    if name in topics:
        return _fitting(topics[name], shell)
    if name in commands:
        return commands[name].format_help().splitlines()
    raise BadUsage(
        _("no help on {name!r}").format(name=clean(name, 40)),
        hint=hint(name, dict.fromkeys((*commands, *TOPICS))),  # config is both
    )


def _fitting(topic: Topic, shell: Shell) -> Iterator[str]:
    """The lines of a topic, folded to the width of a terminal unless they are a file's."""
    cells = shell.out.width
    for line in topic.lines(shell):
        if not shell.out.is_terminal or topic.verbatim or width(line) <= cells:
            yield line
        else:
            yield from folded(line, cells)


def folded(line: str, cells: int) -> list[str]:
    """A line in several of so many cells; text in a second column stays in that column."""
    first = re.match(r"\s*\S.*?\s{2,}(?=\S)", line)
    indent = first.end() if first else 0
    if cells - indent < _NARROW:
        indent = 4
    return wrapped(line, cells, indent)


def _contents(commands: Mapping[str, Parser]) -> Iterator[str]:
    yield _("rushes help COMMAND")
    for name, parser in commands.items():
        yield f"  {name:<14}{parser.description}"
    yield from ("", _("rushes help TOPIC"))
    for name, topic in TOPICS.items():
        yield f"  {name:<14}{_(topic.summary)}"
