"""The other end does not prove its name, or does not even speak TLS (rows 8 and 9)."""

from __future__ import annotations

import gc
import shutil
import socket
import subprocess
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING

import pytest
from certificate import Certificate
from desk_rig import desk_with
from fake_gateway import KEY, account, entry
from manual_clock import ManualClock

from rushes.providers.model import ProblemKind
from rushes.watch.keys.find import Key
from rushes.watch.network import client as client_module
from rushes.watch.network.client import ApiClient
from rushes.watch.network.unreachable import Unreachable
from rushes.watch.polling.session import Session
from rushes.watch.task import Ref

if TYPE_CHECKING:
    from pathlib import Path

    from rushes.providers.reply import Reply
    from rushes.providers.secret import Secret
    from rushes.watch.config.accounts import Account
    from rushes.watch.desk import Desk
    from tests.watch.conftest import Loopback

A = Ref("hiapi", "a")
CARD = account().provider.card


@dataclass
class Counted:
    """An ApiClient of which a manual clock knows when it is waiting for the network."""

    client: ApiClient
    asked: int = 0
    under_way: int = 0

    async def get(self, path: str, key: Secret) -> Reply:
        self.asked += 1
        self.under_way += 1
        try:
            return await self.client.get(path, key)
        finally:
            self.under_way -= 1

    async def aclose(self) -> None:
        await self.client.aclose()


async def a_minute_of(folder: Path, clock: ManualClock, url: str) -> tuple[Desk, Counted]:
    """A desk with ten tasks at `url`, after a minute at the shortest built-in interval."""

    async def find_key(_: Account) -> Key:
        return Key(KEY, "test")

    its = replace(account(interval=3.0), base=url)
    counted = Counted(ApiClient(url, CARD, concurrency=2, deadline=2.0))
    clock.threads.append(lambda: counted.under_way > 0)
    session = Session(its, counted, find_key, clock, Random(1))
    desk = await desk_with(folder, clock, {"hiapi": session})
    await desk.watchlist.add([entry("a"), *(entry(f"t{n}") for n in range(9))])
    desk.start()
    await clock.advance(60)
    return desk, counted


@pytest.mark.parametrize("served", ["TLS", "plain"])
async def test_where_only_one_end_speaks_tls_there_are_a_few_tries_and_a_reason(
    tmp_path: Path, clock: ManualClock, loopback: Loopback, certificate: Certificate, served: str
) -> None:
    """Row 9: at most six requests in a minute, one for each step of the back-off."""

    def plain(peer: socket.socket) -> socket.socket:
        peer.sendall(loopback.answer(400, b"this is no HTTP"))
        return peer

    loopback.play([loopback.answer(200, b"{}")])
    loopback.wrap = certificate.serve if served == "TLS" else plain
    scheme = "http" if served == "TLS" else "https"
    desk, counted = await a_minute_of(tmp_path, clock, f"{scheme}://127.0.0.1:{loopback.port}")
    # Both lanes may ask before the first of them learns anything.
    assert 2 <= counted.asked <= 6
    assert not loopback.heard
    task = desk.ledger.tasks()[A]
    assert task.status is None
    assert task.trouble is not None
    assert task.trouble.kind is ProblemKind.UNAVAILABLE
    print(f"\n{served}: {counted.asked} requests in 60 s, {task.trouble.message}")
    await desk.close()


async def test_a_handshake_that_hangs_leaves_no_socket_open(
    loopback: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plain server waits for the end of what it takes for a request."""
    monkeypatch.setattr(client_module, "HANDSHAKE", 0.2 / 60)
    loopback.play([loopback.answer(200, b"{}")])
    client = ApiClient(f"https://127.0.0.1:{loopback.port}", CARD, concurrency=2, deadline=60)
    for _ in range(3):
        with pytest.raises(Unreachable, match=r"timed out after"):
            await client.get("/v1/tasks/a", KEY)
    await client.aclose()
    # An open one would be complained of here, and that fails the test.
    gc.collect()


class TestUnprovenNames:
    """Row 8: no key is sent before the name is proved, and there is no retry storm."""

    async def test_expired(
        self, loopback: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        expired = _expired(tmp_path)
        monkeypatch.setattr("rushes.watch.network.client.trust", expired.trusted)
        loopback.wrap = expired.serve
        await self._refused(loopback, loopback.url, "expired")

    async def test_of_another_host(
        self, loopback: Loopback, certificate: Certificate, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def here(*_: object, **__: object) -> list[tuple[object, ...]]:
            address = ("127.0.0.1", loopback.port)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address)]

        monkeypatch.setattr("rushes.watch.network.client.trust", certificate.trusted)
        monkeypatch.setattr(socket, "getaddrinfo", here)
        loopback.wrap = certificate.serve
        await self._refused(loopback, f"https://other.test:{loopback.port}", "mismatch|match")

    async def _refused(self, loopback: Loopback, url: str, why: str) -> None:
        loopback.play([loopback.answer(200, b"{}")])
        client = ApiClient(url, CARD, concurrency=1)
        with pytest.raises(Unreachable, match=f"certificate not trusted: .*({why})"):
            await client.get("/v1/tasks/a", KEY)
        await client.aclose()
        assert not loopback.heard

    async def test_self_signed_is_tried_no_more_often_than_an_outage(
        self, tmp_path: Path, clock: ManualClock, loopback: Loopback, certificate: Certificate
    ) -> None:
        loopback.wrap = certificate.serve
        desk, counted = await a_minute_of(tmp_path, clock, loopback.url)
        assert 2 <= counted.asked <= 6
        assert not loopback.heard
        await desk.close()


def _expired(folder: Path) -> Certificate:
    """A certificate for 127.0.0.1 that was good for a month of 2020."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl to make a certificate with")
    (folder / "index").touch()
    (folder / "ca.cnf").write_text(
        f"[ca]\ndefault_ca = it\n[it]\ndatabase = {folder}/index\nnew_certs_dir = {folder}\n"
        "rand_serial = yes\ndefault_md = sha256\npolicy = any\nx509_extensions = names\n"
        "[any]\ncommonName = supplied\n[names]\nsubjectAltName = IP:127.0.0.1\n"
        "basicConstraints = CA:TRUE\n"
        "[req]\ndistinguished_name = empty\n[empty]\n"
    )
    made = Certificate(folder / "cert.pem", folder / "key.pem")
    config = ["-config", str(folder / "ca.cnf")]
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    request, key = ["-out", str(folder / "csr")], ["-keyout", str(made.key)]
    month = ["-startdate", "20200101000000Z", "-enddate", "20200201000000Z"]
    files = ["-in", str(folder / "csr"), "-keyfile", str(made.key), "-out", str(made.file)]
    for command in (
        ["req", "-new", "-subj", "/CN=127.0.0.1", *curve, *request, *key, *config],
        ["ca", "-batch", "-notext", "-selfsign", *month, *files, *config],
    ):
        subprocess.run([openssl, *command], check=True, capture_output=True)
    return made
