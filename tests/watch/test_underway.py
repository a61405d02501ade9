"""How fast a transfer is, as it is shown and as it is counted on."""

from types import SimpleNamespace
from typing import cast

import pytest
from download_rig import NOON

from rushes.providers.model import Link, Output
from rushes.watch.downloads.active import ActiveTransfer
from rushes.watch.downloads.job import Job
from rushes.watch.task import Ref
from rushes.watch.transfer.transfer import Transfer

TICK = 0.25


def under_way() -> tuple[ActiveTransfer, SimpleNamespace]:
    output = Output(kind="video", where=Link("https://cdn.example/a"))
    job = Job(ref=Ref("hiapi", "a"), n=1, output=output, name="a", expires_at=NOON)
    transfer = SimpleNamespace(received=0, done=0, total=10**9)
    run = ActiveTransfer(job)
    run.follow(cast("Transfer", transfer))
    return run, transfer


def receive(run: ActiveTransfer, transfer: SimpleNamespace, *pieces: int) -> None:
    """Let a tick pass for each of these numbers of bytes."""
    for piece in pieces:
        transfer.received += piece
        run.measure(TICK)


def test_a_speed_is_believed_after_two_seconds_of_bytes() -> None:
    run, transfer = under_way()
    receive(run, transfer, *[250] * 7)
    assert run.rate == pytest.approx(1000)
    assert run.speed is None
    receive(run, transfer, 250)
    assert run.speed == pytest.approx(1000)


def test_there_is_none_before_the_first_byte_nor_during_a_stall() -> None:
    run, transfer = under_way()
    receive(run, transfer, *[0] * 20)
    assert (run.rate, run.speed) == (0, None)
    receive(run, transfer, *[250] * 8)
    receive(run, transfer, *[0] * 11)
    assert run.speed is not None
    receive(run, transfer, 0)
    assert (run.rate, run.speed) == (0, None)
    receive(run, transfer, 4000)
    assert run.speed == pytest.approx(4000 / 3.25)


def test_bytes_that_come_in_bursts_are_as_fast_as_they_come_together() -> None:
    run, transfer = under_way()
    receive(run, transfer, *[0, 0, 0, 0, 0, 0, 0, 2000] * 10)
    assert run.speed == pytest.approx(1000)
    receive(run, transfer, *[0] * 7)
    assert run.speed == pytest.approx(1000)
