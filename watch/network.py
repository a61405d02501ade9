"""What config.toml and the environment say of the network: whom to trust, and where to go.

`[network]` holds for every provider; a provider's own table may say otherwise for its host and for
the hosts that its links name.
"""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rushes.watch.table import Table

IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

_PEM = b"-----BEGIN "
_CA_LIMIT = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """Whose certificates are believed.

    `ca_file` is trusted beside the public authorities. `cert_file` and `cert_dir` (SSL_CERT_FILE
    and SSL_CERT_DIR) take the place of the public ones, as OpenSSL and httpx have it; None: unset.
    """

    ca_file: Path | None = None
    cert_file: Path | None = None
    cert_dir: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """How an account's hosts are reached; `allow` are networks its links may lead into."""

    allow: tuple[IPNetwork, ...] = ()
    trust: Trust = field(default_factory=Trust)


PUBLIC_TRUST = Trust()
"""The public authorities alone."""

USUAL_NETWORK = Network()
"""How hosts are reached where nobody says otherwise."""


def network_of(environ: Mapping[str, str]) -> Network:
    """What the environment alone says of the network."""
    return Network(
        trust=Trust(
            cert_file=_path(environ.get("SSL_CERT_FILE", "")),
            cert_dir=_path(environ.get("SSL_CERT_DIR", "")),
        )
    )


def read_network(table: Table, usual: Network, folder: Path) -> Network:
    """`allow` and `ca_file` of a table of config.toml, which lies in `folder`; else as `usual`."""
    ca_file = _ca_file(table, folder) or usual.trust.ca_file
    trust = Trust(ca_file=ca_file, cert_file=usual.trust.cert_file, cert_dir=usual.trust.cert_dir)
    allow = _allow(table) if "allow" in table else usual.allow
    return Network(allow=allow, trust=trust)


def _allow(table: Table) -> tuple[IPNetwork, ...]:
    found: list[IPNetwork] = []
    for text in table.texts("allow", 'a list of networks such as ["10.0.0.0/8"]', least=0):
        try:
            found.append(ipaddress.ip_network(text))
        except ValueError:
            table.fault("allow", 'expected networks such as "10.0.0.0/8" or "fd00::/8"')
    return tuple(found)


def _ca_file(table: Table, folder: Path) -> Path | None:
    text = table.text("ca_file", "")
    if not text:
        return None
    path = folder / (_path(text) or "")
    try:
        with path.open("rb") as file:
            if _PEM in file.read(_CA_LIMIT):
                return path
    except (OSError, ValueError):
        table.fault("ca_file", "expected a file that can be read")
        return None
    table.fault("ca_file", "expected certificates in PEM form (-----BEGIN CERTIFICATE-----)")
    return None


def _path(text: str) -> Path | None:
    if not text:
        return None
    try:
        return Path(text).expanduser()
    except RuntimeError:
        return Path(text)
