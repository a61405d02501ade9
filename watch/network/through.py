"""A transport of the HTTP library for files that come through a proxy."""

import ssl
import time
from collections.abc import Callable, Iterable
from typing import Any

import httpcore
import httpx

from rushes.watch.disk.shortage import shortage
from rushes.watch.network.hang_up import Connection
from rushes.watch.network.proxy import Proxy
from rushes.watch.network.tunnel import HEAD, opening
from rushes.watch.network.unreachable import Unreachable, in_words

_OPENED = "connection.connect_tcp.complete"


class ProxiedTransport(httpx.HTTPTransport):
    """Sends requests through a proxy, by a new connection each.

    The library's own transport for it would send the path of the file where CONNECT names the host,
    as our requests say their target themselves. So only connecting is another one.
    """

    def __init__(
        self, tls: ssl.SSLContext, proxy: Proxy, scheme: str, connection: Connection
    ) -> None:
        super().__init__(verify=tls, trust_env=False)
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls,
            max_keepalive_connections=0,
            network_backend=_Through(proxy, proxy.forwards(scheme), connection),
        )


class _Through(httpcore.SyncBackend):
    """Connects to a proxy, and through it to a host unless the proxy passes requests on."""

    def __init__(self, proxy: Proxy, passes_on: bool, connection: Connection) -> None:
        self._proxy = proxy
        self._passes_on = passes_on
        self._connection = connection

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to a host, all of it within `timeout` seconds; raises Unreachable."""
        proxy = self._proxy
        until = None if timeout is None else time.monotonic() + timeout

        def left() -> float | None:
            return None if until is None else max(0.01, until - time.monotonic())

        try:
            stream = super().connect_tcp(
                proxy.host, proxy.port, timeout, local_address, socket_options
            )
        except httpcore.ConnectError as error:
            if shortage(error) is not None:
                raise
            raise Unreachable(f"the proxy {proxy}: {in_words(error, proxy.host)}") from error
        if not self._passes_on:
            # What waits for the proxy can be ended, as all that comes after it.
            self._connection.trace(_OPENED, {"return_value": stream})
            _open(stream, self._proxy, host, port, left)
        return stream


def _open(
    stream: httpcore.NetworkStream,
    proxy: Proxy,
    host: str,
    port: int,
    left: Callable[[], float | None],
) -> None:
    steps = opening(proxy, host, port)
    try:
        sending = next(steps)
        while True:
            stream.write(sending, left())
            sending = steps.send(stream.read(HEAD, left()))
    except StopIteration:
        return
    except httpcore.TimeoutException as error:
        stream.close()
        raise httpcore.ConnectTimeout from error
    except httpcore.NetworkError as error:
        stream.close()
        raise Unreachable(f"the proxy {proxy}: {in_words(error, proxy.host)}") from error
    except BaseException:
        stream.close()
        raise
