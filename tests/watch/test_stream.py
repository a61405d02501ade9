"""A connection of the event loop as the HTTP library sees it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, cast

import anyio
import httpcore
import pytest
from anyio.abc import ByteStream, SocketAttribute
from plain_card import plain_card

from rushes.providers.secret import Secret
from rushes.watch.network.client import ApiClient
from rushes.watch.network.pacing import PIECE, Incoming, incoming
from rushes.watch.network.stream import Stream

if TYPE_CHECKING:
    from tests.watch.conftest import Loopback


class Bytes:
    """A byte stream that gives `data`, or raises it, and keeps what is sent."""

    def __init__(self, data: bytes | type[Exception] = b"") -> None:
        self.data = data
        self.sent: list[bytes] = []

    def extra(self, attribute: object) -> object:
        assert attribute is SocketAttribute.raw_socket
        return self

    def fileno(self) -> int:
        return -1

    async def receive(self, max_bytes: int) -> bytes:
        if isinstance(self.data, bytes):
            return self.data[:max_bytes]
        raise self.data

    async def send(self, data: bytes) -> None:
        if not isinstance(self.data, bytes):
            raise self.data
        self.sent.append(data)


def over(below: Bytes) -> Stream:
    async def rest(_: float) -> None:
        pass

    incoming.set(Incoming(rest))
    return Stream(cast("ByteStream", below))


async def test_no_more_is_read_at_once_than_a_piece() -> None:
    assert len(await over(Bytes(bytes(3 * PIECE))).read(2 * PIECE)) == PIECE
    assert len(await over(Bytes(bytes(3 * PIECE))).read(10)) == 10


async def test_the_end_is_read_as_nothing() -> None:
    assert await over(Bytes(anyio.EndOfStream)).read(10) == b""


@pytest.mark.parametrize("broken", [anyio.BrokenResourceError, anyio.ClosedResourceError])
async def test_what_is_broken_is_said_in_the_librarys_own_errors(broken: type[Exception]) -> None:
    with pytest.raises(httpcore.ReadError):
        await over(Bytes(broken)).read(10)
    with pytest.raises(httpcore.WriteError):
        await over(Bytes(broken)).write(b"x")


async def test_nothing_is_not_sent() -> None:
    below = Bytes()
    await over(below).write(b"")
    await over(below).write(b"GET")
    assert below.sent == [b"GET"]


def test_a_closed_one_is_to_be_read() -> None:
    stream = over(Bytes())
    assert stream.get_extra_info("is_readable") is True
    assert stream.get_extra_info("ssl_object") is None


async def test_an_exchange_takes_no_lock_of_the_librarys(
    loopback: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At each one it would let everything else go first."""
    taken: list[object] = []

    async def counted(self: object) -> None:
        taken.append(self)

    monkeypatch.setattr("httpcore._synchronization.AsyncLock.__aenter__", counted)
    loopback.play([loopback.answer(200, b"{}")])
    client = ApiClient(loopback.url, plain_card(), concurrency=1)
    for _ in range(2):
        assert (await client.get("/task", Secret("tt-key-1"))).status == 200
    await client.aclose()
    assert not taken


async def test_an_exchange_on_a_kept_connection_looks_for_no_module(
    loopback: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library's locks look for an optional one at each request, through all folders."""
    looked_for: list[str] = []

    class Finder:
        def find_spec(self, name: str, *_: object) -> None:
            looked_for.append(name)

    loopback.play([loopback.answer(200, b"{}")])
    client = ApiClient(loopback.url, plain_card(), concurrency=1)
    await client.get("/task", Secret("tt-key-1"))
    monkeypatch.setattr(sys, "meta_path", [Finder(), *sys.meta_path])
    for _ in range(2):
        await client.get("/task", Secret("tt-key-1"))
    await client.aclose()
    assert not looked_for
