"""Asks gateways over HTTP: each request of `ApiClient` takes the key to its own origin only."""

import asyncio
import ssl
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

import httpx

from rushes.providers.card import Card
from rushes.providers.reply import Reply
from rushes.providers.secret import Secret
from rushes.providers.words import meaning
from rushes.watch.disk.shortage import shortage
from rushes.watch.keys.known_keys import hide, hide_in
from rushes.watch.network.body import THREADED_FROM, Body
from rushes.watch.network.http import TROUBLE, lowered, request_headers
from rushes.watch.network.options import PUBLIC_TRUST, Trust
from rushes.watch.network.pacing import Incoming, Turns, incoming, pace
from rushes.watch.network.policy import Credential, check_route
from rushes.watch.network.trust import trust
from rushes.watch.network.unreachable import Unreachable, unreachable
from rushes.watch.network.url import Address, Refused, origin_of, read

KEEP_ALIVE = 90.0
"""Seconds an idle connection to a gateway is kept: longer than any provider's poll interval."""

HANDSHAKE = 0.9
"""The share of a poll's deadline that connecting may take.

A connection that is cancelled amid its handshake leaves a socket open; one that times out does not.
"""

PAUSES = (0.1, 0.4, 1.0)
"""Seconds between the tries of a request that there are too few descriptors, or memory, for.

Nothing is sent meanwhile; a lease holds for somewhat longer (`store.USE_WITHIN`).
"""


def _rid_of(key: Secret, reply: Reply) -> Reply:
    headers = {name: hide(value, key) for name, value in reply.headers.items()}
    return replace(reply, headers=headers, body=hide_in(reply.body, key))


class ApiClient:
    """One account's connections to its gateway: at most `concurrency`, one request on each.

    A caller may be cancelled at any time; its request is not, since the pool would lose the
    connection for good (M16). A request that takes longer than `deadline` seconds is cancelled,
    and its pool is not used again.
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
        self._free = asyncio.Semaphore(concurrency)
        self._pool: _Pool | None = None
        self._underway: set[asyncio.Task[Reply]] = set()

    async def get(self, path: str, key: Secret) -> Reply:
        """The answer to `GET base + path` whatever its status; redirects are not followed.

        The body is decoded, and cut one byte after BODY_LIMIT so that no reader takes it for whole.
        The key is hidden in the answer: some gateways repeat the key that they refuse, and what
        they say is shown and kept. Other accounts' keys are none of this gateway's.

        Raises NotARoute for a path that is none of the card's routes or holds a key, and
        Unreachable, in plain words, when no whole answer came in time.
        """
        check_route(self._card, path)
        try:
            address, home = read(self._base + path), origin_of(self._base)
            header = Credential(home, self._card.auth, key).header(address.origin)
            if not header:
                raise Refused(f"the path leads away from {home}")
        except Refused as error:
            raise Unreachable(str(error)) from None
        await self._free.acquire()
        exchange = asyncio.create_task(self._once_possible(address, header))
        self._underway.add(exchange)
        exchange.add_done_callback(self._ended)
        reply = await asyncio.shield(exchange)
        if meaning(key.reveal(), self._card.statuses) is not None:
            # A key such as "success" is no secret, and without that word no reply can be read.
            return reply
        if len(reply.body) < THREADED_FROM:
            return _rid_of(key, reply)
        return await asyncio.to_thread(_rid_of, key, reply)

    async def aclose(self) -> None:
        """Cancel all requests and close every connection."""
        pool, self._pool = self._pool, None
        for exchange in self._underway:
            exchange.cancel()
        await asyncio.gather(*self._underway, return_exceptions=True)
        if pool is not None:
            await pool.transport.aclose()

    def _ended(self, exchange: asyncio.Task[Reply]) -> None:
        self._underway.discard(exchange)
        self._free.release()
        if not exchange.cancelled():
            # The caller may be gone: an error that nobody has looked at would be complained of.
            exchange.exception()

    async def _once_possible(self, address: Address, header: Mapping[str, str]) -> Reply:
        """The answer; what there is too little of to ask may soon be let go by others."""
        for pause in PAUSES:
            try:
                return await self._exchange(address, header)
            except Unreachable as error:
                if error.status is not None or shortage(error) is None:
                    raise
            await asyncio.sleep(pause)
        return await self._exchange(address, header)

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
        except TROUBLE as error:
            raise unreachable(error, address.origin.host, head.status) from None
        except Exception as error:
            # Where TLS ends amid a write the library lets an error of the one below it through.
            if type(error).__module__.partition(".")[0] != "anyio":
                raise
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
    """A pool of connections; one that is not used again is closed after its last request.

    `patience`: seconds that connecting may take.
    """

    def __init__(self, size: int, tls: ssl.SSLContext, patience: float) -> None:
        self.users = 0
        self._timeout = {"connect": patience}
        self._turns = Turns()
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
            headers={**request_headers("application/json"), **header},
            extensions={"timeout": self._timeout, "trace": pace},
        )
        answer = Incoming(self._turns.rest)
        incoming.set(answer)
        response = await self.transport.handle_async_request(request)
        answer.head.whole = True
        head.status = response.status_code
        try:
            headers = lowered(response.headers)
            body = Body(headers.get("content-encoding", ""))
            async for chunk in response.aiter_raw():
                if not body.take(chunk):
                    break
        finally:
            await response.aclose()
        return Reply(response.status_code, headers, bytes(body.data))
