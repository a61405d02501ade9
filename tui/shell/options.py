"""The arguments and options of each command, which `arguments.py` adds once they are needed."""

from rushes.providers.language import _, catalogued
from rushes.tui.shell.parser import Parser

_ONE = catalogued("provider:id, an id, or the beginning of either")

_PIPED = catalogued("those on stdin, if it is a pipe or a file")

_EVERY = catalogued("all tasks")


def _refs(otherwise: str = "") -> str:
    """What a REF is, and which tasks are meant without one."""
    said = _("{ref}; - reads stdin").format(ref=_(_ONE))
    if not otherwise:
        return said
    return _("{ref} (default: {otherwise})").format(ref=said, otherwise=_(otherwise))


def of_nothing(parser: Parser) -> None:
    """Add no arguments."""


def of_add(add: Parser) -> None:
    """Add those of `rushes add`."""
    add.add_argument("words", nargs="*", metavar="[PROVIDER] ID", help="- reads stdin")
    add.add_argument(
        "--default", default="", metavar="PROVIDER", help="whose an id is that several could have"
    )
    add.add_argument("--label", default="", help="what to call the task")
    add.add_argument("--tag", action="append", default=[], help="may be repeated")
    add.add_argument("--model", default="", metavar="M", help="what it was submitted to")
    add.add_argument("--prompt", default="", metavar="P", help="what was asked for")


def of_adopt(adopt: Parser) -> None:
    """Add those of `rushes adopt`."""
    adopt.add_argument("provider", metavar="PROVIDER", help="the account whose tasks are meant")
    adopt.add_argument("--since", default="24h", metavar="24h", help="submitted within that time")
    adopt.add_argument("--dry-run", action="store_true", help="print the refs, save nothing")


def of_rm(rm: Parser) -> None:
    """Add those of `rushes rm`."""
    rm.add_argument("refs", nargs="*", metavar="REF", help=_refs(_PIPED))
    rm.add_argument("--older", metavar="7d", help="what is over for longer than that, of all tasks")


def of_label(label: Parser) -> None:
    """Add those of `rushes label`."""
    label.add_argument(
        "ref", metavar="REF", help=_("{ref}; - reads REF<tab>TEXT lines").format(ref=_(_ONE))
    )
    label.add_argument("text", nargs="?", metavar="TEXT")


def of_tag(tag: Parser) -> None:
    """Add those of `rushes tag`."""
    tag.add_argument("ref", metavar="REF", help=_refs())
    tag.add_argument("tags", nargs="+", metavar="TAG")
    tag.add_argument("--remove", action="store_true", help="take these tags away instead")


def of_export(export: Parser) -> None:
    """Add those of `rushes export`."""
    export.add_argument("refs", nargs="*", metavar="REF", help=_refs(_EVERY))


def of_import(import_: Parser) -> None:
    """Add those of `rushes import`."""
    import_.add_argument("file", nargs="?", default="-", metavar="FILE", help="default: stdin")


def of_ls(ls: Parser) -> None:
    """Add those of `rushes ls`."""
    ls.add_argument("filter", nargs="*", metavar="FILTER", help="only what matches all of it")
    ls.add_argument("--json", action="store_true", help="print one JSON object")
    ls.add_argument("--columns", metavar="A,B", help="which columns, such as task,status,run")
    ls.add_argument("--csv", action="store_true", help="print comma-separated values")
    ls.add_argument("--tsv", action="store_true", help="print tab-separated values")
    ls.add_argument(
        "--format", metavar="LINE", help="print a line such as '{label} {run}' for each"
    )
    ls.add_argument("--sort", metavar="KEY", help="a column; -KEY for the greatest first")
    ls.add_argument("--limit", type=int, metavar="N", help="print N of them at most")
    ls.add_argument("--summary", action="store_true", help="print only counts and the next loss")
    ls.add_argument("--poll", action="store_true", help="ask the gateways once first")


def of_show(show: Parser) -> None:
    """Add those of `rushes show`."""
    show.add_argument("ref", metavar="REF", help=_ONE)
    form = show.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print one JSON object")
    form.add_argument("--raw", action="store_true", help="print the last response body")
    form.add_argument(
        "--redacted", action="store_true", help="print its form alone, fit for a bug report"
    )


def of_stats(stats: Parser) -> None:
    """Add those of `rushes stats`."""
    stats.add_argument("filter", nargs="*", metavar="FILTER", help="only what matches all of it")
    stats.add_argument(
        "--by", action="append", default=[], metavar="KEYS", help="provider, model, tag, day"
    )
    form = stats.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print one JSON object")
    form.add_argument("--csv", action="store_true", help="print comma-separated values")


def of_report(report: Parser) -> None:
    """Add those of `rushes report`."""
    report.add_argument("filter", nargs="*", metavar="FILTER", help="only what matches all of it")
    report.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        default="dailies.html",
        help="default: dailies.html; - prints it",
    )


def of_support(support: Parser) -> None:
    """Add those of `rushes support`."""
    support.add_argument("ref", metavar="REF", help=_ONE)


def of_wait(wait: Parser) -> None:
    """Add those of `rushes wait`."""
    wait.add_argument(
        "refs",
        nargs="*",
        metavar="REF",
        help=_refs(catalogued("those on stdin, if it is a pipe or a file, else all tasks")),
    )
    until = wait.add_mutually_exclusive_group()
    until.add_argument("--all", action="store_true", help="until all are over (the default)")
    until.add_argument("--any", action="store_true", help="only until one is over")
    wait.add_argument(
        "--fail-fast", action="store_true", help="end when one failed, was canceled or is gone"
    )
    wait.add_argument("--timeout", metavar="10m", help="give up after that long")
    wait.add_argument("--download", action="store_true", help="fetch the outputs, too")
    wait.add_argument(
        "--once", metavar="PROVIDER:ID", help="a task that is on no list; only its files are kept"
    )
    wait.add_argument("--dir", metavar="D", help="where --once has its files go")
    wait.add_argument("-q", "--quiet", action="store_true", help="print only the end of each task")
    wait.add_argument("--ndjson", action="store_true", help="print one JSON object a line")


def of_watch(watch: Parser) -> None:
    """Add those of `rushes watch`."""
    watch.add_argument(
        "-w",
        "--watchlist",
        dest="watchlists",
        action="append",
        default=[],
        metavar="NAME|PATH",
        help="the watchlist (default: default); may be repeated",
    )
    watch.add_argument(
        "--all-lists", action="store_true", help="every list of the home, also those that come"
    )
    watch.add_argument(
        "--auto",
        choices=["all", "rescue", "off"],
        metavar="all|rescue|off",
        help="what is fetched unasked (default: config.toml's)",
    )
    watch.add_argument(
        "--until-idle",
        action="store_true",
        help="end when nothing is open and nothing to fetch, and exit as wait does",
    )
    watch.add_argument("--ndjson", action="store_true", help="print one JSON object a line")
    watch.add_argument("-q", "--quiet", action="store_true", help="only what went wrong")


def of_get(get: Parser) -> None:
    """Add those of `rushes get`."""
    get.add_argument("refs", nargs="*", metavar="REF", help=_refs(_PIPED))
    get.add_argument("--all", action="store_true", help="of every task in the watchlist")
    get.add_argument("--dir", metavar="D", help="where to (default: config.toml's)")
    get.add_argument("--force", action="store_true", help="also what is on disk already")
    get.add_argument(
        "--missing", action="store_true", help="also what was moved since (default: of every task)"
    )
    get.add_argument(
        "--retry",
        action="store_true",
        help="also what failed, expired or was given up (default: of every task)",
    )
    get.add_argument("--limit-rate", metavar="RATE", help="bytes a second at most, such as 5M")
    get.add_argument("--dry-run", action="store_true", help="only say what would be fetched")
    get.add_argument("-q", "--quiet", action="store_true", help="print failures only")
    printed = get.add_mutually_exclusive_group()
    printed.add_argument("--json", action="store_true", help="print one JSON object at the end")
    printed.add_argument("--ndjson", action="store_true", help="print one JSON object a line")


def of_verify(verify: Parser) -> None:
    """Add those of `rushes verify`."""
    verify.add_argument("refs", nargs="*", metavar="REF", help=_refs(_EVERY))
    verify.add_argument("--subset", metavar="1/7", help="the first of seven parts of the tasks")
    verify.add_argument("--json", action="store_true", help="print one JSON object")


def of_parse(parse: Parser) -> None:
    """Add those of `rushes parse`."""
    parse.add_argument("provider", metavar="PROVIDER")
    parse.add_argument("file", nargs="?", default="-", metavar="FILE", help="default: stdin")
    parse.add_argument("--http-status", type=int, default=200, metavar="N")
    parse.add_argument("--header", action="append", default=[], metavar="'K: V'")
    parse.add_argument("--id", metavar="ID", help="refuse an answer about any other task")
    parse.add_argument("--base-url", metavar="U", help="what relative links hang from")


def of_providers(providers: Parser) -> None:
    """Add those of `rushes providers`."""
    providers.add_argument("--json", action="store_true", help="print one JSON object")
    providers.add_argument("--all", action="store_true", help="also those without a key or a task")
    providers.add_argument(
        "--check", action="store_true", help="ask each about a task that cannot exist"
    )


def of_provider(provider: Parser) -> None:
    """Add those of `rushes provider`."""
    words = ["new", "test"]
    provider.add_argument("what", choices=words, metavar="|".join(words))
    provider.add_argument("provider", metavar="NAME|FILE", help="of new: a name")
    provider.add_argument("--rows", metavar="DIR", help="test: its contract, as JSON files")
    provider.add_argument(
        "--from-reply",
        action="append",
        default=[],
        metavar="FILE",
        help="new: a saved reply; several say more",
    )


def of_config(config: Parser) -> None:
    """Add those of `rushes config`."""
    words = ["check", "edit", "init", "path", "show"]
    config.add_argument("what", choices=words, metavar="|".join(words))


def of_store(store: Parser) -> None:
    """Add those of `rushes store`."""
    words = ["init", "check", "status", "upgrade", "export", "import"]
    store.add_argument("what", choices=words, metavar="|".join(words))
    store.add_argument(
        "words", nargs="*", metavar="[NAME|PATH] team:NAME", help="of export a list, of import both"
    )
    store.add_argument("--json", action="store_true", help="print one JSON object")


def of_notify(notify: Parser) -> None:
    """Add those of `rushes notify`."""
    notify.add_argument("--test", action="store_true", required=True, help="send one")


def of_help(help_: Parser) -> None:
    """Add those of `rushes help`."""
    help_.add_argument("topic", nargs="?", metavar="TOPIC", help="a command or a topic")
    help_.add_argument("name", nargs="?", metavar="NAME", help="of a schema: rushes help schema")
    form = help_.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print all of it as one JSON object")
    form.add_argument("--man", action="store_true", help="print all of it as a manual page")
    help_.add_argument(
        "--all", action="store_true", help="with environment: the keys of every provider"
    )


def of_doctor(doctor: Parser) -> None:
    """Add those of `rushes doctor`."""
    doctor.add_argument("--json", action="store_true", help="print one JSON object")


def of_info(info: Parser) -> None:
    """Add those of `rushes info`."""
    info.add_argument(
        "--security", action="store_true", help="modes and owners of files, where keys come from"
    )


def of_completion(completion: Parser) -> None:
    """Add those of `rushes completion`."""
    shells = ("bash", "zsh", "fish")
    completion.add_argument(
        "shell", nargs="?", choices=shells, metavar="|".join(shells), help="print its script"
    )
    completion.add_argument(
        "--list",
        choices=(
            "refs",
            "labels",
            "tags",
            "filter",
            "columns",
            "orders",
            "watchlists",
            "providers",
        ),
        metavar="KIND",
        help="print instead what the script offers: refs, labels, tags, filter, columns, "
        "orders, watchlists or providers",
    )
    completion.add_argument(
        "--begun", default="", metavar="WORD", help="with --list: only what begins so"
    )
    completion.add_argument(
        "--all", action="store_true", help="with --list providers: also those without a key or task"
    )


def of_demo(demo: Parser) -> None:
    """Add those of `rushes demo`."""
    demo.add_argument("--serve", action="store_true", help="only the gateway")
    demo.add_argument(
        "--chaos", action="store_true", help="on a bad day: resets, throttles, silence, nonsense"
    )
    demo.add_argument(
        "--config", metavar="DIR", help="with --serve: write a config.toml there that names it"
    )
    demo.add_argument("--speed", type=float, metavar="X", help="how fast it plays (default: 1)")
    demo.add_argument("--port", type=int, default=0, metavar="N", help="its ports, from N on")
