"""Answers in plain words, certificates, and addresses that cannot be had."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
from waiting import AT_ONCE, PATIENCE, until

from rushes.providers.secret import Secret
from rushes.watch.network.assets import open_asset
from rushes.watch.network.client import ApiClient
from rushes.watch.network.hang_up import Connection
from rushes.watch.network.unreachable import Unreachable
from rushes.watch.network.url import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from certificate import Certificate

    from tests.watch.conftest import Loopback

    Make = Callable[..., ApiClient]
from hasty_client import CARD, KEY


async def test_cancelling_callers_costs_no_connection(loopback: Loopback) -> None:
    client = ApiClient(loopback.url, CARD, concurrency=2, deadline=PATIENCE)
    loopback.play([0.005, loopback.answer(200, b"{}")])
    for _ in range(60):
        caller = asyncio.create_task(client.get("/task", KEY))
        await asyncio.sleep(0.001)
        caller.cancel()
    assert (await client.get("/task", KEY)).status == 200
    assert loopback.connections <= 2
    await client.aclose()


async def test_closing_ends_what_is_under_way_at_once(
    loopback: Loopback, client: ApiClient
) -> None:
    loopback.play([loopback.HOLD])
    waiting = asyncio.create_task(client.get("/task", KEY))
    await until(lambda: loopback.heard)
    begun = time.monotonic()
    await client.aclose()
    assert time.monotonic() - begun < AT_ONCE
    with pytest.raises(asyncio.CancelledError):
        await waiting


class TestPlainWords:
    async def test_connection_refused(self) -> None:
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))  # so that nobody else listens there
            port = closed.getsockname()[1]
            client = ApiClient(f"http://127.0.0.1:{port}", CARD, concurrency=1)
            with pytest.raises(Unreachable, match=r"^connection refused$"):
                await client.get("/task", KEY)
            await client.aclose()

    async def test_name_that_does_not_resolve(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def unknown(*_: object, **__: object) -> None:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")

        monkeypatch.setattr(socket, "getaddrinfo", unknown)
        client = ApiClient("http://api.rushes.invalid", CARD, concurrency=1)
        with pytest.raises(Unreachable, match=r"^cannot resolve api\.rushes\.invalid$"):
            await client.get("/task", KEY)
        await client.aclose()

    async def test_reset(self, loopback: Loopback, client: ApiClient) -> None:
        loopback.play([loopback.RESET])
        with pytest.raises(Unreachable, match=r"^connection reset$"):
            await client.get("/task", KEY)

    async def test_what_is_no_http(self, loopback: Loopback, client: ApiClient) -> None:
        loopback.play([b"220 mail.example ESMTP\r\n\r\n", loopback.CLOSE])
        with pytest.raises(Unreachable, match="before a whole answer"):
            await client.get("/task", KEY)

    @pytest.mark.parametrize("base", ["", "ftp://x", "http://a b", "http://u@x", "http://x:99999"])
    async def test_a_base_that_is_no_url(self, base: str) -> None:
        with pytest.raises(Unreachable):
            await ApiClient(base, CARD, concurrency=1).get("/task", KEY)

    @pytest.mark.parametrize("value", ["", "sk-1\r\nX: y", "sk-é", " ", "sk\t"])
    async def test_a_key_that_no_header_can_carry_is_refused_without_being_shown(
        self, loopback: Loopback, client: ApiClient, value: str
    ) -> None:
        with pytest.raises(Unreachable) as caught:
            await client.get("/task", Secret(value))
        assert "sk" not in str(caught.value)
        assert loopback.connections == 0


async def test_five_thousand_headers_are_an_error(loopback: Loopback, client: ApiClient) -> None:
    loopback.play(
        [b"HTTP/1.1 200 OK\r\n", *[b"x-%d: %s\r\n" % (n, b"y" * 40) for n in range(5000)]]
    )
    with pytest.raises(Unreachable):
        await client.get("/task", KEY)


class TestCertificates:
    """A key, or a file, only passes a connection whose other end has proved its name."""

    async def test_one_that_nobody_vouches_for_gets_no_request(
        self, loopback: Loopback, certificate: Certificate
    ) -> None:
        loopback.wrap = certificate.serve
        client = ApiClient(loopback.url, CARD, concurrency=1)
        with pytest.raises(Unreachable, match=r"^certificate not trusted: self.signed"):
            await client.get("/task", KEY)
        await client.aclose()
        assert not loopback.heard

    def test_an_asset_is_fetched_at_the_checked_address_under_the_name_of_its_link(
        self, loopback: Loopback, certificate: Certificate, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        loopback.wrap = certificate.serve
        away = f"https://other.test:{loopback.port}/"
        loopback.play(
            [loopback.answer(200, b"film")], [loopback.answer(302, b"away", Location=away)]
        )
        monkeypatch.setattr("rushes.watch.network.assets.trust_or_refuse", certificate.trusted)
        asked: list[str] = []

        def resolve(host: str, *_: object, **__: object) -> list[tuple[Any, ...]]:
            asked.append(host)
            return [(0, 0, 0, "", ("127.0.0.1", 0))]

        url = f"https://film.test:{loopback.port}/a"
        gateway = f"https://127.0.0.1:{loopback.port}"
        with open_asset(
            url, {}, gateway=gateway, connection=Connection(), resolve=resolve
        ) as arriving:
            assert b"".join(arriving.chunks) == b"film"
        assert loopback.heard[0].headers["host"] == f"film.test:{loopback.port}"
        assert asked == ["film.test"]
        with (
            pytest.raises(Refused, match="certificate not trusted"),
            open_asset(url, {}, gateway=gateway, connection=Connection(), resolve=resolve),
        ):
            pass
        assert len(loopback.heard) == 2


def test_an_address_that_cannot_be_connected_to_gives_way_to_the_next(loopback: Loopback) -> None:
    loopback.play([loopback.answer(200, b"film")])

    def resolve(*_: object, **__: object) -> list[tuple[Any, ...]]:
        return [(0, 0, 0, "", (ip, 0)) for ip in ("::1", "127.0.0.1")]

    url = f"http://film.test:{loopback.port}/a"
    with open_asset(
        url, {}, gateway=loopback.url, connection=Connection(), resolve=resolve
    ) as arriving:
        assert b"".join(arriving.chunks) == b"film"


@pytest.mark.skipif(sys.platform != "linux", reason="how a full listener is silent is Linux's own")
def test_an_address_that_swallows_everything_is_left_after_a_second(loopback: Loopback) -> None:
    """Row 12: as an IPv6 network does that leads nowhere."""
    loopback.play([loopback.answer(200, b"film")])

    def resolve(*_: object, **__: object) -> list[tuple[Any, ...]]:
        return [(0, 0, 0, "", (ip, 0)) for ip in ("127.0.0.2", "127.0.0.1")]

    with contextlib.ExitStack() as hole:
        full = hole.enter_context(socket.socket())
        full.bind(("127.0.0.2", loopback.port))
        full.listen(0)
        for _ in range(3):
            visitor = hole.enter_context(socket.socket())
            visitor.setblocking(False)
            visitor.connect_ex(("127.0.0.2", loopback.port))
        begun = time.monotonic()
        url = f"http://film.test:{loopback.port}/a"
        with open_asset(
            url, {}, gateway=loopback.url, connection=Connection(), resolve=resolve
        ) as arriving:
            assert b"".join(arriving.chunks) == b"film"
        assert 0.9 <= time.monotonic() - begun < AT_ONCE
