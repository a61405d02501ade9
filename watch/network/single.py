"""A transport of the HTTP library with one connection in the place of its pool.

For each request the pool makes an event, two locks, and a stream around the answer's, and looks
twice at what it holds: with one connection, and one request at a time, there is nothing to choose.
"""

import ssl
from typing import TYPE_CHECKING, cast

import httpx

if TYPE_CHECKING:
    import httpcore


class SingleTransport(httpx.AsyncHTTPTransport):
    """Sends requests to one origin, one at a time; `keep_alive` is how long it may be idle.

    A connection that was closed meanwhile, by either side, is replaced at the next request.
    """

    def __init__(self, tls: ssl.SSLContext, keep_alive: float) -> None:
        super().__init__(verify=tls, trust_env=False)
        self._pool = cast("httpcore.AsyncConnectionPool", _Single(tls, keep_alive))


class _Single:
    """What a transport asks of its pool."""

    def __init__(self, tls: ssl.SSLContext, keep_alive: float) -> None:
        self._tls = tls
        self._keep_alive = keep_alive
        self._connection: httpcore.AsyncHTTPConnection | None = None

    async def handle_async_request(self, request: "httpcore.Request") -> "httpcore.Response":
        connection = self._connection
        if connection is None or connection.is_closed() or connection.has_expired():
            await self.aclose()
            connection = self._connection = self._opened(request)
        return await connection.handle_async_request(request)

    async def aclose(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.aclose()

    def _opened(self, request: "httpcore.Request") -> "httpcore.AsyncHTTPConnection":
        import httpcore  # which the transport loads, not whoever imports this

        origin = request.url.origin
        return httpcore.AsyncHTTPConnection(origin, self._tls, keepalive_expiry=self._keep_alive)
