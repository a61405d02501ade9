"""Asking a gateway: what is sent, what comes back, and how long it can take."""

from __future__ import annotations

import asyncio
import gzip
import threading
import time
from typing import TYPE_CHECKING

import pytest
from plain_card import plain_card
from waiting import AT_ONCE, PATIENCE, until

from rushes.providers.errors import UnexpectedReply
from rushes.providers.reply import BODY_LIMIT, read_json
from rushes.watch.network.client import ApiClient
from rushes.watch.network.unreachable import Unreachable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from tests.watch.conftest import Loopback, Scene

    Make = Callable[..., ApiClient]
from hasty_client import CARD, KEY


@pytest.fixture
async def hasty(loopback: Loopback) -> AsyncIterator[ApiClient]:
    """One for servers that do not answer."""
    made = ApiClient(loopback.url, CARD, concurrency=2, deadline=0.3)
    yield made
    await made.aclose()


async def test_a_request_is_base_plus_path_with_the_key_and_nothing_decoded(
    loopback: Loopback, client: ApiClient
) -> None:
    loopback.play([loopback.answer(200, b'{"a": 1}', Date="Sun, 22 Nov 2026 07:00:00 GMT")])
    reply = await client.get("/v1/tasks/a%2Fb?x=%7E1", KEY)
    assert reply.status == 200
    assert reply.headers["date"] == "Sun, 22 Nov 2026 07:00:00 GMT"
    assert reply.body == b'{"a": 1}'
    heard = loopback.heard[0]
    assert heard.line == "GET /v1/tasks/a%2Fb?x=%7E1 HTTP/1.1"
    assert heard.headers["tt-api-key"] == "tt-key-1"
    assert heard.headers["accept-encoding"] == "identity"
    assert heard.headers["user-agent"].startswith("rushes")


@pytest.mark.parametrize("start", ["@elsewhere.example", ".elsewhere.example", "0/x", "\\x"])
async def test_no_route_leads_the_key_to_another_origin(loopback: Loopback, start: str) -> None:
    loopback.play([loopback.answer(200, b"{}")])
    client = ApiClient(loopback.url, plain_card(start + "/{task_id}"), concurrency=1)
    with pytest.raises(Unreachable):
        await client.get(f"{start}/task", KEY)
    assert not loopback.heard


async def test_nor_does_it_where_the_base_has_no_port_of_its_own(loopback: Loopback) -> None:
    card = plain_card(f":{loopback.port}/{{task_id}}")
    client = ApiClient("http://127.0.0.1", card, concurrency=1)
    with pytest.raises(Unreachable, match="leads away"):
        await client.get(f":{loopback.port}/task", KEY)
    assert loopback.connections == 0


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_handed_back_and_not_followed(
    loopback: Loopback, elsewhere: Loopback, client: ApiClient, status: int
) -> None:
    loopback.play([loopback.answer(status, Location=f"{elsewhere.url}/x")])
    elsewhere.play([elsewhere.answer(200)])
    reply = await client.get("/task", KEY)
    assert reply.status == status
    assert not elsewhere.heard


async def test_so_is_a_redirect_to_what_is_no_url(loopback: Loopback, client: ApiClient) -> None:
    loopback.play([loopback.answer(302, Location="http://[::1")])
    assert (await client.get("/task", KEY)).status == 302


async def test_cookies_are_not_echoed(loopback: Loopback, client: ApiClient) -> None:
    loopback.play([loopback.answer(200, b"{}", Set_Cookie="a=b; Path=/")])
    for _ in range(2):
        await client.get("/task", KEY)
    assert all("cookie" not in heard.headers for heard in loopback.heard)


async def test_connections_are_kept_and_at_most_as_many_as_allowed(
    loopback: Loopback, client: ApiClient
) -> None:
    loopback.play([0.01, loopback.answer(200, b"{}")])
    await asyncio.gather(*(client.get("/task", KEY) for _ in range(10)))
    assert loopback.connections == 2


async def test_proxies_and_netrc_of_the_environment_are_not_used(
    loopback: Loopback, elsewhere: Loopback, client: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, elsewhere.url)
    loopback.play([loopback.answer(200, b"{}")])
    await client.get("/task", KEY)
    assert len(loopback.heard) == 1
    assert elsewhere.connections == 0


class TestBodies:
    async def test_gzip_that_nobody_asked_for_is_read(
        self, loopback: Loopback, client: ApiClient
    ) -> None:
        body = gzip.compress(b'{"a": 1}')
        loopback.play([loopback.answer(200, body, Content_Encoding="gzip")])
        assert (await client.get("/task", KEY)).body == b'{"a": 1}'

    async def test_a_bomb_is_inflated_to_the_limit_and_no_further(
        self, loopback: Loopback, client: ApiClient
    ) -> None:
        body = gzip.compress(bytes(BODY_LIMIT * 4))
        loopback.play([loopback.answer(200, body, Content_Encoding="gzip")])
        reply = await client.get("/task", KEY)
        assert len(reply.body) == BODY_LIMIT + 1
        with pytest.raises(UnexpectedReply, match="at most"):
            read_json(reply.body)

    async def test_an_endless_body_is_left_at_the_limit(
        self, loopback: Loopback, client: ApiClient
    ) -> None:
        piece = bytes(1024 * 1024)
        loopback.play([b"HTTP/1.1 200 OK\r\n\r\n", *[piece] * 40])
        assert len((await client.get("/task", KEY)).body) == BODY_LIMIT + 1

    async def test_other_encodings_keep_their_status_and_stay_unread(
        self, loopback: Loopback, client: ApiClient
    ) -> None:
        body = gzip.compress(gzip.compress(b"{}"))
        loopback.play([loopback.answer(401, body, Content_Encoding="gzip, gzip")])
        reply = await client.get("/task", KEY)
        assert (reply.status, reply.body) == (401, body)

    async def test_broken_gzip_is_said_to_be_so(
        self, loopback: Loopback, client: ApiClient
    ) -> None:
        loopback.play([loopback.answer(200, b"not gzip at all", Content_Encoding="gzip")])
        with pytest.raises(Unreachable, match="gzip"):
            await client.get("/task", KEY)

    @pytest.mark.parametrize("sent", [b"{", b'{"a":'])
    async def test_a_short_body_is_no_answer(
        self, loopback: Loopback, client: ApiClient, sent: bytes
    ) -> None:
        loopback.play([loopback.answer(200, sent, content_length="100"), loopback.CLOSE])
        with pytest.raises(Unreachable, match="before a whole answer"):
            await client.get("/task", KEY)


async def warmed_up(loopback: Loopback, client: ApiClient) -> None:
    """How long connecting may take is settled at a client's first request, by its deadline."""
    loopback.play([loopback.answer(200, b"{}")])
    assert (await client.get("/task", KEY)).status == 200


class TestDeadline:
    """A request takes its deadline and not much longer, whatever the other side does (M4)."""

    @pytest.mark.parametrize("drip", ["silence", "head", "body"])
    async def test_it_holds_against(self, loopback: Loopback, hasty: ApiClient, drip: str) -> None:
        piecewise: dict[str, Scene] = {
            "silence": [loopback.HOLD],
            "head": [b"HTTP/1.1 200 OK\r\n", *[b"a", 0.05] * 1000],
            "body": [loopback.answer(200, content_length="1000"), *[b"a", 0.05] * 1000],
        }
        loopback.play(piecewise[drip])
        begun = time.monotonic()
        with pytest.raises(Unreachable, match=r"timed out after 0\.3 s"):
            await hasty.get("/task", KEY)
        assert time.monotonic() - begun < AT_ONCE

    async def test_requests_after_many_timeouts_still_find_a_connection(
        self, loopback: Loopback, client: ApiClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await warmed_up(loopback, client)
        loopback.play([0.004, loopback.answer(200, b"{}")])
        with monkeypatch.context() as patch:
            patch.setattr(client, "_deadline", 0.001)
            for _ in range(20):
                askers = [client.get("/task", KEY) for _ in range(4)]
                results = await asyncio.gather(*askers, return_exceptions=True)
                assert {type(result) for result in results} == {Unreachable}
        assert (await client.get("/task", KEY)).status == 200

    async def test_one_that_times_out_does_not_end_its_neighbours(
        self, loopback: Loopback, client: ApiClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await warmed_up(loopback, client)
        timed_out = threading.Event()

        def heard_of(target: str) -> bool:
            return target in [heard.target for heard in loopback.heard]

        def late() -> Scene:
            timed_out.wait(PATIENCE)
            yield loopback.answer(200, b"{}")

        loopback.play(lambda heard: [loopback.HOLD] if heard.target == "/never" else late())
        with monkeypatch.context() as patch:
            patch.setattr(client, "_deadline", 0.3)
            never = asyncio.create_task(client.get("/never", KEY))
            await until(lambda: never.done() or heard_of("/never"))
        neighbour = asyncio.create_task(client.get("/late", KEY))
        await until(lambda: heard_of("/late"))
        with pytest.raises(Unreachable):
            await never
        timed_out.set()
        assert (await neighbour).status == 200
        assert (await client.get("/late", KEY)).status == 200
