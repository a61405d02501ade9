"""Where a key may go, and which addresses a foreign URL may make us connect to (S1, S4)."""

import ipaddress
import re
import socket
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from rushes.providers.card import Auth, Card
from rushes.providers.secret import Secret
from rushes.providers.text import clean, without_query
from rushes.watch.network.options import IPNetwork
from rushes.watch.network.unreachable import Unreachable
from rushes.watch.network.url import (
    Address,
    IPAddress,
    Origin,
    Refused,
    origin_of,
    over_https,
    read,
)

Resolve = Callable[..., list[tuple[Any, ...]]]


class NotARoute(Refused):
    """A path that is none of its provider's routes: no key is sent to it."""


def check_route(card: Card, path: str) -> None:
    """Raise NotARoute unless `path` is one that the provider's documents give.

    A path may come from history.db, an import or a reply. With the key attached, another one could
    change something at the gateway, or read what is no output.
    """
    if not card.is_route(path):
        raise NotARoute(f"{clean(without_query(path), 80)} is no route of {card.name}")


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
        place = over_https(place)
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
