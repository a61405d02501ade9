"""An account's connections to its gateway, each by itself and kept for the next request.

The HTTP library's pool asks every connection that it holds, at every request, whether it is idle
and still open: with sixteen of them that was more work than the request. So each connection has a
transport of its own, and that has no pool.
"""

import select
import ssl
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Any, Protocol, cast

import httpx

from rushes.providers.reply import Reply
from rushes.watch.network.body import Body
from rushes.watch.network.http import lowered
from rushes.watch.network.pacing import OPENED, Incoming, incoming, pace
from rushes.watch.network.single import SingleTransport

KEEP_ALIVE = 90.0
"""Seconds an idle connection to a gateway is kept: longer than any provider's poll interval."""


class _NoBody(httpx.AsyncByteStream):
    async def __aiter__(self) -> AsyncIterator[bytes]:
        # An empty piece would be one step more of the library's.
        for nothing in ():
            yield nothing


_NO_BODY = _NoBody()

_SENDING = "http11.send_request_headers.started"


class _Stream(Protocol):
    get_extra_info: Callable[[str], object]


class _Socket(Protocol):
    def fileno(self) -> int: ...


class _Request(Protocol):
    extensions: dict[str, Any]


class Question:
    """A GET request, and the status of its answer once the answer's head has come."""

    def __init__(self, url: httpx.URL, target: bytes, headers: httpx.Headers) -> None:
        self.url = url
        self.target = target
        self.headers = headers
        self.status: int | None = None


class ApiConnection:
    """One connection to a gateway; at most one request is under way on it.

    The first request opens it, and another one anew where the gateway has closed it since.
    `connect`: seconds that connecting may take.
    """

    def __init__(self, tls: ssl.SSLContext, connect: float) -> None:
        self._transport = SingleTransport(tls, KEEP_ALIVE)
        self._timeout = {"connect": connect}
        self.idle_since = 0.0

    async def ask(self, question: Question, answer: Incoming) -> Reply:
        """The answer, decoded and cut one byte after BODY_LIMIT; raises what the library does."""
        request = httpx.Request(
            "GET",
            question.url,
            headers=question.headers,
            stream=_NO_BODY,
            extensions={"timeout": self._timeout, "target": question.target, "trace": _trace},
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


async def _trace(event: str, info: dict[str, Any]) -> None:
    """Prepare each new connection: the `trace` extension of a request.

    It takes itself out of the request once that is sent: no connection is opened from there on, and
    the library would go on to tell of eight steps more.
    """
    if event in OPENED:
        pace(info["return_value"])
        _keep_socket(cast("_Stream", info["return_value"]))
    elif event == _SENDING:
        cast("_Request", info["request"]).extensions.pop("trace", None)


def _keep_socket(stream: _Stream) -> None:
    """Have a connection say by its socket alone whether there is something to be read.

    The library asks that before each request, and all that is known of the socket is gathered each
    time.
    """
    ask = stream.get_extra_info
    socket = cast("_Socket | None", ask("socket"))

    def known(info: str) -> object:
        if info != "is_readable" or socket is None:
            return ask(info)
        return is_readable(socket.fileno())

    stream.get_extra_info = known


def is_readable(descriptor: int) -> bool:
    """Whether a read of a socket returns at once; so it does where the socket is closed."""
    if descriptor < 0:
        return True
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))


class ApiConnections:
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
        self._idle = deque[ApiConnection]()

    def take(self) -> ApiConnection:
        """A connection for one request; it is given back, or closed."""
        return self._idle.pop() if self._idle else ApiConnection(self._tls, self._connect)

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
