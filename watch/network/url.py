"""Parses URLs so strictly that no other parser can read an accepted one differently (S1)."""

import ipaddress
import re
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import quote, urljoin

from rushes.providers.error_codes import ErrorCode
from rushes.providers.errors import RushesError
from rushes.providers.fields import replace
from rushes.providers.frozen import frozen
from rushes.providers.text import clean, without_query

_URL = re.compile(r"(https?)://([^/?#]*)([^#]*)(?:#.*)?", re.IGNORECASE | re.DOTALL)
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\xa0\\]")
_AUTHORITY = re.compile(r"(\[[0-9a-f:.]+\]|[^:\[\]]+)(?::([0-9]{1,5}))?", re.IGNORECASE)
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_TARGET = "!\"#$%&'()*+,-./:;<=>?@[]^_`{|}~"
_PORTS = {"http": 80, "https": 443}

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


class Refused(RushesError):
    """A URL must not be requested; the text says why."""

    code = ErrorCode.FORBIDDEN


@frozen
class Origin:
    """Scheme, host in lower case (no brackets) and port: a key is bound to one origin."""

    scheme: str
    host: str
    port: int

    @property
    def authority(self) -> str:
        """The value of the `Host` header: with the port only if it is not the scheme's default."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}"


@frozen
class Address:
    """A parsed URL; `target` is its path and query, byte for byte where they are ASCII."""

    origin: Origin
    target: str

    @property
    def url(self) -> str:
        """The URL rebuilt from its parts, without a fragment; only this one is passed on."""
        return f"{self.origin}{self.target}"


def read(url: str) -> Address:
    """Parse an http(s) URL; raises Refused for one that two parsers might read differently."""
    if len(url) > 8192:
        raise Refused("the URL is too long")
    if _FORBIDDEN.search(url):
        raise Refused("the URL holds a blank, a control character or a backslash")
    match = _URL.fullmatch(url)
    if match is None:
        raise Refused(f"not an http(s) URL: {clean(without_query(url), 80)}")
    scheme, rest = match.group(1).lower(), match.group(3)
    authority = _AUTHORITY.fullmatch(match.group(2))
    if authority is None or "@" in match.group(2):
        raise Refused("the URL's host cannot be read, or holds a user name")
    port = int(authority.group(2)) if authority.group(2) else _PORTS[scheme]
    if not 1 <= port <= 65535:
        raise Refused(f"port {port} does not exist")
    try:
        target = quote(rest if rest.startswith("/") else f"/{rest}", safe=_TARGET)
    except UnicodeEncodeError:
        raise Refused("the URL is not text") from None
    return Address(Origin(scheme, _host(authority.group(1).lower()), port), target)


def joined(url: str, location: str) -> str:
    """The URL that a redirect at `url` leads to; raises Refused where it is none."""
    try:
        # Servers put blanks of a file's name into a redirect as they are.
        return urljoin(url, location.strip().replace(" ", "%20"))
    except ValueError:
        raise Refused("redirected to something that is no URL") from None


def origin_of(url: str) -> Origin:
    """The origin of an http(s) URL; raises Refused as `read` does."""
    return read(url).origin


@lru_cache
def _host(host: str) -> str:
    """A host name, or an IP address in its one canonical form; raises Refused."""
    if host.startswith("["):
        return str(_canonical(host[1:-1], ipaddress.IPv6Address))
    if not host.isascii():
        raise Refused("the host is not ASCII: its xn-- form is needed")
    labels = host.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        return str(_canonical(host, ipaddress.IPv4Address))
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise Refused(f"not a host name: {clean(host, 80)}")
    return host


def _canonical(text: str, form: Callable[[str], IPAddress]) -> IPAddress:
    try:
        address = form(text)
    except ValueError:
        raise Refused(f"not an IP address: {clean(text, 80)}") from None
    if str(address) != text:
        raise Refused(f"an IP address in an unusual form: {clean(text, 80)}")
    return address


def over_https(place: Address) -> Address:
    """The same URL over https; http's default port becomes that of https."""
    origin = place.origin
    port = _PORTS["https"] if origin.port == _PORTS["http"] else origin.port
    return replace(place, origin=Origin("https", origin.host, port))
