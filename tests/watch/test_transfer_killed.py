"""kill -9 in the middle of a transfer, at any moment (reliability.md, row 50).

A few rounds in the suite; 200, for the figure, with `RUSHES_WHOLE=1`.
"""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from random import Random
from typing import TYPE_CHECKING, Self

from mp4_files import film
from sampling import rounds
from waiting import PATIENCE

from rushes.watch.task import Ref
from rushes.watch.transfer.limits import Limits
from rushes.watch.transfer.part import part_of
from rushes.watch.transfer.part_files import settle
from rushes.watch.transfer.request import Remote, Saved, TransferRequest
from rushes.watch.transfer.transfer import Transfer

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.watch.conftest import Heard, Loopback, Scene

FILM = film(400_000)
DIGEST = hashlib.sha256(FILM).hexdigest()
STEM = PurePosixPath("hiapi/shot/video-1")
MORE = 100_000
ROOT = Path(__file__).parents[2]
ROUNDS = rounds(10, 200)

FORKS = """
import os, sys
from pathlib import Path, PurePosixPath
from rushes.watch.network.trust import trust
from rushes.watch.transfer.limits import Limits
from rushes.watch.transfer.part import part_of
from rushes.watch.transfer.part_files import settle
from rushes.watch.transfer.request import TransferRequest, Remote
from rushes.watch.task import Ref
from rushes.watch.transfer.transfer import Transfer
import rushes.watch.network.direct
import rushes.watch.transfer.part
rushes.watch.transfer.part.SYNC_EVERY = 32 * 1024
rushes.watch.transfer.part.BESIDE_FROM = 100_000
rushes.watch.network.direct.BUFFER = 32 * 1024

# One warm process forks a child a round: what is killed is a transfer, not an interpreter.
trust()
while line := sys.stdin.readline():
    url, folder = line.split()
    child = os.fork()
    if child == 0:
        order = TransferRequest(source=Remote(url + "/film.mp4", url), directory=Path(folder),
                      stem=PurePosixPath("hiapi/shot/video-1"), ref=Ref("hiapi", "tk-1"), n=1)
        Transfer(order, limits=Limits(window=60.0, spare=0)).run()
        os._exit(0)
    print(child, flush=True)
    sys.stdin.readline()  # its id stays its own until it was killed
    os.waitpid(child, 0)
    print("gone", flush=True)
"""


class Forks:
    """Fetches the film in one child after the other, each of which is killed."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._child = 0

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-c", FORKS],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def begin(self, folder: Path) -> None:
        """Have a child fetch into that folder."""
        self._child = int(self._told(f"{self._url} {folder}"))

    def kill(self) -> None:
        """Kill it, and wait until it is gone."""
        os.kill(self._child, signal.SIGKILL)
        self._told("killed")

    def _told(self, line: str) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        return self._process.stdout.readline()


@dataclass
class Server:
    """Sends the film, slowly enough to be killed on the way: no more than `most` bytes of it."""

    loopback: Loopback
    most: int = len(FILM)

    def __call__(self, heard: Heard) -> Scene:
        wanted, start = heard.headers.get("range"), 0
        if wanted is not None:
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
        about = {"ETag": '"v1"', "content_length": str(len(FILM) - start)}
        if start:
            about["Content_Range"] = f"bytes {start}-{len(FILM) - 1}/{len(FILM)}"
        yield self.loopback.answer(206 if start else 200, b"", **about)
        for at in range(start, len(FILM), 20_000):
            if at >= self.most:
                yield self.loopback.HOLD
            yield FILM[at : at + 20_000]
            yield 0.001


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_row_50_a_final_name_is_a_whole_file_and_the_next_start_leaves_no_part(
    loopback: Loopback, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    rng = Random(1)
    server = Server(loopback)
    loopback.play(server)
    wrong = orphans = copies = on_the_way = resumed = 0
    with Forks(loopback.url) as forks:
        for number in range(ROUNDS):
            folder = tmp_path / str(number)
            for _ in range(rng.randrange(1, 3)):  # a second one is killed while it recovers
                forks.begin(folder)
                _wait(folder, rng, server)
                forks.kill()
                wrong += sum(_digest(path) != DIGEST for path in folder.rglob("*.mp4"))
                on_the_way += any(_size(path) for path in folder.rglob("*.part"))
            server.most = len(FILM)
            asked = len(loopback.heard)
            assert _fetched(loopback.url, folder).sha256 == DIGEST
            resumed += any("range" in heard.headers for heard in loopback.heard[asked:])
            wrong += sum(_digest(path) != DIGEST for path in folder.rglob("*.mp4"))
            orphans += sum(".part" in name for name in names(folder))
            copies += sum(name.endswith(".mp4") for name in names(folder)) - 1
    record_property("rounds", ROUNDS)
    record_property("killed on the way", on_the_way)
    record_property("resumed", resumed)
    record_property("wrong finals", wrong)
    record_property("orphan parts", orphans)
    record_property("second copies", copies)
    assert (wrong, orphans, copies) == (0, 0, 0)
    assert on_the_way >= ROUNDS / 5, "the kills come at moments that show nothing"


def _fetched(url: str, folder: Path) -> Saved:
    """The film in its folder, as the next start leaves it there."""
    order = TransferRequest(
        source=Remote(f"{url}/film.mp4", url),
        directory=folder,
        stem=STEM,
        ref=Ref("hiapi", "tk-1"),
        n=1,
    )
    saved = Transfer(order, limits=Limits(window=60.0, spare=0)).run()
    settle(folder, part_of(order.ref, 1), saved.path)
    return saved


def _wait(folder: Path, rng: Random, server: Server) -> None:
    """Let a moment pass: any at all, or until so and so much has arrived.

    A little more than that comes, but not all: however late the kill is, it meets a transfer.
    """
    much = rng.randrange(-len(FILM) // 2, len(FILM))
    server.most = much + MORE if much > 0 else len(FILM)
    until = time.monotonic() + (PATIENCE if much > 0 else rng.uniform(0, 0.05))
    while time.monotonic() < until:
        if any(folder.rglob("*.mp4")):
            return
        if 0 < much <= sum(_size(path) for path in folder.rglob("*.part")):
            return
        time.sleep(0.0005)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
