"""Object stores on the loopback: moto's, and a forgetful one of our own."""

import subprocess
import sys
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import quote, unquote
from urllib.request import Request, urlopen

import pytest

from rushes.watch.bucket.place import Place

SECRET = "s3cr3t-of-the-store"

_SERVER = """
from moto.moto_server.threaded_moto_server import ThreadedMotoServer
import logging, sys
logging.getLogger("werkzeug").disabled = True
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(*server.get_host_and_port(), flush=True)
sys.stdin.read()
"""


_numbers = count()


@dataclass
class Store:
    """What a test sees of a store, without the library that it tests."""

    url: str
    bucket: str

    def place(self, prefix: str = "films") -> Place:
        return Place("s3", self.bucket, prefix)

    def read(self, key: str) -> bytes:
        with self._asked("GET", key) as answer:
            return answer.read()

    def about(self, key: str) -> dict[str, str]:
        with self._asked("HEAD", key) as answer:
            return {name.lower(): value for name, value in answer.headers.items()}

    def write(self, key: str, data: bytes) -> None:
        self._asked("PUT", key, data).close()

    def remove(self, key: str) -> None:
        self._asked("DELETE", key).close()

    def keys(self) -> list[str]:
        with self._asked("GET", "?list-type=2") as answer:
            page = answer.read().decode()
        return sorted(part.split("</Key>")[0] for part in page.split("<Key>")[1:])

    def keep_versions(self) -> None:
        """Have it keep what is replaced, so that it can be told."""
        status = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
        self._asked("PUT", "?versioning", status).close()

    def versions(self, prefix: str) -> list[str]:
        """The keys that begin so, once for each object that was ever put there."""
        with self._asked("GET", f"?versions&prefix={prefix}") as answer:
            page = answer.read().decode()
        return [part.split("</Key>")[0] for part in page.split("<Key>")[1:]]

    def uploads(self) -> int:
        """How many uploads in parts were begun and neither ended nor aborted."""
        with self._asked("GET", "?uploads") as answer:
            return answer.read().decode().count("<UploadId>")

    def made(self) -> "Store":
        """The same, once there is such a bucket."""
        self._asked("PUT", "").close()
        return self

    def _asked(self, method: str, key: str, data: bytes | None = None) -> Any:
        # moto looks whether there is a signature, and not at what it is.
        signed = {
            "Authorization": "AWS4-HMAC-SHA256 Credential=rushes/20261122/us-east-1/s3/",
            "Content-Type": "application/octet-stream",
        }
        at = f"{self.url}/{self.bucket}/{quote(key, safe='/?=&')}"
        return urlopen(Request(at, data, signed, method=method))


@pytest.fixture(scope="session")
def moto() -> Iterator[str]:
    """The URL of moto's S3."""
    with subprocess.Popen(
        [sys.executable, "-c", _SERVER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        assert server.stdout is not None
        host, port = server.stdout.readline().split()
        yield f"http://{host}:{port}"
        server.kill()


def point_at(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the library speak to this store, by the variables that it knows."""
    given = {
        "AWS_ENDPOINT_URL": url,
        "AWS_ALLOW_HTTP": "true",
        "AWS_ACCESS_KEY_ID": "rushes",
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_REGION": "us-east-1",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def store(moto: str, monkeypatch: pytest.MonkeyPatch) -> Store:
    """An empty bucket of moto's."""
    made = Store(moto, f"dailies-{next(_numbers)}").made()
    point_at(moto, monkeypatch)
    return made


@dataclass
class Forgetful:
    """A store that heeds no condition; `spoil` has it give back one other bit, `silent` nothing."""

    url: str = ""
    objects: dict[str, bytes] = field(default_factory=dict[str, bytes])
    puts: list[str] = field(default_factory=list[str])
    spoil: bool = False
    silent: bool = False
    over: threading.Event = field(default_factory=threading.Event)


@contextmanager
def forgetful() -> Generator[Forgetful]:
    """Such a store, with one bucket `films`."""
    it = Forgetful()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self, status: int, body: bytes = b"", *, length: int | None = None) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body) if length is None else length))
            self.send_header("ETag", '"1"')
            self.send_header("Last-Modified", "Sun, 22 Nov 2026 12:00:00 GMT")
            self.end_headers()
            self.wfile.write(body)

        def _key(self) -> str:
            return unquote(self.path.split("?")[0]).removeprefix("/films/")

        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            it.objects[self._key()] = body
            it.puts.append(self._key())
            self._answer(200)

        def do_HEAD(self) -> None:
            found = it.objects.get(self._key())
            self._answer(404 if found is None else 200, length=len(found or b""))

        def do_GET(self) -> None:
            found = it.objects.get(self._key(), b"")
            if it.silent:
                it.over.wait()
            if it.spoil:
                found = bytes((found[0] ^ 1,)) + found[1:]
            self._answer(200, found)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    it.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield it
    finally:
        it.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
