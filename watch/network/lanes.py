"""An account's connections to its gateway, each by itself and kept for the next request.

The HTTP library's pool asks every connection that it holds, at every request, whether it is idle
and still open: with sixteen of them that was more work than the request. So each connection has a
transport, and with it a pool, of its own.
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
from rushes.watch.network.pacing import Incoming, incoming, pace

KEEP_ALIVE = 90.0
"""Seconds an idle connection to a gateway is kept: longer than any provider's poll interval."""

_ONE = httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=KEEP_ALIVE)


class _NoBody(httpx.AsyncByteStream):
    async def __aiter__(self) -> AsyncIterator[bytes]:
        # An empty piece would be one step more of the library's.
        for nothing in ():
            yield nothing


_NO_BODY = _NoBody()


class Question:
    """A GET request, and the status of its answer once the answer's head has come."""

    def __init__(self, url: httpx.URL, target: bytes, headers: httpx.Headers) -> None:
        self.url = url
        self.target = target
        self.headers = headers
        self.status: int | None = None


class Lane:
    """One connection to a gateway; at most one request is under way on it.

    The first request opens it, and another one anew where the gateway has closed it since.
    `connect`: seconds that connecting may take.
    """

    def __init__(self, tls: ssl.SSLContext, connect: float) -> None:
        self._transport = httpx.AsyncHTTPTransport(verify=tls, trust_env=False, limits=_ONE)
        self._timeout = {"connect": connect}
        self.idle_since = 0.0

    async def ask(self, question: Question, answer: Incoming) -> Reply:
        """The answer, decoded and cut one byte after BODY_LIMIT; raises what the library does."""
        request = httpx.Request(
            "GET",
            question.url,
            headers=question.headers,
            stream=_NO_BODY,
            extensions={"timeout": self._timeout, "target": question.target, "trace": pace},
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


class Lanes:
    """The idle connections of an account.

    The one that was used last is used first, so that few are kept where few are needed; those that
    nobody needed for KEEP_ALIVE seconds are closed.
    """

    def __init__(
        self, tls: ssl.SSLContext, connect: float, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._tls = tls
        self._connect = connect
        self._now = now
        self._idle = deque[Lane]()

    def take(self) -> Lane:
        """A connection for one request; give it back, or close it."""
        return self._idle.pop() if self._idle else Lane(self._tls, self._connect)

    async def give_back(self, lane: Lane) -> None:
        """Keep a connection for another request, and close those that were idle for too long."""
        lane.idle_since = self._now()
        self._idle.append(lane)
        while lane.idle_since - self._idle[0].idle_since > KEEP_ALIVE:
            await self._idle.popleft().aclose()

    async def aclose(self) -> None:
        """Close what is idle."""
        while self._idle:
            await self._idle.pop().aclose()
