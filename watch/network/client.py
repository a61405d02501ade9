"""The one place that sends HTTP: `ApiClient` asks a gateway, `open_asset` fetches a file.

Both use the library's transports, which know nothing of redirects, cookies, proxies, .netrc and
content codings: reliability.md M1, M2 and M16 to M21 say what comes of those.
"""

import asyncio
import socket
import ssl
import sys
import threading
import zlib
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from importlib.util import find_spec
from types import ModuleType
from typing import cast

import httpx

from rushes.providers.card import Card
from rushes.providers.errors import RushesError
from rushes.providers.reply import Reply
from rushes.providers.secret import Secret
from rushes.watch.keys.known_keys import hide, hide_in
from rushes.watch.network.body import THREADED_FROM, Body
from rushes.watch.network.hang_up import Connection
from rushes.watch.network.options import PUBLIC_TRUST, USUAL_NETWORK, Network, Trust
from rushes.watch.network.policy import Checked, Credential, Resolve, check, check_route
from rushes.watch.network.trust import trust, trust_or_refuse
from rushes.watch.network.unreachable import (
    Unreachable,
    Untrusted,
    in_words,
    is_refusal,
    unreachable,
)
from rushes.watch.network.url import Address, Refused, joined, origin_of, read
from rushes.watch.version import VERSION

if find_spec("sniffio") is None:
    # httpcore looks for it ten times a request: a fifth of a poll's CPU (bench/polling.py).
    cast("dict[str, ModuleType | None]", sys.modules)["sniffio"] = None

__all__ = ["ApiClient", "Arriving", "Unreachable", "open_asset"]

KEEP_ALIVE = 90.0
"""Seconds an idle connection to a gateway is kept: longer than any provider's poll interval."""

HANDSHAKE = 0.9
"""The share of a poll's deadline that connecting may take: a connection that is cancelled amid its
handshake leaves a socket open, one that times out does not."""

CONNECT = 10.0
"""Seconds that connecting to the last address of an asset's host may take."""

NEXT = 1.0
"""Seconds that it may take to each one before: a network may lead nowhere (reliability row 12)."""

HOPS = 5
"""Redirects that are followed on the way to an asset (reliability.md S5)."""

_REDIRECTS = (301, 302, 303, 307, 308)
_TROUBLE = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, ValueError)


def _headers(accept: str) -> dict[str, str]:
    return {"User-Agent": f"rushes/{VERSION}", "Accept": accept, "Accept-Encoding": "identity"}


def _lowered(headers: httpx.Headers) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _rid_of_keys(reply: Reply) -> Reply:
    headers = {name: hide(value) for name, value in reply.headers.items()}
    return replace(reply, headers=headers, body=hide_in(reply.body))


class ApiClient:
    """One account's connections to its gateway: at most `concurrency`, one request on each.

    A caller may be cancelled at any time; its request is not, since that would cost the pool a
    connection for good (M16). Only a request that outlives `deadline` seconds is cut short, and its
    pool is not used again.
    """

    def __init__(
        self,
        base: str,
        card: Card,
        *,
        concurrency: int,
        deadline: float = 30.0,
        trusted: Trust = PUBLIC_TRUST,
    ) -> None:
        self._base = base
        self._trusted = trusted
        self._card = card
        self._concurrency = concurrency
        self._deadline = deadline
        self._slots = asyncio.Semaphore(concurrency)
        self._pool: _Pool | None = None
        self._underway: set[asyncio.Task[Reply]] = set()

    async def get(self, path: str, key: Secret) -> Reply:
        """The answer to `GET base + path` whatever its status; redirects are not followed.

        The body is decoded, and cut one byte after BODY_LIMIT so that no reader takes it for whole.
        Known keys are hidden in the answer: some gateways repeat the key that they refuse, and
        what they say is shown and kept.

        Raises NotARoute for a path that is none of the card's routes, and Unreachable, in plain
        words, when no whole answer came in time.
        """
        check_route(self._card, path)
        try:
            address, home = read(self._base + path), origin_of(self._base)
            header = Credential(home, self._card.auth, key).header(address.origin)
            if not header:
                raise Refused(f"the path leads away from {home}")
        except Refused as error:
            raise Unreachable(str(error)) from None
        await self._slots.acquire()
        exchange = asyncio.create_task(self._exchange(address, header))
        self._underway.add(exchange)
        exchange.add_done_callback(self._ended)
        reply = await asyncio.shield(exchange)
        if len(reply.body) < THREADED_FROM:
            return _rid_of_keys(reply)
        return await asyncio.to_thread(_rid_of_keys, reply)

    async def aclose(self) -> None:
        """Drop what is under way and every connection."""
        pool, self._pool = self._pool, None
        for exchange in self._underway:
            exchange.cancel()
        await asyncio.gather(*self._underway, return_exceptions=True)
        if pool is not None:
            await pool.transport.aclose()

    def _ended(self, exchange: asyncio.Task[Reply]) -> None:
        self._underway.discard(exchange)
        self._slots.release()
        if not exchange.cancelled():
            # The caller may be gone: an error that nobody has looked at would be complained of.
            exchange.exception()

    async def _exchange(self, address: Address, header: Mapping[str, str]) -> Reply:
        if self._pool is None:
            tls = await asyncio.to_thread(trust, self._trusted)
            self._pool = self._pool or _Pool(self._concurrency, tls, HANDSHAKE * self._deadline)
        pool, head = self._pool, _Head()
        pool.users += 1
        try:
            async with asyncio.timeout(self._deadline):
                return await pool.get(address, header, head)
        except (TimeoutError, httpx.ConnectTimeout):
            if self._pool is pool:
                self._pool = None
            raise Unreachable(f"timed out after {self._deadline:g} s", head.status) from None
        except zlib.error:
            raise Unreachable("the answer is not the gzip it says it is", head.status) from None
        except _TROUBLE as error:
            raise unreachable(error, address.origin.host, head.status) from None
        finally:
            pool.users -= 1
            if pool is not self._pool and not pool.users:
                await pool.transport.aclose()


@dataclass(slots=True)
class _Head:
    """The status of an answer, once its head has come."""

    status: int | None = None


class _Pool:
    """Connections that are given up together, when the last of their users is done.

    To connect takes `patience` seconds at most.
    """

    def __init__(self, size: int, tls: ssl.SSLContext, patience: float) -> None:
        self.users = 0
        self._timeout = {"connect": patience}
        self.transport = httpx.AsyncHTTPTransport(
            verify=tls,
            trust_env=False,
            limits=httpx.Limits(
                max_connections=size,
                max_keepalive_connections=size,
                keepalive_expiry=KEEP_ALIVE,
            ),
        )

    async def get(self, address: Address, header: Mapping[str, str], head: _Head) -> Reply:
        # One deadline holds over the whole exchange (M4). Connecting has one of the library's own,
        # as a TLS handshake that is cut short from outside leaves its socket open.
        request = httpx.Request(
            "GET",
            address.url,
            headers={**_headers("application/json"), **header},
            extensions={"timeout": self._timeout},
        )
        response = await self.transport.handle_async_request(request)
        head.status = response.status_code
        try:
            headers = _lowered(response.headers)
            body = Body(headers.get("content-encoding", ""))
            async for chunk in response.aiter_raw():
                if not body.take(chunk):
                    break
        finally:
            await response.aclose()
        return Reply(response.status_code, headers, bytes(body.data))


@dataclass(frozen=True, slots=True)
class Arriving:
    """The answer for a file while its body is still on the way, undecoded.

    `chunks` raises Unreachable where the body breaks off or falls silent.
    """

    status: int
    headers: Mapping[str, str]
    chunks: Iterator[bytes]


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
) -> Generator[Arriving]:
    """Ask for a file from a worker thread; the answer's body is read while the context lasts.

    Every hop passes the policy of `gateway`, the base URL of the provider that named the file, and
    of `network`, and is connected to at the address that was looked at. The credential goes to its
    own origin only, and is forgotten at the first redirect that leaves it. `silence` is the seconds
    without a byte, and the seconds to the answer's head, after which we hang up.

    Raises Refused and Unreachable. `connection` ends it from another thread.
    """
    with (
        closing(connection),
        httpx.HTTPTransport(
            verify=trust_or_refuse(network.trust),
            trust_env=False,
            # A kept connection would be used again for another name at the same address (M20).
            limits=httpx.Limits(max_keepalive_connections=0),
        ) as transport,
    ):
        wanted = _Wanted(transport, headers, connection, silence)
        policy = partial(check, gateway=gateway, resolve=resolve, allow=network.allow)
        response, host = wanted.follow(url, policy, credential)
        with closing(response):
            chunks = _chunks(response, host, silence)
            yield Arriving(response.status_code, _lowered(response.headers), chunks)


@dataclass(frozen=True, slots=True)
class _Wanted:
    transport: httpx.HTTPTransport
    headers: Mapping[str, str]
    connection: Connection
    silence: float

    def follow(
        self, url: str, policy: Callable[[str], Checked], credential: Credential | None
    ) -> tuple[httpx.Response, str]:
        """The first answer that is no redirect, and the host that gave it."""
        for _ in range(HOPS + 1):
            checked = policy(url)
            origin = checked.address.origin
            response = self._ask(checked, credential.header(origin) if credential else {})
            location = response.headers.get("location")
            if response.status_code not in _REDIRECTS or not location:
                return response, origin.host
            response.close()
            # Wherever it leads, a key that is in it stays here.
            url = joined(checked.address.url, hide(location))
            if origin_of(url) != origin:
                credential = None
        raise Refused(f"redirected more than {HOPS} times")

    def _ask(self, checked: Checked, key: Mapping[str, str]) -> httpx.Response:
        """The answer from the first of the host's addresses that can be connected to."""
        host = checked.address.origin.host
        *others, last = checked.ips
        try:
            for ip in others:
                with suppress(httpx.ConnectError, httpx.ConnectTimeout):
                    return self._ask_at(ip, checked.address, key, NEXT)
            return self._ask_at(last, checked.address, key, CONNECT)
        except _TROUBLE as error:
            if checked.upgraded and is_refusal(error):
                # The file might be had without TLS, readable and forgeable on the way: not by us.
                raise Refused(
                    f"an http link of a gateway that speaks https, and over https {host} fails:"
                    f" {in_words(error, host)}; open the link yourself if you trust it"
                ) from None
            raise _lost(error, host, self.silence) from None

    def _ask_at(
        self, ip: str, address: Address, key: Mapping[str, str], within: float
    ) -> httpx.Response:
        origin = address.origin
        literal = f"[{ip}]" if ":" in ip else ip
        timeout = httpx.Timeout(self.silence, connect=min(within, self.silence))
        request = httpx.Request(
            "GET",
            f"{origin.scheme}://{literal}:{origin.port}/",
            headers={"Host": origin.authority, **_headers("*/*"), **self.headers, **key},
            extensions={
                "timeout": timeout.as_dict(),
                "target": address.target.encode("ascii"),
                "sni_hostname": origin.host,
                "trace": self.connection.trace,
            },
        )
        # A head that comes one byte at a time never meets the library's own time-out (M4).
        patience = threading.Timer(self.silence, self.connection.hang_up)
        patience.daemon = True
        patience.start()
        try:
            return self.transport.handle_request(request)
        finally:
            patience.cancel()


def _chunks(response: httpx.Response, host: str, silence: float) -> Iterator[bytes]:
    try:
        yield from response.iter_raw()
    except _TROUBLE as error:
        raise _lost(error, host, silence) from None


def _lost(error: Exception, host: str, silence: float) -> RushesError:
    """What to raise for a failed exchange; Refused where asking again would not help."""
    if isinstance(error, httpx.ConnectTimeout):
        return Unreachable(f"cannot connect to {host} within {min(CONNECT, silence):g} s")
    if isinstance(error, httpx.TimeoutException):
        return Unreachable(f"{host} was silent for {silence:g} s")
    lost = unreachable(error, host)
    return Refused(str(lost)) if isinstance(lost, Untrusted) else lost
