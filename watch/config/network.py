"""`[network]` of config.toml: which certificates are trusted, where links may lead, proxies.

It holds for every provider; a provider's own table may say otherwise for its host and for the hosts
that its links name.
"""

import ipaddress
from collections.abc import Mapping
from enum import Enum
from pathlib import Path

from rushes.providers.fields import replace
from rushes.providers.frozen import frozen
from rushes.providers.language import _, catalogued
from rushes.watch.config.kinds import BadSetting, Kind, as_toml, text, texts
from rushes.watch.config.reader import SettingsTable, setting
from rushes.watch.disk.tomlfile import Toml
from rushes.watch.network.options import IPNetwork, Network, expanded
from rushes.watch.network.proxy import (
    DIRECT,
    Proxies,
    Proxy,
    ProxyScheme,
    proxies_of,
    read_proxy,
)
from rushes.watch.network.url import Refused

_PEM = b"-----BEGIN "
_CA_LIMIT = 16 * 1024 * 1024

_NETWORK_TEXTS = texts(catalogued('a list of networks such as ["10.0.0.0/8"]'), least=0)


def _networks(value: Toml) -> tuple[IPNetwork, ...]:
    try:
        return tuple(ipaddress.ip_network(text) for text in _NETWORK_TEXTS.read(value))
    except ValueError:
        raise BadSetting(_('expected networks such as "10.0.0.0/8" or "fd00::/8"')) from None


class ProxyChoice(Enum):
    """What `proxy` may be beside a URL."""

    OFF = "off"
    """None, whatever the environment says."""

    ENV = "env"
    """Those of HTTPS_PROXY, HTTP_PROXY and ALL_PROXY, but for the hosts of NO_PROXY."""


def _proxy(value: Toml) -> Proxy | ProxyChoice:
    try:
        written = _PROXY_TEXT.read(value)
        choice = next((each for each in ProxyChoice if each.value == written), None)
        return choice or _usable(read_proxy(written))
    except Refused:
        raise BadSetting(
            _("expected {expected}").format(expected=_(_PROXY_TEXT.expected))
        ) from None


def _usable(proxy: Proxy) -> Proxy:
    """The proxy; raises BadSetting where something is not installed that it takes."""
    if proxy.scheme is not ProxyScheme.SOCKS5:
        return proxy
    from importlib.util import find_spec

    if find_spec("socksio") is None:
        raise BadSetting(_("socks5 takes the extra socks: pip install 'rushes[socks]'"))
    return proxy


_PROXY_TEXT = text('"off", "env", "http://host:port" or "socks5://host:port"', str)


@frozen(kw_only=True)
class NetworkSettings:
    """What `[network]`, or the table of a provider, says of the network."""

    ca_file: str | None = setting(
        text("a path, seen from the folder of config.toml", str),
        None,
        "certificates to trust beside the public ones; also for one provider",
    )
    allow: tuple[IPNetwork, ...] = setting(
        Kind(_NETWORK_TEXTS.expected, _networks),
        (),
        'networks that links may lead into, such as ["10.0.0.0/8"]; also for one provider',
    )
    proxy: Proxy | ProxyChoice = setting(
        # A login is for the proxy alone: its text has none.
        Kind(_PROXY_TEXT.expected, _proxy, as_toml),
        ProxyChoice.OFF,
        '"env" follows HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY; also for one provider',
    )


def read_network(
    table: SettingsTable, default: Network, folder: Path, environ: Mapping[str, str]
) -> Network:
    """What a table of the config.toml in `folder` says of the network; else as `default`."""
    said = NetworkSettings(**table.values(NetworkSettings, allow=default.allow, proxy=None))
    ca_file = ca_file_at(table, folder / (expanded(said.ca_file) or "")) if said.ca_file else None
    network = replace(
        default,
        allow=said.allow,
        trust=replace(default.trust, ca_file=ca_file or default.trust.ca_file),
    )
    if "proxy" not in table:
        return network
    try:
        return replace(network, proxies=_proxies(said.proxy, environ))
    except (Refused, BadSetting) as error:
        table.fault("proxy", str(error))
        return network


def _proxies(said: Proxy | ProxyChoice | None, environ: Mapping[str, str]) -> Proxies:
    """The proxies that a setting stands for; raises Refused and BadSetting over a variable."""
    match said:
        case Proxy():
            return Proxies(said, said)
        case ProxyChoice.ENV:
            found = proxies_of(environ)
            for proxy in filter(None, (found.http, found.https)):
                _usable(proxy)
            return found
        case _:
            return DIRECT


def ca_file_at(table: SettingsTable, path: Path) -> Path | None:
    """The path of a file that holds certificates; None, and a fault of the table, for another."""
    try:
        with path.open("rb") as file:
            if _PEM in file.read(_CA_LIMIT):
                return path
    except (OSError, ValueError):
        table.fault("ca_file", _("expected a file that can be read"))
        return None
    table.fault("ca_file", _("expected certificates in PEM form (-----BEGIN CERTIFICATE-----)"))
    return None
