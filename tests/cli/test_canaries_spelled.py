"""A key in ten spellings, in each field of a reply, is written to its own origin and nowhere else.

Every write of the process is looked at, by strace (row 85).
"""

from __future__ import annotations

import asyncio
import html
import re
import subprocess
import sys
import threading
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote_to_bytes

import pytest
from sample_files import png
from strace import traced

from rushes.demo.http import Request, Response, Server

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Rushes

KEY = "sk-4fJq9xZmE7uW+2/bVt0R=1"

COMMANDS = (
    "ls --poll", "get --all", "export", "show hiapi:tk-hiapi-links0001 --raw",
    "show other:tk-hiapi-refused0001 --json",
)  # fmt: skip

WRITES = "write,pwrite64,writev,pwritev,pwritev2,sendto,sendmsg,sendmmsg"

STRACE = (
    "strace",
    "-f",
    "--seccomp-bpf",
    "-qq",
    "-yy",
    "-xx",
    "-s",
    "1048576",
    "-e",
    f"trace={WRITES}",
    "-o",
)


def each(form: Callable[[str], str]) -> str:
    return "".join(map(form, KEY))


HEADER = f"Bearer {KEY}".encode()

SPELLINGS: Mapping[str, str] = {
    "as it is": KEY,
    "JSON": each(lambda c: f"\\u{ord(c):04x}"),
    "JSON, some": "".join(f"\\u{ord(c):04X}" if n % 2 else c for n, c in enumerate(KEY)),
    "JSON in JSON": each(lambda c: f"\\\\u{ord(c):04x}"),
    "URL": each(lambda c: f"%{ord(c):02x}"),
    "URL in a URL": each(lambda c: f"%25{ord(c):02X}"),
    "page": each(lambda c: f"&#{ord(c)};"),
    "page in hex": each(lambda c: f"&#x{ord(c):x};"),
    "base64 of the header": b64encode(HEADER).decode(),
    "base64 of the header in a URL": quote(urlsafe_b64encode(HEADER).decode(), safe=""),
}

ALL = " ".join(SPELLINGS.values())

_ESCAPE = re.compile(rb"\\+(?:u00|x)([0-9a-fA-F]{2})")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{16,}")


def spells_the_key(data: bytes) -> bool:
    """Whether some reader makes the key of these bytes; by other means than the program's own."""
    seen: set[bytes] = set()
    todo = [data.replace(b"\\/", b"/")]
    for _ in range(4):
        todo = [reading for reading in todo if reading not in seen]
        seen |= set(todo)
        todo = [other for reading in todo for other in _readings(reading)]
    # The last bytes of a key may stand in a group of base64 with what follows it.
    return any(KEY.encode()[:-2] in reading for reading in (*seen, *todo))


def _readings(data: bytes) -> Iterator[bytes]:
    if b"%" in data:
        yield unquote_to_bytes(data)
    if b"&" in data:
        yield html.unescape(data.decode("latin-1")).encode("latin-1", "ignore")
    if b"\\" in data:
        yield _ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), data)
    for run in _BASE64.finditer(data):
        text = run.group().translate(bytes.maketrans(b"-_", b"+/"))
        for skipped in range(4):
            yield b64decode(text[skipped : len(text) - (len(text) - skipped) % 4])


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
def test_what_looks_for_the_key_finds_it(spelling: str) -> None:
    assert spells_the_key(f"<a href='{spelling}'>&amp;%20\\n".encode())
    assert not spells_the_key(f"<a href='{spelling[: len(spelling) // 2]}'>&amp;".encode())


@dataclass
class Echo:
    """A gateway that says the key it got in ten spellings, where the task's id says."""

    asked: list[Request] = field(default_factory=list[Request])
    strays: list[Request] = field(default_factory=list[Request])
    url: str = ""
    elsewhere: str = ""

    async def gateway(self, request: Request) -> Response:
        self.asked.append(request)
        task_id = request.path.rpartition("/")[2]
        return Response(401 if "refused" in task_id else 200, {"X-Key": KEY}, self._body(task_id))

    async def stray(self, request: Request) -> Response:
        self.strays.append(request)
        return Response(200, {"Content-Type": "image/png"}, png())

    def _body(self, task_id: str) -> bytes:
        links = [
            f"{self.elsewhere}/{at}{each}" for each in SPELLINGS.values() for at in ("?k=", "")
        ]
        links += [f"{self.elsewhere}/fine.png"]
        outputs = ", ".join(f'{{"url": "{link}", "type": "image"}}' for link in links)
        data = {
            "status": f'"status": "{ALL}"',
            "model": f'"status": "handling", "model": "{ALL}"',
            "failed": f'"status": "fail", "error": {{"code": "{ALL}", "message": "{ALL}"}}',
            "links": f'"status": "success", "output": [{outputs}]',
            "drift": f'"status": "handling", "{ALL}": "{ALL}", "created": "{ALL}"',
        }
        what = next((own for name, own in data.items() if name in task_id), "")
        said = f"no such key: {ALL}" if "refused" in task_id else "success"
        code = 401 if "refused" in task_id else 200
        return (
            f'{{"code": {code}, "message": "{said}",'
            f' "data": {{"taskId": "{task_id}"{"," if what else ""} {what}}}}}'
        ).encode()


@pytest.fixture
def echo() -> Iterator[Echo]:
    loop, echo = asyncio.new_event_loop(), Echo()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def begin() -> list[Server]:
        servers = [
            Server(handler, clock=lambda: 0.0, rate=None) for handler in (echo.gateway, echo.stray)
        ]
        echo.url, echo.elsewhere = [f"http://127.0.0.1:{await each.start(0)}" for each in servers]
        return servers

    async def end(servers: list[Server]) -> None:
        for server in servers:
            await server.stop()

    servers = asyncio.run_coroutine_threadsafe(begin(), loop).result(5)
    yield echo
    asyncio.run_coroutine_threadsafe(end(servers), loop).result(5)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)
    loop.close()


@traced
def test_no_write_but_to_the_keys_own_origin_has_the_key_in_any_spelling(
    rushes: Rushes, echo: Echo, tmp_path: Path
) -> None:
    rushes.configure(
        f'[download]\nauto = "off"\nsidecar = true\n[providers.hiapi]\nbase_url = "{echo.url}"\n'
        f'[providers.other]\ndialect = "hiapi"\nbase_url = "{echo.url}"\n'
    )
    rushes.environ |= {"HIAPI_API_KEY": KEY, "OTHER_API_KEY": KEY}
    fields = ("status", "model", "failed", "links", "drift")
    rushes.watch(*(f"hiapi:tk-hiapi-{name}0001" for name in fields), "other:tk-hiapi-refused0001")
    told, traces = b"", list[str]()
    for n, line in enumerate(COMMANDS):
        log = tmp_path / f"trace-{n}"
        done = subprocess.run(
            [*STRACE, str(log), sys.executable, "-m", "rushes", *line.split()],
            env=rushes.process_environ(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        assert b"internal error" not in done.stdout + done.stderr, line
        told += done.stdout + done.stderr
        traces += log.read_text().splitlines()
    port = echo.url.rpartition(":")[2]
    with_key = [line for line in traces if spells_the_key(_written(line))]
    own = [line for line in with_key if f"->127.0.0.1:{port}]" in line]
    elsewhere = len(with_key) - len(own)
    print(f"{len(traces)} writes, {len(own)} with the key to its origin, {elsewhere} elsewhere")
    assert len(echo.asked) >= len(fields) + 1
    assert len(own) >= len(echo.asked)
    assert with_key == own
    assert {request.path + request.query for request in echo.strays} == {"/fine.png"}
    assert told.count(b"***") > len(SPELLINGS)
    files = [path for path in rushes.home.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} >= {".db", ".png", ".json"}
    assert [path.name for path in files if spells_the_key(path.read_bytes())] == []


def _written(line: str) -> bytes:
    """The bytes of a traced call."""
    texts = re.findall(r'"((?:\\x[0-9a-f]{2})*)"', line)
    return b"\n".join(bytes.fromhex(text.replace("\\x", "")) for text in texts)
