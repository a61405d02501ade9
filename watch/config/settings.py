"""config.toml made into settings (interface.md, "Files"); the person writes it, we only read."""

import re
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import partial
from pathlib import Path
from types import MappingProxyType

from rushes.providers.card import Provider, base_of
from rushes.providers.errors import RushesError
from rushes.providers.nearest import hint
from rushes.providers.registry import all_providers
from rushes.providers.secret import Secret
from rushes.providers.text import clean
from rushes.watch.config.network import read_network
from rushes.watch.config.reader import SettingsTable
from rushes.watch.disk.paths import NoHome, Paths, expanded
from rushes.watch.disk.tomlfile import BadFile, FileText, Toml, parse_toml, read_text
from rushes.watch.keys.find import KeySource
from rushes.watch.keys.keyring_seen import seen
from rushes.watch.network.options import USUAL_NETWORK, Network, network_of
from rushes.watch.network.url import Address, Refused, read
from rushes.watch.transfer.file_names import template_fault

SIZE_LIMIT = 1 << 20
"""Bytes of config.toml that are read at most."""

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class BadSettings(RushesError):
    """config.toml is wrong; `lines` has one sentence for each fault."""

    def __init__(self, lines: tuple[str, ...]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


class GlyphSet(Enum):
    """Which characters the screen may draw with."""

    UNICODE = "unicode"
    ASCII = "ascii"


class Auto(Enum):
    """Which outputs the dashboard fetches unasked."""

    OFF = "off"
    ALL = "all"
    RESCUE = "rescue"


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadSettings:
    """Where outputs go and when; `rescue_before` is seconds before the expiry."""

    dir: Path
    template: str = "{provider}/{name}/{kind}-{n}{ext}"
    auto: Auto = Auto.RESCUE
    rescue_before: float = 1800.0
    parallel: int = 4
    sidecar: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HistorySettings:
    """For how long, in seconds, tasks are remembered that nobody watches; None is forever."""

    keep: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A provider at one address with one key. `poll_interval` is seconds; `base` ends bare.

    `has_key` is what can be told without running or asking anything: its variable is set, or
    config.toml names a key or a command, or the keyring gave one before.
    """

    id: str
    provider: Provider
    base: str
    key: KeySource
    poll_interval: float
    max_concurrency: int = 4
    network: Network = USUAL_NETWORK
    has_key: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What config.toml says, defaults filled in.

    `prefer` names the accounts that an id is taken for where several could be meant, the first one
    first. `warnings` are fit to show; those of them that are about who can read or change the file
    are `exposed`, too. So is `file`, its path, which makes no settings other ones.
    """

    glyphs: GlyphSet
    download: DownloadSettings
    accounts: Mapping[str, Account]
    keys: Mapping[str, tuple[str, ...]]
    file: str = field(default="config.toml", compare=False)
    history: HistorySettings = HistorySettings()
    network: Network = USUAL_NETWORK
    prefer: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    exposed: tuple[str, ...] = ()


def load(path: Path, environ: Mapping[str, str]) -> Settings:
    """The settings in the file at `path`, the defaults where there is none.

    Raises BadSettings with a line for every fault.
    """
    try:
        file = read_text(path, SIZE_LIMIT)
        document = parse_toml(path, file.text) if file else {}
    except BadFile as error:
        raise BadSettings((str(error),)) from None
    return _settings(path, file, document, environ)


def usual(environ: Mapping[str, str]) -> Settings:
    """The settings of who has no config.toml."""
    return _settings(Path("config.toml"), None, {}, environ)


def _settings(
    path: Path, file: FileText | None, document: dict[str, Toml], environ: Mapping[str, str]
) -> Settings:
    faults: list[str] = []
    warnings: list[str] = []
    name = clean(str(path))
    root = SettingsTable(name, "", document, faults)
    network = _network(root.table("network"), environ, path.parent)
    network_of_account = partial(read_network, usual=network, folder=path.parent)
    accounts = _accounts(root.table("providers"), network_of_account, environ, warnings)
    settings = Settings(
        glyphs=root.choice("glyphs", GlyphSet.UNICODE),
        download=_download(root.table("download"), Paths.unexpanded(environ).downloads),
        history=_history(root.table("history")),
        prefer=_prefer(root.table("add"), accounts),
        accounts=MappingProxyType(accounts),
        keys=MappingProxyType(dict(root.table("keys").pressable())),
        file=name,
        network=network,
    )
    root.finish()
    if faults:
        raise BadSettings(tuple(faults))
    exposed = _loose_permissions(path, file, settings)
    return replace(settings, warnings=(*warnings, *exposed), exposed=exposed)


def _download(table: SettingsTable, default_dir: Path) -> DownloadSettings:
    usual = DownloadSettings(dir=default_dir)
    found = DownloadSettings(
        dir=_folder(table, default_dir),
        template=_template(table, usual.template),
        auto=table.choice("auto", usual.auto),
        rescue_before=table.seconds("rescue_before", usual.rescue_before, least=0),
        parallel=table.whole("parallel", usual.parallel, most=32),
        sidecar=table.flag("sidecar", usual.sidecar),
    )
    table.finish()
    return found


def _history(table: SettingsTable) -> HistorySettings:
    # What was removed by mistake is noticed within a day.
    found = HistorySettings(keep=table.span("keep", least=86_400, endless="forever"))
    table.finish()
    return found


def _network(table: SettingsTable, environ: Mapping[str, str], folder: Path) -> Network:
    found = read_network(table, network_of(environ), folder)
    table.finish()
    return found


def _prefer(table: SettingsTable, accounts: Mapping[str, Account]) -> tuple[str, ...]:
    names = table.texts("prefer", "a list of providers", least=0)
    for name in names:
        if name not in accounts:
            table.fault("prefer", f"unknown provider {clean(name, 40)}; {hint(name, accounts)}")
    table.finish()
    return names


def _folder(table: SettingsTable, default: Path) -> Path:
    text = table.text("dir", "")
    if not text:
        return default
    try:
        folder = expanded(text)
    except NoHome:
        folder = Path()
    if not folder.is_absolute() or "\0" in text:
        table.fault("dir", "expected an absolute path, or one that begins with ~/")
        return default
    return folder


def _template(table: SettingsTable, default: str) -> str:
    text = table.text("template", default)
    fault = template_fault(text)
    if fault is not None:
        table.fault("template", fault)
        return default
    return text


def _accounts(
    table: SettingsTable,
    network: Callable[[SettingsTable], Network],
    environ: Mapping[str, str],
    warnings: list[str],
) -> dict[str, Account]:
    """One account per built-in provider, then those that the file adds, without what is off."""
    in_keyring = seen(Paths.unexpanded(environ).state)
    built_in = all_providers()
    configured = dict(table.tables())
    found: list[tuple[str, Provider | None, SettingsTable]] = []
    for name, provider in built_in.items():
        own = configured.pop(name, None) or table.empty(name)
        if own.text("dialect", name) != name:
            own.fault("dialect", f"expected none: {name} is built in")
        found.append((name, provider, own))
    found += [(name, _dialect(name, own, built_in), own) for name, own in configured.items()]
    accounts: dict[str, Account] = {}
    for name, provider, own in found:
        enabled = own.flag("enabled", True)
        if provider is not None:
            # One that is off is read all the same, for its faults.
            account = _account(name, provider, own, network, warnings if enabled else [])
            if enabled:
                accounts[name] = account
    return {
        name: replace(account, has_key=_has_key(account, environ, in_keyring))
        for name, account in accounts.items()
    }


def _has_key(account: Account, environ: Mapping[str, str], in_keyring: Container[str]) -> bool:
    source = account.key
    set_ = bool(environ.get(source.env, "").strip())
    return set_ or bool(source.command or source.literal) or account.id in in_keyring


def _dialect(name: str, table: SettingsTable, built_in: Mapping[str, Provider]) -> Provider | None:
    if "dialect" not in table:
        table.fault("", f"unknown provider without a dialect; {hint(name, built_in)}")
        return None
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", name):
        table.fault("", "expected a name of letters, digits, - and _")
        return None
    dialect = table.text("dialect", "")
    if dialect not in built_in:
        table.fault("dialect", f"unknown dialect; {hint(dialect, built_in)}")
        return None
    return built_in[dialect]


def _account(
    name: str,
    provider: Provider,
    table: SettingsTable,
    network: Callable[[SettingsTable], Network],
    warnings: list[str],
) -> Account:
    card = provider.card
    own_variable = re.sub(r"\W", "_", name).upper() + "_API_KEY"
    variable = card.auth.env if name == card.id else own_variable
    account = Account(
        id=name,
        provider=provider,
        base=base_of(_base_url(table, card.base_url, warnings), card),
        key=KeySource(
            env=_variable(table, variable),
            command=table.texts("api_key_command"),
            literal=Secret(literal) if (literal := table.text("api_key", "")) else None,
        ),
        poll_interval=table.seconds("poll_interval", card.poll.every, least=0.1),
        max_concurrency=table.whole("max_concurrency", 4, most=64),
        network=network(table),
    )
    table.finish()
    if account.poll_interval < card.poll.every:
        warnings.append(
            f"{table.place('poll_interval')}: {account.poll_interval:g}s is below the provider's"
            f" {card.poll.every:g}s ({card.poll.quote})"
        )
    return account


def _variable(table: SettingsTable, default: str) -> str:
    name = table.text("api_key_env", default)
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        table.fault("api_key_env", "expected the name of an environment variable")
        return default
    return name


def _base_url(table: SettingsTable, default: str, warnings: list[str]) -> str:
    text = table.text("base_url", default)
    address = prefix_of(text)
    if address is None:
        table.fault(
            "base_url",
            "expected http(s)://host, with a port and a path prefix if need be, and nothing else",
        )
        return default
    if address.origin.scheme == "http" and address.origin.host not in _LOOPBACK:
        warnings.append(f"{table.place('base_url')}: http:// sends the key unencrypted")
    return address.url


def prefix_of(text: str) -> Address | None:
    """A URL that is an origin or a prefix of paths, by the grammar that requests are held to."""
    try:
        address = read(text)
    except Refused:
        return None
    if "?" in text or "#" in text or {".", ".."} & set(address.target.split("/")):
        return None
    return address


def _loose_permissions(path: Path, file: FileText | None, settings: Settings) -> tuple[str, ...]:
    """What to say of a file that others can read a key in, or write a command into (S6, S9)."""
    if file is None:
        return ()
    sources = [account.key for account in settings.accounts.values()]
    name = clean(str(path))
    loose: list[str] = []
    if file.mode & 0o044 and any(source.literal for source in sources):
        loose.append(f"{name}: others can read the keys in it; chmod 600")
    if file.mode & 0o022 and any(source.command for source in sources):
        loose.append(f"{name}: others can change the commands in it; chmod 600")
    return tuple(loose)
