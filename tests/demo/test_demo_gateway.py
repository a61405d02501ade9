"""The gateway as a server: origins, connections, faults, speed, the log."""

from __future__ import annotations

import asyncio
import os
from contextlib import closing, suppress
from email.utils import parsedate_to_datetime
from socket import socket
from time import monotonic
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from waiting import AT_ONCE

from rushes.demo.dialects import DIALECTS
from rushes.demo.faults import Fault
from rushes.demo.gateway import ORIGINS, Gateway

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.demo.conftest import Answer, Opener, Theatre

    Ask = Callable[..., Awaitable[Answer]]

PROVIDERS = [dialect.name for dialect in DIALECTS]


async def test_every_provider_and_the_cdn_is_an_origin_of_its_own(theatre: Theatre) -> None:
    assert list(theatre.gateway.base_urls) == PROVIDERS
    urls = [*theatre.gateway.base_urls.values(), theatre.gateway.cdn_url]
    assert len(set(urls)) == ORIGINS
    for url in urls:
        parts = urlsplit(url)
        assert (parts.scheme, parts.hostname, parts.path) == ("http", "127.0.0.1", "")


def free_run() -> int:
    """Return the first of as many ports in a row as a gateway has that were free a moment ago.

    Each process begins to look in a place of its own, below where the system gives ports away.
    """
    own = os.getpid() % 2000
    for first in (20_000 + ORIGINS * ((own + n) % 2000) for n in range(2000)):
        try:
            for port in range(first, first + ORIGINS):
                with closing(socket()) as probe:
                    probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        return first
    raise AssertionError("no free ports in a row")


async def test_a_port_means_that_one_and_those_after_it(opened: Opener) -> None:
    first = free_run()
    gateway = (await opened(port=first)).gateway
    urls = [*gateway.base_urls.values(), gateway.cdn_url]
    assert [urlsplit(url).port for url in urls] == list(range(first, first + ORIGINS))


async def test_a_taken_port_is_an_os_error_that_leaves_none_open(ask: Ask) -> None:
    first = free_run()
    with closing(socket()) as taken:
        taken.bind(("127.0.0.1", first + 3))
        taken.listen()
        with pytest.raises(OSError, match=str(first + 3)):
            await Gateway(port=first).start()
    with pytest.raises(ConnectionRefusedError):
        await ask(f"http://127.0.0.1:{first}/")


def test_a_speed_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="speed"):
        Gateway(speed=0)


async def test_speed_divides_the_offsets_of_the_scenes(opened: Opener) -> None:
    theatre = await opened(speed=10)
    assert (await theatre.say("opening shot", 0.5))["data"]["status"] == "handling"
    data = (await theatre.say("opening shot", 1.5))["data"]
    assert (data["status"], data["completed"]) == ("success", int(theatre.now - 1.5 + 1.4))
    assert data["output"][0]["expireAt"] == data["completed"] + 604_800


async def test_the_date_is_the_clocks(theatre: Theatre) -> None:
    theatre.at(1000)
    answer = await theatre.poll("hiapi", "x")
    assert parsedate_to_datetime(answer.headers["date"]).timestamp() == int(theatre.now)


async def test_head_has_the_headers_of_get_and_no_body(theatre: Theatre, ask: Ask) -> None:
    url = (await theatre.say("harbour, dusk", 0))["data"]["output"][0]["url"]
    answer = await ask(url, "HEAD")
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["content-length"] == "11800000"


async def test_the_log_says_who_asked_for_what_and_was_told_what(
    theatre: Theatre, ask: Ask
) -> None:
    theatre.at(5)
    url = theatre.gateway.base_urls["dimilinks"] + "/v1/tasks/nobody"
    await ask(url + "?a=b", "HEAD")
    await ask(url, **theatre.key("dimilinks"))
    first, second = theatre.gateway.requests
    assert (first.at, first.origin, first.method, first.path, first.key_sent, first.status) == (
        *(theatre.now, "dimilinks", "HEAD", "/v1/tasks/nobody", False, 401),
    )
    assert (second.method, second.key_sent, second.status) == ("GET", True, 404)


async def talk(theatre: Theatre, text: str) -> bytes:
    """Return everything hiapi's origin answers to raw text."""
    port = urlsplit(theatre.gateway.base_urls["hiapi"]).port
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    with closing(writer):
        writer.write(text.encode())
        writer.write_eof()
        return await reader.read(-1)


async def test_a_connection_is_kept_for_the_next_request(theatre: Theatre) -> None:
    data = await talk(theatre, "GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n\r\n")
    assert data.count(b"HTTP/1.1 404 Not Found\r\n") == 2
    assert [visit.path for visit in theatre.gateway.requests] == ["/a", "/b"]


@pytest.mark.parametrize(
    "text",
    [
        "nonsense\r\n\r\n",
        "GET /\r\n\r\n",
        "GET / SPDY/3\r\n\r\n",
        "G\x1b[2JT / HTTP/1.1\r\n\r\n",
        "GET http://elsewhere/ HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nno colon\r\n\r\n",
        "GET / HTTP/1.1\r\nfat: " + "x" * 66_000 + "\r\n\r\n",
    ],
    ids=[
        "words",
        "no version",
        "other protocol",
        "escape",
        "absolute form",
        "no colon",
        "huge head",
    ],
)
async def test_what_is_not_http_is_400_and_the_end(theatre: Theatre, text: str) -> None:
    data = await talk(theatre, text)
    assert data.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert b"Connection: close\r\n" in data


@pytest.mark.parametrize("field", ["Content-Length: 4", "Transfer-Encoding: chunked"])
async def test_a_request_with_a_body_is_answered_once_and_closed(
    theatre: Theatre, field: str
) -> None:
    data = await talk(theatre, f"GET /a HTTP/1.1\r\n{field}\r\n\r\nGET ")
    assert data.count(b"HTTP/1.1") == 1
    assert b"Connection: close\r\n" in data


async def test_stop_ends_a_transfer_under_way_at_once(opened: Opener) -> None:
    theatre = await opened(transfer_rate=10_000)
    link: str = (await theatre.say("harbour, dusk", 0))["data"]["output"][0]["url"]
    url = urlsplit(link)
    reader, writer = await asyncio.open_connection(url.hostname, url.port)
    writer.write(f"GET {url.path} HTTP/1.1\r\n\r\n".encode())
    await reader.readuntil(b"\r\n\r\n")
    async with asyncio.timeout(AT_ONCE):
        await theatre.gateway.stop()
        with suppress(ConnectionError):
            while await reader.read(65_536):
                pass
    writer.close()


async def test_a_transfer_keeps_to_its_rate(opened: Opener, ask: Ask) -> None:
    theatre = await opened(transfer_rate=100_000, speed=10)
    url = (await theatre.say("harbour, dusk", 0))["data"]["output"][0]["url"]
    began = monotonic()
    answer = await ask(url, Range="bytes=0-199999")
    assert len(answer.body) == 200_000
    assert monotonic() - began >= 0.199


# Faults


async def test_a_fault_answers_so_many_times_and_then_the_truth_is_back(theatre: Theatre) -> None:
    task_id = theatre.scene("market 3").id
    fault = Fault(status=502, headers={"Content-Type": "text/html"}, body=b"<html>", times=2)
    theatre.gateway.fault("hiapi", task_id, fault)
    assert (await theatre.poll("hiapi", theatre.scene("opening shot").id)).status == 200
    answers = [await theatre.poll("hiapi", task_id) for _ in range(3)]
    assert [answer.status for answer in answers] == [502, 502, 200]
    assert (answers[0].body, answers[0].headers["content-type"]) == (b"<html>", "text/html")


async def test_a_cut_breaks_off_a_body_that_promised_more(theatre: Theatre, ask: Ask) -> None:
    url = (await theatre.say("harbour, dusk", 0))["data"]["output"][0]["url"]
    theatre.gateway.fault("cdn", theatre.scene("harbour, dusk").id, Fault(cut=1000))
    theatre.gateway.fault("hiapi", None, Fault(cut=10))
    broken = await ask(url)
    assert (broken.status, len(broken.body), broken.whole) == (200, 1000, False)
    assert broken.headers["content-length"] == "11800000"
    assert len((await theatre.poll("hiapi", "x")).body) == 10
    assert (await ask(url)).whole


async def test_a_drop_resets_the_connection_and_is_logged_as_0(theatre: Theatre) -> None:
    theatre.gateway.fault("gptge", None, Fault(drop=True))
    with pytest.raises(ConnectionResetError):
        await theatre.poll("gptge", "1")
    assert theatre.gateway.requests[-1].status == 0
    assert (await theatre.poll("gptge", "1")).status == 404


async def test_a_stall_is_silence_before_the_answer_and_stop_ends_it(theatre: Theatre) -> None:
    theatre.gateway.fault("gptge", None, Fault(stall=600))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(theatre.poll("gptge", "1"), 0.05)
    async with asyncio.timeout(AT_ONCE):
        await theatre.gateway.stop()


async def test_the_throttled_task_says_when_to_come_back_and_goes_on(theatre: Theatre) -> None:
    throttled, other = theatre.scene("b-roll 7").id, theatre.scene("rain on glass").id
    statuses: list[int] = []
    for offset in (44, 45, 94, 95):
        theatre.at(offset)
        answer = await theatre.poll("anyfast", throttled)
        statuses.append(answer.status)
        if answer.status == 429:
            assert answer.headers["retry-after"] == "20"
            assert answer.json()["data"] is None
        assert (await theatre.poll("anyfast", other)).status == 200
    assert statuses == [200, 429, 429, 200]


async def test_ttapi_is_down_for_half_a_minute(opened: Opener) -> None:
    theatre = await opened(speed=10)
    task_id = theatre.scene("crowd, slow push").id
    for offset in (8.9, 12.1):
        theatre.at(offset)
        assert (await theatre.poll("ttapi", task_id)).status == 200
    for offset in (9.1, 11.9):
        theatre.at(offset)
        with pytest.raises(ConnectionResetError):
            await theatre.poll("ttapi", task_id)
