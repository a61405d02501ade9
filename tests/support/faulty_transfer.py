"""Transfers with faults on their way."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from random import Random
from typing import TYPE_CHECKING

import pytest
from mp4_files import film
from waiting import PATIENCE

from rushes.watch.task import Ref
from rushes.watch.transfer.limits import Limits
from rushes.watch.transfer.request import Remote, TransferRequest
from rushes.watch.transfer.transfer import Transfer

if TYPE_CHECKING:
    from tests.watch.conftest import Heard, Loopback, Scene

FILM = film(2_000_000)


def order_at(loopback: Loopback, folder: Path) -> TransferRequest:
    return TransferRequest(
        source=Remote(f"{loopback.url}/film.mp4", loopback.url),
        directory=folder,
        stem=PurePosixPath("hiapi/shot/video-1"),
        ref=Ref("hiapi", "tk-1"),
        n=1,
    )


@pytest.fixture
def faulty_order(loopback: Loopback, tmp_path: Path) -> TransferRequest:
    return order_at(loopback, tmp_path / "downloads")


def transfer(faulty_order: TransferRequest, **changes: float) -> Transfer:
    limits = {"window": PATIENCE, "tries": 4, "spare": 0, **changes}
    return Transfer(
        faulty_order,
        limits=Limits(**limits),  # pyright: ignore[reportArgumentType]
        rng=Random(1),
        pause=lambda _: None,
    )


@dataclass
class Storage:
    """Serves one version of a film, well or badly, and counts the bytes that it sends."""

    loopback: Loopback
    film: bytes = FILM
    etag: str = '"v1"'
    ranges: bool = True
    cuts: list[int] = field(default_factory=list[int])
    sent: int = 0

    def __call__(self, heard: Heard) -> Scene:
        wanted = heard.headers.get("range") if self.ranges else None
        start = 0
        if wanted is not None and heard.headers.get("if-range") == self.etag:
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
        length = str(len(self.film) - start)
        about = {"ETag": self.etag, "content_length": length}
        if start:
            about["Content_Range"] = f"bytes {start}-{len(self.film) - 1}/{len(self.film)}"
        yield self.loopback.answer(206 if start else 200, b"", **about)
        stop = next((cut for cut in sorted(self.cuts) if cut > start), len(self.film))
        self.sent += stop - start
        yield self.film[start:stop]
        if stop < len(self.film):
            self.cuts.remove(stop)
            yield self.loopback.CLOSE
