"""Network options: the certificates to trust, and the private networks that links may lead into."""

import ipaddress
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path

from rushes.providers.frozen import frozen

IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network


@frozen(kw_only=True)
class Trust:
    """The certificate authorities to trust.

    `ca_file` is trusted beside the public authorities. `cert_file` and `cert_dir` (SSL_CERT_FILE
    and SSL_CERT_DIR) replace the public ones, as in OpenSSL and httpx. None: unset.
    """

    ca_file: Path | None = None
    cert_file: Path | None = None
    cert_dir: Path | None = None


@frozen(kw_only=True)
class Network:
    """An account's network options; `allow` are private networks that its links may lead into."""

    allow: tuple[IPNetwork, ...] = ()
    trust: Trust = field(default_factory=Trust)


PUBLIC_TRUST = Trust()
"""The public authorities alone."""

USUAL_NETWORK = Network()
"""The options where config.toml and the environment set none."""


def network_of(environ: Mapping[str, str]) -> Network:
    """The network options of the environment alone."""
    return Network(
        trust=Trust(
            cert_file=expanded(environ.get("SSL_CERT_FILE", "")),
            cert_dir=expanded(environ.get("SSL_CERT_DIR", "")),
        )
    )


def expanded(text: str) -> Path | None:
    """A path from a person's text, with `~` expanded if there is a home; None for empty text."""
    if not text:
        return None
    try:
        return Path(text).expanduser()
    except RuntimeError:
        return Path(text)
