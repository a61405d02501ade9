"""The connections to a gateway: which one is used, which are kept, and what is told of them."""

from __future__ import annotations

import asyncio
import socket
import ssl
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from plain_card import plain_card
from waiting import PATIENCE, until

from rushes.providers.secret import Secret
from rushes.watch.network import stream as module
from rushes.watch.network.client import ApiClient
from rushes.watch.network.connections import KEEP_ALIVE, ApiConnections
from rushes.watch.network.stream import Stream, connected, is_readable
from rushes.watch.network.unreachable import Unreachable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.watch.conftest import Heard, Loopback, Scene

KEY = Secret("tt-key-1")


@pytest.fixture
async def client(loopback: Loopback) -> AsyncIterator[ApiClient]:
    made = ApiClient(loopback.url, plain_card(), concurrency=8, deadline=PATIENCE)
    yield made
    await made.aclose()


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The transports that were closed."""
    found: list[object] = []

    async def aclose(self: object) -> None:
        found.append(self)

    monkeypatch.setattr(httpx.AsyncHTTPTransport, "aclose", aclose)
    return found


class TestWhichOne:
    async def test_the_one_used_last_is_used_first_and_a_new_one_only_where_none_is_free(
        self,
    ) -> None:
        connections = ApiConnections(ssl.create_default_context(), 1.0, lambda: 0.0)
        first, second = connections.take(), connections.take()
        assert first is not second
        await connections.give_back(first)
        await connections.give_back(second)
        assert connections.take() is second
        assert connections.take() is first
        assert connections.take() not in (first, second)

    async def test_one_that_nobody_needed_for_long_is_closed(self, closed: list[object]) -> None:
        now = 0.0
        connections = ApiConnections(ssl.create_default_context(), 1.0, lambda: now)
        taken = [connections.take() for _ in range(3)]
        for each in taken:
            await connections.give_back(each)
        now = KEEP_ALIVE
        await connections.give_back(connections.take())
        assert not closed
        now = KEEP_ALIVE + 1
        await connections.give_back(connections.take())
        assert len(closed) == 2
        assert connections.take() is taken[2]
        await connections.aclose()
        assert len(closed) == 2

    async def test_few_are_open_where_few_are_needed(
        self, loopback: Loopback, client: ApiClient
    ) -> None:
        loopback.play([loopback.answer(200, b"{}")])
        for _ in range(20):
            await client.get("/task", KEY)
        assert loopback.connections == 1
        await asyncio.gather(*(client.get("/task", KEY) for _ in range(3)))
        for _ in range(20):
            await client.get("/task", KEY)
        assert loopback.connections <= 3

    async def test_one_whose_answer_does_not_come_is_closed_and_no_other(
        self, loopback: Loopback, client: ApiClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        loopback.play([0.01, loopback.answer(200, b"{}")])
        await asyncio.gather(*(client.get("/task", KEY) for _ in range(3)))
        opened = loopback.connections

        def held(heard: Heard) -> Scene:
            return [loopback.HOLD] if heard.target == "/never" else [loopback.answer(200, b"{}")]

        loopback.play(held)
        with monkeypatch.context() as patch:
            patch.setattr(client, "_deadline", 0.05)
            with pytest.raises(Unreachable, match="timed out"):
                await client.get("/never", KEY)
        for _ in range(4):
            await client.get("/task", KEY)
        assert loopback.connections == opened

    async def test_one_that_the_gateway_closed_meanwhile_is_opened_anew(
        self, loopback: Loopback, client: ApiClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        streams: list[Stream] = []

        async def noted(*how: Any) -> Stream:
            streams.append(await connected(*how))
            return streams[-1]

        monkeypatch.setattr(module, "connected", noted)
        loopback.play([loopback.answer(200, b"{}"), loopback.CLOSE])
        for opened in range(1, 4):
            assert (await client.get("/task", KEY)).status == 200
            assert loopback.connections == opened
            await until(lambda: streams[-1].get_extra_info("is_readable"))

    async def test_before_each_request_it_is_asked_once_whether_it_still_stands(
        self, loopback: Loopback, client: ApiClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        loopback.play([loopback.answer(200, b"{}")])
        await client.get("/task", KEY)
        asked: list[int] = []

        def noted(descriptor: int) -> bool:
            asked.append(descriptor)
            return is_readable(descriptor)

        monkeypatch.setattr(module, "is_readable", noted)
        for _ in range(3):
            await client.get("/task", KEY)
        assert (len(asked), loopback.connections) == (3, 1)


class TestWhatIsToldOfIt:
    def test_a_socket_is_readable_where_something_came_or_it_is_closed(self) -> None:
        ours, theirs = socket.socketpair()
        with ours, theirs:
            assert not is_readable(ours.fileno())
            theirs.send(b"x")
            assert is_readable(ours.fileno())
            ours.recv(1)
            theirs.close()
            assert is_readable(ours.fileno())
        assert is_readable(ours.fileno())


async def test_closing_closes_what_is_idle_and_what_is_under_way(
    loopback: Loopback, closed: list[object]
) -> None:
    client = ApiClient(loopback.url, plain_card(), concurrency=2, deadline=PATIENCE)
    loopback.play([loopback.answer(200, b"{}")], [loopback.HOLD])
    await client.get("/task", KEY)
    under_way = [asyncio.create_task(client.get("/task", KEY)) for _ in range(2)]
    await until(lambda: len(loopback.heard) == 3)
    await client.aclose()
    assert len(closed) == 2
    await asyncio.gather(*under_way, return_exceptions=True)
