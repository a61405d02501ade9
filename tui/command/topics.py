"""The topics of `rushes help`, made from the declarations that the program itself works with."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from types import MappingProxyType

from rushes.providers.exits import WEIGHT, Exit, explained
from rushes.providers.frozen import frozen
from rushes.providers.text import clean
from rushes.tui.actions import keys
from rushes.tui.actions.catalogue import GROUPS, RESERVED, keymap
from rushes.tui.command import default_config, json_fields
from rushes.tui.lines import meanings
from rushes.tui.lines.glyphs import ASCII, signs
from rushes.tui.shell.shell import Shell
from rushes.watch.config.settings import Settings, default_settings
from rushes.watch.disk.paths import NoHome, Paths
from rushes.watch.query import LANGUAGE

FILES: Mapping[str, str] = MappingProxyType(
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

VARIABLES: Mapping[str, str] = MappingProxyType(
    {
        "RUSHES_HOME": "one folder for everything (rushes help files)",
        "RUSHES_TRUST_HOME": "1: files that others could have written are read all the same",
        "XDG_STATE_HOME": "where what the program notes for itself lies (rushes help files)",
        "SUDO_UID": "whose files root trusts under sudo",
        "SSL_CERT_FILE": "certificates that are trusted in place of the public ones",
        "SSL_CERT_DIR": "a folder of such certificates",
        "NO_COLOR": "if not empty: no colours",
        "FORCE_COLOR": "if not empty and not 0: colours in a pipe, too",
        "TERM": "dumb: no colours, and no dashboard",
        "COLUMNS": "how wide ls and help may write",
        "TMUX": "whether y and Y can copy with tmux",
        "WAYLAND_DISPLAY": "whether y and Y can copy with wl-copy",
        "DISPLAY": "whether they can with xclip or xsel",
    }
)
"""The environment variables that are read besides those of the accounts' keys."""

_REFS = """\
A task's ref is provider:id. Wherever a command takes a REF, an id will do, or the beginning of
either as long as it means one task; an exact id wins.

- reads refs from stdin, one a line; of a line with tabs, the first column: what ls, add and rm
print can be piped on as it is.

Without a REF, rm, get and wait take those on stdin if it is a pipe or a file; so does add.
Where stdin is a terminal, the null device or closed, wait waits for every task and the others ask
which one. An empty pipe is never every task: exit code 2. export and verify read stdin for - only.

In a loop that reads its own stdin, and over ssh, give refs or redirect: rushes wait </dev/null
"""


@frozen
class Topic:
    """A summary for the list of topics, and its lines; `verbatim` ones are never folded."""

    summary: str
    lines: Callable[[Shell], Iterable[str]]
    verbatim: bool = False


def _refs(_: Shell) -> Iterable[str]:
    return _REFS.splitlines()


def _filter(_: Shell) -> Iterable[str]:
    return LANGUAGE.splitlines()


def _keys(shell: Shell) -> Iterator[str]:
    """Every action's keys after config.toml's `[keys]`, what it does, and its id there."""
    settings = _settings(shell)
    now = keymap(settings.keys, settings.file)
    plain = signs(settings.glyphs, shell.out) is ASCII
    for group, commands in GROUPS.items():
        yield group
        for command in commands:
            pressed = " ".join(keys.shown(key, ascii_only=plain) for key in now.keys[command.id])
            yield f"  {pressed:<14}{command.help:<36}{command.id}"
        yield ""
    for key, use in RESERVED.items():
        yield f"  {key:<14}{use}; cannot be changed"


def _settings(shell: Shell) -> Settings:
    """The person's settings; the defaults where no home directory tells where config.toml is."""
    try:
        return shell.settings()
    except NoHome:
        return default_settings(shell.environ)


def _statuses(_: Shell) -> Iterator[str]:
    yield from _words("A task is", meanings.STATUSES)
    yield from (
        "",
        *_words("A poll that told us nothing changes no status. It was", meanings.PROBLEMS),
    )
    yield from ("", *_words("An output is", meanings.OUTPUTS))
    yield from ("", *_words("When it expires is known because", meanings.BASES))


def _words(title: str, words: Mapping[Enum, str]) -> Iterator[str]:
    yield f"{title}:"
    for word, meaning in words.items():
        yield f"  {word.value:<14}{meaning}"


def _exit_codes(_: Shell) -> Iterator[str]:
    yield from explained(Exit)
    order = ", ".join(str(int(code)) for code in WEIGHT)
    yield from ("", f"When several apply: the first of {order}.")


def _config(shell: Shell) -> Iterator[str]:
    return default_config.written(shell.environ)


def _files(shell: Shell) -> Iterator[str]:
    paths = Paths.unexpanded(shell.environ)
    for name, words in FILES.items():
        yield clean(str(getattr(paths, name)))
        yield f"    {words}"


def _json(_: Shell) -> Iterator[str]:
    yield 'ls --json prints {"version": 1, "watchlist": NAME, "tasks": [TASK, ...]};'
    yield "show --json a TASK; wait --ndjson an EVENT a line."
    yield "Times are RFC 3339 in UTC, in whole seconds; observed_at and at have milliseconds."
    yield "What is not known is null."
    every = {"TASK": json_fields.TASK, "OUTPUT": json_fields.OUTPUT, "EVENT": json_fields.EVENT}
    for name, fields in every.items():
        yield from ("", name)
        for field, words in fields.items():
            yield f"  {field:<20}{words}".rstrip()


def _environment(shell: Shell) -> Iterator[str]:
    accounts = _settings(shell).accounts.values()
    for name, words in VARIABLES.items():
        yield f"{name:<20}{words}"
    for account in accounts:
        yield f"{account.key.env:<20}the key of {account.id}"
    yield from (
        "",
        "Proxy variables are not followed: a key goes to its provider and nowhere else.",
    )


TOPICS: Mapping[str, Topic] = MappingProxyType(
    {
        "refs": Topic("how commands know which task is meant; pipes", _refs),
        "filter": Topic("what ls and / narrow a list by", _filter),
        "keys": Topic("every key of the dashboard, as config.toml has it", _keys),
        "statuses": Topic("the words for tasks, troubles and outputs", _statuses),
        "exit-codes": Topic("what the exit code says", _exit_codes),
        "config": Topic("config.toml, every setting at its default", _config, verbatim=True),
        "files": Topic("where Rushes keeps what", _files),
        "json": Topic("the fields of --json and --ndjson", _json),
        "environment": Topic("the variables that are read", _environment),
    }
)
