"""Asks gateways over HTTP: each request of `ApiClient` takes the key to its own origin only."""

import asyncio
import zlib
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property

import httpx

from rushes.providers.card import Card
from rushes.providers.reply import Reply
from rushes.providers.secret import Secret
from rushes.providers.words import meaning
from rushes.watch.disk.shortage import shortage
from rushes.watch.keys.known_keys import hide, hide_in
from rushes.watch.network.body import THREADED_FROM
from rushes.watch.network.connections import ApiConnections, Question
from rushes.watch.network.http import TROUBLE, request_headers
from rushes.watch.network.options import PUBLIC_TRUST, Trust
from rushes.watch.network.pacing import Incoming, Turns
from rushes.watch.network.policy import Credential, check_route
from rushes.watch.network.trust import trust
from rushes.watch.network.unreachable import Unreachable, unreachable
from rushes.watch.network.url import Origin, Refused, origin_of, read

HANDSHAKE = 0.9
"""The share of a poll's deadline that connecting may take.

A connection that is cancelled amid its handshake leaves a socket open; one that times out does not.
"""

PAUSES = (0.1, 0.4, 1.0)
"""Seconds between the tries of a request that there are too few descriptors, or memory, for.

Nothing is sent meanwhile; a lease holds for somewhat longer (`store.USE_WITHIN`).
"""


def _rid_of(key: Secret, reply: Reply) -> Reply:
    """The reply without the key; the same one where it does not hold it."""
    said = "\n".join(reply.headers.values())
    body = hide_in(reply.body, key)
    if body == reply.body and hide(said, key) == said:
        return reply
    headers = {name: hide(value, key) for name, value in reply.headers.items()}
    return replace(reply, headers=headers, body=body)


class ApiClient:
    """One account's connections to its gateway: at most `concurrency`, one request on each.

    A caller may be cancelled at any time; its request is not (M16), so that its connection serves
    the next one. A request that takes longer than `deadline` seconds is cancelled, and its
    connection closed.
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
        self._deadline = deadline
        self._free = asyncio.Semaphore(concurrency)
        self._connections: ApiConnections | None = None
        self._turns = Turns()
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
            question = self._question(path, key)
        except Refused as error:
            raise Unreachable(str(error)) from None
        await self._free.acquire()
        exchange = asyncio.create_task(self._once_possible(question))
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
        for exchange in self._underway:
            exchange.cancel()
        await asyncio.gather(*self._underway, return_exceptions=True)
        if self._connections is not None:
            await self._connections.aclose()

    def _question(self, path: str, key: Secret) -> Question:
        """The request for `path`; raises Refused where the key may not go there."""
        home = self._home
        address = read(self._base + path)
        header = Credential(home.origin, self._card.auth, key).header(address.origin)
        if not header:
            raise Refused(f"the path leads away from {home.origin}")
        return Question(home.url, address.target.encode("ascii"), home.headers(header))

    @cached_property
    def _home(self) -> "_Home":
        return _Home(origin_of(self._base))

    def _ended(self, exchange: asyncio.Task[Reply]) -> None:
        self._underway.discard(exchange)
        self._free.release()
        if not exchange.cancelled():
            # The caller may be gone: an error that nobody has looked at would be complained of.
            exchange.exception()

    async def _once_possible(self, question: Question) -> Reply:
        """The answer; what there is too little of to ask may soon be let go by others."""
        for pause in PAUSES:
            try:
                return await self._exchange(question)
            except Unreachable as error:
                if error.status is not None or shortage(error) is None:
                    raise
            await asyncio.sleep(pause)
        return await self._exchange(question)

    async def _exchange(self, question: Question) -> Reply:
        if self._connections is None:
            tls = await asyncio.to_thread(trust, self._trusted)
            self._connections = self._connections or ApiConnections(tls, HANDSHAKE * self._deadline)
        connections, reply = self._connections, None
        connection = connections.take()
        try:
            # One deadline holds over the whole exchange (M4). Connecting has one of the library's
            # own, as a TLS handshake that is cut short from outside leaves its socket open.
            async with asyncio.timeout(self._deadline):
                reply = await connection.ask(question, Incoming(self._turns.rest))
        except (TimeoutError, httpx.ConnectTimeout):
            raise Unreachable(f"timed out after {self._deadline:g} s", question.status) from None
        except zlib.error:
            reason = "the answer is not the gzip it says it is"
            raise Unreachable(reason, question.status) from None
        except TROUBLE as error:
            raise unreachable(error, question.url.host, question.status) from None
        except Exception as error:
            # Where TLS ends amid a write the library lets an error of the one below it through.
            if type(error).__module__.partition(".")[0] != "anyio":
                raise
            raise unreachable(error, question.url.host, question.status) from None
        else:
            await connections.give_back(connection)
            return reply
        finally:
            if reply is None:
                await connection.aclose()


class _Home:
    """The origin of a gateway, and what is the same in all requests to it."""

    def __init__(self, origin: Origin) -> None:
        self.origin = origin
        self.url = httpx.URL(str(origin))
        self._header: Mapping[str, str] = {}
        self._headers = httpx.Headers()

    def headers(self, header: Mapping[str, str]) -> httpx.Headers:
        """The headers of a request, the one with the key among them."""
        if header != self._header:
            host = {"Host": self.origin.authority}
            self._headers = httpx.Headers({**host, **request_headers("application/json"), **header})
            self._header = header
        return self._headers
