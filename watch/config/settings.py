"""config.toml made into settings; the person writes it, and the program only reads it.

docs/interface.md has every setting, and `rushes help config` prints them with their defaults.
"""

from collections.abc import Collection, Iterable, Mapping
from enum import Enum
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from rushes.providers.error_codes import ErrorCode
from rushes.providers.errors import RushesError
from rushes.providers.fields import field, replace
from rushes.providers.frozen import frozen
from rushes.providers.language import Language, _, catalogued
from rushes.providers.nearest import hint
from rushes.providers.registry import known
from rushes.providers.text import clean
from rushes.watch.config.accounts import Account, read_accounts
from rushes.watch.config.downloads import DownloadSettings, read_downloads
from rushes.watch.config.environment import CONFIG, given_by
from rushes.watch.config.kinds import (
    FLAG,
    KEYS,
    choice,
    seconds_or,
    text,
    texts,
)
from rushes.watch.config.listing import ListSettings, read_views
from rushes.watch.config.metrics import MetricsSettings
from rushes.watch.config.network import NetworkSettings, read_network
from rushes.watch.config.notify import NotifySettings
from rushes.watch.config.on import OnSettings
from rushes.watch.config.outside import FOLDER, Outside, load_outside
from rushes.watch.config.reader import SettingsTable, setting
from rushes.watch.config.store import StoreSettings, read_store
from rushes.watch.disk.ownership import TrustedOwners, check_ownership
from rushes.watch.disk.paths import Paths
from rushes.watch.disk.tomlfile import BadFile, FileText, Toml, parse_toml, read_text
from rushes.watch.keys.program import program_of
from rushes.watch.network.options import USUAL_NETWORK, Network, network_of

if TYPE_CHECKING:
    from rushes.watch.config.commands import OwnCommand
    from rushes.watch.figures.price import Prices

SIZE_LIMIT = 1 << 20
"""Bytes of config.toml that are read at most."""


class BadSettings(RushesError):
    """config.toml is wrong; `lines` has one sentence for each fault."""

    code = ErrorCode.BAD_SETTINGS

    def __init__(self, lines: tuple[str, ...]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


class GlyphSet(Enum):
    """Which characters the screen may draw with."""

    UNICODE = "unicode"
    ASCII = "ascii"


class PictureChoice(Enum):
    """What pictures may be drawn with."""

    AUTO = "auto"
    KITTY = "kitty"
    SIXEL = "sixel"
    BLOCKS = "blocks"
    OFF = "off"


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
        texts(catalogued("a list of providers"), least=0),
        (),
        "whose an id is that several could have, such as a UUID: the first of these",
    )


def _no_views() -> Mapping[str, str]:
    return MappingProxyType({})


def _no_commands() -> "Mapping[str, OwnCommand]":
    return MappingProxyType({})


def _no_prices() -> "Prices":
    return MappingProxyType({})


@frozen(kw_only=True)
class Settings:
    """What config.toml says, defaults filled in.

    `views` are filters by their names, which are right.
    `warnings` are sentences to show, and `exposed` those of them that every run repeats: who else
    can read or change the file, and which keys can be read on their way. `file` is the path of
    config.toml, and `is_there` whether there is one; these are not compared.
    """

    glyphs: GlyphSet = setting(
        choice(GlyphSet), GlyphSet.UNICODE, 'what the screen is drawn with: "unicode" or "ascii"'
    )
    pictures: PictureChoice = setting(
        choice(PictureChoice),
        PictureChoice.AUTO,
        'how they are drawn: "kitty" and "sixel" by the terminal, "blocks" two pixels a cell',
    )
    lang: Language = setting(
        choice(Language), Language.AUTO, 'what it speaks: "en", "zh" or "auto", as LANG says'
    )
    theme: str | None = setting(
        text("the name of a theme", str),
        None,
        "the colours at each start; without it those that were chosen last with t",
    )
    motion: bool = setting(
        FLAG, True, "rows that changed glow, and bars go on in half cells; false: neither"
    )
    mouse: bool = setting(FLAG, True, "false leaves the mouse to the terminal; M changes it")
    download: DownloadSettings
    accounts: Mapping[str, Account]
    keys: Mapping[str, tuple[str, ...]]
    file: str = field(default="config.toml", compare=False)
    is_there: bool = field(default=False, compare=False)
    history: HistorySettings = HistorySettings()
    network: Network = USUAL_NETWORK
    add: AddSettings = AddSettings()
    notify: NotifySettings = NotifySettings()
    on: OnSettings = OnSettings()
    listing: ListSettings = ListSettings()
    views: Mapping[str, str] = field(default_factory=_no_views)
    own_commands: "Mapping[str, OwnCommand]" = field(default_factory=_no_commands)
    metrics: MetricsSettings = MetricsSettings()
    store: StoreSettings = StoreSettings()
    prices: "Prices" = field(default_factory=_no_prices)
    warnings: tuple[str, ...] = ()
    exposed: tuple[str, ...] = ()
    outside: Outside = field(default_factory=Outside, compare=False)

    @property
    def commands(self) -> tuple[tuple[str, ...], ...]:
        """Every command that may be run: those that print keys, of events, a person's own."""
        keys = (account.key.command for account in self.accounts.values())
        own = (command.run for command in self.own_commands.values())
        keys = (*keys, self.store.password_command)
        return tuple(dict.fromkeys((*filter(None, keys), *self.on.commands.values(), *own)))


TABLES: Mapping[str, type] = MappingProxyType(
    {
        "": Settings,
        "download": DownloadSettings,
        "history": HistorySettings,
        "network": NetworkSettings,
        "add": AddSettings,
        "notify": NotifySettings,
        "on": OnSettings,
        "list": ListSettings,
        "metrics": MetricsSettings,
        "store": StoreSettings,
    }
)
"""What declares the settings of each table that every config.toml may have; "" is above them."""


def load(path: Path, environ: Mapping[str, str]) -> Settings:
    """The settings in the file at `path`, the defaults where there is none.

    Raises BadSettings with a line for every fault, where RUSHES_CONFIG names no file, and where
    somebody else than the person and root could have written the file or a program that it names.
    """
    trusted = TrustedOwners.of(environ)
    try:
        file = read_text(path, SIZE_LIMIT)
        if file is None and environ.get(CONFIG):
            raise BadSettings(
                (
                    _("{config}: there is no file {path}").format(
                        config=CONFIG, path=clean(str(path))
                    ),
                )
            )
        exposed = check_ownership(path, trusted) if file else ()
        document = parse_toml(path, file.text) if file else {}
        outside = load_outside(path.parent / FOLDER, trusted)
        settings = _settings(clean(str(path)), path.parent, document, environ, outside)
        programs = _exposed_programs(settings.commands, environ, trusted)
    except BadFile as error:
        raise BadSettings((str(error),)) from None
    exposed += _readable_keys(file, settings) if file else ()
    exposed += outside.warnings
    return replace(
        settings,
        is_there=file is not None,
        warnings=(*settings.warnings, *exposed, *programs),
        exposed=(*settings.exposed, *exposed),
    )


def default_settings(environ: Mapping[str, str]) -> Settings:
    """The settings where there is no config.toml."""
    return _settings("config.toml", Path(), {}, environ, Outside())


def tables(
    file: str, document: dict[str, Toml], environ: Mapping[str, str], faults: list[str]
) -> SettingsTable:
    """The tables of a config.toml, and what variables give before them; it notes `faults`."""
    providers = document.get("providers")
    names = dict.fromkeys((*known(), *(providers if isinstance(providers, dict) else ())))
    return SettingsTable(file, "", document, faults, given_by(environ, names, faults))


def _settings(
    file: str,
    folder: Path,
    document: dict[str, Toml],
    environ: Mapping[str, str],
    outside: Outside,
) -> Settings:
    faults: list[str] = []
    root = tables(file, document, environ, faults)
    settings = _made(file, folder, root, environ, outside)
    _check_theme(settings.theme, folder, root)
    root.finish()
    if faults:
        raise BadSettings(tuple(faults))
    return settings


def _made(
    file: str, folder: Path, root: SettingsTable, environ: Mapping[str, str], outside: Outside
) -> Settings:
    warnings: list[str] = []
    exposed: list[str] = []
    network = read_network(root.table("network"), network_of(environ), folder, environ)
    network_of_account = partial(read_network, default=network, folder=folder, environ=environ)
    left_out = {each.id for each in outside.left_out}
    accounts = read_accounts(
        root.table("providers"), network_of_account, environ, warnings, exposed, left_out
    )
    keys = root.table("keys")
    return Settings(
        **root.values(Settings),
        download=read_downloads(root.table("download"), Paths.unexpanded(environ)),
        history=HistorySettings(**root.table("history").values(HistorySettings)),
        add=_add(root.table("add"), {*accounts, *left_out}),
        notify=NotifySettings(**root.table("notify").values(NotifySettings)),
        on=OnSettings(**root.table("on").values(OnSettings)),
        listing=ListSettings(**root.table("list").values(ListSettings)),
        views=read_views(root.table("views")),
        metrics=MetricsSettings(**root.table("metrics").values(MetricsSettings)),
        store=read_store(root.table("store"), folder, exposed),
        accounts=MappingProxyType(accounts),
        keys=MappingProxyType({action: keys.value(action, KEYS, ()) for action in keys}),
        prices=_prices(root.table("prices")),
        own_commands=_own_commands(root.table("commands")),
        file=file,
        network=network,
        outside=outside,
        warnings=(*warnings, *exposed),
        exposed=tuple(exposed),
    )


def _check_theme(theme: str | None, folder: Path, root: SettingsTable) -> None:
    """Note where there is no theme of that name; few name one."""
    if theme is None:
        return
    from rushes.watch.config.themes import theme_fault

    if fault := theme_fault(theme, folder):
        root.fault("theme", fault)


def _add(table: SettingsTable, accounts: Collection[str]) -> AddSettings:
    found = AddSettings(**table.values(AddSettings))
    for name in found.prefer:
        if name not in accounts:
            table.fault(
                "prefer",
                _("unknown provider {name}; {hint}").format(
                    name=clean(name, 40), hint=hint(name, accounts)
                ),
            )
    return found


def _own_commands(table: SettingsTable) -> "Mapping[str, OwnCommand]":
    """A person's own commands; few have any."""
    if not any(True for _ in table):
        return _no_commands()
    from rushes.watch.config.commands import read_commands

    return read_commands(table)


def _prices(table: SettingsTable) -> "Prices":
    """What models cost; few have written it down, and decimals take a while to load."""
    if not any(True for _ in table):
        return _no_prices()
    from rushes.watch.config.prices import read_prices

    return read_prices(table)


def _readable_keys(file: FileText, settings: Settings) -> tuple[str, ...]:
    """A warning of keys in the file that others can read (S6)."""
    has_keys = any(
        account.key.literal or account.network.proxies.have_logins
        for account in settings.accounts.values()
    )
    if file.mode & 0o044 and has_keys:
        return (_("{file}: others can read the keys in it; chmod 600").format(file=settings.file),)
    return ()


def _exposed_programs(
    commands: Iterable[tuple[str, ...]], environ: Mapping[str, str], trusted: TrustedOwners
) -> tuple[str, ...]:
    """Warnings of the programs that are run; raises WrittenByOthers (S9)."""
    programs = [program_of(command, environ) for command in commands]
    found = dict.fromkeys(program for program in programs if program)
    return tuple(text for program in found for text in check_ownership(program, trusted))
