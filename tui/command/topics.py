"""The topics of `rushes help`, made from the declarations that the program itself works with."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from types import MappingProxyType

from rushes.providers.error_codes import ErrorCode
from rushes.providers.exits import WEIGHT, Exit, explained
from rushes.providers.frozen import frozen
from rushes.providers.language import Words, _, catalogued
from rushes.providers.text import clean
from rushes.tui.actions import keys
from rushes.tui.actions.keymap import RESERVED, keys_of
from rushes.tui.command import bucket, default_config, environment, json_fields, service
from rushes.tui.command.environment import settings_or_default
from rushes.tui.lines import meanings
from rushes.tui.lines.glyphs import signs
from rushes.tui.shell.shell import Shell
from rushes.tui.shell.wide_text import padded
from rushes.watch.disk.paths import Paths
from rushes.watch.event_kinds import NAMED
from rushes.watch.query import LANGUAGE

FILES: Mapping[str, str] = Words(
    {
        "config": "your settings; read, never written (rushes help config)",
        "watchlists": "NAME.toml each: which tasks are watched; yours to edit at any time",
        "history": "what was observed: statuses, outputs, downloads, last answers",
        "log": "what went wrong, without keys and without the queries of links",
        "state": "what the program notes for itself: whose keys the keyring gave before",
        "downloads": "outputs, and .part files while a transfer lasts",
    }
)
"""What each file or folder holds, by its name in `rushes.watch.disk.paths.Paths`."""

_NOTICES = catalogued("""\
[notify] of config.toml says what a person is told of (on), and how. The dashboard, watch and wait
tell it; rushes notify --test sends one, and says which way it went and why.

method = "auto" takes the first of these that is there:
  1  a sequence that the terminal is known to show: OSC 99 for kitty; OSC 777 for foot, Ghostty and
     WezTerm; OSC 9 for iTerm2
  2  this machine's desktop, by notify-send or osascript, but not over ssh
  3  OSC 777 and the bell, for terminals that show it in some versions: VTE's (GNOME Terminal and
     others), Konsole, rxvt-unicode, Windows Terminal
  4  the bell
"desktop", "osc9", "osc777", "osc99" and "bell" take that one, "off" none. A sequence that would
not reach the terminal is replaced by the bell. Without a terminal there is the desktop alone.

tmux hands sequences on where its option says so: set -g allow-passthrough on. It does so for panes
that are seen, so the bell is rung as well ("all", from tmux 3.4 on, is for every pane); without it
the bell has to do, which tmux shows in its status line. GNU screen needs no option, and hands on
from windows that are seen: the bell is rung as well.

What happens within digest (from the first on) is one notice: 3 failed, 1 expiring in 12m. What is
about to expire is told while half of the time is left, if that is sooner, and no more once its
file is saved. idle: no task is open any more.

quiet = "22:00-08:00" is local time. Meanwhile only what would be lost before its end is told; the
rest comes in one notice afterwards, if the process still runs. As a command ends it tells what it
has gathered, unless it ran for less than a digest: whoever began it is still there.
""")

_REFS = catalogued("""\
A task's ref is provider:id. Wherever a command takes a REF, an id will do, or the beginning of
either as long as it means one task; an exact id wins.

- reads refs from stdin, one a line; of a line with tabs, the first column: what ls, add and rm
print can be piped on as it is.

Without a REF, rm, get and wait take those on stdin if it is a pipe or a file; so does add.
Where stdin is a terminal, the null device or closed, wait waits for every task and the others ask
which one. An empty pipe is never every task: exit code 2. export and verify read stdin for - only.

In a loop that reads its own stdin, and over ssh, give refs or redirect: rushes wait </dev/null
""")


_DOWNLOADS = catalogued("""\
Which files are fetched

get REF fetches what the task has that is not on disk, each time. get --all, and the dashboard's D,
take what was never saved. A failure for good and an expiry are said once (exit 5); later runs of
get --all pass over them, as they do over files that were moved or given up (x in the downloads).
get --missing fetches what was moved, get --retry what failed, expired or was given up.
get --dry-run says what would be fetched; get -q prints failures only, for cron.

Where they go

[download] dir and template, in config.toml. The template is a path below dir, without an ending:
each part is made safe, and a name that is taken gets -2, -3. Its fields:

{provider} {id} {kind} {n}   the account, the task's id, the kind and number of the output
{name}                       the label, or the id where there is none
{tag} {watchlist}            the task's first tag, the list that is open
{model} {prompt}             as the provider says
{upstream_id}                the task's id at whoever the gateway asks
{date} {time}                when the task ended, by this machine's zone
{sha256}                     of the whole file; only in its name, not in a folder's

{n:02} {date:%Y%m%d} {time:%H-%M} {prompt:40} {sha256:8}: a width, a format, or how many characters.
What nobody said is "unknown", and a task without a tag "untagged".

How fast

[download] limit_rate = "5M", or get --limit-rate 5M: bytes a second, decimal, of all transfers in
all processes of the home that have the same limit.
""")


@frozen
class Topic:
    """A summary for the list of topics, and its lines; `verbatim` ones are never folded."""

    summary: str
    lines: Callable[[Shell], Iterable[str]]
    verbatim: bool = False


def _refs(shell: Shell) -> Iterable[str]:
    return _(_REFS).splitlines()


def _notices(shell: Shell) -> Iterable[str]:
    return _(_NOTICES).splitlines()


def _filter(shell: Shell) -> Iterable[str]:
    return _(LANGUAGE).splitlines()


def _downloads(shell: Shell) -> Iterable[str]:
    return _(_DOWNLOADS).splitlines()


def _keys(shell: Shell) -> Iterator[str]:
    """Every action's keys after config.toml's `[keys]`, what it does, and its id there."""
    settings = settings_or_default(shell)
    now = keys_of(settings)
    plain = signs(settings.glyphs, shell.out).names_arrows
    for group, commands in now.groups.items():
        yield _(group)
        for command in commands:
            pressed = " ".join(keys.shown(key, ascii_only=plain) for key in now.keys[command.id])
            yield f"  {padded(pressed, 14)}{padded(command.help, 36)}{command.id}"
        yield ""
    for key, use in RESERVED.items():
        yield _("  {key:<14}{use}; cannot be changed").format(key=key, use=_(use))


def _statuses(shell: Shell) -> Iterator[str]:
    yield from _words(_("A task is"), meanings.STATUSES)
    yield from (
        "",
        *_words(_("A poll that told us nothing changes no status. It was"), meanings.PROBLEMS),
    )
    yield from ("", *_words(_("An output is"), meanings.OUTPUTS))
    yield from ("", *_words(_("When it expires is known because"), meanings.BASES))


def _words(title: str, words: Mapping[Enum, str]) -> Iterator[str]:
    yield _("{title}:").format(title=title)
    for word, meaning in words.items():
        yield f"  {word.value:<14}{meaning}"


def _exit_codes(shell: Shell) -> Iterator[str]:
    yield from explained(Exit)
    order = ", ".join(str(int(code)) for code in WEIGHT)
    yield from ("", _("When several apply: the first of {order}.").format(order=order))


def _config(shell: Shell) -> Iterator[str]:
    return default_config.written(shell.environ)


def _files(shell: Shell) -> Iterator[str]:
    paths = Paths.unexpanded(shell.environ)
    for name, words in FILES.items():
        yield clean(str(getattr(paths, name)))
        yield f"    {words}"


def _json(shell: Shell) -> Iterator[str]:
    yield _('ls --json prints {"version": 1, "watchlist": NAME, "tasks": [TASK, ...]};')
    yield _("show --json a TASK; wait and get --ndjson an EVENT a line (rushes help events);")
    yield _('get --json {"version": 1, "outputs": [GOT, ...], "skipped": [{ref, reason}, ...]}.')
    yield _("Times are RFC 3339 in UTC, in whole seconds; observed_at and at have milliseconds.")
    yield _("What is not known is null. A JSON Schema of each form: rushes help schema NAME")
    yield _("stats --json prints a GROUP for the whole and for each group.")
    every = {
        "TASK": json_fields.TASK,
        "OUTPUT": json_fields.OUTPUT,
        "EVENT": json_fields.EVENT,
        "GOT": json_fields.GOT,
        "GROUP": json_fields.GROUP,
    }
    for name, fields in every.items():
        yield from ("", name)
        for field, words in fields.items():
            yield f"  {field:<22}{words}".rstrip()


def _schemas(shell: Shell) -> Iterator[str]:
    from rushes.tui.command.schemas import FORMS

    for name, form in FORMS.items():
        printed = f" ({form.printed_by})" if form.printed_by else ""
        yield f"{name:<14}{form.about}{printed}"


def _error_codes(shell: Shell) -> Iterator[str]:
    yield from _(
        'Under --json a command that can give no data prints {"error": ERROR} on stdout; under\n'
        "--ndjson it is the last line. Below: exit code, code, meaning; * may pass by itself."
    ).splitlines()
    yield ""
    for code in ErrorCode:
        mark = "*" if code.retryable else " "
        yield f"{code.exit:>5} {mark} {code.value:<20}{_(code.meaning)}"


_ON = catalogued("""\
[on] of config.toml has a command for an event: a list of a program and its arguments, which no
shell reads. It is run by the dashboard, watch, wait or get, whichever it happened in, once for each
event, one at a time, with stdin closed, for a minute at most.

In arguments {path} {ref} {label} {status} {model} {prompt} {kind} {n} stand for what happened, and
{{path}} for itself. The variables RUSHES_EVENT, RUSHES_PATH and so on hold the same, and
RUSHES_SHA256, RUSHES_BYTES and RUSHES_ERROR. No variable holds a key. A command of which a whole
argument would begin with a dash because a value does is not run: use the variable.

    [on]
    saved = ["/usr/local/bin/ingest", "{path}"]

An event is queued as its cause is saved to history.db, and its command begun once: one that was
running when its process was killed is told of as cut off, and not run again.

--ndjson of watch, wait and get prints the same events, "transition" for each step, and last
"summary".
""")


def _events(shell: Shell) -> Iterator[str]:
    for kind, words in NAMED.items():
        yield f"  {kind.value:<17}{words}"
    yield ""
    yield from _(_ON).splitlines()


TOPICS: Mapping[str, Topic] = MappingProxyType(
    {
        "refs": Topic("how commands know which task is meant; pipes", _refs),
        "filter": Topic("what ls and / narrow a list by", _filter),
        "downloads": Topic("which files are fetched, and where they go", _downloads),
        "bucket": Topic("files in a bucket instead of a folder", bucket.lines, verbatim=True),
        "keys": Topic("every key of the dashboard, as config.toml has it", _keys),
        "statuses": Topic("the words for tasks, troubles and outputs", _statuses),
        "exit-codes": Topic("what the exit code says", _exit_codes),
        "config": Topic("config.toml, every setting at its default", _config, verbatim=True),
        "files": Topic("where Rushes keeps what", _files),
        "json": Topic("the fields of --json and --ndjson", _json),
        "schema": Topic("JSON Schemas of all of that: rushes help schema NAME", _schemas),
        "error-codes": Topic("what the code of an error says under --json", _error_codes),
        "notices": Topic("how a person is told of what happened", _notices),
        "events": Topic("what happens, and how to run something then", _events),
        "environment": Topic("the variables that are read", environment.lines),
        "service": Topic("how to have rushes watch run by itself", service.lines, verbatim=True),
    }
)
