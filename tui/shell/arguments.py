"""The command line as argparse knows it. Importing this imports hardly anything of the engine.

Each command's name is that of its module in `tui/command/`; the small edits share one.
"""

import argparse
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from rushes.providers.errors import RushesError
from rushes.providers.exits import Exit, explained
from rushes.watch.version import VERSION
from rushes.watch.watchlist.default import DEFAULT_WATCHLIST

EXAMPLES = """\
examples:
  rushes demo                                  look around, without a key
  rushes add tk-hiapi-01HZTQ8BX2N3GM3YFK4Z9D7VQR --label "opening shot"
  rushes                                       the dashboard
  rushes ls 'status:failed -tag:done'
  rushes add hiapi "$ID" | rushes wait --download --timeout 10m
"""

_ONE = "provider:id, an id, or the beginning of either"

_REF = f"{_ONE}; - reads stdin"

_PIPED = "those on stdin, if it is a pipe or a file"

WAIT_EXITS = (
    Exit.FINE,
    Exit.TASK_FAILED,
    Exit.KEY,
    Exit.DOWNLOAD,
    Exit.GONE,
    Exit.TIMED_OUT,
)
"""The exit codes of a `wait` that began."""


class Asked(RushesError):
    """The command line asks only for a text: `--help` or `--version`."""

    exit = Exit.FINE


class BadArguments(RushesError):
    """argparse refuses the command line."""

    exit = Exit.USAGE


class Parser(argparse.ArgumentParser):
    """A parser that raises instead of printing and exiting."""

    def error(self, message: str) -> NoReturn:
        """Raise BadArguments with what argparse has to say."""
        raise BadArguments(f"{message}\ntry: {self.prog} --help")

    def print_help(self, file: object = None) -> None:
        """Raise Asked with the help."""
        raise Asked(self.format_help().rstrip())


class _Version(argparse.Action):
    def __call__(self, *_: object, **__: object) -> NoReturn:
        raise Asked(f"rushes {VERSION}")


@dataclass(frozen=True, slots=True)
class Tree:
    """The parser of everything, and those of the commands by name."""

    parser: Parser
    commands: Mapping[str, Parser]

    def parse(self, argv: Sequence[str]) -> argparse.Namespace:
        """The words as arguments. Raises Asked, and BadArguments with the help that is meant."""
        arguments, odd = self.parser.parse_known_args(argv)
        meant = self.commands.get(arguments.command, self.parser)
        if odd and meant is not self.parser:
            # argparse takes no words behind an option that follows others, unless asked to.
            given = argparse.Namespace(command=arguments.command, watchlist=arguments.watchlist)
            words = argv[_place(arguments.command, argv) + 1 :]
            arguments, odd = meant.parse_known_intermixed_args(words, given)
        if odd:
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


class _Builder:
    """Adds commands to a parser."""

    def __init__(self, parser: Parser) -> None:
        self.commands: dict[str, Parser] = {}
        self._under = parser.add_subparsers(
            title="commands", dest="command", metavar="COMMAND", parser_class=Parser
        )

    def command(self, name: str, summary: str, *examples: str) -> Parser:
        """A new command; its examples stand under its help."""
        parser = self._under.add_parser(
            name,
            help=summary,
            description=f"{summary[0].upper()}{summary[1:]}.",
            epilog=_epilog(examples),
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        _watchlist_option(parser, argparse.SUPPRESS)
        self.commands[name] = parser
        return parser


def _epilog(examples: Iterable[str]) -> str:
    """The examples under a heading; what follows an empty line is no example."""
    lines = list(examples)
    if not lines:
        return ""
    end = lines.index("") if "" in lines else len(lines)
    return "\n".join(["examples:", *(f"  {line}" for line in lines[:end]), *lines[end:]])


def tree() -> Tree:
    """The whole command line."""
    parser = Parser(
        prog="rushes",
        description="Watch AI video and image tasks across API gateways, and get their files "
        "before the links die. Without a command: the dashboard.",
        epilog=f"{EXAMPLES}\nmore: rushes help",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("-V", "--version", action=_Version, nargs=0, help="print the version")
    _watchlist_option(parser, DEFAULT_WATCHLIST)
    builder = _Builder(parser)
    _editing(builder)
    _looking(builder)
    _waiting(builder)
    _fetching(builder)
    _explaining(builder)
    return Tree(parser, builder.commands)


def _watchlist_option(parser: Parser, default: str) -> None:
    # Suppressed in a command, so that one given before it is not undone.
    parser.add_argument(
        "-w",
        "--watchlist",
        metavar="NAME|PATH",
        default=default,
        help="the watchlist (default: default)",
    )


def _editing(builder: _Builder) -> None:
    add = builder.command(
        "add",
        "watch tasks; ids, URLs, curl lines and submit answers, also from stdin",
        "rushes add tk-hiapi-01HZTQ8BX2N3GM3YFK4Z9D7VQR --label 'opening shot' --tag trailer",
        "rushes add ttapi e3dfa76a-5198-4527-b416-a51e317821cf",
        "curl ... | rushes add",
    )
    add.add_argument("words", nargs="*", metavar="[PROVIDER] ID", help="- reads stdin")
    add.add_argument(
        "--default", default="", metavar="PROVIDER", help="whose an id is that several could have"
    )
    add.add_argument("--label", default="", help="what to call the task")
    add.add_argument("--tag", action="append", default=[], help="may be repeated")
    rm = builder.command("rm", "stop watching; nothing happens at the gateway or to files")
    rm.add_argument("refs", nargs="*", metavar="REF", help=f"{_REF} (default: {_PIPED})")
    label = builder.command("label", "name a task; an empty TEXT takes its name away")
    label.add_argument("ref", metavar="REF", help=_ONE)
    label.add_argument("text", metavar="TEXT")
    tag = builder.command("tag", "tag a task", "rushes tag tk-hiapi-01HZ trailer act-1")
    tag.add_argument("ref", metavar="REF", help=_ONE)
    tag.add_argument("tags", nargs="+", metavar="TAG")
    tag.add_argument("--remove", action="store_true", help="take these tags away instead")
    export = builder.command(
        "export",
        "print tasks with all that is remembered of them, a JSON object a line; no keys",
        "rushes export > tasks.jsonl",
        "rushes export | ssh elsewhere rushes import",
        "",
        "Links are whole: whoever reads the lines can fetch what is behind them.",
    )
    export.add_argument("refs", nargs="*", metavar="REF", help=f"{_REF} (default: all tasks)")
    import_ = builder.command(
        "import",
        "watch what `rushes export` printed; nothing that is known here is changed",
        "rushes import tasks.jsonl",
    )
    import_.add_argument("file", nargs="?", default="-", metavar="FILE", help="default: stdin")


def _looking(builder: _Builder) -> None:
    ls = builder.command(
        "ls",
        "list the tasks as last known",
        "rushes ls 'provider:hiapi expires<1h'",
        "rushes ls --json | jq -r '.tasks[] | select(.status == \"failed\") | .error.message'",
        "",
        "A FILTER is explained by: rushes help filter",
        "One that begins with a dash needs two in front of it: rushes ls -- -tag:done",
    )
    ls.add_argument("filter", nargs="*", metavar="FILTER", help="only what matches all of it")
    ls.add_argument("--json", action="store_true", help="print one JSON object")
    ls.add_argument("--poll", action="store_true", help="ask the gateways once first")
    show = builder.command("show", "show everything known about a task")
    show.add_argument("ref", metavar="REF", help=_ONE)
    form = show.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print one JSON object")
    form.add_argument("--raw", action="store_true", help="print the last response body")
    form.add_argument(
        "--redacted", action="store_true", help="print its form alone, fit for a bug report"
    )


def _waiting(builder: _Builder) -> None:
    wait = builder.command(
        "wait",
        "poll until all tasks are over; the exit code says how it went",
        "rushes wait --timeout 10m --download",
        "rushes wait tk-hiapi-01HZ --ndjson",
        "rushes wait --any --timeout 1h",
        'rushes add hiapi "$ID" | rushes wait --download',
        "rushes wait </dev/null                       # all tasks, where stdin is a pipe",
        "",
        "exit codes:",
        *explained(WAIT_EXITS),
    )
    wait.add_argument(
        "refs", nargs="*", metavar="REF", help=f"{_REF} (default: {_PIPED}, else all tasks)"
    )
    until = wait.add_mutually_exclusive_group()
    until.add_argument("--all", action="store_true", help="until all are over (the default)")
    until.add_argument("--any", action="store_true", help="only until one is over")
    wait.add_argument(
        "--fail-fast", action="store_true", help="end when one failed, was canceled or is gone"
    )
    wait.add_argument("--timeout", metavar="10m", help="give up after that long")
    wait.add_argument("--download", action="store_true", help="fetch the outputs, too")
    wait.add_argument("--ndjson", action="store_true", help="print one JSON object a line")


def _fetching(builder: _Builder) -> None:
    get = builder.command(
        "get",
        "download outputs that are not on disk yet",
        "rushes get tk-hiapi-01HZ --dir shots",
        "rushes ls tag:trailer | rushes get",
    )
    get.add_argument("refs", nargs="*", metavar="REF", help=f"{_REF} (default: {_PIPED})")
    get.add_argument("--all", action="store_true", help="of every task in the watchlist")
    get.add_argument("--dir", metavar="D", help="where to (default: config.toml's)")
    get.add_argument("--force", action="store_true", help="also what is on disk already")
    verify = builder.command(
        "verify",
        "read saved files again and compare them with what was saved",
        "rushes verify",
        "rushes verify tk-hiapi-01HZ --json | jq '.outputs[] | select(.ok | not).path'",
        "",
        "exit codes:",
        *explained((Exit.FINE, Exit.DOWNLOAD)),
    )
    verify.add_argument("refs", nargs="*", metavar="REF", help=f"{_REF} (default: all tasks)")
    verify.add_argument("--json", action="store_true", help="print one JSON object")


def _explaining(builder: _Builder) -> None:
    parse = builder.command(
        "parse",
        "what Rushes makes of a saved response body, as JSON",
        "rushes parse hiapi answer.json",
        "curl -s ... | rushes parse anyfast --http-status 429 --header 'Retry-After: 20'",
    )
    parse.add_argument("provider", metavar="PROVIDER")
    parse.add_argument("file", nargs="?", default="-", metavar="FILE", help="default: stdin")
    parse.add_argument("--http-status", type=int, default=200, metavar="N")
    parse.add_argument("--header", action="append", default=[], metavar="'K: V'")
    parse.add_argument("--id", metavar="ID", help="refuse an answer about any other task")
    parse.add_argument("--base-url", metavar="U", help="what relative links hang from")
    providers = builder.command("providers", "list the accounts that can be watched")
    providers.add_argument("--json", action="store_true", help="print one JSON object")
    builder.command("watchlists", "list the watchlists")
    config = builder.command("config", "check config.toml and the watchlist")
    config.add_argument("what", choices=["check"], metavar="check")
    help_ = builder.command("help", "explain a command or a topic; without one, list them all")
    help_.add_argument("topic", nargs="?", metavar="TOPIC")
    info = builder.command("info", "say which version this is and where its files are")
    info.add_argument(
        "--security", action="store_true", help="modes and owners of files, where keys come from"
    )
    completion = builder.command(
        "completion", "print completions for a shell", "source <(rushes completion bash)"
    )
    completion.add_argument("shell", choices=["bash", "zsh", "fish"], metavar="bash|zsh|fish")
    demo = builder.command(
        "demo", "the dashboard on an embedded gateway; needs no key and no network"
    )
    demo.add_argument("--serve", action="store_true", help="only the gateway")
    demo.add_argument(
        "--chaos", action="store_true", help="on a bad day: resets, throttles, silence, nonsense"
    )
    demo.add_argument("--speed", type=float, metavar="X", help="how fast it plays (default: 1)")
    demo.add_argument("--port", type=int, default=0, metavar="N", help="its ports, from N on")
