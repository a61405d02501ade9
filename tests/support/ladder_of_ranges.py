"""One film on every rung of what a server tells of its version."""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePosixPath
from random import Random
from typing import TYPE_CHECKING

import pytest
from mp4_files import film
from range_server import RUNGS
from waiting import PATIENCE

from rushes.watch.network.url import Origin
from rushes.watch.task import Ref
from rushes.watch.transfer.limits import Limits
from rushes.watch.transfer.request import Remote, TransferRequest
from rushes.watch.transfer.transfer import Transfer

if TYPE_CHECKING:
    from tests.watch.conftest import Loopback
FILM = film(600_000)
WHOLE = hashlib.sha256(FILM).hexdigest()
STRONG = RUNGS["an ETag"]


@pytest.fixture
def film_order(loopback: Loopback, tmp_path: Path) -> TransferRequest:
    return TransferRequest(
        source=Remote(f"{loopback.url}/film.mp4", loopback.url),
        directory=tmp_path / "downloads",
        stem=PurePosixPath("video-1"),
        ref=Ref("hiapi", "tk-1"),
        n=1,
    )


class Fetched:
    """A transfer that was run, with the pauses it would have made."""

    def __init__(
        self,
        film_order: TransferRequest,
        tries: int = 6,
        if_range_ignored: set[Origin] | None = None,
    ) -> None:
        self.pauses: list[float] = []
        self.transfer = Transfer(
            film_order,
            limits=Limits(window=PATIENCE, tries=tries, spare=0),
            rng=Random(1),
            pause=self.pauses.append,
            if_range_ignored=if_range_ignored,
        )
        self.saved = self.transfer.run()


def asked(loopback: Loopback) -> list[tuple[str | None, str | None]]:
    """Range and If-Range of each request."""
    return [(heard.headers.get("range"), heard.headers.get("if-range")) for heard in loopback.heard]
