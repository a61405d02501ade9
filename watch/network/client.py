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
from rushes.watch.keys.pasted import how_many_known
from rushes.watch.network.body import THREADED_FROM
from rushes.watch.network.connections import ApiConnections, Question
from rushes.watch.network.http import TROUBLE, request_headers
from rushes.watch.network.options import USUAL_NETWORK, Network
from rushes.watch.network.pacing import Incoming, Turns
from rushes.watch.network.policy import Credential, NotARoute, check_route
from rushes.watch.network.proxy import Proxy
from rushes.watch.network.trust import trust
from rushes.watch.network.unreachable import Unreachable, hinting, unreachable
from rushes.watch.network.url import Refused, origin_of, read

HANDSHAKE = 0.9
"""The share of a poll's deadline that connecting may take.

A connection that is cancelled amid its handshake leaves a socket open; one that times out does not.
"""

PAUSES = (0.1, 0.4, 1.0)
"""Seconds between the tries of a request that there are too few descriptors, or memory, for.

Nothing is sent meanwhile; a lease holds for somewhat longer (`store.USE_WITHIN`).
"""

REMEMBERED = 10_000
"""Paths of which it is remembered that the key may go there; beyond that all are forgotten."""


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
        network: Network = USUAL_NETWORK,
    ) -> None:
        self._base = base
        self._network = network
        self._card = card
        self._deadline = deadline
        self._free = asyncio.Semaphore(concurrency)
        self._connections: ApiConnections | None = None
        self._turns = Turns()
        self._way: _Way | None = None
        self._underway: set[asyncio.Task[Reply]] = set()

    async def get(self, path: str, key: Secret) -> Reply:
        """The answer to `GET base + path` whatever its status; redirects are not followed.

        Where the card has a body for the path, it is sent by POST.

        The body is decoded, and cut one byte after BODY_LIMIT so that no reader takes it for whole.
        The key is hidden in the answer: some gateways repeat the key that they refuse, and what
        they say is shown and kept. Other accounts' keys are none of this gateway's.

        Raises NotARoute for a path that is none of the card's routes or holds a key, and
        Unreachable, in plain words, when no whole answer came in time.
        """
        try:
            way = self._way_with(key)
            question = way.question(path)
        except NotARoute:
            raise
        except Refused as error:
            raise Unreachable(str(error)) from None
        await self._free.acquire()
        exchange = asyncio.create_task(self._once_possible(question))
        self._underway.add(exchange)
        exchange.add_done_callback(self._ended)
        try:
            reply = await asyncio.shield(exchange)
        except Unreachable as error:
            raise hinting(error, self._network.unfollowed_variable(way.home)) from None
        if way.key_is_a_word:
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

    def _way_with(self, key: Secret) -> "_Way":
        if self._way is None or self._way.key != key or self._way.keys != how_many_known():
            proxy = self._network.proxies.to(origin_of(self._base))
            self._way = _Way(self._base, self._card, key, how_many_known(), proxy)
        return self._way

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
            tls = await asyncio.to_thread(trust, self._network.trust)
            proxy = self._network.proxies.to(origin_of(self._base))
            self._connections = self._connections or ApiConnections(
                tls, HANDSHAKE * self._deadline, proxy=proxy
            )
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
        else:
            await connections.give_back(connection)
            return reply
        finally:
            if reply is None:
                await connection.aclose()


class _Way:
    """What requests with one key have in common, and where the paths lead that may be asked for.

    A path that was looked at need not be again, until a key is found that could be in it: `keys` is
    how many were known.
    """

    def __init__(
        self, base: str, card: Card, key: Secret, keys: int, proxy: Proxy | None = None
    ) -> None:
        self.key = key
        self.home = origin_of(base)
        self.keys = keys
        # A key such as "success" is no secret, and without that word no reply can be read.
        self.key_is_a_word = meaning(key.reveal(), card.statuses) is not None
        self._base = base
        self._card = card
        self._passed_on = proxy if proxy and proxy.forwards(self.home.scheme) else None
        self._targets: dict[str, bytes] = {}

    def question(self, path: str) -> Question:
        """The request for `path`; raises NotARoute, and Refused where the key may not go there."""
        target = self._targets.get(path)
        if target is None:
            target = self._checked(path)
            if len(self._targets) >= REMEMBERED:
                self._targets.clear()
            self._targets[path] = target
        body = self._card.body_of(path)
        if body is None:
            return Question(self._url, target, self._headers)
        headers = self._headers.copy()
        headers.update({"Content-Type": "application/json", "Content-Length": str(len(body))})
        return Question(self._url, target, headers, body)

    def _checked(self, path: str) -> bytes:
        check_route(self._card, path)
        # What stands behind a # is in the body of the question.
        address = read(self._base + path.partition("#")[0])
        if not self._credential.header(address.origin):
            raise Refused(f"the path leads away from {self._credential.origin}")
        return (address.url if self._passed_on else address.target).encode("ascii")

    @cached_property
    def _credential(self) -> Credential:
        return Credential(self.home, self._card.auth, self.key)

    @cached_property
    def _url(self) -> httpx.URL:
        return httpx.URL(str(self.home))

    @cached_property
    def _headers(self) -> httpx.Headers:
        common = {"Host": self.home.authority, **request_headers("application/json")}
        login: Mapping[str, str] = self._passed_on.headers() if self._passed_on else {}
        of_card = self._card.headers
        return httpx.Headers({**common, **of_card, **login, **self._credential.header(self.home)})
