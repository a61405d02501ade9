"""The rest of a body, read from its socket: so many bytes, and what becomes of them on the way."""

from __future__ import annotations

import socket
import ssl
import threading
from typing import TYPE_CHECKING

import pytest

from rushes.watch.network import direct
from rushes.watch.network.assets import open_asset
from rushes.watch.network.direct import LENT, Cut, rest_of
from rushes.watch.network.hang_up import Connection
from rushes.watch.network.unreachable import Unreachable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from certificate import Certificate

    from tests.watch.conftest import Loopback

BODY = bytes(range(256)) * 4096
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def fetched(loopback: Loopback, connection: Connection | None = None) -> bytes:
    body = b""
    with open_asset(
        f"{loopback.url}/film.mp4", {}, gateway=loopback.url, connection=connection or Connection()
    ) as arriving:
        for chunk in arriving.chunks:
            body += chunk
    return body


class TestTheBytes:
    def test_are_as_many_as_are_left_and_no_byte_more(
        self, pair: tuple[socket.socket, socket.socket]
    ) -> None:
        ours, theirs = pair
        theirs.sendall(b"film" + b"more")
        assert b"".join(bytes(chunk) for chunk in rest_of(ours, 4, 1.0)) == b"film"
        assert ours.recv(100) == b"more"

    def test_of_a_chunk_stay_while_a_few_more_are_taken(
        self, pair: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(direct, "BUFFER", 2)
        ours, theirs = pair
        theirs.sendall(b"0123456789abcdef")
        chunks = rest_of(ours, 16, 1.0)
        taken = [next(chunks) for _ in range(LENT + 1)]
        assert [bytes(chunk) for chunk in taken] == [b"01", b"23", b"45", b"67"]
        assert bytes(next(chunks)) == b"89"
        assert bytes(taken[0]) == b"89", "the first buffer is used again"

    def test_that_came_before_the_end_are_handed_on_before_it_is_told(
        self, pair: tuple[socket.socket, socket.socket]
    ) -> None:
        ours, theirs = pair
        theirs.sendall(b"film")
        theirs.close()
        chunks = rest_of(ours, 100, 1.0)
        assert bytes(next(chunks)) == b"film"
        with pytest.raises(Cut):
            next(chunks)

    def test_that_do_not_come_are_waited_for_and_no_longer_than_said(
        self, pair: tuple[socket.socket, socket.socket]
    ) -> None:
        ours, theirs = pair
        theirs.sendall(b"film")
        chunks = rest_of(ours, 100, 0.01)
        assert bytes(next(chunks)) == b"film"
        with pytest.raises(TimeoutError):
            next(chunks)

    def test_of_tls_do_not_wait_for_a_record_that_is_not_whole(
        self, certificate: Certificate, pair: tuple[socket.socket, socket.socket]
    ) -> None:
        """A stall amid a record holds nothing back of those before it."""
        ours, theirs = pair
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate.file, certificate.key)
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        server = context.wrap_bio(incoming, outgoing, server_side=True)

        def shake() -> None:
            while True:
                try:
                    server.do_handshake()
                    theirs.sendall(outgoing.read())
                    return
                except ssl.SSLWantReadError:
                    theirs.sendall(outgoing.read())
                    incoming.write(theirs.recv(65536))

        shaking = threading.Thread(target=shake)
        shaking.start()
        with certificate.trusted().wrap_socket(ours, server_hostname="film.test") as client:
            shaking.join()
            for record in (b"a" * 16384, b"b" * 16384, b"c" * 16384):
                server.write(record)
            theirs.sendall(outgoing.read()[:-5])
            client.settimeout(1.0)
            came = bytes(next(rest_of(client, 10**6, 1.0)))
        assert came == b"a" * 16384 + b"b" * 16384


@pytest.fixture
def by_the_library(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many bytes of answers came by way of the library, read by read."""
    counts: list[int] = []
    recv = socket.socket.recv

    def counted(self: socket.socket, size: int, flags: int = 0) -> bytes:
        data = recv(self, size, flags)
        if data and not data.startswith(b"GET "):
            counts.append(len(data))
        return data

    monkeypatch.setattr(socket.socket, "recv", counted)
    return counts


class TestABody:
    def test_of_a_length_comes_past_the_library_but_for_its_beginning(
        self, loopback: Loopback, by_the_library: list[int]
    ) -> None:
        loopback.play([loopback.answer(200, BODY)])
        assert fetched(loopback) == BODY
        assert sum(by_the_library) <= 2 * 65536

    def test_so_it_does_over_tls(
        self,
        loopback: Loopback,
        certificate: Certificate,
        monkeypatch: pytest.MonkeyPatch,
        by_the_library: list[int],
    ) -> None:
        loopback.wrap = certificate.serve
        monkeypatch.setattr("rushes.watch.network.assets.trust_or_refuse", certificate.trusted)
        loopback.play([loopback.answer(200, BODY)])
        assert fetched(loopback) == BODY
        assert sum(by_the_library) <= 2 * 65536

    @pytest.mark.parametrize(
        "said",
        [
            CHUNKED
            + b"".join(b"40000\r\n%b\r\n" % BODY[at : at + 2**18] for at in range(0, 2**20, 2**18))
            + b"0\r\n\r\n",
            b"HTTP/1.1 200 OK\r\n\r\n" + BODY,
            b"HTTP/1.1 200 OK\r\nContent-Encoding: utf-8\r\nContent-Length: 1048576\r\n\r\n" + BODY,
        ],
        ids=["chunks", "no length", "a coding"],
    )
    def test_of_any_other_form_comes_by_way_of_it(
        self, loopback: Loopback, by_the_library: list[int], said: bytes
    ) -> None:
        loopback.play([said, loopback.CLOSE])
        assert fetched(loopback) == BODY
        assert sum(by_the_library) == len(said)

    def test_ends_its_connection(self, loopback: Loopback) -> None:
        loopback.play([loopback.answer(200, BODY)])
        for number in range(1, 3):
            assert fetched(loopback) == BODY
            assert loopback.connections == number

    def test_that_is_cut_is_told_in_the_librarys_words(self, loopback: Loopback) -> None:
        loopback.play([loopback.answer(200, BODY, content_length="2000000"), loopback.CLOSE])
        with pytest.raises(Unreachable, match="the connection ended before a whole answer came"):
            fetched(loopback)

    def test_that_is_reset_too(self, loopback: Loopback) -> None:
        loopback.play([loopback.answer(200, BODY, content_length="2000000"), loopback.RESET])
        with pytest.raises(Unreachable, match=r"connection reset|before a whole answer"):
            fetched(loopback)

    def test_that_is_left_ends_its_read_at_once(self, loopback: Loopback) -> None:
        connection = Connection()

        def scene() -> Iterator[bytes | float]:
            yield loopback.answer(200, BODY, content_length="2000000")
            connection.cut()
            yield 0.0

        loopback.play(lambda _: [*scene(), loopback.HOLD])
        with pytest.raises(Unreachable):
            fetched(loopback, connection)
