"""An account's connections to its gateway, each by itself and kept for the next request.

The HTTP library's pool asks every connection that it holds, at every request, whether it is idle
and still open: with sixteen of them that was more work than the request. So each connection has a
transport of its own, and that has no pool.
"""

import ssl
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import cast

import httpx

from rushes.providers.reply import Reply
from rushes.watch.network.body import Body
from rushes.watch.network.http import lowered
from rushes.watch.network.pacing import Incoming, incoming
from rushes.watch.network.proxy import Proxy
from rushes.watch.network.single import SingleTransport

KEEP_ALIVE = 90.0
"""Seconds an idle connection to a gateway is kept: longer than any provider's poll interval."""


class _NoBody(httpx.AsyncByteStream):
    async def __aiter__(self) -> AsyncIterator[bytes]:
        # An empty piece would be one step more of the library's.
        for nothing in ():
            yield nothing


_NO_BODY = _NoBody()


class Question:
    """A request, and the status of its answer once the answer's head has come.

    It is a GET, or, with a body, the POST that the documents of its gateway call a query.
    """

    def __init__(
        self, url: httpx.URL, target: bytes, headers: httpx.Headers, body: bytes | None = None
    ) -> None:
        self.url = url
        self.target = target
        self.headers = headers
        self.body = body
        self.status: int | None = None


class ApiConnection:
    """One connection to a gateway; at most one request is under way on it.

    The first request opens it, and another one anew where the gateway has closed it since.
    `connect`: seconds that connecting may take.
    """

    def __init__(self, tls: ssl.SSLContext, connect: float, proxy: Proxy | None = None) -> None:
        self._transport = SingleTransport(tls, connect, KEEP_ALIVE, proxy)
        self.idle_since = 0.0

    async def ask(self, question: Question, answer: Incoming) -> Reply:
        """The answer, decoded and cut one byte after BODY_LIMIT; raises what the library does."""
        request = httpx.Request(
            "GET" if question.body is None else "POST",
            question.url,
            headers=question.headers,
            stream=_NO_BODY if question.body is None else httpx.ByteStream(question.body),
            extensions={"target": question.target},
        )
        incoming.set(answer)
        response = await self._transport.handle_async_request(request)
        answer.head.whole = True
        question.status = response.status_code
        stream = cast("httpx.AsyncByteStream", response.stream)
        try:
            headers = lowered(response.headers)
            body = Body(headers.get("content-encoding", ""))
            async for chunk in stream:
                if not body.take(chunk):
                    break
        finally:
            await stream.aclose()
        return Reply(response.status_code, headers, bytes(body.data))

    async def aclose(self) -> None:
        """Close the connection."""
        await self._transport.aclose()


class ApiConnections:
    """The idle connections of an account.

    The one that was used last is used first, so that few are kept where few are needed; those that
    nobody needed for KEEP_ALIVE seconds are closed.
    """

    def __init__(
        self,
        tls: ssl.SSLContext,
        connect: float,
        now: Callable[[], float] = time.monotonic,
        proxy: Proxy | None = None,
    ) -> None:
        self._tls = tls
        self._connect = connect
        self._now = now
        self._proxy = proxy
        self._idle = deque[ApiConnection]()

    def take(self) -> ApiConnection:
        """A connection for one request; it is given back, or closed."""
        if self._idle:
            return self._idle.pop()
        return ApiConnection(self._tls, self._connect, self._proxy)

    async def give_back(self, connection: ApiConnection) -> None:
        """Keep a connection for another request, and close those that were idle for too long."""
        connection.idle_since = self._now()
        self._idle.append(connection)
        while connection.idle_since - self._idle[0].idle_since > KEEP_ALIVE:
            await self._idle.popleft().aclose()

    async def aclose(self) -> None:
        """Close what is idle."""
        while self._idle:
            await self._idle.pop().aclose()
