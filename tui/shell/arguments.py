"""The commands and their arguments. Importing this imports hardly anything of the engine.

Each command's name is that of its module in `tui/command/`; the small edits share one.
"""

from rushes.providers.exits import Exit, explained
from rushes.tui.shell.parser import Builder, Help, Parser, Tree, Version, watchlist_option
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


def tree() -> Tree:
    """The whole command line."""
    parser = Parser(
        prog="rushes",
        description="Watch AI video and image tasks across API gateways, and get their files "
        "before the links die. Without a command: the dashboard.",
        epilog=f"{EXAMPLES}\nmore: rushes help",
        formatter_class=Help,
        allow_abbrev=False,
    )
    parser.add_argument("-V", "--version", action=Version, nargs=0, help="print the version")
    watchlist_option(parser, DEFAULT_WATCHLIST)
    builder = Builder(parser)
    _editing(builder)
    _looking(builder)
    _waiting(builder)
    _fetching(builder)
    _explaining(builder)
    return Tree(parser, builder.commands)


def _editing(builder: Builder) -> None:
    builder.command(
        "add",
        "watch tasks; ids, URLs, curl lines and submit answers, also from stdin",
        _add,
        "rushes add tk-hiapi-01HZTQ8BX2N3GM3YFK4Z9D7VQR --label 'opening shot' --tag trailer",
        "rushes add ttapi e3dfa76a-5198-4527-b416-a51e317821cf",
        "curl ... | rushes add",
    )
    builder.command("rm", "stop watching; nothing happens at the gateway or to files", _rm)
    builder.command("label", "name a task; an empty TEXT takes its name away", _label)
    builder.command("tag", "tag a task", _tag, "rushes tag tk-hiapi-01HZ trailer act-1")
    builder.command(
        "export",
        "print tasks with all that is remembered of them, a JSON object a line; no keys",
        _export,
        "rushes export > tasks.jsonl",
        "rushes export | ssh elsewhere rushes import",
        "",
        "Links are whole: whoever reads the lines can fetch what is behind them.",
    )
    builder.command(
        "import",
        "watch what `rushes export` printed; nothing that is known here is changed",
        _import,
        "rushes import tasks.jsonl",
    )


def _looking(builder: Builder) -> None:
    builder.command(
        "ls",
        "list the tasks as last known",
        _ls,
        "rushes ls 'provider:hiapi expires<1h'",
        "rushes ls --json | jq -r '.tasks[] | select(.status == \"failed\") | .error.message'",
        "",
        "A FILTER is explained by: rushes help filter",
        "One that begins with a dash needs two in front of it: rushes ls -- -tag:done",
    )
    builder.command("show", "show everything known about a task", _show)


def _waiting(builder: Builder) -> None:
    builder.command(
        "wait",
        "poll until all tasks are over; the exit code says how it went",
        _wait,
        "rushes wait --timeout 10m --download",
        "rushes wait tk-hiapi-01HZ --ndjson",
        "rushes wait --any --timeout 1h",
        'rushes add hiapi "$ID" | rushes wait --download',
        "rushes wait </dev/null                       # all tasks, where stdin is a pipe",
        "",
        "exit codes:",
        *explained(WAIT_EXITS),
    )


def _fetching(builder: Builder) -> None:
    builder.command(
        "get",
        "download outputs that are not on disk yet",
        _get,
        "rushes get tk-hiapi-01HZ --dir shots",
        "rushes ls tag:trailer | rushes get",
    )
    builder.command(
        "verify",
        "read saved files again and compare them with what was saved",
        _verify,
        "rushes verify",
        "rushes verify tk-hiapi-01HZ --json | jq '.outputs[] | select(.ok | not).path'",
        "",
        "exit codes:",
        *explained((Exit.FINE, Exit.DOWNLOAD)),
    )


def _explaining(builder: Builder) -> None:
    builder.command(
        "parse",
        "what Rushes makes of a saved response body, as JSON",
        _parse,
        "rushes parse hiapi answer.json",
        "curl -s ... | rushes parse anyfast --http-status 429 --header 'Retry-After: 20'",
    )
    builder.command("providers", "list the accounts that can be watched", _providers)
    builder.command("watchlists", "list the watchlists", _nothing)
    builder.command("config", "check config.toml and the watchlist", _config)
    builder.command("help", "explain a command or a topic; without one, list them all", _help)
    builder.command("info", "say which version this is and where its files are", _info)
    builder.command(
        "completion",
        "print completions for a shell",
        _completion,
        "source <(rushes completion bash)",
    )
    builder.command(
        "demo", "the dashboard on an embedded gateway; needs no key and no network", _demo
    )


def _nothing(_: Parser) -> None:
    """Add no arguments."""


def _add(add: Parser) -> None:
    add.add_argument("words", nargs="*", metavar="[PROVIDER] ID", help="- reads stdin")
    add.add_argument(
        "--default", default="", metavar="PROVIDER", help="whose an id is that several could have"
    )
    add.add_argument("--label", default="", help="what to call the task")
    add.add_argument("--tag", action="append", default=[], help="may be repeated")


def _rm(rm: Parser) -> None:
    rm.add_argument("refs", nargs="*", metavar="REF", help=f"{_REF} (default: {_PIPED})")


def _label(label: Parser) -> None:
    label.add_argument("ref", metavar="REF", help=_ONE)
    label.add_argument("text", metavar="TEXT")


def _tag(tag: Parser) -> None:
    tag.add_argument("ref", metavar="REF", help=_ONE)
    tag.add_argument("tags", nargs="+", metavar="TAG")
    tag.add_argument("--remove", action="store_true", help="take these tags away instead")


def _export(export: Parser) -> None:
    export.add_argument("refs", nargs="*", metavar="REF", help=f"{_REF} (default: all tasks)")


def _import(import_: Parser) -> None:
    import_.add_argument("file", nargs="?", default="-", metavar="FILE", help="default: stdin")


def _ls(ls: Parser) -> None:
    ls.add_argument("filter", nargs="*", metavar="FILTER", help="only what matches all of it")
    ls.add_argument("--json", action="store_true", help="print one JSON object")
    ls.add_argument("--poll", action="store_true", help="ask the gateways once first")


def _show(show: Parser) -> None:
    show.add_argument("ref", metavar="REF", help=_ONE)
    form = show.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print one JSON object")
    form.add_argument("--raw", action="store_true", help="print the last response body")
    form.add_argument(
        "--redacted", action="store_true", help="print its form alone, fit for a bug report"
    )


def _wait(wait: Parser) -> None:
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


def _get(get: Parser) -> None:
    get.add_argument("refs", nargs="*", metavar="REF", help=f"{_REF} (default: {_PIPED})")
    get.add_argument("--all", action="store_true", help="of every task in the watchlist")
    get.add_argument("--dir", metavar="D", help="where to (default: config.toml's)")
    get.add_argument("--force", action="store_true", help="also what is on disk already")


def _verify(verify: Parser) -> None:
    verify.add_argument("refs", nargs="*", metavar="REF", help=f"{_REF} (default: all tasks)")
    verify.add_argument("--json", action="store_true", help="print one JSON object")


def _parse(parse: Parser) -> None:
    parse.add_argument("provider", metavar="PROVIDER")
    parse.add_argument("file", nargs="?", default="-", metavar="FILE", help="default: stdin")
    parse.add_argument("--http-status", type=int, default=200, metavar="N")
    parse.add_argument("--header", action="append", default=[], metavar="'K: V'")
    parse.add_argument("--id", metavar="ID", help="refuse an answer about any other task")
    parse.add_argument("--base-url", metavar="U", help="what relative links hang from")


def _providers(providers: Parser) -> None:
    providers.add_argument("--json", action="store_true", help="print one JSON object")


def _config(config: Parser) -> None:
    config.add_argument("what", choices=["check"], metavar="check")


def _help(help_: Parser) -> None:
    help_.add_argument("topic", nargs="?", metavar="TOPIC")


def _info(info: Parser) -> None:
    info.add_argument(
        "--security", action="store_true", help="modes and owners of files, where keys come from"
    )


def _completion(completion: Parser) -> None:
    completion.add_argument("shell", choices=["bash", "zsh", "fish"], metavar="bash|zsh|fish")


def _demo(demo: Parser) -> None:
    demo.add_argument("--serve", action="store_true", help="only the gateway")
    demo.add_argument(
        "--chaos", action="store_true", help="on a bad day: resets, throttles, silence, nonsense"
    )
    demo.add_argument("--speed", type=float, metavar="X", help="how fast it plays (default: 1)")
    demo.add_argument("--port", type=int, default=0, metavar="N", help="its ports, from N on")
