"""One file that is fetched from the loopback server into a folder of the test."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path, PurePosixPath
from random import Random
from typing import TYPE_CHECKING

import pytest
from mp4_files import film
from noted import noted
from waiting import PATIENCE

from rushes.watch.task import Ref
from rushes.watch.transfer.limits import Limits
from rushes.watch.transfer.request import (
    Remote,
    Saved,
    TransferRequest,
)
from rushes.watch.transfer.transfer import Transfer

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.watch.conftest import Heard, Loopback, Scene

REF = Ref("hiapi", "tk-1")
FILM = film(300_032)
ETAG = '"v1"'


@pytest.fixture
def order(tmp_path: Path, loopback: Loopback) -> TransferRequest:
    return TransferRequest(
        source=Remote(f"{loopback.url}/film.mp4?sig=secret", loopback.url),
        directory=tmp_path / "downloads",
        stem=PurePosixPath("hiapi/opening shot/video-1"),
        ref=REF,
        n=1,
    )


class Pauses(list[float]):
    """Takes the place of sleeping."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


def transfer(order: TransferRequest, **changes: int | float) -> Transfer:
    limits = replace(Limits(window=PATIENCE, tries=3, spare=0), **changes)  # pyright: ignore[reportArgumentType]
    return Transfer(order, limits=limits, rng=Random(1), pause=Pauses())


def get(order: TransferRequest, **changes: int | float) -> Saved:
    saved = transfer(order, **changes).run()
    noted(order.directory)
    return saved


def files(order: TransferRequest) -> list[str]:
    root = order.directory
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def side_file(order: TransferRequest) -> Path:
    (found,) = order.directory.rglob("*.part.json")
    return found


def recorded(order: TransferRequest) -> int:
    """How many bytes the side file says were synced."""
    synced = json.loads(side_file(order).read_text())["synced"]
    assert isinstance(synced, int)
    return synced


def ranged(loopback: Loopback, film: bytes = FILM, etag: str = ETAG) -> Callable[[Heard], Scene]:
    """A storage that does everything right."""

    def scene(heard: Heard) -> Scene:
        wanted = heard.headers.get("range")
        if wanted is None or heard.headers.get("if-range") != etag:
            return [loopback.answer(200, film, ETag=etag)]
        start = int(wanted.removeprefix("bytes=").removesuffix("-"))
        end = len(film) - 1
        return [
            loopback.answer(
                206, film[start:], ETag=etag, Content_Range=f"bytes {start}-{end}/{len(film)}"
            )
        ]

    return scene


def cut(loopback: Loopback, at: int, film: bytes = FILM, etag: str = ETAG) -> Scene:
    """The beginning of the film, and then nothing."""
    head = loopback.answer(200, b"", ETag=etag, content_length=str(len(film)))
    return [head, film[:at], loopback.CLOSE]


def synced_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a part synced each 50 kB, which come in pieces that are no larger."""
    monkeypatch.setattr("rushes.watch.transfer.part.SYNC_EVERY", 50_000)
    monkeypatch.setattr("rushes.watch.network.direct.BUFFER", 32 * 1024)
