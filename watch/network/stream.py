"""A connection of the event loop as the HTTP library sees it, with no more steps than it needs.

The library's own stream puts a time-out and a translation of errors around each read and write; an
exchange has one deadline around all of it (`client.py`).
"""

import select
import ssl
from typing import Protocol, cast

import anyio
import httpcore
from anyio.abc import ByteStream, SocketAttribute
from anyio.streams.tls import TLSStream

from rushes.watch.disk.shortage import shortage
from rushes.watch.network.pacing import PIECE, incoming
from rushes.watch.network.proxy import Proxy
from rushes.watch.network.tunnel import opening
from rushes.watch.network.unreachable import Unreachable, in_words

_BROKEN = (anyio.BrokenResourceError, anyio.ClosedResourceError)

_ALPN = ["http/1.1"]


class _Socket(Protocol):
    def fileno(self) -> int: ...


class Stream(httpcore.AsyncNetworkStream):
    """Reads as `incoming` says, in pieces; the library's time-outs are not kept."""

    def __init__(self, stream: ByteStream) -> None:
        self._stream = stream
        self._socket = cast("_Socket", stream.extra(SocketAttribute.raw_socket))  # noqa: S610

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        """The bytes that came, none at the end; raises ReadError."""
        del timeout
        answer = incoming.get()
        await answer.before_read()
        try:
            data = await self._stream.receive(min(max_bytes, PIECE))
        except anyio.EndOfStream:
            data = b""
        except _BROKEN as error:
            raise httpcore.ReadError from error
        answer.after_read(data)
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        """Send all of `buffer`; raises WriteError."""
        del timeout
        if not buffer:
            return
        try:
            await self._stream.send(buffer)
        except (*_BROKEN, anyio.EndOfStream) as error:  # the latter where TLS ends amid it
            raise httpcore.WriteError from error

    async def aclose(self) -> None:
        """Close the connection."""
        await self._stream.aclose()

    def get_extra_info(self, info: str) -> object:
        """Whether something is there to be read; that is all the library asks of a connection."""
        return is_readable(self._socket.fileno()) if info == "is_readable" else None


async def connected(
    origin: httpcore.Origin, tls: ssl.SSLContext, seconds: float, proxy: Proxy | None = None
) -> Stream:
    """A new connection to `origin`, through `proxy` if there is one, its name proved for https.

    Connecting and the handshake may each take so many seconds. Raises TimeoutError, OSError,
    ConnectError and, where the proxy is at fault, Unreachable.
    """
    host = origin.host.decode("ascii")
    with anyio.fail_after(seconds):
        plain = await (_through(proxy, origin) if proxy else anyio.connect_tcp(host, origin.port))
    if origin.scheme == b"http":
        return Stream(plain)
    tls.set_alpn_protocols(_ALPN)
    try:
        with anyio.fail_after(seconds):
            return Stream(
                await TLSStream.wrap(
                    plain, hostname=host, ssl_context=tls, standard_compatible=False
                )
            )
    except Exception as error:
        await plain.aclose()
        if isinstance(error, (*_BROKEN, anyio.EndOfStream)):
            raise httpcore.ConnectError from error
        raise


async def _through(proxy: Proxy, origin: httpcore.Origin) -> ByteStream:
    """A connection to a proxy, and beyond it to the origin unless it passes requests on."""
    try:
        plain = await anyio.connect_tcp(proxy.host, proxy.port)
    except OSError as error:
        if shortage(error) is not None:
            raise
        raise Unreachable(f"the proxy {proxy}: {in_words(error, proxy.host)}") from error
    if proxy.forwards(origin.scheme.decode("ascii")):
        return plain
    steps = opening(proxy, origin.host.decode("ascii"), origin.port)
    try:
        sending = next(steps)
        while True:
            sending = steps.send(await _exchanged(plain, sending))
    except StopIteration:
        return plain
    except BaseException:
        await anyio.aclose_forcefully(plain)
        raise


async def _exchanged(plain: ByteStream, sending: bytes) -> bytes:
    """What came next, nothing at the end of the connection."""
    try:
        if sending:
            await plain.send(sending)
        return await plain.receive(PIECE)
    except (*_BROKEN, anyio.EndOfStream):
        return b""


def is_readable(descriptor: int) -> bool:
    """Whether a read of a socket returns at once; so it does where the socket is closed."""
    if descriptor < 0:
        return True
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))
