"""Serves a desk's metrics over HTTP, on the event loop: a question is a line, an answer a page."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from rushes.providers.error_codes import ErrorCode
from rushes.providers.errors import RushesError
from rushes.providers.language import _
from rushes.watch.desk import Desk
from rushes.watch.disk.atomic import plain_words

_ASKED_WITHIN = 5.0
"""Seconds for a question and its answer: who says nothing is hung up on."""

_LONGEST_QUESTION = 8192


class CannotServe(RushesError):
    """The metrics cannot be served where config.toml wants them."""

    code = ErrorCode.CANNOT_SERVE


@asynccontextmanager
async def metrics_served(desk: Desk) -> AsyncGenerator[None]:
    """Serve the desk's metrics where its settings say so. Raises CannotServe."""
    listen = desk.settings.metrics.listen
    if listen is None:
        yield
        return
    try:
        from rushes.tui.command.metrics import CONTENT_TYPE, Metrics
    except ImportError:
        missing = _("[metrics] needs what is not installed: pip install 'rushes[metrics]'")
        raise CannotServe(missing) from None
    metrics = Metrics(desk)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, EOFError, ValueError, asyncio.LimitOverrunError):
            async with asyncio.timeout(_ASKED_WITHIN):
                head = await reader.readuntil(b"\r\n\r\n")
                text = metrics.text() if _is_ours(head) else None
                writer.write(_reply(head, text, CONTENT_TYPE))
                await writer.drain()
        writer.close()

    try:
        server = await asyncio.start_server(
            answer, listen.host, listen.port, limit=_LONGEST_QUESTION
        )
    except OSError as error:
        raise CannotServe(
            _("[metrics] cannot listen at {listen}: {error}").format(
                listen=listen, error=plain_words(error)
            )
        ) from None
    taking = asyncio.create_task(metrics.keep_up())
    try:
        yield
    finally:
        taking.cancel()
        server.close()


def _is_ours(head: bytes) -> bool:
    method, path, *_ = head.split(b" ", 2)
    return method in (b"GET", b"HEAD") and path.partition(b"?")[0] in (b"/", b"/metrics")


def _reply(head: bytes, text: bytes | None, content_type: str) -> bytes:
    status = "404 Not Found" if text is None else "200 OK"
    body = b"metrics are at /metrics\n" if text is None else text
    lines = (
        f"HTTP/1.1 {status}",
        f"Content-Type: {'text/plain' if text is None else content_type}",
        f"Content-Length: {len(body)}",
        "Connection: close",
        "",
        "",
    )
    return "\r\n".join(lines).encode() + (b"" if head.startswith(b"HEAD") else body)
