"""`[store]` of config.toml: the PostgreSQL that a team's machines have in common."""

import re
from enum import Enum
from pathlib import Path

from rushes.providers.fields import replace
from rushes.providers.frozen import frozen
from rushes.providers.language import _, catalogued
from rushes.watch.config.kinds import FLAG, BadSetting, choice, seconds_or, text, texts
from rushes.watch.config.network import ca_file_at
from rushes.watch.config.reader import SettingsTable, setting
from rushes.watch.disk.paths import expanded

_VARIABLE = catalogued("the name of an environment variable")


class SslMode(Enum):
    """How far the store's certificate is looked at; the words are libpq's."""

    VERIFY_FULL = "verify-full"
    VERIFY_CA = "verify-ca"
    REQUIRE = "require"
    DISABLE = "disable"


def _url(written: str) -> str:
    # What only a shared store needs is loaded for nobody else.
    from rushes.watch.postgres.address import BadAddress, address_in

    try:
        address_in(written)
    except BadAddress as error:
        raise BadSetting(str(error)) from None
    return written


def _variable(written: str) -> str:
    if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", written):
        return written
    raise BadSetting(_("expected {expected}").format(expected=_(_VARIABLE)))


@frozen(kw_only=True)
class StoreSettings:
    """`[store]`: a right `url` without a password, None for no store; `ca_file` is a whole path."""

    url: str | None = setting(
        text("postgresql://USER@HOST/DATABASE", _url),
        None,
        "the team's PostgreSQL, for lists called team:NAME; takes the extra rushes[postgres]",
    )
    password_env: str | None = setting(
        text(_VARIABLE, _variable), None, "the variable that its password is in"
    )
    password_command: tuple[str, ...] = setting(
        texts("a list of texts", least=0),
        (),
        "else a program that prints it; after it keyring and passfile are asked",
    )
    alone_after: float | None = setting(
        seconds_or("never", least=1),
        600.0,
        "how long it is waited for while it is away, before this machine asks without it",
    )
    window: float | None = setting(
        seconds_or("all", least=3600),
        7 * 86_400.0,
        "of a shared list only what is open, not saved or changed so lately is watched",
    )
    poll: bool = setting(
        FLAG, True, "false: this machine looks on, and leaves it to others to ask the gateways"
    )
    listen: bool = setting(
        FLAG, True, "false: one connection less, and what others save is seen within two seconds"
    )
    ca_file: str | None = setting(
        text("a path, seen from the folder of config.toml", str),
        None,
        "certificates to trust there in place of the system's",
    )
    sslmode: SslMode | None = setting(
        choice(SslMode), None, "off this machine verify-full, unless this says less"
    )


def read_store(table: SettingsTable, folder: Path, warnings: list[str]) -> StoreSettings:
    """What the table of the config.toml in `folder` says; `warnings` gets one of a weak mode."""
    found = StoreSettings(**table.values(StoreSettings))
    if found.ca_file is not None:
        path = ca_file_at(table, folder / (expanded(found.ca_file) or ""))
        found = replace(found, ca_file=str(path) if path else None)
    elif found.sslmode is SslMode.VERIFY_CA:
        table.fault("sslmode", _("verify-ca takes a ca_file"))
    if found.url is not None and found.sslmode in (SslMode.DISABLE, SslMode.REQUIRE):
        _warn_of_weak(found.url, table, warnings)
    return found


def _warn_of_weak(url: str, table: SettingsTable, warnings: list[str]) -> None:
    from rushes.watch.postgres.address import address_in

    if not address_in(url).is_near:
        warnings.append(
            _("{place}: whoever is between could pose as the store").format(
                place=table.place("sslmode")
            )
        )
