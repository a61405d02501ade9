"""How hosts are reached: which certificates are trusted, and which networks links may lead into."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network


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
            cert_file=expanded(environ.get("SSL_CERT_FILE", "")),
            cert_dir=expanded(environ.get("SSL_CERT_DIR", "")),
        )
    )


def expanded(text: str) -> Path | None:
    """The path that a person wrote, with `~` expanded where there is a home; None for no text."""
    if not text:
        return None
    try:
        return Path(text).expanduser()
    except RuntimeError:
        return Path(text)
