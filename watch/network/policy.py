"""Decides where a key may be sent, and which addresses a link may lead to (S1, S4)."""

import ipaddress
import re
import socket
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any
from urllib.parse import unquote

from rushes.providers.card import Auth, Card
from rushes.providers.frozen import frozen
from rushes.providers.secret import Secret
from rushes.providers.text import clean, without_query
from rushes.watch.keys.pasted import is_key
from rushes.watch.network.options import IPNetwork
from rushes.watch.network.proxy import DIRECT, Proxies, Proxy
from rushes.watch.network.reach import Reach, inner, reach_of
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


KEY_IN_LINK = "the link has the account's key in it, so it is not requested"


class NotARoute(Refused):
    """A path that is none of its provider's routes: no key is sent to it."""


def check_route(card: Card, path: str) -> None:
    """Raise NotARoute unless `path` is one that the provider's documents give, without a key in it.

    A path may come from history.db, an import or a reply. With the key attached, another one could
    change something at the gateway, or read what is no output. A key that was taken for an id has
    no business at any gateway.
    """
    if any(is_key(unquote(part)) for part in re.split(r"[/?#&=,]", path)):
        raise NotARoute("the id is a key, so it is not sent anywhere")
    if not path:
        raise NotARoute(f"{card.name} has no ids of that form")
    if not card.is_route(path):
        raise NotARoute(f"{clean(without_query(path), 80)} is no route of {card.name}")


@frozen
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


_LOCAL_PROXY = ipaddress.IPv4Network("198.18.0.0/15")
"""Addresses that local proxies return for every name that they forward."""


@frozen
class Checked:
    """A URL that may be requested, at these addresses and no others.

    There is at least one address, or none where `proxy` resolves the name. `upgraded`: the URL was
    http and is requested over https.
    """

    address: Address
    ips: tuple[str, ...]
    upgraded: bool = False
    proxy: Proxy | None = None


def check(
    url: str,
    gateway: str,
    resolve: Resolve = socket.getaddrinfo,
    allow: Collection[IPNetwork] = (),
    proxies: Proxies = DIRECT,
) -> Checked:
    """Check `url` and all of its addresses; returns the addresses that may be connected to (S4).

    `gateway` is the base URL of the provider that named the URL. If it is https, an http URL
    becomes https. An address that is not public is allowed in three cases: no address of the
    gateway is public and one is of the same kind; a network in `allow` contains it; or a name
    resolves to a local proxy and the URL is https, so that the certificate proves the host.

    Where one of `proxies` resolves the name, no address can be checked: such a URL is allowed over
    https, for the same reason, and over http on the gateway's own host alone.

    Blocks while names resolve. Raises Refused, and Unreachable for a name without an address.
    """
    place, home = read(url), origin_of(gateway)
    upgraded = home.scheme == "https" and place.origin.scheme == "http"
    if upgraded:
        place = over_https(place)
    proxy = proxies.to(place.origin)
    if proxy is not None and _is_name(place.origin.host):
        if place.origin.scheme == "http" and place.origin.host != home.host:
            raise Refused(
                f"an http link to {place.origin.host}, whose address only the proxy knows;"
                " over https the certificate would prove it"
            )
        return Checked(place, (), upgraded, proxy)
    found = _addresses(place.origin, resolve)
    if not found:
        raise Unreachable(f"cannot resolve {place.origin.host}")
    gateway_is_unknown = proxies.to(home) is not None and _is_name(home.host)
    odd = [ip for ip in found if not _is_public(ip) and not _is_allowed(ip, place.origin, allow)]
    of_home = _addresses(home, resolve) if odd and not gateway_is_unknown else ()
    _refuse_strangers(place.origin.host, odd, _reaches_inward(of_home))
    return Checked(place, tuple(str(ip) for ip in found), upgraded, proxy)


def _refuse_strangers(host: str, odd: Iterable[IPAddress], kin: Collection[Reach]) -> None:
    """Raise Refused for the first of a host's addresses that leads where its gateway does not."""
    for ip in odd:
        reach = reach_of(ip)
        if reach is Reach.NEVER:
            raise Refused(f"{host} leads to {reach.value}")
        if reach not in kin:
            raise Refused(f"{host} leads to {reach.value} ({ip}); [network] allow can let it")


def _is_name(host: str) -> bool:
    """Whether a host is a name that is for a resolver; `localhost` is this machine anywhere."""
    if host == "localhost" or host.endswith(".localhost"):
        return False
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return True
    return False


def _is_public(ip: IPAddress) -> bool:
    return reach_of(ip) is Reach.GLOBAL


def _is_allowed(ip: IPAddress, origin: Origin, allow: Collection[IPNetwork]) -> bool:
    """Whether `allow`, or a local proxy, permits an address that is not public."""
    inside = inner(ip)
    if reach_of(ip) is Reach.NEVER:
        return False
    if any(inside in network for network in allow):
        return True
    is_name = str(ip) != origin.host
    return is_name and origin.scheme == "https" and inside in _LOCAL_PROXY


def _reaches_inward(ips: Collection[IPAddress]) -> frozenset[Reach]:
    """The kinds of a gateway's addresses where none is public, else none.

    A name with both public and private addresses does not tell where its files may be.
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
