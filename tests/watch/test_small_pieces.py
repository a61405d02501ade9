"""Answers that come in tiny pieces, with many heads, or from many addresses (row 88)."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from plain_card import plain_card
from resource_growth import longest_run
from waiting import PATIENCE

from rushes.providers.secret import Secret
from rushes.watch.network import client as client_module
from rushes.watch.network import pacing
from rushes.watch.network.assets import ADDRESSES, by_turns, open_asset
from rushes.watch.network.client import ApiClient
from rushes.watch.network.hang_up import Connection
from rushes.watch.network.pacing import HEAD_LIMIT, PIECE, RUN, TINY, Incoming, Turns, rested
from rushes.watch.network.unreachable import Unreachable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from certificate import Certificate

    from tests.watch.conftest import Loopback

KEY = Secret("tt-key-1")
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
INTERIM = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
MOST = PIECE // 6 + 8
"""Parts that one read may hold: chunks of one byte are six bytes each."""


@pytest.fixture
async def client(loopback: Loopback) -> AsyncIterator[ApiClient]:
    made = ApiClient(loopback.url, plain_card(), concurrency=2, deadline=PATIENCE)
    yield made
    await made.aclose()


def one_by_one(body: bytes) -> bytes:
    """`body` with each byte in a chunk of its own."""
    return b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n"


class TestPolls:
    async def test_others_run_between_a_few_hundred_chunks_of_one_byte(
        self, loopback: Loopback, client: ApiClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(pacing, "REST", 0)
        body = b'{"a": "' + b"x" * 12_000 + b'"}'
        loopback.play([CHUNKED + one_by_one(body)])
        runs: list[int] = []
        async with longest_run(runs):
            reply = await client.get("/task", KEY)
        assert reply.body == body
        assert runs[0] <= MOST

    async def test_the_same_over_tls(
        self,
        loopback: Loopback,
        certificate: Certificate,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        loopback.wrap = certificate.serve
        monkeypatch.setattr(pacing, "REST", 0)
        monkeypatch.setattr(client_module, "trust", certificate.trusted)
        client = ApiClient(loopback.url, plain_card(), concurrency=1, deadline=PATIENCE)
        loopback.play([CHUNKED + one_by_one(b'"' + b"x" * 12_000 + b'"')])
        runs: list[int] = []
        async with longest_run(runs):
            reply = await client.get("/task", KEY)
        await client.aclose()
        assert len(reply.body) == 12_002
        assert runs[0] <= MOST

    async def test_interim_answers_without_end_are_left_at_the_limit(
        self, loopback: Loopback, client: ApiClient
    ) -> None:
        def endless() -> Iterator[bytes]:
            while True:
                yield INTERIM * 100

        loopback.play(lambda _: endless())
        runs: list[int] = []
        async with longest_run(runs):
            with pytest.raises(Unreachable, match="more than 128 KiB came before"):
                await client.get("/task", KEY)
        assert runs[0] <= MOST

    async def test_a_few_hundred_are_put_up_with(
        self, loopback: Loopback, client: ApiClient
    ) -> None:
        loopback.play([INTERIM * 300 + loopback.answer(200, b"{}")])
        assert (await client.get("/task", KEY)).body == b"{}"

    async def test_the_answers_on_one_connection_are_counted_one_by_one(
        self, loopback: Loopback, client: ApiClient
    ) -> None:
        answer = loopback.answer(200, b"{}", x_padding="y" * (HEAD_LIMIT // 4))
        loopback.play([answer])
        for _ in range(6):
            assert (await client.get("/task", KEY)).status == 200
        assert loopback.connections == 1

    async def test_a_large_body_is_no_head(self, loopback: Loopback, client: ApiClient) -> None:
        body = b" " * (2 * HEAD_LIMIT)
        loopback.play([loopback.answer(200, body)])
        assert (await client.get("/task", KEY)).body == body


class TestTheProcessorsShare:
    """A fifth of the time at most, whatever the pieces are."""

    async def work(self, each: float, pieces: int) -> tuple[float, float]:
        """Seconds worked and rested, where each piece takes `each` seconds to work through."""
        now, rests = 0.0, list[float]()

        async def rest(seconds: float) -> None:
            rests.append(seconds)

        answer = Incoming(rest, cpu=lambda: now)
        for _ in range(pieces):
            await answer.before_read()
            answer.after_read(b"x")
            now += each
        return now, sum(rests)

    async def test_pieces_that_cost_much_are_followed_by_four_times_as_long_a_rest(self) -> None:
        worked, rest = await self.work(0.02, 101)
        assert 3.9 < rest / worked <= 4

    async def test_many_that_cost_little_come_to_the_same(self) -> None:
        worked, rest = await self.work(0.001, 1001)
        assert 3.8 < rest / worked <= 4

    async def test_a_usual_answer_does_not_rest(self) -> None:
        assert (await self.work(0.0003, 3))[1] == 0

    async def test_two_of_an_account_rest_one_after_the_other(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        resting, most = 0, 0

        async def sleep(_: float) -> None:
            nonlocal resting, most
            resting += 1
            most = max(most, resting)
            await real_sleep(0)
            resting -= 1

        real_sleep = asyncio.sleep
        monkeypatch.setattr(asyncio, "sleep", sleep)
        turns = Turns()
        await asyncio.gather(*(turns.rest(1.0) for _ in range(5)))
        assert most == 1


def fetched(loopback: Loopback, **options: Any) -> bytes:
    connection = Connection()
    with open_asset(
        f"{loopback.url}/film.mp4", {}, gateway=loopback.url, connection=connection, **options
    ) as arriving:
        return b"".join(arriving.chunks)


class TestFiles:
    def test_a_pause_follows_each_run_of_tiny_chunks_and_no_other(self) -> None:
        waits: list[float] = []
        tiny = [b"x"] * (3 * RUN)
        assert list(rested(tiny, waits.append)) == tiny
        assert len(waits) == 3
        usual = [b"x" * TINY] * (3 * RUN)
        assert list(rested(usual, waits.append)) == usual
        assert len(waits) == 3

    def test_a_larger_chunk_now_and_then_does_not_hide_them(self) -> None:
        waits: list[float] = []
        list(rested(([b"x"] * (RUN - 1) + [b"y" * TINY]) * 3, waits.append))
        assert len(waits) == 3

    def test_a_file_in_chunks_of_one_byte_arrives_whole(self, loopback: Loopback) -> None:
        body = bytes(range(1, 200))
        loopback.play([CHUNKED + one_by_one(body)])
        assert fetched(loopback) == body

    def test_interim_answers_without_end_are_left_at_the_limit(
        self, loopback: Loopback, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(pacing, "PAUSE", 0.0)

        def endless() -> Iterator[bytes]:
            while True:
                yield INTERIM * 100

        loopback.play(lambda _: endless())
        with pytest.raises(Unreachable, match="more than 128 KiB came before"):
            fetched(loopback)

    def test_each_redirect_has_a_head_of_its_own(
        self, loopback: Loopback, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(pacing, "PAUSE", 0.0)
        padding = "y" * (HEAD_LIMIT // 2)
        away = loopback.answer(302, b"", location="/b", x_padding=padding)
        loopback.play([away], [away], [away], [loopback.answer(200, b"film", x_padding=padding)])
        assert fetched(loopback) == b"film"


class Dead:
    """Addresses that answer nobody: connecting to each takes all the seconds that it may take."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *ips: str) -> None:
        self.ips, self.now, self.tried = ips, 1000.0, list[str]()

        def handle(_: object, request: httpx.Request) -> httpx.Response:
            return self.answer(request)

        monkeypatch.setattr(httpx.HTTPTransport, "handle_request", handle)

    def resolve(self, *_: object, **__: object) -> list[tuple[Any, ...]]:
        family = socket.AF_INET
        return [(family, socket.SOCK_STREAM, 0, "", (ip, 0)) for ip in self.ips]

    def ask(self, url: str) -> float:
        """Seconds until it was given up."""
        began = self.now
        with (
            pytest.raises(Unreachable),
            open_asset(
                url,
                {},
                gateway="https://api.example",
                connection=Connection(),
                resolve=self.resolve,
                now=lambda: self.now,
            ),
        ):
            pass
        return self.now - began

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.tried.append(request.url.host)
        self.now += request.extensions["timeout"]["connect"]
        raise httpx.ConnectTimeout("")


class TestManyAddresses:
    def test_a_few_of_them_are_tried_and_the_try_ends_in_time(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        dead = Dead(monkeypatch, *(f"93.184.215.{n}" for n in range(1, 201)))
        assert dead.ask("https://cdn.example/a.mp4") <= 30.0
        assert len(dead.tried) == ADDRESSES

    def test_both_families_are_among_them(self, monkeypatch: pytest.MonkeyPatch) -> None:
        six = (f"2606:2800:21f:cb07::{n}" for n in range(1, 21))
        dead = Dead(monkeypatch, *six, "93.184.215.14")
        dead.ask("https://cdn.example/a.mp4")
        assert dead.tried[:3] == ["2606:2800:21f:cb07::1", "93.184.215.14", "2606:2800:21f:cb07::2"]

    def test_the_order_of_one_family_is_the_resolvers(self) -> None:
        assert by_turns(["10.0.0.2", "10.0.0.1"]) == ("10.0.0.2", "10.0.0.1")
        assert by_turns(["10.0.0.1", "fd00::1", "fd00::2"]) == ("10.0.0.1", "fd00::1", "fd00::2")

    def test_redirects_and_addresses_have_one_deadline(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Each answer comes late, and leads on."""
        dead = Dead(monkeypatch, "93.184.215.14")

        def late(request: httpx.Request) -> httpx.Response:
            dead.tried.append(str(request.url))
            dead.now += 16.0
            return httpx.Response(302, headers={"Location": f"/{len(dead.tried)}"})

        monkeypatch.setattr(dead, "answer", late)
        assert dead.ask("https://cdn.example/a.mp4") < 33.0
        assert len(dead.tried) == 2
