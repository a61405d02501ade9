"""Too few descriptors, too little memory: said as what they are, and waited for (row 88)."""

from __future__ import annotations

import errno
import os
import socket
import sqlite3
import ssl
import subprocess
import sys
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from download_rig import DownloadRig, saved
from fake_gateway import KEY
from plain_card import plain_card
from waiting import PATIENCE, until

from rushes.providers.model import ProblemKind
from rushes.tui.lines.download_words import fetch_note
from rushes.tui.screen.internal_errors import internal
from rushes.watch.asset import OutputState
from rushes.watch.disk.atomic import plain_words
from rushes.watch.disk.shortage import shortage
from rushes.watch.downloads.free_space import LOOK_EVERY, FreeSpace
from rushes.watch.history.plain_words import plain_words as history_words
from rushes.watch.network import client as client_module
from rushes.watch.network.client import ApiClient
from rushes.watch.network.options import Trust
from rushes.watch.network.trust import trust
from rushes.watch.network.unreachable import Unreachable, Untrusted, in_words
from rushes.watch.polling.session import fault_of_ours
from rushes.watch.transfer import transfer
from rushes.watch.transfer.limits import Limits
from rushes.watch.transfer.part import open_part

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    from manual_clock import ManualClock

    from rushes.watch.transfer.part import Part
    from tests.watch.conftest import Loopback

FILES = "too many open files: raise ulimit -n"


def too_many() -> OSError:
    return OSError(errno.EMFILE, os.strerror(errno.EMFILE))


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.fixture
def none_free(monkeypatch: pytest.MonkeyPatch) -> None:
    """No descriptor is free for who looks."""

    def refused(*_: object) -> int:
        raise too_many()

    monkeypatch.setattr("rushes.watch.disk.shortage.os.open", refused)


class TestWhatItComesOf:
    @pytest.mark.parametrize(
        ("error", "words"),
        [
            (too_many(), FILES),
            (OSError(errno.ENFILE, "x"), "too many open files on this machine"),
            (caused(httpx.ConnectError("all attempts failed"), too_many()), FILES),
            (ExceptionGroup("x", [ConnectionResetError(), too_many()]), FILES),
            (OSError(errno.ENOMEM, "x"), "no memory is left"),
            (caused(ssl.SSLError(0, "unknown error"), MemoryError()), "no memory is left"),
        ],
        ids=["of ours", "of the machine", "a cause", "one of several", "memory", "its cause"],
    )
    def test_a_lack_is_found_and_put_into_words(self, error: Exception, words: str) -> None:
        lack = shortage(error)
        assert lack is not None
        assert plain_words(lack) == words
        assert in_words(error, "api.example") == words

    @pytest.mark.parametrize(
        "error",
        [
            OSError(errno.ENOSPC, "x"),
            ConnectionRefusedError(errno.ECONNREFUSED, "x"),
            socket.gaierror(socket.EAI_NONAME, "x"),
            RuntimeError("x"),
        ],
    )
    def test_nothing_else_is_taken_for_one(self, error: Exception) -> None:
        assert shortage(error) is None

    @pytest.mark.usefixtures("none_free")
    def test_a_name_that_could_not_even_be_looked_up_is_not_said_to_be_unknown(self) -> None:
        error = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        assert in_words(error, "api.example") == FILES

    def test_it_is_no_fault_of_ours(self) -> None:
        problem = fault_of_ours(too_many())
        assert (problem.kind, problem.message) == (ProblemKind.UNAVAILABLE, FILES)

    def test_nor_is_a_line_that_cannot_be_drawn_for_want_of_them(self) -> None:
        """Libraries load parts of themselves only when they draw."""
        assert internal(too_many()) == FILES
        assert internal(KeyError("a")) == "internal error (KeyError)"


class TestHistory:
    @pytest.mark.usefixtures("none_free")
    def test_a_database_that_cannot_be_opened_for_want_of_them_says_so(
        self, tmp_path: Path
    ) -> None:
        with pytest.raises(sqlite3.OperationalError) as caught:
            sqlite3.connect(tmp_path / "nowhere" / "history.db")
        assert history_words(caught.value) == FILES


class TestPolls:
    async def test_a_request_waits_for_a_descriptor_that_others_let_go(
        self, loopback: Loopback, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ask, short = httpx.AsyncHTTPTransport.handle_async_request, [True, True, False]

        async def connect(
            transport: httpx.AsyncHTTPTransport, request: httpx.Request
        ) -> httpx.Response:
            if short.pop(0):
                raise caused(httpx.ConnectError("x"), too_many())
            return await ask(transport, request)

        monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", connect)
        monkeypatch.setattr(client_module, "PAUSES", (0.0, 0.0, 0.0))
        loopback.play([loopback.answer(200, b"{}")])
        client = ApiClient(loopback.url, plain_card(), concurrency=1, deadline=PATIENCE)
        assert (await client.get("/task", KEY)).status == 200
        assert len(loopback.heard) == 1
        await client.aclose()

    async def test_where_none_is_let_go_it_says_so(
        self, loopback: Loopback, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def connect(*_: object) -> httpx.Response:
            raise caused(httpx.ConnectError("x"), too_many())

        monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", connect)
        monkeypatch.setattr(client_module, "PAUSES", (0.0,))
        client = ApiClient(loopback.url, plain_card(), concurrency=1, deadline=PATIENCE)
        with pytest.raises(Unreachable, match=rf"^{FILES}$"):
            await client.get("/task", KEY)
        await client.aclose()

    def test_certificates_that_could_not_be_opened_are_not_to_blame(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        def refused(**_: object) -> ssl.SSLContext:
            raise too_many()

        monkeypatch.setattr(ssl, "create_default_context", refused)
        with pytest.raises(Unreachable, match=rf"^{FILES}$") as caught:
            trust(Trust(cert_file=tmp_path / "ca.pem"))
        assert not isinstance(caught.value, Untrusted)


class Narrow:
    """Lets so many transfers have their part open at once, and no more."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, most: int) -> None:
        self.most, self.open, self.refused = most, 0, 0
        self._turn = Lock()
        monkeypatch.setattr(transfer, "open_part", self._open)

    @contextmanager
    def _open(self, *where: Any) -> Generator[Part]:
        with self._turn:
            if self.open >= self.most:
                self.refused += 1
                raise too_many()
            self.open += 1
        try:
            with open_part(*where) as part:
                yield part
        finally:
            with self._turn:
                self.open -= 1


class TestDownloads:
    async def test_as_many_go_on_at_once_as_there_are_descriptors_for_and_none_fails(
        self, rig: DownloadRig, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rig.parallel = 4
        rig.rebuild()
        narrow = Narrow(monkeypatch, 1)
        names = [f"n{n}" for n in range(8)]
        for name in names:
            rig.downloads.queue(rig.job(name))
        await rig.settled()
        assert all(saved(rig.last(name)).exists() for name in names)
        assert 0 < narrow.refused < 8
        assert not any(OutputState.FAILED in rig.states(name) for name in names)

    async def test_one_alone_waits_says_why_and_is_tried_again(
        self,
        build: Callable[..., DownloadRig],
        loopback: Loopback,
        clock: ManualClock,
        monkeypatch: pytest.MonkeyPatch,
        tmp_path: Path,
    ) -> None:
        loopback.play([loopback.answer(200, b"\x89PNG\r\n\x1a\n")])
        room = FreeSpace(tmp_path, Limits(spare=0), clock, lambda _: 1)
        rig = build(loopback.url, clock=clock, space=room)
        narrow = Narrow(monkeypatch, 0)
        rig.downloads.queue(rig.job())
        await until(lambda: rig.full and rig.states()[-1] is OutputState.AVAILABLE)
        fetch = rig.last()
        assert fetch is not None
        assert fetch.state is OutputState.AVAILABLE
        assert fetch_note(fetch).endswith(FILES)
        assert narrow.refused == 1
        await clock.advance(LOOK_EVERY)
        await until(lambda: narrow.refused == 2)
        assert OutputState.FAILED not in rig.states()


RAISES = """
import resource
from rushes.watch.disk.descriptors import raise_limit
resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))
raise_limit()
print(*resource.getrlimit(resource.RLIMIT_NOFILE))
"""


@pytest.mark.parametrize(
    ("soft", "hard", "raised"),
    [(64, 512, 512), (512, 512, 512), (64, 5000, 4096), (5000, 5000, 5000)],
)
def test_a_process_asks_for_as_many_descriptors_as_it_may_use(
    soft: int, hard: int, raised: int
) -> None:
    script = RAISES.format(soft=soft, hard=hard)
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == [str(raised), str(hard)]
