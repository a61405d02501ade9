"""Fetches files over HTTP from any host that the address policy allows."""

import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from functools import cache, partial
from itertools import zip_longest
from typing import Any

import httpx

from rushes.providers.errors import RushesError
from rushes.providers.frozen import frozen
from rushes.watch.keys.known_keys import hide
from rushes.watch.network.direct import Chunk, rest_of
from rushes.watch.network.hang_up import Connection
from rushes.watch.network.http import TROUBLE, lowered, request_headers
from rushes.watch.network.options import USUAL_NETWORK, Network
from rushes.watch.network.pacing import HeadSize, limit_head, rested
from rushes.watch.network.policy import KEY_IN_LINK, Checked, Credential, Resolve, check
from rushes.watch.network.proxy import Proxy
from rushes.watch.network.trust import trust_or_refuse
from rushes.watch.network.unreachable import (
    Unreachable,
    Untrusted,
    hinting,
    in_words,
    is_refusal,
    unreachable,
)
from rushes.watch.network.url import Refused, joined, origin_of

CONNECT = 10.0
"""Seconds that connecting to the last address of a file's host may take."""

NEXT = 1.0
"""Seconds that connecting to each address before it may take (reliability.md row 12)."""

ADDRESSES = 8
"""Addresses of a host that are tried at most, IPv6 and IPv4 by turns (reliability.md row 88)."""

HOPS = 5
"""Redirects that are followed on the way to a file (reliability.md S5)."""

_LENGTH = re.compile(r"[0-9]{1,18}")
_REDIRECTS = (301, 302, 303, 307, 308)


@frozen
class Arriving:
    """The answer to a request for a file, its undecoded body still arriving in `chunks`.

    `chunks` raises Unreachable when the body breaks off or no bytes come for too long. Each stays
    as it is until three more were taken: see `direct.Chunk`.
    """

    status: int
    headers: Mapping[str, str]
    chunks: Iterator[Chunk]


@contextmanager
def open_asset(
    url: str,
    headers: Mapping[str, str],
    *,
    gateway: str,
    connection: Connection,
    credential: Credential | None = None,
    silence: float = 30.0,
    resolve: Resolve = socket.getaddrinfo,
    network: Network = USUAL_NETWORK,
    now: Callable[[], float] = time.monotonic,
    piece: int | None = None,
) -> Generator[Arriving]:
    """Request a file from a worker thread; its body can be read while the context lasts.

    `policy.check` checks the URL and each redirect against `gateway`, the base URL of the provider
    that named the file, and `network`; the connection is made to an address that was checked. The
    credential is sent to its own origin only, and no more after a redirect to another origin.
    `silence`: seconds to the head of the answer, over all addresses and redirects on the way, and
    between two chunks, after which we hang up. `piece`: bytes of a chunk at most, once the body is
    under way, where that is to be fewer than usual.

    Raises Refused and Unreachable. `connection` ends the request from another thread.
    """
    with closing(connection), ExitStack() as opened:
        tls = trust_or_refuse(network.trust)

        @cache
        def transport(proxy: Proxy | None, scheme: str) -> httpx.HTTPTransport:
            return opened.enter_context(_transport(tls, proxy, scheme, connection))

        wanted = _FileRequest(transport, headers, connection, silence, now() + silence, now)
        allow, proxies = network.allow, network.proxies
        policy = partial(check, gateway=gateway, resolve=resolve, allow=allow, proxies=proxies)
        try:
            response, host = wanted.follow(url, policy, credential)
        except Unreachable as error:
            raise hinting(error, network.unfollowed_variable(origin_of(url))) from None
        with closing(response):
            chunks = rested(_chunks(response, host, silence, piece), connection.wait)
            yield Arriving(response.status_code, lowered(response.headers), chunks)


def _transport(
    tls: ssl.SSLContext, proxy: Proxy | None, scheme: str, connection: Connection
) -> httpx.HTTPTransport:
    if proxy is not None:
        from rushes.watch.network.through import ProxiedTransport

        return ProxiedTransport(tls, proxy, scheme, connection)
    # A kept connection would be used again for another name at the same address (M20).
    limits = httpx.Limits(max_keepalive_connections=0)
    return httpx.HTTPTransport(verify=tls, trust_env=False, limits=limits)


@frozen
class _FileRequest:
    transport: Callable[[Proxy | None, str], httpx.HTTPTransport]
    headers: Mapping[str, str]
    connection: Connection
    silence: float
    until: float
    now: Callable[[], float]

    def follow(
        self, url: str, policy: Callable[[str], Checked], credential: Credential | None
    ) -> tuple[httpx.Response, str]:
        """The first answer that is no redirect, and the host that it is from."""
        key = credential.key if credential else None
        for _ in range(HOPS + 1):
            checked = policy(url)
            origin = checked.address.origin
            response = self._ask(checked, credential.header(origin) if credential else {})
            location = response.headers.get("location")
            if response.status_code not in _REDIRECTS or not location:
                return response, origin.host
            response.close()
            if key is not None and hide(location, key) != location:
                raise Refused(KEY_IN_LINK)
            url = joined(checked.address.url, location)
            if origin_of(url) != origin:
                credential = None
        raise Refused(f"redirected more than {HOPS} times")

    def _ask(self, checked: Checked, key: Mapping[str, str]) -> httpx.Response:
        """The answer from the first of the host's addresses that can be connected to."""
        host = checked.address.origin.host
        # A name that the proxy resolves is passed on as it is.
        *others, last = by_turns(checked.ips)[:ADDRESSES] or (host,)
        try:
            for ip in others:
                with suppress(httpx.ConnectError, httpx.ConnectTimeout):
                    return self._ask_at(ip, checked, key, NEXT)
            return self._ask_at(last, checked, key, CONNECT)
        except TROUBLE as error:
            if checked.upgraded and is_refusal(error):
                # The file might be had without TLS, readable and forgeable on the way: not by us.
                raise Refused(
                    f"an http link of a gateway that speaks https, and over https {host} fails:"
                    f" {in_words(error, host)}; open the link yourself if you trust it"
                ) from None
            raise _lost(error, host, self.silence) from None

    def _ask_at(
        self, ip: str, checked: Checked, key: Mapping[str, str], within: float
    ) -> httpx.Response:
        address, proxy = checked.address, checked.proxy
        origin = address.origin
        passed_on = proxy is not None and proxy.forwards(origin.scheme)
        login: Mapping[str, str] = proxy.headers() if proxy is not None and passed_on else {}
        literal = f"[{ip}]" if ":" in ip else ip
        left = self.until - self.now()
        if left <= 0 or self.connection.is_cut:
            raise httpx.ReadTimeout("")
        timeout = httpx.Timeout(self.silence, connect=min(within, left))
        head = HeadSize()
        request = httpx.Request(
            "GET",
            f"{origin.scheme}://{literal}:{origin.port}/",
            headers={
                "Host": origin.authority,
                **request_headers("*/*"),
                **self.headers,
                **login,
                **key,
            },
            extensions={
                "timeout": timeout.as_dict(),
                "target": (address.url if passed_on else address.target).encode("ascii"),
                "sni_hostname": origin.host,
                "trace": partial(self._trace, head),
            },
        )
        # A head that comes one byte at a time never meets the library's own time-out (M4).
        patience = threading.Timer(left, self.connection.hang_up)
        patience.daemon = True
        patience.start()
        try:
            response = self.transport(proxy, origin.scheme).handle_request(request)
        finally:
            patience.cancel()
        head.whole = True
        return response

    def _trace(self, head: HeadSize, event: str, info: dict[str, Any]) -> None:
        self.connection.trace(event, info)
        limit_head(event, info, head, self.connection.wait)


def by_turns(ips: Iterable[str]) -> tuple[str, ...]:
    """A host's addresses, the first one's family and the other by turns, else in their order."""
    families: dict[int, list[str]] = {}
    for ip in ips:
        families.setdefault(ipaddress.ip_address(ip).version, []).append(ip)
    turns = zip_longest(*families.values())
    return tuple(ip for turn in turns for ip in turn if ip is not None)


def _chunks(
    response: httpx.Response, host: str, silence: float, piece: int | None
) -> Iterator[Chunk]:
    left = _measured(response)
    peer = response.extensions["network_stream"].get_extra_info("socket")
    try:
        for chunk in response.iter_raw():
            yield chunk
            left -= len(chunk)
            # The library has given all that it had read. It does not learn of the rest, so that it
            # takes the connection for one that broke off, and closes it.
            if left > 0 and isinstance(peer, socket.socket):
                yield from rest_of(peer, left, silence, piece)
                return
    except TROUBLE as error:
        raise _lost(error, host, silence) from None


def _measured(response: httpx.Response) -> int:
    """The length of a body that its length alone frames, in no coding; 0 for any other."""
    headers = response.headers
    coding = headers.get("content-encoding", "").strip().lower()
    length = headers.get("content-length", "")
    if "transfer-encoding" in headers or coding not in ("", "identity"):
        return 0
    return int(length) if _LENGTH.fullmatch(length) else 0


def _lost(error: Exception, host: str, silence: float) -> RushesError:
    """The error to raise for a failed exchange; Refused where asking again would not help."""
    if isinstance(error, httpx.ConnectTimeout):
        return Unreachable(f"cannot connect to {host} within {min(CONNECT, silence):g} s")
    if isinstance(error, httpx.TimeoutException | TimeoutError):
        return Unreachable(f"{host} was silent for {silence:g} s")
    lost = unreachable(error, host)
    return Refused(str(lost)) if isinstance(lost, Untrusted) else lost
