"""The topic of the environment variables, and all that are read."""

from collections.abc import Iterable, Iterator, Mapping

from rushes.providers.errors import RushesError
from rushes.providers.language import Words, _, catalogued
from rushes.tui.notices.terminals import MARKS
from rushes.tui.shell.files import watchlist
from rushes.tui.shell.shell import Shell
from rushes.watch.config.accounts import Account, of_use
from rushes.watch.config.settings import Settings, default_settings
from rushes.watch.disk.paths import NoHome
from rushes.watch.watchlist.default import DEFAULT_WATCHLIST

VARIABLES: Mapping[str, str] = Words(
    {
        "RUSHES_HOME": "one folder for everything (rushes help files)",
        "RUSHES_CONFIG": "the file that is read in place of config.toml",
        "RUSHES_DOWNLOAD_DIR": "[download] dir, before what config.toml says",
        "RUSHES_AUTO": "[download] auto, before what config.toml says",
        "RUSHES_STORE": "[store] url, before what config.toml says",
        "PGPASSFILE": "libpq's passfile, for [store]; without it HOME's .pgpass",
        "PGHOSTADDR": "must not be set with [store]: it would lead to another host",
        "HOME": "whose .pgpass is read, and whose folders are meant by ~",
        "RUSHES_<PROVIDER>_BASE_URL": "its base_url, before config.toml's; its key goes there",
        "RUSHES_TRUST_HOME": "1: files that others could have written are read all the same",
        "XDG_STATE_HOME": "where what the program notes for itself lies (rushes help files)",
        "XDG_CONFIG_HOME": "where config.toml lies (rushes help files)",
        "LANG": "the language, where config.toml has no lang; after the next three",
        "LC_MESSAGES": "the same, before LANG",
        "LC_ALL": "the same, before both",
        "LANGUAGE": "a list of languages, the first that there is; unless the locale is C",
        "SUDO_UID": "whose files root trusts under sudo",
        "SSL_CERT_FILE": "certificates that are trusted in place of the public ones",
        "SSL_CERT_DIR": "a folder of such certificates",
        "HTTPS_PROXY": "followed only where [network] proxy is env; so are the next three",
        "HTTP_PROXY": "for gateways and links that are plain http",
        "ALL_PROXY": "for both, where there is no other one",
        "NO_PROXY": "hosts that are asked directly then: names, networks, *",
        "VISUAL": "what rushes config edit opens config.toml with",
        "EDITOR": "the same, where VISUAL is not set",
        "NO_COLOR": "if not empty: no colours",
        "FORCE_COLOR": "if not empty and not 0: colours in a pipe, too",
        "TERM": "dumb: no colours, and no dashboard; else which colours and signs there are",
        "COLORTERM": "truecolor: there are all colours, unless within GNU screen",
        "COLORFGBG": "whether sixteen colours are on white",
        "TEXTUAL_DRIVER": "what shows the dashboard in place of a terminal, as textual-serve",
        "TEXTUAL_COLOR_SYSTEM": "truecolor, 256 or standard: the colours of the dashboard",
        "COLUMNS": "how wide ls and help may write",
        "TMUX": "whether y and Y can copy with tmux, and notices go through it",
        "TMUX_PANE": "which pane that is",
        "STY": "whether notices go through GNU screen",
        "TERM_PROGRAM": "which terminal it is, for notices, as the next ones",
        "LC_TERMINAL": "which terminal it is, over ssh, too",
        **dict.fromkeys(MARKS, catalogued("which terminal it is, where nothing above says so")),
        "WAYLAND_DISPLAY": "whether y and Y can copy with wl-copy, and a desktop shows notices",
        "DISPLAY": "whether they can with xclip or xsel; notices as above",
        "DBUS_SESSION_BUS_ADDRESS": "whether a desktop shows notices",
        "XDG_RUNTIME_DIR": "else whether there is its bus",
        "SSH_CONNECTION": "if not empty: this machine's desktop is not the person's",
        "NOTIFY_SOCKET": "the service manager that watch tells how it goes",
        "WATCHDOG_USEC": "within how many microseconds it wants a sign of life",
        "WATCHDOG_PID": "whose",
    }
)
"""The environment variables that are read besides those of the accounts' keys."""


def settings_or_default(shell: Shell) -> Settings:
    """The person's settings; the defaults where no home directory tells where config.toml is."""
    try:
        return shell.settings()
    except NoHome:
        return default_settings(shell.environ)


def variables(shell: Shell) -> Iterator[tuple[str, str]]:
    """The variables that are read, those of all accounts' keys too, and what each does."""
    yield from VARIABLES.items()
    yield from _of_keys(settings_or_default(shell).accounts.values())


def _of_keys(accounts: Iterable[Account]) -> Iterator[tuple[str, str]]:
    for account in accounts:
        yield account.key.env, _("the key of {account}").format(account=account.id)


def lines(shell: Shell) -> Iterator[str]:
    """Each variable with what it does; of keys, those of accounts that are of use now."""
    accounts = settings_or_default(shell).accounts
    listed = of_use(accounts.values(), _watched(shell))
    yield from _explained((*VARIABLES.items(), *_of_keys(listed)))
    if left := len(accounts) - len(listed):
        said = _("the keys of {left} more: rushes help environment --all").format(left=left)
        yield f"{'…':<28}{said}"
    yield from _(_PROXIES).splitlines()


def every_line(shell: Shell) -> Iterator[str]:
    """Each variable with what it does, those of every account's key, too."""
    yield from _explained(variables(shell))
    yield from _(_PROXIES).splitlines()


def _explained(found: Iterable[tuple[str, str]]) -> Iterator[str]:
    for name, words in found:
        yield f"{name:<28}{words}"


def _watched(shell: Shell) -> set[str]:
    """The accounts whose tasks are on the default watchlist; none where that cannot be read."""
    try:
        return {entry.ref.provider for entry in watchlist(shell, DEFAULT_WATCHLIST).read().entries}
    except RushesError:
        return set()


_PROXIES = catalogued("""
Proxy variables are followed only where config.toml has [network] proxy = "env". A key is
within TLS then as ever; hosts of this machine are asked directly.
""")
