"""`[network]` of config.toml: which certificates are trusted, and where links may lead.

It holds for every provider; a provider's own table may say otherwise for its host and for the hosts
that its links name.
"""

import ipaddress
from pathlib import Path

from rushes.providers.frozen import frozen
from rushes.watch.config.kinds import BadSetting, Kind, text, texts
from rushes.watch.config.reader import SettingsTable, setting
from rushes.watch.disk.tomlfile import Toml
from rushes.watch.network.options import IPNetwork, Network, Trust, expanded

_PEM = b"-----BEGIN "
_CA_LIMIT = 16 * 1024 * 1024

_NETWORK_TEXTS = texts('a list of networks such as ["10.0.0.0/8"]', least=0)


def _networks(value: Toml) -> tuple[IPNetwork, ...]:
    try:
        return tuple(ipaddress.ip_network(text) for text in _NETWORK_TEXTS.read(value))
    except ValueError:
        raise BadSetting('expected networks such as "10.0.0.0/8" or "fd00::/8"') from None


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


def read_network(table: SettingsTable, default: Network, folder: Path) -> Network:
    """`allow` and `ca_file` of a table of the config.toml in `folder`; else as `default`."""
    said = NetworkSettings(**table.values(NetworkSettings, allow=default.allow))
    ca_file = _ca_file(table, folder / (expanded(said.ca_file) or "")) if said.ca_file else None
    trust = Trust(
        ca_file=ca_file or default.trust.ca_file,
        cert_file=default.trust.cert_file,
        cert_dir=default.trust.cert_dir,
    )
    return Network(allow=said.allow, trust=trust)


def _ca_file(table: SettingsTable, path: Path) -> Path | None:
    """The path of a file that holds certificates; None, and a fault of the table, for another."""
    try:
        with path.open("rb") as file:
            if _PEM in file.read(_CA_LIMIT):
                return path
    except (OSError, ValueError):
        table.fault("ca_file", "expected a file that can be read")
        return None
    table.fault("ca_file", "expected certificates in PEM form (-----BEGIN CERTIFICATE-----)")
    return None
