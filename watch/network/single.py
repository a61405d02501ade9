"""A transport of the HTTP library with one connection in the place of its pool.

For each request the pool makes an event, two locks, and a stream around the answer's, and looks
twice at what it holds: with one connection, and one request at a time, there is nothing to choose.
"""

import ssl
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, cast

import httpx

from rushes.watch.network.proxy import Proxy

if TYPE_CHECKING:
    import httpcore


class SingleTransport(httpx.AsyncHTTPTransport):
    """Sends requests to one origin, one at a time, through `proxy` if there is one.

    `connect` is how many seconds connecting may take, `keep_alive` how many the connection may be
    idle. One that was closed meanwhile, by either side, is replaced at the next request.
    """

    def __init__(
        self, tls: ssl.SSLContext, connect: float, keep_alive: float, proxy: Proxy | None = None
    ) -> None:
        super().__init__(verify=tls, trust_env=False)
        single = _Single(tls, connect, keep_alive, proxy)
        self._pool = cast("httpcore.AsyncConnectionPool", single)


class _Single:
    """What a transport asks of its pool."""

    def __init__(
        self, tls: ssl.SSLContext, connect: float, keep_alive: float, proxy: Proxy | None
    ) -> None:
        self._tls = tls
        self._connect = connect
        self._keep_alive = keep_alive
        self._proxy = proxy
        self._connection: httpcore.AsyncHTTP11Connection | None = None

    async def handle_async_request(self, request: "httpcore.Request") -> "httpcore.Response":
        connection = self._connection
        if connection is None or connection.is_closed() or connection.has_expired():
            await self.aclose()
            connection = self._connection = await self._opened(request.url.origin)
        return await connection.handle_async_request(request)

    async def aclose(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.aclose()

    async def _opened(self, origin: "httpcore.Origin") -> "httpcore.AsyncHTTP11Connection":
        import httpcore  # which the transport loads, not whoever imports this

        from rushes.watch.network.stream import connected

        stream = await connected(origin, self._tls, self._connect, self._proxy)
        connection = httpcore.AsyncHTTP11Connection(origin, stream, self._keep_alive)
        # Nobody is there to be locked out, and at each lock the library lets others go first.
        connection._state_lock = cast("Any", nullcontext())  # pyright: ignore[reportPrivateUsage]
        return connection
