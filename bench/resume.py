"""What a resumed file costs, over every kind of server: requests, bytes read, seconds of pauses.

    python bench/resume.py [--megabytes 6]

Each server is crossed with each trouble: every answer is cut at 2 MB; ranges are capped at 2 MB or
at 64 KiB; the file is replaced by another of the same length after each second answer, three times.
`read` is what came over the network beside what may come: the size, 64 KiB a cut, and 5 %.
A replaced file is begun again, so that only `mixed` counts there. Pauses are added up, not slept.
"""

import argparse
import re
import socket
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from random import Random

from rushes.providers.errors import RushesError
from rushes.watch.task import Ref
from rushes.watch.transfer.limits import Limits
from rushes.watch.transfer.request import Remote, TransferRequest
from rushes.watch.transfer.transfer import Transfer

MB = 1_000_000
KIB64 = 64 * 1024
DATES = [f"Sat, 28 Nov 2026 10:0{n}:00 GMT" for n in range(10)]
NOW = "Sat, 28 Nov 2026 11:00:00 GMT"


@dataclass(frozen=True)
class Kind:
    """How a server tells versions of a file apart, and what it makes of ranges."""

    name: str
    etag: str = ""
    modified: bool = False
    deaf: bool = False
    """If-Range is answered with all of the file, whatever it says."""
    status: int = 206


@dataclass(frozen=True)
class Trouble:
    """What happens on the way; `cut` and `cap` are bytes of an answer."""

    name: str
    cut: int | None = None
    cap: int | None = None
    replaced: int = 0


KINDS = (
    Kind("strong ETag", etag='"v{}"'),
    Kind("strong ETag, If-Range brings 200", etag='"v{}"', deaf=True),
    Kind("strong ETag, ranges under 200", etag='"v{}"', status=200),
    Kind("Last-Modified", modified=True),
    Kind("Last-Modified, If-Range brings 200", modified=True, deaf=True),
    Kind("weak ETag", etag='W/"v{}"'),
    Kind("nothing", deaf=True),
    Kind("nothing, ranges under 200", deaf=True, status=200),
)
TROUBLES = (
    Trouble("cut at 2 MB", cut=2 * MB),
    Trouble("capped at 2 MB", cut=2 * MB, cap=2 * MB),
    Trouble("capped at 64 KiB", cut=2 * MB, cap=KIB64),
    Trouble("replaced", cut=2 * MB, replaced=3),
)


def film(size: int, seed: int) -> bytes:
    """An MP4 of that many bytes."""
    movie = b"\0\0\0\0" + bytes(8) + (1000).to_bytes(4, "big") * 2 + bytes(80)
    index = (len(movie) + 8).to_bytes(4, "big") + b"mvhd" + movie
    index = (len(index) + 8).to_bytes(4, "big") + b"moov" + index
    head = b"\0\0\0\x18ftypisom\0\0\2\0isomiso2" + index
    data = Random(seed).randbytes(size - len(head) - 8)
    return head + (len(data) + 8).to_bytes(4, "big") + b"mdat" + data


@dataclass
class Server:
    kind: Kind
    trouble: Trouble
    films: list[bytes]
    asked: int = 0
    cuts: int = 0
    listening: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))

    def __post_init__(self) -> None:
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listening.getsockname()[1]}"

    def _accept(self) -> None:
        while True:
            try:
                peer, _ = self.listening.accept()
            except OSError:
                return
            with peer:
                try:
                    peer.sendall(self._answer(peer.recv(65536).decode("latin-1")))
                except OSError:
                    continue

    def _answer(self, request: str) -> bytes:
        version = min(self.asked // 2, self.trouble.replaced)
        self.asked += 1
        film, kind = self.films[version], self.kind
        head = {"Date": NOW, "Accept-Ranges": "bytes"}
        if kind.etag:
            head["ETag"] = kind.etag.format(version)
        if kind.modified:
            head["Last-Modified"] = DATES[version]
        start = _first_byte(request)
        condition = _field(request, "If-Range")
        fits = condition is None or (
            not kind.deaf and condition in (head.get("ETag"), head.get("Last-Modified"))
        )
        if start is None or not fits:
            return self._sent(200, head, film)
        piece = film[start : start + self.trouble.cap] if self.trouble.cap else film[start:]
        head["Content-Range"] = f"bytes {start}-{start + len(piece) - 1}/{len(film)}"
        return self._sent(kind.status, head, piece)

    def _sent(self, status: int, head: dict[str, str], body: bytes) -> bytes:
        lines = [f"{name}: {value}" for name, value in head.items()]
        lines.append(f"Content-Length: {len(body)}")
        cut = body[: self.trouble.cut]
        self.cuts += 1
        return "\r\n".join([f"HTTP/1.1 {status} X", *lines, "", ""]).encode() + cut


def _field(request: str, name: str) -> str | None:
    found = re.search(rf"^{name}: (.*)\r$", request, re.IGNORECASE | re.MULTILINE)
    return found[1] if found else None


def _first_byte(request: str) -> int | None:
    found = re.fullmatch(r"bytes=(\d+)-", _field(request, "Range") or "")
    return int(found[1]) if found else None


def run(kind: Kind, trouble: Trouble, films: list[bytes], folder: Path) -> str:
    """One line of what a transfer from that server came to."""
    server, pauses = Server(kind, trouble, films), list[float]()
    order = TransferRequest(
        source=Remote(f"{server.url}/film.mp4", server.url),
        directory=folder,
        stem=PurePosixPath("video-1"),
        ref=Ref("bench", "1"),
        n=1,
    )
    moved = Transfer(order, limits=Limits(spare=0), pause=pauses.append)
    end = _end_of(moved.run)
    server.listening.close()
    saved = [path.read_bytes() for path in folder.glob("*.mp4")]
    mixed = sum(each not in films for each in saved)
    size = len(films[0])
    allowed = size + server.cuts * KIB64 + size * 0.05
    return (
        f"{kind.name:36}{trouble.name:18}{server.asked:4} requests"
        f"  read {moved.received / MB:6.2f} of {allowed / MB:6.2f} MB"
        f"  pauses {sum(pauses):5.2f} s  mixed {mixed}  {end}"
    )


def _end_of(fetch: Callable[[], object]) -> str:
    try:
        return f"saved {getattr(fetch(), 'note', '')}"
    except RushesError as error:
        return f"NOT SAVED: {error}"


def main() -> None:
    parser = argparse.ArgumentParser(description="Resuming, over every kind of server.")
    parser.add_argument("--megabytes", type=int, default=6)
    asked = parser.parse_args()
    films = [film(asked.megabytes * MB, seed) for seed in range(4)]
    for kind in KINDS:
        for trouble in TROUBLES:
            with tempfile.TemporaryDirectory() as folder:
                print(run(kind, trouble, films, Path(folder)), flush=True)


if __name__ == "__main__":
    main()
