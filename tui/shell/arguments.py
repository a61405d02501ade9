"""The commands and their arguments. Importing this imports hardly anything of the engine.

Each command's name is that of its module in `tui/command/`; the small edits share one.
"""

from rushes.providers.exits import Exit, explained
from rushes.providers.language import _, catalogued
from rushes.tui.shell import options
from rushes.tui.shell.parser import Builder, Help, Parser, Tree, Version, watchlist_option
from rushes.watch.watchlist.default import DEFAULT_WATCHLIST

EXAMPLES = catalogued("""\
examples:
  rushes demo                                  look around, without a key
  rushes add tk-hiapi-01HZTQ8BX2N3GM3YFK4Z9D7VQR --label "opening shot"
  rushes                                       the dashboard
  rushes ls 'status:failed -tag:done'
  rushes add hiapi "$ID" | rushes wait --download --timeout 10m
""")

EXIT_CODES = catalogued("exit codes:")

WAIT_EXITS = (
    Exit.FINE,
    Exit.TASK_FAILED,
    Exit.KEY,
    Exit.DOWNLOAD,
    Exit.GONE,
    Exit.TIMED_OUT,
)
"""The exit codes of a `wait` that began."""

GET_EXITS = (Exit.FINE, Exit.KEY, Exit.DOWNLOAD, Exit.UNREACHABLE, Exit.GONE)
"""The exit codes of a `get` that began."""


def tree(asked: str = "") -> Tree:
    """The whole command line; that of one command alone, where `asked` is the name of one."""
    made = _tree(asked)
    return made if made.begun else _tree("")


def _tree(only: str) -> Tree:
    parser = Parser(
        prog="rushes",
        description=_(
            "Watch AI video and image tasks across API gateways, and get their files "
            "before the links die. Without a command: the dashboard."
        ),
        epilog=f"{_(EXAMPLES)}\n{_('more: rushes help')}",
        formatter_class=Help,
        allow_abbrev=False,
    )
    parser.add_argument("-V", "--version", action=Version, nargs=0, help=_("print the version"))
    parser.add_argument(
        "--plain", action="store_true", help=_("a line for each change instead of the screen")
    )
    watchlist_option(parser, DEFAULT_WATCHLIST)
    builder = Builder(parser, only)
    _adding(builder)
    _editing(builder)
    _exchange(builder)
    _looking(builder)
    _reporting(builder)
    _waiting(builder)
    _fetching(builder)
    _naming(builder)
    _configuring(builder)
    _explaining(builder)
    return Tree(parser, builder.commands)


def _adding(builder: Builder) -> None:
    builder.command(
        "add",
        "watch tasks; ids, URLs, curl lines and submit answers, also from stdin",
        options.of_add,
        "rushes add tk-hiapi-01HZTQ8BX2N3GM3YFK4Z9D7VQR --label 'opening shot' --tag trailer",
        "rushes add ttapi e3dfa76a-5198-4527-b416-a51e317821cf",
        "curl ... | rushes add",
    )
    builder.command(
        "adopt",
        "watch an account's own tasks, where its gateway documents a list of them",
        options.of_adopt,
        "rushes adopt replicate --since 2h --dry-run",
        "rushes adopt ark",
        "",
        "What is on the list already stays as it is. Each page counts as a question.",
    )


def _editing(builder: Builder) -> None:
    builder.command(
        "rm",
        "stop watching; nothing happens at the gateway or to files",
        options.of_rm,
        "rushes rm --older 7d",
    )
    builder.command(
        "label",
        "name a task; an empty TEXT takes its name away",
        options.of_label,
        "rushes ls --tsv --columns ref,prompt | rushes label -",
    )
    builder.command(
        "tag",
        "tag a task",
        options.of_tag,
        "rushes tag tk-hiapi-01HZ trailer act-1",
        "rushes ls status:failed | rushes tag - again",
    )
    builder.command(
        "undo",
        "take back the last add, rm, label or tag of this list, for a day",
        options.of_nothing,
    )


def _exchange(builder: Builder) -> None:
    builder.command(
        "export",
        "print tasks with all that is remembered of them, a JSON object a line; no keys",
        options.of_export,
        "rushes export > tasks.jsonl",
        "rushes export | ssh elsewhere rushes import",
        "",
        "Links are whole: whoever reads the lines can fetch what is behind them.",
    )
    builder.command(
        "import",
        "watch what `rushes export` printed; nothing that is known here is changed",
        options.of_import,
        "rushes import tasks.jsonl",
    )


def _looking(builder: Builder) -> None:
    builder.command(
        "ls",
        "list the tasks as last known",
        options.of_ls,
        "rushes ls 'provider:hiapi expires<1h'",
        "rushes ls @trailer --sort -finished --limit 10",
        "rushes ls --csv --columns ref,model,run,size > tasks.csv",
        "rushes ls --json | jq -r '.tasks[] | select(.status == \"failed\") | .error.message'",
        "",
        "A FILTER is explained by: rushes help filter",
        "One that begins with a dash needs two in front of it: rushes ls -- -tag:done",
    )
    builder.command("show", "show everything known about a task", options.of_show)
    builder.command(
        "stats",
        "add up what is remembered: how many, how fast, how large, at what cost",
        options.of_stats,
        "rushes stats --by provider,model",
        "rushes stats --by day tag:trailer --csv > days.csv",
        "",
        "All that is remembered counts, watched or not; with -w that list alone.",
        "What nobody says is ?, and never 0. Prices: rushes help config, [prices].",
    )


def _reporting(builder: Builder) -> None:
    builder.command(
        "report",
        "write one HTML page: totals, tables, what failed and why, what was lost, pictures",
        options.of_report,
        "rushes report -o dailies.html",
        "rushes report tag:trailer -o - | ssh elsewhere 'cat > trailer.html'",
        "",
        "The page is whole in itself, and runs no script. It holds prompts and labels, and no key.",
    )
    builder.command(
        "support",
        "print what a gateway's support asks for: ids, times, usage, the redacted answer",
        options.of_support,
        "rushes support tk-hiapi-01HZ | pbcopy",
        "",
        "No key, no prompt and nothing that signs a link is in it.",
    )


def _waiting(builder: Builder) -> None:
    builder.command(
        "wait",
        "poll until all tasks are over; the exit code says how it went",
        options.of_wait,
        "rushes wait --timeout 10m --download",
        "rushes wait tk-hiapi-01HZ --ndjson",
        "rushes wait --any --timeout 1h",
        'rushes add hiapi "$ID" | rushes wait --download',
        "rushes wait </dev/null                       # all tasks, where stdin is a pipe",
        "",
        EXIT_CODES,
        *explained(WAIT_EXITS),
    )
    builder.command(
        "watch",
        "poll, rescue and tell without a screen, as a service does",
        options.of_watch,
        "rushes watch -w trailer -w teaser --auto all",
        "rushes watch --all-lists --until-idle && make cut",
        "rushes help service                          # to have it run by itself",
        "",
        "TERM and INT end it well (exit 0); HUP has config.toml and the lists read anew,",
        "or ends it where a terminal is attached.",
        several_lists=True,
    )


def _fetching(builder: Builder) -> None:
    builder.command(
        "get",
        "download outputs that are not on disk yet",
        options.of_get,
        "rushes get tk-hiapi-01HZ --dir shots",
        "rushes ls tag:trailer | rushes get",
        "rushes get --all --quiet                     # for cron",
        "",
        "Tasks that are not over are asked about first. Of every task what is not saved yet is",
        "fetched. What failed for good or expired is said once (exit 5) and passed over from then",
        "on, as are files that were moved or given up.",
        "A REF that is named is tried each time.",
        "",
        EXIT_CODES,
        *explained(GET_EXITS),
    )
    builder.command(
        "verify",
        "read saved files again and compare them with what was saved",
        options.of_verify,
        "rushes verify",
        "rushes verify tk-hiapi-01HZ --json | jq '.outputs[] | select(.ok | not).path'",
        "",
        EXIT_CODES,
        *explained((Exit.FINE, Exit.DOWNLOAD)),
    )
    builder.command(
        "parse",
        "what Rushes makes of a saved response body, as JSON",
        options.of_parse,
        "rushes parse hiapi answer.json",
        "curl -s ... | rushes parse anyfast --http-status 429 --header 'Retry-After: 20'",
    )


def _naming(builder: Builder) -> None:
    builder.command(
        "providers",
        "list the accounts that can be watched",
        options.of_providers,
        "rushes providers --check     # does each key work, and is each gateway there",
        "",
        catalogued("exit codes of --check:"),
        *explained((Exit.FINE, Exit.KEY, Exit.UNREACHABLE)),
    )
    builder.command(
        "provider",
        "try a provider against its contract, or draft one in TOML from saved replies",
        options.of_provider,
        "rushes provider new studio --from-reply done.json > studio.toml",
        "rushes provider test studio --rows replies/",
        "rushes provider test ./studio.toml",
        "",
        "What a page of TOML may say, and what a row is: docs/providers.md.",
    )
    builder.command("watchlists", "list the watchlists", options.of_nothing)


def _configuring(builder: Builder) -> None:
    builder.command(
        "config",
        "check, show, begin or edit config.toml; nothing else ever writes it",
        options.of_config,
        "rushes config init      # every setting, as a comment; only where no config.toml is",
        "rushes config edit      # in $VISUAL or $EDITOR; checked afterwards",
        "rushes config show      # what holds, and where it is from",
        "rushes config check     # the watchlist, too",
        "rushes config path",
    )
    builder.command(
        "store",
        "make, check or upgrade a team's store, and copy lists into it or out of it",
        options.of_store,
        "rushes store init | psql studio        # makes the tables; prints the rights of others",
        "rushes store check",
        "rushes store import trailer team:trailer",
        "rushes store export team:trailer > trailer.toml",
        "",
        "Which store that is: [store] url of config.toml. How to set one up: docs/team.md.",
    )
    builder.command(
        "notify",
        "send a notice as config.toml's [notify] says, and tell which way it went",
        options.of_notify,
        "rushes notify --test",
        "",
        "Exit code 3: as things are here, none could be sent.",
    )


def _explaining(builder: Builder) -> None:
    builder.command(
        "help",
        "explain a command or a topic; without one, list them all",
        options.of_help,
        "rushes help filter",
        "rushes help schema TASK                      # the JSON Schema of what show --json prints",
        "rushes help --json | jq -r '.error_codes[].code'",
        "rushes help --man | man -l -",
    )
    builder.command(
        "doctor",
        "look whether everything is as it should be, and say what mends it",
        options.of_doctor,
        "rushes doctor",
        "rushes doctor --json | jq -r '.findings[] | select(.verdict != \"fine\").mend'",
        "",
        "No key is sent, no command is run, no keyring asked, and no file is made.",
        "",
        EXIT_CODES,
        *explained((Exit.FINE, Exit.CONFIGURATION, Exit.KEY, Exit.UNREACHABLE)),
    )
    builder.command("info", "say which version this is and where its files are", options.of_info)
    builder.command(
        "completion",
        "print completions for a shell",
        options.of_completion,
        "source <(rushes completion bash)",
        "rushes completion zsh >~/.zfunc/_rushes      # a folder of $fpath, before compinit",
        "rushes completion fish >~/.config/fish/completions/rushes.fish",
    )
    builder.command(
        "demo", "the dashboard on an embedded gateway; needs no key and no network", options.of_demo
    )
