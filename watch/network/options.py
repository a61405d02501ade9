"""Network options: certificates to trust, private networks that links may lead into, proxies."""

import ipaddress
from collections.abc import Mapping
from pathlib import Path

from rushes.providers.fields import field
from rushes.providers.frozen import frozen
from rushes.watch.network.proxy import DIRECT, Proxies, proxies_of
from rushes.watch.network.reach import is_near
from rushes.watch.network.url import Origin, Refused

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
    """An account's network options; `allow` are private networks that its links may lead into.

    `proxies` are used; `named` are those that the environment names, used or not.
    """

    allow: tuple[IPNetwork, ...] = ()
    trust: Trust = field(default_factory=Trust)
    proxies: Proxies = DIRECT
    named: Proxies = field(default=DIRECT, compare=False)

    def exposes(self, origin: Origin) -> bool:
        """Whether a key would go unencrypted through networks or to a proxy of others."""
        if origin.scheme != "http":
            return False
        proxy = self.proxies.to(origin)
        return not is_near(origin.host) or (proxy is not None and not is_near(proxy.host))

    def unfollowed_variable(self, origin: Origin) -> str:
        """The variable that names a proxy for an origin, and is not followed; "" for none."""
        proxy = self.named.to(origin) if self.proxies == DIRECT else None
        return proxy.variable if proxy else ""


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
        ),
        named=_named(environ),
    )


def _named(environ: Mapping[str, str]) -> Proxies:
    """The proxies of the environment; none where a variable that nobody follows is at fault."""
    try:
        return proxies_of(environ)
    except Refused:
        return DIRECT


def expanded(text: str) -> Path | None:
    """A path from a person's text, with `~` expanded if there is a home; None for empty text."""
    if not text:
        return None
    try:
        return Path(text).expanduser()
    except RuntimeError:
        return Path(text)
