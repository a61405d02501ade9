"""Tells which kind of network an IP address is in (S4)."""

import ipaddress
from enum import Enum

from rushes.watch.network.url import IPAddress


class Reach(Enum):
    """The kind of network that an IP address is in."""

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


def inner(address: IPAddress) -> IPAddress:
    """The IPv4 address inside a NAT64 address; any other address as it is."""
    if isinstance(address, ipaddress.IPv6Address) and address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def reach_of(address: IPAddress) -> Reach:
    """The kind of network that `address` is in; for NAT64, that of the IPv4 address inside it."""
    address = inner(address)
    for reach, network in _REACHES:
        if address in network:
            return reach
    return Reach.RESERVED


def is_near(host: str) -> bool:
    """Whether a host is this machine or in a private network.

    A name counts as public, as it is not looked up here.
    """
    if host == "localhost":
        return True
    try:
        return reach_of(ipaddress.ip_address(host)) in (Reach.LOOPBACK, Reach.PRIVATE)
    except ValueError:
        return False
