"""Proxies: which one leads to an origin, as config.toml or the environment says.

Nothing is followed unasked: variables count only where a setting says so. What a proxy sees is the
host and port of an https gateway or file; its key is within TLS (S1).
"""

import ipaddress
import re
from collections.abc import Mapping
from enum import Enum
from urllib.parse import unquote

from rushes.providers.fields import field
from rushes.providers.frozen import frozen
from rushes.providers.secret import Secret
from rushes.watch.network.url import Origin, Refused, read

FORM = "http://host:port or socks5://host:port"

_PROXY = r"(?:([A-Za-z0-9+.-]+)://)?(?:([^@/?#\s]*)@)?([^@/?#\s]+)/?"


class ProxyScheme(Enum):
    """How a proxy is spoken to."""

    HTTP = "http"
    SOCKS5 = "socks5"


_SCHEMES = {
    None: ProxyScheme.HTTP,
    "http": ProxyScheme.HTTP,
    "socks5": ProxyScheme.SOCKS5,
    # The names of hosts are resolved by the proxy in any case.
    "socks5h": ProxyScheme.SOCKS5,
}
_PORTS = {ProxyScheme.HTTP: 80, ProxyScheme.SOCKS5: 1080}


@frozen
class Login:
    """A name and a password for a proxy; both are sent to it alone and shown nowhere."""

    user: Secret
    password: Secret


@frozen
class Proxy:
    """A proxy's address; `variable` is what names it in the environment, "" for config.toml."""

    scheme: ProxyScheme
    host: str
    port: int
    login: Login | None = None
    variable: str = field(default="", compare=False)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme.value}://{host}:{self.port}"

    def forwards(self, scheme: str) -> bool:
        """Whether it gets whole requests of that scheme to pass on, instead of opening a tunnel.

        Only plain http is passed on: anybody on the way can read that anyhow.
        """
        return self.scheme is ProxyScheme.HTTP and scheme == "http"

    def headers(self) -> Mapping[str, str]:
        """The header with its login, for requests that the proxy itself reads."""
        if self.login is None:
            return {}
        from base64 import b64encode  # only where there is such a proxy

        said = f"{self.login.user.reveal()}:{self.login.password.reveal()}"
        return {"Proxy-Authorization": f"Basic {b64encode(said.encode()).decode('ascii')}"}


@frozen
class Proxies:
    """The proxy for each scheme; hosts that an entry of `exempt` names are asked directly."""

    http: Proxy | None = None
    https: Proxy | None = None
    exempt: tuple[str, ...] = ()

    @property
    def have_logins(self) -> bool:
        """Whether a name and a password are sent to one of them."""
        return any(
            proxy is not None and proxy.login is not None for proxy in (self.http, self.https)
        )

    def to(self, origin: Origin) -> Proxy | None:
        """The proxy that leads to an origin; None where it is asked directly."""
        proxy = self.https if origin.scheme == "https" else self.http
        if proxy is None or any(_names(entry, origin) for entry in self.exempt):
            return None
        return proxy


DIRECT = Proxies()
"""No proxy at all."""

_HERE = ("localhost", "127.0.0.0/8", "::1")
"""Hosts that no variable sends to a proxy: it would take them for itself."""


def read_proxy(text: str, variable: str = "") -> Proxy:
    """A proxy by its URL, `http` where it names no scheme; raises Refused, which quotes nothing."""
    match = re.fullmatch(_PROXY, text)
    scheme = _SCHEMES.get(match[1] and match[1].lower()) if match else None
    if match is None or scheme is None:
        raise Refused(f"expected {FORM}")
    try:
        origin = read(f"http://{match[3]}").origin
    except Refused:
        raise Refused(f"expected {FORM}") from None
    has_port = re.search(r":[0-9]+\Z", match[3])
    user, _, password = (match[2] or "").partition(":")
    login = Login(Secret(unquote(user)), Secret(unquote(password))) if match[2] else None
    port = origin.port if has_port else _PORTS[scheme]
    return Proxy(scheme, origin.host, port, login, variable)


def proxies_of(environ: Mapping[str, str]) -> Proxies:
    """The proxies that the environment names; raises Refused, with the variable at fault.

    As in curl, a name in small letters outranks the same one in capitals.
    """
    every = _named(environ, "ALL_PROXY")
    _, none = _said(environ, "NO_PROXY")
    exempt = tuple(filter(None, (entry.strip().lower() for entry in none.split(","))))
    return Proxies(
        _named(environ, "HTTP_PROXY") or every,
        _named(environ, "HTTPS_PROXY") or every,
        (*_HERE, *exempt),
    )


def _named(environ: Mapping[str, str], name: str) -> Proxy | None:
    variable, text = _said(environ, name)
    try:
        return read_proxy(text, variable) if text else None
    except Refused as error:
        raise Refused(f"{variable}: {error}") from None


def _said(environ: Mapping[str, str], name: str) -> tuple[str, str]:
    """The variable of that name in small letters or capitals, and its text, "" for none."""
    spellings = (name.lower(), name)
    found = ((variable, environ.get(variable, "").strip()) for variable in spellings)
    return next((each for each in found if each[1]), (name, ""))


def _names(entry: str, origin: Origin) -> bool:
    """Whether an entry of NO_PROXY means an origin: `*`, a network, or a name, with its hosts."""
    if entry == "*":
        return True
    try:
        network = ipaddress.ip_network(entry.strip("[]"), strict=False)
    except ValueError:
        host, colon, port = entry.rpartition(":")
        if colon and port != str(origin.port):
            return False
        name = (host if colon else entry).removeprefix("*").removeprefix(".")
        return bool(name) and (origin.host == name or origin.host.endswith(f".{name}"))
    try:
        return ipaddress.ip_address(origin.host) in network
    except ValueError:
        return False
