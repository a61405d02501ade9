"""The part of HTTP/1.1 a read-only gateway needs: GET, HEAD, keep-alive, paced file bodies.

Request line, headers and `Content-Length` as in RFC 9112; no chunked bodies, no upgrade, no TLS.
"""

import asyncio
import contextlib
import struct
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from http import HTTPStatus
from socket import SO_LINGER, SOL_SOCKET
from typing import Protocol
from urllib.parse import parse_qsl, unquote

CHUNK = 32 * 1024
IDLE_SECONDS = 75.0
READS = ("GET", "HEAD")


class Bytes(Protocol):
    """A body that can be read in pieces."""

    @property
    def size(self) -> int:
        """The whole length in bytes."""
        ...

    def read(self, start: int, stop: int) -> bytes:
        """Return the bytes from start up to, not including, stop."""
        ...


@dataclass(frozen=True, slots=True)
class Slice:
    """The bytes of a file from start up to, not including, stop; sent at the transfer rate."""

    source: Bytes
    start: int
    stop: int

    def __len__(self) -> int:
        return self.stop - self.start


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a body breaks off: after so many bytes, then so many seconds of silence."""

    after: int
    silence: float = 0.0


@dataclass(frozen=True, slots=True)
class Request:
    """One request; header names in lower case, path decoded, query as its raw text."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    keep_alive: bool = True

    @property
    def parameters(self) -> dict[str, str]:
        """The query's fields, percent-decoded; the last of a repeated name."""
        return dict(parse_qsl(self.query, keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class Response:
    """An answer; `Date`, `Content-Length` and `Connection` are added when it is sent."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes | Slice = b""
    cut: Cut | None = None


class BadRequestError(Exception):
    """The request is no HTTP/1.x, or its head is too large."""


async def read_request(reader: asyncio.StreamReader) -> Request | None:
    """Return the next request, or None at the end of the connection.

    Raises BadRequestError for anything that is not HTTP/1.x and for an oversized head.
    """
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    except asyncio.LimitOverrunError as error:
        raise BadRequestError("head too large") from error
    line, *fields = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    try:
        method, target, version = line.split(" ")
        pairs = [entry.split(":", 1) for entry in fields]
        headers = {name.strip().lower(): value.strip() for name, value in pairs}
    except ValueError as error:
        raise BadRequestError("malformed head") from error
    plain = line.isascii() and line.isprintable()
    if not plain or not version.startswith("HTTP/1.") or not target.startswith("/"):
        raise BadRequestError("not HTTP/1.x in origin form")
    path, _, query = target.partition("?")
    has_body = headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
    wants_close = headers.get("connection", "").lower() == "close" or version == "HTTP/1.0"
    return Request(method, unquote(path), query, headers, not (has_body or wants_close))


class Server:
    """One origin: a loopback port whose every request goes to one handler.

    The handler may return None to have the connection reset without an answer. `rate` is in bytes
    per second for each file body, None unpaced. `clock` gives the Unix time of the `Date` header.
    """

    def __init__(
        self,
        handler: Callable[[Request], Awaitable[Response | None]],
        *,
        clock: Callable[[], float],
        rate: float | None,
    ) -> None:
        self._handler = handler
        self._clock = clock
        self._rate = rate
        self._server: asyncio.Server | None = None
        self._talks: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def start(self, port: int) -> int:
        """Listen on 127.0.0.1; return the port. Raises OSError if it is taken."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", port)
        return self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close the port and every connection, also in the middle of an answer."""
        if self._server is None:
            return
        self._server.close()
        talks = dict(self._talks)
        for talk, writer in talks.items():
            writer.transport.abort()
            talk.cancel()
        await asyncio.gather(*talks, return_exceptions=True)
        await self._server.wait_closed()
        self._server = None

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.create_task(self._converse(reader, writer))
        self._talks[talk] = writer
        talk.add_done_callback(self._talks.pop)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            keep = True
            while keep:
                async with asyncio.timeout(IDLE_SECONDS):
                    request = await read_request(reader)
                if request is None:
                    break
                response = await self._handler(request)
                if response is None:
                    _reset(writer)
                    break
                keep = request.keep_alive and request.method in READS and response.cut is None
                await self._send(writer, request.method, response, keep=keep)
        except BadRequestError as error:
            refusal = Response(400, {"Content-Type": "text/plain"}, str(error).encode())
            with contextlib.suppress(ConnectionError):
                await self._send(writer, "GET", refusal, keep=False)
        except (ConnectionError, TimeoutError):
            pass
        finally:
            writer.close()

    async def _send(
        self, writer: asyncio.StreamWriter, method: str, response: Response, *, keep: bool
    ) -> None:
        headers = {
            "Date": formatdate(self._clock(), usegmt=True),
            "Content-Length": str(len(response.body)),
            "Connection": "keep-alive" if keep else "close",
            **response.headers,
        }
        lines = [f"HTTP/1.1 {response.status} {_reason(response.status)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        writer.write("\r\n".join([*lines, "", ""]).encode("latin-1"))
        if method != "HEAD":
            await self._send_body(writer, response)
        await writer.drain()

    async def _send_body(self, writer: asyncio.StreamWriter, response: Response) -> None:
        body, cut = response.body, response.cut
        stop = len(body) if cut is None else min(cut.after, len(body))
        if isinstance(body, Slice):
            await self._stream(writer, Slice(body.source, body.start, body.start + stop))
        else:
            writer.write(body[:stop])
        if cut is not None:
            await writer.drain()
            await asyncio.sleep(cut.silence)

    async def _stream(self, writer: asyncio.StreamWriter, piece: Slice) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        for start in range(piece.start, piece.stop, CHUNK):
            stop = min(start + CHUNK, piece.stop)
            writer.write(piece.source.read(start, stop))
            await writer.drain()
            due = 0.0 if self._rate is None else (stop - piece.start) / self._rate
            await asyncio.sleep(max(0.0, began + due - loop.time()))


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close with RST rather than FIN, as a gateway that crashes does."""
    socket = writer.get_extra_info("socket")
    socket.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def _reason(status: int) -> str:
    """Return the reason phrase; some gateways answer with unregistered codes (499)."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
