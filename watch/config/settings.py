"""config.toml made into settings; the person writes it, and the program only reads it.

docs/interface.md has every setting, and `rushes help config` prints them with their defaults.
"""

from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from enum import Enum
from functools import partial
from pathlib import Path
from types import MappingProxyType

from rushes.providers.errors import RushesError
from rushes.providers.exits import Exit
from rushes.providers.frozen import frozen
from rushes.providers.nearest import hint
from rushes.providers.text import clean
from rushes.watch.config.accounts import Account, read_accounts
from rushes.watch.config.kinds import (
    FLAG,
    KEYS,
    BadSetting,
    choice,
    seconds,
    seconds_or,
    text,
    texts,
    whole,
)
from rushes.watch.config.network import NetworkSettings, read_network
from rushes.watch.config.reader import REQUIRED, SettingsTable, setting
from rushes.watch.disk.ownership import TrustedOwners, check_ownership
from rushes.watch.disk.paths import NoHome, Paths, expanded
from rushes.watch.disk.tomlfile import BadFile, FileText, Toml, parse_toml, read_text
from rushes.watch.keys.program import program_of
from rushes.watch.network.options import USUAL_NETWORK, Network, network_of
from rushes.watch.transfer.file_names import template_fault

SIZE_LIMIT = 1 << 20
"""Bytes of config.toml that are read at most."""

_FOLDER = "an absolute path, or one that begins with ~/"


class BadSettings(RushesError):
    """config.toml is wrong; `lines` has one sentence for each fault."""

    exit = Exit.CONFIGURATION

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


def _folder(written: str) -> Path:
    try:
        folder = expanded(written)
    except NoHome:
        folder = Path()
    if folder.is_absolute() and "\0" not in written:
        return folder
    raise BadSetting(f"expected {_FOLDER}")


def _template(written: str) -> str:
    if fault := template_fault(written):
        raise BadSetting(fault)
    return written


@frozen(kw_only=True)
class DownloadSettings:
    """`[download]`: where outputs go and when; `rescue_before` is seconds before the expiry."""

    dir: Path = setting(text(_FOLDER, _folder), REQUIRED, "where files go")
    template: str = setting(
        text("a path below dir, with fields in braces", _template),
        "{provider}/{name}/{kind}-{n}{ext}",
        "what they are called there; also {id}",
    )
    auto: Auto = setting(
        choice(Auto),
        Auto.RESCUE,
        'fetched unasked by the dashboard: "off", "all" or "rescue" (what would expire)',
    )
    rescue_before: float = setting(
        seconds(least=0), 1800.0, "how long before its expiry a file is rescued"
    )
    parallel: int = setting(whole(most=32), 4, "transfers at a time")
    sidecar: bool = setting(FLAG, False, "a .json beside each file, telling where it is from")


@frozen(kw_only=True)
class HistorySettings:
    """`[history]`: for how many seconds unwatched tasks are remembered; None is forever."""

    keep: float | None = setting(
        # What was removed by mistake is noticed within a day.
        seconds_or("forever", least=86_400),
        None,
        'how long tasks are remembered that nobody watches, such as "90d"',
    )


@frozen(kw_only=True)
class AddSettings:
    """`[add]`: which accounts an id is taken for where several could be meant, in this order."""

    prefer: tuple[str, ...] = setting(
        texts("a list of providers", least=0),
        (),
        "whose an id is that several could have, such as a UUID: the first of these",
    )


@frozen(kw_only=True)
class Settings:
    """What config.toml says, defaults filled in.

    `warnings` are sentences to show, and `exposed` those of them that every run repeats: who else
    can read or change the file, and which keys can be read on their way. `file` is the path of
    config.toml; it is not compared.
    """

    glyphs: GlyphSet = setting(
        choice(GlyphSet), GlyphSet.UNICODE, 'what the screen is drawn with: "unicode" or "ascii"'
    )
    download: DownloadSettings
    accounts: Mapping[str, Account]
    keys: Mapping[str, tuple[str, ...]]
    file: str = field(default="config.toml", compare=False)
    history: HistorySettings = HistorySettings()
    network: Network = USUAL_NETWORK
    add: AddSettings = AddSettings()
    warnings: tuple[str, ...] = ()
    exposed: tuple[str, ...] = ()


TABLES: Mapping[str, type] = MappingProxyType(
    {
        "": Settings,
        "download": DownloadSettings,
        "history": HistorySettings,
        "network": NetworkSettings,
        "add": AddSettings,
    }
)
"""What declares the settings of each table that every config.toml may have; "" is above them."""


def load(path: Path, environ: Mapping[str, str]) -> Settings:
    """The settings in the file at `path`, the defaults where there is none.

    Raises BadSettings with a line for every fault, and where somebody else than the person and root
    could have written the file or a program that it names to print a key.
    """
    trusted = TrustedOwners.of(environ)
    try:
        file = read_text(path, SIZE_LIMIT)
        exposed = check_ownership(path, trusted) if file else ()
        document = parse_toml(path, file.text) if file else {}
        settings = _settings(clean(str(path)), path.parent, document, environ)
        programs = _exposed_programs(settings.accounts.values(), environ, trusted)
    except BadFile as error:
        raise BadSettings((str(error),)) from None
    exposed += _readable_keys(file, settings) if file else ()
    warnings = (*settings.warnings, *exposed, *programs)
    return replace(settings, warnings=warnings, exposed=(*settings.exposed, *exposed))


def default_settings(environ: Mapping[str, str]) -> Settings:
    """The settings where there is no config.toml."""
    return _settings("config.toml", Path(), {}, environ)


def _settings(
    file: str, folder: Path, document: dict[str, Toml], environ: Mapping[str, str]
) -> Settings:
    faults: list[str] = []
    warnings: list[str] = []
    exposed: list[str] = []
    root = SettingsTable(file, "", document, faults)
    network = read_network(root.table("network"), network_of(environ), folder)
    network_of_account = partial(read_network, default=network, folder=folder)
    accounts = read_accounts(
        root.table("providers"), network_of_account, environ, warnings, exposed
    )
    downloads = Paths.unexpanded(environ).downloads
    keys = root.table("keys")
    settings = Settings(
        **root.values(Settings),
        download=DownloadSettings(**root.table("download").values(DownloadSettings, dir=downloads)),
        history=HistorySettings(**root.table("history").values(HistorySettings)),
        add=_add(root.table("add"), accounts),
        accounts=MappingProxyType(accounts),
        keys=MappingProxyType({action: keys.value(action, KEYS, ()) for action in keys}),
        file=file,
        network=network,
        warnings=(*warnings, *exposed),
        exposed=tuple(exposed),
    )
    root.finish()
    if faults:
        raise BadSettings(tuple(faults))
    return settings


def _add(table: SettingsTable, accounts: Mapping[str, Account]) -> AddSettings:
    found = AddSettings(**table.values(AddSettings))
    for name in found.prefer:
        if name not in accounts:
            table.fault("prefer", f"unknown provider {clean(name, 40)}; {hint(name, accounts)}")
    return found


def _readable_keys(file: FileText, settings: Settings) -> tuple[str, ...]:
    """A warning of keys in the file that others can read (S6)."""
    has_keys = any(account.key.literal for account in settings.accounts.values())
    if file.mode & 0o044 and has_keys:
        return (f"{settings.file}: others can read the keys in it; chmod 600",)
    return ()


def _exposed_programs(
    accounts: Iterable[Account], environ: Mapping[str, str], trusted: TrustedOwners
) -> tuple[str, ...]:
    """Warnings of the programs that print keys; raises WrittenByOthers (S9)."""
    programs = [program_of(account.key.command, environ) for account in accounts]
    found = dict.fromkeys(program for program in programs if program)
    return tuple(text for program in found for text in check_ownership(program, trusted))
