"""The proxies that people really have: squid and tinyproxy, where they are installed (row 190)."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from certificate import Certificate
from plain_card import plain_card
from waiting import PATIENCE

from rushes.providers.secret import Secret
from rushes.watch.network.assets import open_asset
from rushes.watch.network.client import ApiClient
from rushes.watch.network.hang_up import Connection
from rushes.watch.network.options import Network, Trust
from rushes.watch.network.proxy import Proxies, read_proxy
from rushes.watch.network.unreachable import Unreachable
from tests.watch.conftest import Loopback

SQUID = """\
http_port 127.0.0.1:{port}
http_access allow localhost
cache deny all
access_log none
cache_log {folder}/squid.log
pid_filename none
shutdown_lifetime 0 seconds
"""

TINYPROXY = """\
Port {port}
Listen 127.0.0.1
Timeout 60
Allow 127.0.0.1
BasicAuth ann word
LogFile "{folder}/tinyproxy.log"
"""

PROGRAMS = {"squid": (SQUID, ["-N", "-f"]), "tinyproxy": (TINYPROXY, ["-d", "-c"])}
LOGINS = {"squid": "", "tinyproxy": "ann:word@"}


@pytest.fixture(params=[*PROGRAMS])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a running proxy, its login in it."""
    name: str = request.param
    program = shutil.which(name, path="/usr/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin")
    if program is None:
        pytest.skip(f"no {name} here")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    config, options = PROGRAMS[name]
    file = tmp_path / f"{name}.conf"
    file.write_text(config.format(port=port, folder=tmp_path))
    tmp_path.chmod(0o777)
    process = subprocess.Popen(
        [program, *options, str(file)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _listening(port, process)
        yield f"http://{LOGINS[name]}127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def _listening(port: int, process: subprocess.Popen[bytes]) -> None:
    last = time.monotonic() + PATIENCE
    while time.monotonic() < last and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    pytest.fail("the proxy did not come up")


def network(address: str, certificate: Certificate | None = None) -> Network:
    proxy = read_proxy(address)
    trust = Trust(ca_file=certificate.file) if certificate else Trust()
    return Network(proxies=Proxies(proxy, proxy), trust=trust)


async def ask(base: str, network: Network) -> bytes:
    client = ApiClient(base, plain_card(), concurrency=1, network=network)
    try:
        return (await client.get("/task", Secret("sk-key-1"))).body
    finally:
        await client.aclose()


def fetch(base: str, network: Network) -> bytes:
    url = f"{base}/film.mp4?a=b"
    with open_asset(url, {}, gateway=base, connection=Connection(), network=network) as arriving:
        return b"".join(map(bytes, arriving.chunks))


@pytest.mark.parametrize("scheme", ["https", "http"])
async def test_questions_and_files_pass(
    address: str, loopback: Loopback, certificate: Certificate, scheme: str
) -> None:
    loopback.wrap = certificate.serve if scheme == "https" else None
    film = bytes(range(256)) * 4000
    loopback.play([loopback.answer(200, b"{}")], [loopback.answer(200, film)])
    way = network(address, certificate)
    assert await ask(loopback.url, way) == b"{}"
    assert fetch(loopback.url, way) == film
    assert loopback.heard[-1].target == "/film.mp4?a=b"
    assert all("proxy-authorization" not in heard.headers for heard in loopback.heard)


async def test_a_host_that_does_not_answer_is_the_proxys_word(address: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        base = f"https://127.0.0.1:{closed.getsockname()[1]}"
    with pytest.raises(Unreachable, match=r"the proxy http://127.* answers 5\d\d for 127"):
        await ask(base, network(address))
    with pytest.raises(Unreachable, match=r"the proxy http://127.* answers 5\d\d for 127"):
        fetch(base, network(address))


async def test_a_wrong_login_is_said(address: str, loopback: Loopback) -> None:
    if "@" not in address:
        pytest.skip("this one asks for none")
    loopback.play([loopback.answer(200, b"{}")])
    with pytest.raises(Unreachable, match="name and password"):
        await ask("https://127.0.0.1:1", network(address.replace("word", "wrong")))
