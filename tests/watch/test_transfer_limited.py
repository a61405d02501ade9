"""A transfer that a limit of bytes a second holds back."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from random import Random
from typing import TYPE_CHECKING

import pytest
from mp4_files import film

from rushes.watch.task import Ref
from rushes.watch.transfer.byte_budget import ByteBudget, ByteLimit
from rushes.watch.transfer.limits import Limits, SpeedFloor
from rushes.watch.transfer.request import Canceled, Remote, TransferRequest
from rushes.watch.transfer.transfer import Transfer

if TYPE_CHECKING:
    from tests.watch.conftest import Loopback

FILM = film(600_000)


class Time:
    """A clock that only pauses move."""

    def __init__(self) -> None:
        self.at = 5000.0
        self.pauses = list[float]()

    def __call__(self) -> float:
        return self.at

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.at += seconds


@pytest.fixture
def order(tmp_path: Path, loopback: Loopback) -> TransferRequest:
    loopback.play([loopback.answer(200, FILM)])
    return TransferRequest(
        source=Remote(f"{loopback.url}/film.mp4", loopback.url),
        directory=tmp_path / "downloads",
        stem=PurePosixPath("film"),
        ref=Ref("hiapi", "a"),
        n=1,
    )


def limited(order: TransferRequest, time: Time, rate: float, folder: Path) -> Transfer:
    budget = ByteBudget([ByteLimit(folder, rate, time, time.pause)])
    return Transfer(
        order,
        limits=Limits(tries=1, spare=0, slowest=200_000, window=1.0),
        rng=Random(1),
        pause=time.pause,
        now=time,
        budget=budget,
    )


def test_takes_as_long_as_the_limit_says_and_is_whole(
    order: TransferRequest, tmp_path: Path
) -> None:
    time = Time()
    saved = limited(order, time, 100_000, tmp_path / "slots").run()
    assert saved.path.read_bytes() == FILM
    # What a late timer may make up for is given at the beginning.
    assert sum(time.pauses) == pytest.approx(len(FILM) / 100_000 - 0.1, abs=0.05)


def test_is_not_called_a_drip_where_it_is_slow_by_our_own_will() -> None:
    time = Time()
    floor = SpeedFloor(Limits(slowest=1000, window=10), time)
    for _ in range(100):
        floor.note(100)
        time.at += 5.0
        floor.rest(5.0)


def test_ends_at_once_when_it_is_canceled_while_it_pauses(
    order: TransferRequest, tmp_path: Path
) -> None:
    time = Time()
    moved = limited(order, time, 1000, tmp_path / "slots")
    pause = time.pause

    def canceling(seconds: float) -> None:
        moved.cancel()
        pause(seconds)

    moved._pause = canceling  # pyright: ignore[reportPrivateUsage]
    with pytest.raises(Canceled):
        moved.run()
