"""An answer that began to come is not an unreachable gateway."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anyio
import pytest
from plain_card import plain_card

from rushes.providers.secret import Secret
from rushes.watch.network import stream
from rushes.watch.network.client import ApiClient
from rushes.watch.network.unreachable import Unreachable

if TYPE_CHECKING:
    from tests.watch.conftest import Loopback

CUT = b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{"
BAD_CHUNK = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n"
NO_GZIP = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 3\r\n\r\nabc"


@pytest.mark.parametrize(
    ("said", "status"), [(CUT, 200), (BAD_CHUNK, 200), (NO_GZIP, 200), (b"", None)]
)
async def test_the_status_of_a_broken_answer_is_known(
    loopback: Loopback, said: bytes, status: int | None
) -> None:
    loopback.play([said, loopback.CLOSE])
    client = ApiClient(loopback.url, plain_card("/v1/tasks/{task_id}"), concurrency=1)
    with pytest.raises(Unreachable) as raised:
        await client.get("/v1/tasks/a", Secret("a-test-key"))
    assert raised.value.status == status
    await client.aclose()


@pytest.mark.parametrize("end", [anyio.EndOfStream, anyio.BrokenResourceError])
async def test_tls_that_ends_amid_a_request_is_an_unreachable_gateway(
    loopback: Loopback, monkeypatch: pytest.MonkeyPatch, end: type[Exception]
) -> None:
    async def cut(*_: object) -> None:
        raise end

    opened = stream.connected

    async def cut_amid(*how: Any) -> stream.Stream:
        made = await opened(*how)
        monkeypatch.setattr(made._stream, "send", cut)  # pyright: ignore[reportPrivateUsage]
        monkeypatch.setattr(made._stream, "receive", cut)  # pyright: ignore[reportPrivateUsage]
        return made

    monkeypatch.setattr(stream, "connected", cut_amid)
    client = ApiClient(loopback.url, plain_card("/v1/tasks/{task_id}"), concurrency=1)
    with pytest.raises(Unreachable, match="the connection ended before a whole answer came"):
        await client.get("/v1/tasks/a", Secret("a-test-key"))
    await client.aclose()
