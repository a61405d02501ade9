"""`[network]` of config.toml: which certificates are trusted, and where links may lead.

It holds for every provider; a provider's own table may say otherwise for its host and for the hosts
that its links name.
"""

import ipaddress
from pathlib import Path

from rushes.watch.config.reader import SettingsTable
from rushes.watch.network.options import IPNetwork, Network, Trust, expanded

_PEM = b"-----BEGIN "
_CA_LIMIT = 16 * 1024 * 1024


def read_network(table: SettingsTable, usual: Network, folder: Path) -> Network:
    """`allow` and `ca_file` of a table of config.toml, which lies in `folder`; else as `usual`."""
    ca_file = _ca_file(table, folder) or usual.trust.ca_file
    trust = Trust(ca_file=ca_file, cert_file=usual.trust.cert_file, cert_dir=usual.trust.cert_dir)
    allow = _allow(table) if "allow" in table else usual.allow
    return Network(allow=allow, trust=trust)


def _allow(table: SettingsTable) -> tuple[IPNetwork, ...]:
    found: list[IPNetwork] = []
    for text in table.texts("allow", 'a list of networks such as ["10.0.0.0/8"]', least=0):
        try:
            found.append(ipaddress.ip_network(text))
        except ValueError:
            table.fault("allow", 'expected networks such as "10.0.0.0/8" or "fd00::/8"')
    return tuple(found)


def _ca_file(table: SettingsTable, folder: Path) -> Path | None:
    text = table.text("ca_file", "")
    if not text:
        return None
    path = folder / (expanded(text) or "")
    try:
        with path.open("rb") as file:
            if _PEM in file.read(_CA_LIMIT):
                return path
    except (OSError, ValueError):
        table.fault("ca_file", "expected a file that can be read")
        return None
    table.fault("ca_file", "expected certificates in PEM form (-----BEGIN CERTIFICATE-----)")
    return None
