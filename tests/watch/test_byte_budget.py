"""A limit of bytes a second that processes share."""

from __future__ import annotations

import heapq
import struct
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest

from rushes.watch.byte_rates import BadRate, byte_rate, rate_text
from rushes.watch.transfer import byte_budget
from rushes.watch.transfer.byte_budget import BEHIND, ByteBudget, ByteLimit, budget_of

if TYPE_CHECKING:
    from collections.abc import Sequence

RATE = 5e6


class Time:
    """The clock that all processes of a machine share."""

    def __init__(self) -> None:
        self.at = 5000.0

    def __call__(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += seconds


@pytest.fixture
def now() -> Time:
    return Time()


def process(folder: Path, now: Time, rate: float = RATE) -> ByteLimit:
    return ByteLimit(folder, rate, now, now.sleep)


def received(limits: Sequence[ByteLimit], now: Time, seconds: float) -> list[int]:
    """How many bytes each of these transfers has after so long, over a line that is no hindrance.

    A timer rings up to some milliseconds late.
    """
    late, got, end = Random(7), [0] * len(limits), now.at + seconds
    piece = ByteBudget(limits).piece or 0
    due = [(now.at, number) for number in range(len(limits))]
    while due[0][0] < end:
        now.at, number = heapq.heappop(due)
        got[number] += piece
        wait = limits[number].take(piece)
        heapq.heappush(due, (now.at + wait + late.uniform(0, 0.004), number))
    return got


def test_two_processes_with_four_transfers_each_stay_together_within_the_limit(
    tmp_path: Path, now: Time
) -> None:
    one, other = process(tmp_path, now), process(tmp_path, now)
    got = received([one] * 4 + [other] * 4, now, 10.0)
    assert abs(sum(got) / (10 * RATE) - 1) < 0.05
    assert max(got) < 1.5 * min(got)


def test_one_alone_has_all_of_it_though_timers_ring_late(tmp_path: Path, now: Time) -> None:
    alone = process(tmp_path, now)
    (got,) = received([alone], now, 10.0)
    assert abs(got / (10 * RATE) - 1) < 0.05


def test_nothing_is_saved_up_while_nobody_takes(tmp_path: Path, now: Time) -> None:
    limit = process(tmp_path, now)
    limit.take(100_000)
    now.at += 3600
    (got,) = received([limit], now, 1.0)
    assert got <= RATE * (1 + BEHIND) + 50_000


def test_limits_of_another_rate_are_another_matter(tmp_path: Path, now: Time) -> None:
    slow, fast = process(tmp_path, now, 1e6), process(tmp_path, now, 9e6)
    slow.take(1_000_000)
    assert fast.take(90_000) < 0.02


@pytest.mark.parametrize("planned", [1e12, float("inf"), float("nan"), -1e300])
def test_a_plan_from_before_the_machine_started_is_none(
    tmp_path: Path, now: Time, planned: float
) -> None:
    (tmp_path / f"download-{RATE:.0f}.rate").write_bytes(struct.pack("<d", planned))
    assert process(tmp_path, now).take(50_000) < 0.011


def test_who_stopped_amid_its_work_holds_nobody_up_for_long(
    tmp_path: Path, now: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = process(tmp_path, now)
    limit.take(50_000)

    def held(_: int) -> bool:
        return False

    monkeypatch.setattr(byte_budget, "take", held)
    before = now.at
    assert limit.take(500_000) <= 0.1
    assert now.at - before < byte_budget.PATIENCE + 0.01


def test_where_nothing_can_be_shared_each_keeps_to_the_limit(tmp_path: Path, now: Time) -> None:
    (tmp_path / "a file").touch()
    alone = process(tmp_path / "a file", now)
    (got,) = received([alone], now, 10.0)
    assert abs(got / (10 * RATE) - 1) < 0.05


def test_the_tightest_of_several_limits_holds(tmp_path: Path, now: Time) -> None:
    both = ByteBudget([process(tmp_path, now, 1e6), process(tmp_path, now, 5e6)])
    pauses = list[float]()
    assert both.hold(500_000, pauses.append) == pytest.approx(0.4)  # BEHIND is made up for
    assert pauses == [pytest.approx(0.4)]
    assert both.piece == 10_000


def test_without_a_limit_nothing_is_held_back_or_read_in_smaller_pieces(tmp_path: Path) -> None:
    assert budget_of(tmp_path, (None, None)) is None
    free = ByteBudget(())
    assert free.piece is None
    assert free.hold(10**9, lambda _: pytest.fail("it paused")) == 0.0
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("text", "rate"),
    [("5M", 5e6), ("500k", 5e5), ("1.5G", 1.5e9), (" 2 M ", 2e6), ("1000", 1000.0)],
)
def test_a_rate_is_read_as_it_is_written(text: str, rate: float) -> None:
    assert byte_rate(text) == rate
    assert byte_rate(rate_text(rate)) == rate


@pytest.mark.parametrize("text", ["", "M", "5T", "-5M", "999", "0", "5 M/s", "1e6", "nan"])
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(BadRate, match="such as 500K or 5M"):
        byte_rate(text)
