"""What a gateway, or the way to it, can do to polling (reliability.md, rows 1 to 28).

The rows about one exchange are in test_client.py, those about one reply in tests/contract.
"""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING

import pytest
from desk_rig import desk_with
from fake_gateway import KEY, Gateway, account, entry, hiapi_body
from waiting import AT_ONCE, PATIENCE, until

from rushes.providers.model import ProblemKind, Status
from rushes.providers.reply import Reply
from rushes.watch.clock import Clock, SystemClock
from rushes.watch.keys.find import Key
from rushes.watch.network.asking import Asking
from rushes.watch.network.client import ApiClient
from rushes.watch.polling.session import Session
from rushes.watch.task import Ref

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable
    from pathlib import Path

    from manual_clock import ManualClock

    from rushes.watch.config.accounts import Account
    from rushes.watch.desk import Desk
    from tests.watch.conftest import Loopback

A = Ref("hiapi", "a")
BUSY = b'{"message": "slow down"}'


def session_of(its: Account, client: Asking, clock: Clock) -> Session:
    async def find_key(_: Account) -> Key:
        return Key(KEY, "test")

    return Session(its, client, find_key, clock, Random(1))


def scripted(
    clock: ManualClock, answer: Callable[[str], Reply | str], provider: str = "hiapi"
) -> tuple[Gateway, dict[str, Session]]:
    gateway = Gateway(clock, answer)
    return gateway, {provider: session_of(account(provider), gateway, clock)}


def running(task_id: str) -> Reply:
    return Reply(200, {}, hiapi_body(task_id, "handling"))


@asynccontextmanager
async def over_http(
    folder: Path, url: str, interval: float = 0.1, deadline: float = PATIENCE
) -> AsyncGenerator[Desk]:
    """A started desk whose one account asks `url`, about one task."""
    clock = SystemClock()
    its = replace(account(interval=interval), base=url)
    client = ApiClient(url, its.provider.card, concurrency=2, deadline=deadline)
    desk = await desk_with(folder, clock, {"hiapi": session_of(its, client, clock)})
    await desk.watchlist.add([entry("a")])
    desk.start()
    try:
        yield desk
    finally:
        await desk.close()


def kind(desk: Desk) -> ProblemKind | None:
    task = desk.ledger.task(A)
    return task.trouble.kind if task and task.trouble else None


# -- A. reaching the gateway ------------------------------------------------------------------


async def test_a_gateway_that_refuses_connections_slows_down_no_other(
    tmp_path: Path, clock: ManualClock
) -> None:
    """Row 1: the others' delay is at most a fifth of the interval."""
    good, sessions = scripted(clock, running)
    _, dead = scripted(clock, lambda _: "connection refused", "ttapi")
    desk = await desk_with(tmp_path, clock, {**sessions, **dead})
    await desk.watchlist.add([entry("a"), *(entry(f"t{n}", "ttapi") for n in range(50))])
    desk.start()
    await clock.advance(120)
    gaps = [b - a for (a, _), (b, _) in pairwise(good.asked)]
    assert len(gaps) >= 20
    assert max(gaps) <= 1.2 * 5.0
    await desk.close()


async def test_a_reset_connection_loses_no_status_and_the_next_poll_goes_through(
    tmp_path: Path, loopback: Loopback
) -> None:
    """Row 2, before the answer and in the middle of it."""
    body = hiapi_body("a", "handling")
    whole = loopback.answer(200, body)
    loopback.play([whole])
    async with over_http(tmp_path, loopback.url) as desk:
        await until(lambda: desk.ledger.tasks()[A].status is Status.RUNNING)
        for scene in ([loopback.RESET], [whole[:-20], loopback.RESET]):
            loopback.play(scene)
            await until(lambda: kind(desk) is ProblemKind.UNAVAILABLE)
            assert desk.ledger.tasks()[A].status is Status.RUNNING
            loopback.play([whole])
            await until(lambda: kind(desk) is None)
    assert len(desk.ledger.tasks()[A].transitions) == 1


async def test_a_resolver_that_hangs_holds_up_neither_the_loop_nor_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row 7."""
    hangs, may_end = threading.Event(), threading.Event()

    def hang(*_: object, **__: object) -> object:
        hangs.set()
        may_end.wait(PATIENCE)
        raise socket.gaierror(socket.EAI_AGAIN, "try again")

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    try:
        async with over_http(tmp_path, "http://gateway.invalid", deadline=0.3) as desk:
            await until(hangs.is_set)
            # It goes on hanging until the end: a loop that it held up would not get there.
            await until(lambda: kind(desk) is not None)
            task = desk.ledger.tasks()[A]
            assert task.trouble is not None
            assert "timed out" in task.trouble.message
            begun = time.monotonic()
        assert time.monotonic() - begun < AT_ONCE
    finally:
        may_end.set()


# -- B. what the gateway answers --------------------------------------------------------------


@pytest.mark.parametrize(
    ("provider", "status", "body", "asked"),
    [
        ("hiapi", 404, b'{"code": 404, "message": "task not found"}', 2),
        ("hiapi", 200, b'{"code": 404, "message": "task not found"}', 2),
        (
            "dimilinks",
            404,
            b'{"error": {"code": "task_not_found", "message": "not found"}}',
            1,
        ),
    ],
)
async def test_a_task_that_its_gateway_does_not_know_is_asked_about_no_more(
    tmp_path: Path, clock: ManualClock, provider: str, status: int, body: bytes, asked: int
) -> None:
    """Rows 14 and 15."""
    gateway, sessions = scripted(clock, lambda _: Reply(status, {}, body), provider)
    desk = await desk_with(tmp_path, clock, sessions)
    await desk.watchlist.add([entry("video_1", provider)])
    desk.start()
    await clock.advance(300)
    assert desk.ledger.tasks()[Ref(provider, "video_1")].status is Status.GONE
    assert len(gateway.asked) == asked
    await desk.close()


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        ({"retry-after": "30"}, 30, 31),
        (
            {
                "retry-after": "Sun, 22 Nov 2026 08:00:40 GMT",
                "date": "Sun, 22 Nov 2026 08:00:00 GMT",
            },
            40,
            41,
        ),
        (
            {
                "retry-after": "Sun, 22 Nov 2026 07:00:00 GMT",
                "date": "Sun, 22 Nov 2026 08:00:00 GMT",
            },
            5,
            6,
        ),
        ({"retry-after": "-7"}, 5, 61),
        ({"retry-after": "1000000000"}, 120, 121),
        ({"retry-after": "abc"}, 5, 61),
        ({}, 5, 61),
    ],
)
async def test_a_throttle_is_obeyed_to_the_second_whatever_it_is_written_as(
    tmp_path: Path, clock: ManualClock, headers: dict[str, str], least: float, most: float
) -> None:
    """Row 16: dates by the server's clock, which here is four hours off; no request early."""
    gateway, sessions = scripted(clock, lambda _: Reply(429, headers, BUSY))
    desk = await desk_with(tmp_path, clock, sessions)
    await desk.watchlist.add([entry(f"t{n}") for n in range(5)])
    desk.start()
    await clock.advance(0.1)
    began = gateway.asked[0][0]
    gateway.answer = running
    await clock.advance(200)
    later = min(at for at, _ in gateway.asked if at > began)
    assert least <= later - began <= most
    assert len([1 for at, _ in gateway.asked if at == began]) <= 2
    await desk.close()


@pytest.mark.parametrize("status", [500, 502, 503, 504, 522, 524])
async def test_a_servers_error_page_is_trouble_and_never_shown(
    tmp_path: Path, clock: ManualClock, status: int
) -> None:
    """Row 17."""
    page = b"<html><h1>Bad gateway</h1><script>alert(1)</script></html>"
    _, sessions = scripted(clock, lambda _: Reply(status, {"content-type": "text/html"}, page))
    desk = await desk_with(tmp_path, clock, sessions)
    await desk.watchlist.add([entry("a")])
    await desk.poll_once([A])
    task = desk.ledger.tasks()[A]
    assert task.status is None
    assert task.trouble is not None
    assert task.trouble.kind is ProblemKind.UNAVAILABLE
    assert str(status) in task.trouble.message
    assert "<" not in task.trouble.message
    await desk.close()


async def test_a_redirect_takes_the_key_nowhere_and_is_shown(
    tmp_path: Path, loopback: Loopback, elsewhere: Loopback
) -> None:
    """Row 18."""
    loopback.play([loopback.answer(302, b"", location=f"{elsewhere.url}/v1/tasks/a")])
    elsewhere.play([elsewhere.answer(200, hiapi_body("a", "success"))])
    async with over_http(tmp_path, loopback.url) as desk:
        await until(lambda: kind(desk) is ProblemKind.REFUSED)
        await asyncio.sleep(0.3)
        assert desk.ledger.tasks()[A].status is None
    assert elsewhere.connections == 0
    assert len(loopback.heard) == 1


async def test_no_proxy_of_the_environment_gets_the_key(
    tmp_path: Path, loopback: Loopback, elsewhere: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row 11."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
        monkeypatch.setenv(name, elsewhere.url)
    loopback.play([loopback.answer(200, hiapi_body("a", "handling"))])
    async with over_http(tmp_path, loopback.url) as desk:
        await until(lambda: desk.ledger.tasks()[A].status is Status.RUNNING)
    assert elsewhere.connections == 0


async def test_the_answer_about_another_task_is_nobodys(tmp_path: Path, clock: ManualClock) -> None:
    """Row 23."""
    _, sessions = scripted(clock, lambda _: Reply(200, {}, hiapi_body("somebody-elses", "success")))
    desk = await desk_with(tmp_path, clock, sessions)
    await desk.watchlist.add([entry("a")])
    await desk.poll_once([A])
    assert desk.ledger.tasks()[A].status is None
    assert kind(desk) is ProblemKind.MALFORMED
    await desk.close()


@pytest.mark.parametrize("end", ["success", "fail"])
async def test_an_end_stands_whatever_is_said_afterwards(
    tmp_path: Path, clock: ManualClock, end: str
) -> None:
    """Row 24."""
    files = [{"url": "https://cdn.example/v.mp4", "type": "video"}]
    words = ("handling", end, "handling", "success")
    answers = [hiapi_body("a", word, output=files) for word in words]
    gateway, sessions = scripted(
        clock, lambda _: Reply(200, {}, answers[min(len(gateway.asked), 4) - 1])
    )
    desk = await desk_with(tmp_path, clock, sessions)
    await desk.watchlist.add([entry("a")])
    desk.start()
    await clock.advance(120)
    assert len(gateway.asked) == 2
    task = desk.ledger.tasks()[A]
    assert [step.status for step in task.transitions] == [
        Status.RUNNING,
        Status.SUCCEEDED if end == "success" else Status.FAILED,
    ]
    await desk.close()
