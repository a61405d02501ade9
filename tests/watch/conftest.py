"""A loopback server that says exactly the bytes a test tells it to say."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from certificate import Certificate
from desk_home import home as home
from download_kitchen import build_kitchen as build_kitchen
from download_kitchen import kitchen as kitchen
from download_rig import FILM, DownloadRig
from entries_home import cached_home as cached_home
from faulty_transfer import faulty_order as faulty_order
from hasty_client import client as client
from ladder_of_ranges import film_order as film_order
from lease_shop import shop as shop
from one_transfer import order as order
from refusing_cdn import cdn as cdn
from waiting import PATIENCE
from written_settings import config as config


@dataclass(frozen=True)
class Heard:
    """One request as it came in; header names in lower case."""

    line: str
    headers: Mapping[str, str]
    raw: bytes
    body: bytes = b""

    @property
    def method(self) -> str:
        return self.line.split(" ")[0]

    @property
    def target(self) -> str:
        return self.line.split(" ")[1]


@dataclass(frozen=True)
class Act:
    """What a scene may do besides sending bytes and letting seconds pass."""

    name: str


Scene = Iterable[bytes | float | Act]


@dataclass
class Loopback:
    """Plays one scene a request, the last one again and again.

    A scene is bytes to send, seconds to wait, and acts: CLOSE ends the connection, RESET breaks it,
    HOLD keeps it open and silent until the test is over.
    """

    host: str = "127.0.0.1"
    heard: list[Heard] = field(default_factory=list[Heard])
    connections: int = 0
    wrap: Callable[[socket.socket], socket.socket] | None = None

    CLOSE = Act("close")
    RESET = Act("reset")
    HOLD = Act("hold")

    def __post_init__(self) -> None:
        self._scenes: list[Scene | Callable[[Heard], Scene]] = []
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._listening = socket.create_server((self.host, 0))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        return self._listening.getsockname()[1]

    @property
    def url(self) -> str:
        return f"{'https' if self.wrap else 'http'}://{self.host}:{self.port}"

    def play(self, *scenes: Scene | Callable[[Heard], Scene]) -> None:
        """Take these scenes from now on; a function is asked for its scene with the request."""
        self._scenes = list(scenes)

    def answer(self, status: int = 200, body: bytes = b"", /, **headers: str) -> bytes:
        """A whole answer; `content_length` is right unless given, and left out for ""."""
        fields = {"content-length": str(len(body))}
        fields |= {name.replace("_", "-"): value for name, value in headers.items()}
        lines = [f"{name}: {value}" for name, value in fields.items() if value]
        return "\r\n".join([f"HTTP/1.1 {status} Said", *lines, "", ""]).encode("latin-1") + body

    def stop(self) -> None:
        self._over.set()
        # Closing a socket does not wake the thread that accepts on it; a last visitor does.
        with contextlib.suppress(OSError):
            socket.create_connection((self.host, self.port), timeout=1).close()
        self._listening.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                peer, _ = self._listening.accept()
                if self._over.is_set():
                    peer.close()
                    return
                self.connections += 1
                threading.Thread(target=self._talk, args=(peer,), daemon=True).start()

    def _talk(self, peer: socket.socket) -> None:
        with contextlib.suppress(OSError):
            peer = self.wrap(peer) if self.wrap else peer
            with peer:
                while (request := self._hear(peer)) is not None:
                    if not self._perform(peer, request):
                        return

    def _hear(self, peer: socket.socket) -> Heard | None:
        raw = b""
        while b"\r\n\r\n" not in raw:
            received = peer.recv(65536)
            if not received:
                return None
            raw += received
        head, _, body = raw.partition(b"\r\n\r\n")
        line, *rest = head.decode("latin-1").strip().split("\r\n")
        pairs = (entry.split(": ", 1) for entry in rest)
        headers = {name.lower(): value for name, value in pairs}
        while len(body) < int(headers.get("content-length", "0")):
            body += peer.recv(65536)
        heard = Heard(line, headers, raw, body)
        self.heard.append(heard)
        return heard

    def _perform(self, peer: socket.socket, request: Heard) -> bool:
        with self._lock:
            scene = self._scenes.pop(0) if len(self._scenes) > 1 else self._scenes[0]
        for step in scene(request) if callable(scene) else scene:
            if isinstance(step, bytes):
                peer.sendall(step)
            elif isinstance(step, float):
                time.sleep(step)
            elif step == self.HOLD:
                self._over.wait(2 * PATIENCE)
                return False
            elif step == self.RESET:
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return False
            else:
                return False
        return True


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return Certificate.made(tmp_path_factory.mktemp("tls"), "DNS:film.test,IP:127.0.0.1")


@pytest.fixture
def loopback() -> Iterator[Loopback]:
    """One server, and the class of it: `loopback.answer`, `loopback.CLOSE`."""
    server = Loopback()
    yield server
    server.stop()


@pytest.fixture
def elsewhere() -> Iterator[Loopback]:
    """A second server: another origin on the same machine."""
    server = Loopback()
    yield server
    server.stop()


@pytest.fixture
async def build(tmp_path: Path) -> AsyncIterator[Callable[..., DownloadRig]]:
    """Return a function that makes a DownloadRig; what it takes is the DownloadRig's."""
    made: list[DownloadRig] = []

    def make(base: str, **options: Any) -> DownloadRig:
        made.append(DownloadRig(tmp_path / "downloads", base, **options))
        return made[-1]

    yield make
    for rig in made:
        await rig.downloads.close()
        await rig.client.aclose()


@pytest.fixture
def rig(loopback: Loopback, build: Callable[..., DownloadRig]) -> DownloadRig:
    loopback.play([loopback.answer(200, FILM, ETag='"v1"')])
    return build(loopback.url)
