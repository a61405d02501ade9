"""Where a key may go, and which addresses a foreign URL may make us connect to (S1, S4).

A URL from outside is read once, by one strict grammar that leaves parsers nothing to disagree on;
what was read is written down again, and only that is used.
"""

import ipaddress
import re
import socket
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any
from urllib.parse import quote, urljoin

from rushes.providers.card import Auth
from rushes.providers.errors import RushesError
from rushes.providers.text import Secret, clean, without_query
from rushes.watch.network import IPNetwork
from rushes.watch.unreachable import Unreachable

_URL = re.compile(r"(https?)://([^/?#]*)([^#]*)(?:#.*)?", re.IGNORECASE | re.DOTALL)
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\xa0\\]")
_AUTHORITY = re.compile(r"(\[[0-9a-f:.]+\]|[^:\[\]]+)(?::([0-9]{1,5}))?", re.IGNORECASE)
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_TARGET = "!\"#$%&'()*+,-./:;<=>?@[]^_`{|}~"
_PORTS = {"http": 80, "https": 443}

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[..., list[tuple[Any, ...]]]


class Refused(RushesError):
    """A URL that is not to be requested, and why."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What a key is bound to: scheme, host in lower case (no brackets), port."""

    scheme: str
    host: str
    port: int

    @property
    def authority(self) -> str:
        """The `Host` of a request: the port only where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}"


@dataclass(frozen=True, slots=True)
class Address:
    """A URL as it was read; `target` is its path and query, byte for byte where they are ASCII."""

    origin: Origin
    target: str

    @property
    def url(self) -> str:
        """The one spelling of the URL that anything else may be given; it has no fragment."""
        return f"{self.origin}{self.target}"


def read(url: str) -> Address:
    """The parts of an http(s) URL; raises Refused for what two parsers might read differently."""
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
    """Where a redirect at `url` leads; raises Refused for what is no URL."""
    try:
        # Servers put blanks of a file's name into a redirect as they are.
        return urljoin(url, location.strip().replace(" ", "%20"))
    except ValueError:
        raise Refused("redirected to something that is no URL") from None


def origin_of(url: str) -> Origin:
    """The origin of an http(s) URL; raises Refused where it cannot be told for certain."""
    return read(url).origin


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


@dataclass(frozen=True, slots=True)
class Credential:
    """A key, the header that carries it, and the one origin it may go to."""

    origin: Origin
    auth: Auth
    key: Secret

    def header(self, origin: Origin) -> Mapping[str, str]:
        """The header with the key for its own origin, no header at all for any other.

        Raises Refused for a key that no header can carry; the text does not hold it.
        """
        if origin != self.origin:
            return {}
        value = self.auth.scheme + self.key.reveal()
        if not re.fullmatch(r"[\x21-\x7e]+( [\x21-\x7e]+)*", value):
            raise Refused("the key is empty or holds a character that no header can carry")
        return {self.auth.header: value}


class Reach(Enum):
    """What kind of place an IP address leads to."""

    GLOBAL = "public"
    LOOPBACK = "this machine"
    PRIVATE = "a private network"
    SHARED = "a carrier's shared network"
    RESERVED = "a reserved network"
    NEVER = "a link-local or unusable address"


def _networks(
    reach: Reach, *names: str
) -> list[tuple[Reach, ipaddress.IPv4Network | ipaddress.IPv6Network]]:
    return [(reach, ipaddress.ip_network(name)) for name in names]


# A list of our own: what `ipaddress` calls global differs between the releases of Python.
_REACHES = [
    *_networks(Reach.LOOPBACK, "127.0.0.0/8", "::1/128"),
    *_networks(Reach.PRIVATE, "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"),
    *_networks(Reach.SHARED, "100.64.0.0/10"),
    *_networks(Reach.NEVER, "169.254.0.0/16", "0.0.0.0/8", "224.0.0.0/4", "240.0.0.0/4"),
    *_networks(Reach.NEVER, "fe80::/10", "ff00::/8", "::/96", "::ffff:0:0/96"),
    *_networks(Reach.RESERVED, "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15"),
    *_networks(Reach.RESERVED, "198.51.100.0/24", "203.0.113.0/24"),
    *_networks(Reach.RESERVED, "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
    *_networks(Reach.GLOBAL, "0.0.0.0/0", "2000::/3"),
]
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")

_LOCAL_PROXY = ipaddress.IPv4Network("198.18.0.0/15")
"""Addresses that proxies on people's own machines hand out for every name that they carry."""


def _inner(address: IPAddress) -> IPAddress:
    """The IPv4 address inside one of NAT64; any other as it is."""
    if isinstance(address, ipaddress.IPv6Address) and address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def reach_of(address: IPAddress) -> Reach:
    """What kind of place `address` is; behind NAT64, what the IPv4 address inside it is."""
    address = _inner(address)
    for reach, network in _REACHES:
        if address in network:
            return reach
    return Reach.RESERVED


@dataclass(frozen=True, slots=True)
class Checked:
    """A URL that may be requested, at these addresses and no others: at least one.

    `upgraded`: it was given as http, and is to be asked for over https all the same.
    """

    address: Address
    ips: tuple[str, ...]
    upgraded: bool = False


def check(
    url: str,
    gateway: str,
    resolve: Resolve = socket.getaddrinfo,
    allow: Collection[IPNetwork] = (),
) -> Checked:
    """`url` with the addresses it may be fetched from, each of them looked at (S4).

    `gateway` is the base URL of the provider that named it: https there makes https of http here,
    and an address that is not public is allowed only where all of the gateway's own are not, and
    one of them is of that kind; where `allow` holds it; or where a name leads to a proxy of this
    machine and the certificate proves who is behind it. Blocks while names resolve. Raises Refused,
    and Unreachable for a name without an address.
    """
    place, home = read(url), origin_of(gateway)
    upgraded = home.scheme == "https" and place.origin.scheme == "http"
    if upgraded:
        place = _over_https(place)
    found = _addresses(place.origin, resolve)
    if not found:
        raise Unreachable(f"cannot resolve {place.origin.host}")
    odd = [ip for ip in found if not _is_public(ip) and not _is_allowed(ip, place.origin, allow)]
    kin = _reaches_inward(_addresses(home, resolve)) if odd else frozenset[Reach]()
    for ip in odd:
        reach = reach_of(ip)
        if reach is Reach.NEVER:
            raise Refused(f"{place.origin.host} leads to {reach.value}")
        if reach not in kin:
            raise Refused(
                f"{place.origin.host} leads to {reach.value} ({ip}); [network] allow can let it"
            )
    return Checked(place, tuple(str(ip) for ip in found), upgraded)


def _over_https(place: Address) -> Address:
    origin = place.origin
    port = _PORTS["https"] if origin.port == _PORTS["http"] else origin.port
    return replace(place, origin=Origin("https", origin.host, port))


def _is_public(ip: IPAddress) -> bool:
    return reach_of(ip) is Reach.GLOBAL


def _is_allowed(ip: IPAddress, origin: Origin, allow: Collection[IPNetwork]) -> bool:
    """Whether an address that is not public is one that a person, or a local proxy, speaks for."""
    inner = _inner(ip)
    if reach_of(ip) is Reach.NEVER:
        return False
    if any(inner in network for network in allow):
        return True
    is_name = str(ip) != origin.host
    return is_name and origin.scheme == "https" and inner in _LOCAL_PROXY


def _reaches_inward(ips: Collection[IPAddress]) -> frozenset[Reach]:
    """The kinds of a gateway's addresses where none is public, else nothing.

    A name that answers public and inward addresses says nothing about where its files may lie.
    """
    reaches = frozenset(map(reach_of, ips))
    return frozenset() if Reach.GLOBAL in reaches else reaches


def _addresses(origin: Origin, resolve: Resolve) -> tuple[IPAddress, ...]:
    """Every address of the origin's host, in the resolver's order; none where it has none."""
    try:
        return (ipaddress.ip_address(origin.host),)
    except ValueError:
        pass
    try:
        found = resolve(origin.host, origin.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return ()
    # A scope ("%eth0") only comes with link-local addresses, which are refused in any case.
    texts = (str(entry[4][0]).partition("%")[0] for entry in found)
    return tuple(dict.fromkeys(ipaddress.ip_address(text) for text in texts))
