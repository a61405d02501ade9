"""Proxies that a test runs itself, and that keep every byte they hear from whoever uses them."""

import contextlib
import select
import socket
import threading
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

Speak = Callable[["LocalProxy", socket.socket], None]
"""What a proxy does with a connection."""


@dataclass
class LocalProxy:
    """A proxy on loopback.

    `hosts` are the ports of the names that it knows; it resolves no other one. `heard` are the
    bytes of each connection that the client sent, those within a tunnel too. `asked` are the hosts
    and ports that it was asked for.
    """

    speak: Speak
    hosts: Mapping[str, int] = field(default_factory=dict[str, int])
    login: tuple[str, str] | None = None
    heard: list[bytearray] = field(default_factory=list[bytearray])
    asked: list[str] = field(default_factory=list[str])

    def __post_init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._over = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        return self._listening.getsockname()[1]

    @property
    def everything(self) -> bytes:
        return b"".join(map(bytes, self.heard))

    def read(self, peer: socket.socket, count: int) -> bytes:
        """So many bytes of the client; raises OSError where it ends before."""
        data = b""
        while len(data) < count:
            piece = peer.recv(count - len(data))
            if not piece:
                raise OSError("the client has gone")
            data += piece
        self.heard[-1].extend(data)
        return data

    def head(self, peer: socket.socket) -> list[str]:
        """The lines of a request's head."""
        data = b""
        while not data.endswith(b"\r\n\r\n"):
            data += self.read(peer, 1)
        return data.decode("latin-1").strip().split("\r\n")

    def reach(self, host: str, port: int) -> socket.socket:
        self.asked.append(f"{host}:{port}")
        there = self.hosts[host] if host in self.hosts or host != "127.0.0.1" else port
        return socket.create_connection(("127.0.0.1", there))

    def relay(self, peer: socket.socket, far: socket.socket) -> None:
        """Pass bytes on in both directions until one side ends."""
        with far:
            while True:
                for ready in select.select([peer, far], [], [])[0]:
                    data = ready.recv(65536)
                    if not data:
                        return
                    if ready is peer:
                        self.heard[-1].extend(data)
                    (far if ready is peer else peer).sendall(data)

    def stop(self) -> None:
        self._over.set()
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        self._listening.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                peer, _ = self._listening.accept()
                if self._over.is_set():
                    peer.close()
                    return
                self.heard.append(bytearray())
                threading.Thread(target=self._talk, args=(peer,), daemon=True).start()

    def _talk(self, peer: socket.socket) -> None:
        with peer, contextlib.suppress(OSError):
            self.speak(self, peer)


def http(proxy: LocalProxy, peer: socket.socket) -> None:
    """Open a tunnel for CONNECT, and pass on one request for a whole URL."""
    from base64 import b64encode

    first, *rest = proxy.head(peer)
    headers = {name.lower(): text for name, _, text in (line.partition(": ") for line in rest)}
    if proxy.login is not None:
        wanted = "Basic " + b64encode(":".join(proxy.login).encode()).decode()
        if headers.get("proxy-authorization") != wanted:
            peer.sendall(b"HTTP/1.1 407 Login\r\nContent-Length: 0\r\n\r\n")
            return
    method, target, _ = first.split(" ")
    if method == "CONNECT":
        host, _, port = target.rpartition(":")
        try:
            far = proxy.reach(host.strip("[]"), int(port))
        except KeyError:
            peer.sendall(b"HTTP/1.1 502 Unknown\r\nContent-Length: 0\r\n\r\n")
            return
        peer.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        proxy.relay(peer, far)
        return
    url = urlsplit(target)
    far = proxy.reach(url.hostname or "", url.port or 80)
    path = f"{url.path}?{url.query}" if url.query else url.path
    sent = [line for line in rest if not line.lower().startswith("proxy-")]
    far.sendall(
        "\r\n".join([f"{method} {path} HTTP/1.1", *sent, "Connection: close", "", ""]).encode(
            "latin-1"
        )
    )
    proxy.relay(peer, far)


def socks5(proxy: LocalProxy, peer: socket.socket) -> None:
    """A SOCKS5 server that answers a byte at a time, as the network may bring it."""

    def answer(data: bytes) -> None:
        for one in data:
            peer.sendall(bytes([one]))

    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    _, count = proxy.read(peer, 2)
    methods = proxy.read(peer, count)
    method = 2 if proxy.login else 0
    if method not in methods:
        answer(b"\x05\xff")
        return
    answer(bytes([5, method]))
    if proxy.login:
        given: list[bytes] = []
        proxy.read(peer, 1)
        for _ in proxy.login:
            given.append(proxy.read(peer, proxy.read(peer, 1)[0]))
        fits = given == [part.encode() for part in proxy.login]
        answer(b"\x01\x00" if fits else b"\x01\x01")
        if not fits:
            return
    _, _, _, kind = proxy.read(peer, 4)
    if kind == 3:
        host = proxy.read(peer, proxy.read(peer, 1)[0]).decode()
    else:
        family = socket.AF_INET if kind == 1 else socket.AF_INET6
        host = socket.inet_ntop(family, proxy.read(peer, 4 if kind == 1 else 16))
    port = int.from_bytes(proxy.read(peer, 2), "big")
    try:
        far = proxy.reach(host, port)
    except KeyError:
        answer(b"\x05\x04\x00\x01" + bytes(6))
        return
    answer(b"\x05\x00\x00\x03\x09film.test" + port.to_bytes(2, "big"))
    proxy.relay(peer, far)


@contextlib.contextmanager
def running(
    speak: Speak, hosts: Mapping[str, int] | None = None, login: tuple[str, str] | None = None
) -> Generator[LocalProxy]:
    """A proxy, for as long as the context lasts."""
    proxy = LocalProxy(speak, hosts or {}, login)
    try:
        yield proxy
    finally:
        proxy.stop()
