"""Answers that are too large, too deep or without end (reliability.md rows 5 and 22)."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from fake_gateway import KEY, account
from resource_growth import longest_run, longest_stall, peak_growth
from waiting import PATIENCE

from rushes.providers.model import Problem, ProblemKind
from rushes.watch.clock import SystemClock
from rushes.watch.keys.find import Key
from rushes.watch.network.body import THREADED_FROM
from rushes.watch.network.client import ApiClient
from rushes.watch.polling.session import PollAnswer, Session
from rushes.watch.task import Ref

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rushes.watch.config.accounts import Account
    from tests.watch.conftest import Loopback

A = Ref("hiapi", "a")
MIB = 1024 * 1024
HEAD = b"HTTP/1.1 200 OK\r\n"


async def asked(loopback: Loopback, deadline: float = PATIENCE) -> PollAnswer:
    its = replace(account(), base=loopback.url)

    async def find_key(_: Account) -> Key:
        return Key(KEY, "test")

    client = ApiClient(its.base, its.provider.card, concurrency=2, deadline=deadline)
    session = Session(its, client, find_key, SystemClock(), Random(1))
    await session.key()
    try:
        return await session.ask(A)
    finally:
        await session.close()


def without_end(start: bytes, piece: bytes) -> Iterator[bytes]:
    """Until the other side hangs up."""
    yield start
    while True:
        yield piece


@pytest.mark.parametrize(
    ("start", "piece"),
    [
        (HEAD, b"x-padding: " + b"y" * 4096 + b"\r\n"),
        (HEAD + b"x-long: ", b"y" * 4096),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"", b"y" * 4096),
    ],
    ids=["headers", "one header", "interim answers", "status line"],
)
async def test_a_head_without_end_is_trouble_and_costs_nothing(
    loopback: Loopback, record_property: Callable[[str, object], None], start: bytes, piece: bytes
) -> None:
    """Row 5: less than 20 MiB, and the loop gives way between a few hundred parts of it."""
    loopback.play(lambda _: without_end(start, piece))
    grown: list[float] = []
    runs: list[int] = []
    async with longest_run(runs):
        with peak_growth(grown):
            answer = await asked(loopback, deadline=0.5)
    record_property("peak RSS growth (MiB)", grown[0])
    assert runs[0] <= 300
    assert isinstance(answer.result, Problem)
    assert answer.result.kind is ProblemKind.UNAVAILABLE
    assert grown[0] < 20


BODIES: dict[str, bytes] = {
    "nesting of 100,000": b"[" * 100_000 + b"]" * 100_000,
    "objects nested 100,000 deep": b'{"data":' * 100_000 + b"1" + b"}" * 100_000,
    "an integer of 5,000 digits": b'{"data": {"taskId": "a", "created": ' + b"9" * 5000 + b"}}",
    "8 MiB of numbers of 4,000 digits": b'{"data": ['
    + b"9" * 4000
    + (b"," + b"9" * 4000) * 2000
    + b"]}",
    "8 MiB of escapes": b'{"data": "' + b"\\u00e9" * (8 * MIB // 6 - 10) + b'"}',
    "2 million numbers": b'{"data": [' + b"0," * 2_000_000 + b"0]}",
    "2 million lists": b'{"data": [' + b"[]," * 2_000_000 + b"0]}",
    "as many values as are read": b'{"data": [' + b"{}," * 24_900 + b"0]}",
}


@pytest.mark.sampled(4)
@pytest.mark.parametrize("what", [*BODIES, "a body of 32 MiB"])
async def test_a_body_out_of_all_measure_is_a_bad_answer(
    loopback: Loopback,
    record_property: Callable[[str, object], None],
    monkeypatch: pytest.MonkeyPatch,
    what: str,
) -> None:
    """Row 22: the loop is busy for less than 100 ms at a time, and reads no large body itself."""
    loop, readers = threading.get_ident(), set[int]()

    def noted(text: str, **options: Any) -> object:
        if len(text) >= THREADED_FROM:
            readers.add(threading.get_ident())
        return loads(text, **options)

    loads = json.loads
    monkeypatch.setattr(json, "loads", noted)
    if what in BODIES:
        loopback.play([loopback.answer(200, BODIES[what])])
    else:
        length = f"content-length: {32 * MIB}\r\n\r\n".encode()
        loopback.play([HEAD + length, *[b" " * MIB] * 32])
    grown: list[float] = []
    stalls: list[float] = []
    async with longest_stall(stalls):
        with peak_growth(grown):
            answer = await asked(loopback)
    record_property("peak RSS growth (MiB)", grown[0])
    record_property("loop stall (s)", stalls[0])
    print(f"\n{what}: {grown[0]:.1f} MiB, stall {stalls[0] * 1000:.0f} ms")
    assert isinstance(answer.result, Problem)
    assert answer.result.kind is ProblemKind.MALFORMED
    assert stalls[0] < 0.1
    assert loop not in readers
    assert grown[0] < 64  # eight times the largest body that is read; its server is in it, too
